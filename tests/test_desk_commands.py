"""`signaallijn desk invite` and `list`: a link for one person, and who works where."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tip_world import TipWorld

from campaign_site.cli import main


def run(world: TipWorld, *arguments: str) -> Result:
    environment = {
        "SIGNAALLIJN_DATA": str(world.settings.data),
        "SIGNAALLIJN_CONTENT": str(world.settings.data / "content"),
        "SIGNAALLIJN_DESK_URL": "https://desk.example.nl",
        "SIGNAALLIJN_BASE_URL": "https://example.nl",
    }
    return CliRunner().invoke(main, ["desk", *arguments], env=environment)


def test_invite_prints_a_link_of_which_only_a_digest_is_kept(world: TipWorld) -> None:
    result = run(world, "invite", "lumens-emp", "yara@example.nl", "--role", "lead")
    address, _, token = result.stdout.strip().partition("#")
    assert (result.exit_code, address, len(token)) == (0, "https://desk.example.nl/invite", 43)
    kept = b"".join(Path(file).read_bytes() for file in world.settings.data.glob("signaallijn.sqlite3*"))
    assert token.encode() not in kept
    (entry,) = world.store.trail.of("lumens-emp", 1)
    assert (entry.deed.deed, entry.deed.actor, entry.deed.about) == ("invited", "operator", "lead")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nergens", "y@example.nl"], "no care point has the id `nergens`"),
        (["lumens-emp", "geen adres"], "geen adres is no e-mail address"),
        (["lumens-emp", "y@example.nl", "--role", "national"], "only at the national point, comensha, is anyone"),
    ],
)
def test_invite_refuses_in_one_sentence(world: TipWorld, arguments: list[str], sentence: str) -> None:
    result = run(world, "invite", *arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    (line,) = result.stderr.splitlines()
    assert sentence in line


def test_a_role_that_is_none_is_wrong_use(world: TipWorld) -> None:
    assert run(world, "invite", "lumens-emp", "y@example.nl", "--role", "baas").exit_code == 2


def test_a_name_in_the_database_does_not_move_the_cursor_of_the_operator(world: TipWorld) -> None:
    with closing(sqlite3.connect(world.database)) as database, database:
        database.execute("UPDATE coordinators SET name = ? WHERE login = 'mira'", ("\x1b[1AMira\n  joost",))
    assert "  mira  \ufffd[1AMira\ufffd  joost, national" in run(world, "list").stdout.splitlines()


def test_list_names_people_and_open_invitations_of_each_care_point(world: TipWorld) -> None:
    assert run(world, "invite", "comensha", "yara@example.nl", "--role", "national").exit_code == 0
    lines = run(world, "list").stdout.splitlines()
    assert lines[:3] == ["comensha", "  joost  Joost, coordinator", "  mira  Mira, national"]
    assert lines[3].startswith("  invited  yara@example.nl, national, until 20")
    assert "lumens-emp" in lines
    assert "zvh-twente" not in lines

"""The command: what it makes, what it refuses in one sentence, and that what it starts serves."""

import shutil
import stat
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from server import COMMAND, free_port, running_command
from tip_world import copied_settings

from campaign_site.cli import main
from campaign_site.settings import shipped
from tipline.key_files import read_key_file, write_key_file
from tipline.storage import Store
from tipline.storage.tips import DraftChange, NewTip


def run(data: Path, *arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(main, arguments, env={"SIGNAALLIJN_DATA": str(data), **environment})


def refused(result: Result) -> str:
    """The one sentence of a refusal."""
    assert result.exit_code == 1
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    return line


@pytest.fixture
def data(tmp_path: Path) -> Path:
    made = tmp_path / "data"
    assert run(made, "init").exit_code == 0
    return made


@pytest.mark.parametrize(
    "command",
    [
        [],
        ["demo"],
        ["init"],
        ["serve"],
        ["check"],
        ["export"],
        ["route"],
        ["geography"],
        ["geography", "update"],
        ["audit"],
        ["audit", "verify"],
        ["backup-key"],
        ["backup"],
        ["restore"],
    ],
)
def test_every_command_says_what_it_does(command: list[str]) -> None:
    result = CliRunner().invoke(main, [*command, "--help"])
    assert result.exit_code == 0
    assert result.stdout.startswith("Usage:")
    assert len(result.stdout.splitlines()) > 4


def test_the_command_is_installed() -> None:
    assert COMMAND.is_file()


@pytest.mark.parametrize(
    "wrong", [["nothing"], ["route"], ["geography", "update", "none.toml"], ["demo", "--port", "x"]]
)
def test_wrong_use_ends_with_2(tmp_path: Path, wrong: list[str]) -> None:
    assert run(tmp_path, *wrong).exit_code == 2


def test_init_makes_a_data_directory_and_says_what_comes_next(tmp_path: Path) -> None:
    data = tmp_path / "new" / "data"
    result = run(data, "init")
    assert result.exit_code == 0
    assert "No care point is open yet" in result.stdout
    assert "signaallijn serve" in result.stdout
    assert {each.name for each in data.iterdir()} == {"salt", "secret.key", "signaallijn.sqlite3"}
    assert stat.S_IMODE((data / "signaallijn.sqlite3").stat().st_mode) == 0o600


def test_init_refuses_a_folder_that_is_in_use(data: Path) -> None:
    salt = (data / "salt").read_bytes()
    assert "is not empty" in refused(run(data, "init"))
    assert (data / "salt").read_bytes() == salt


def test_demo_refuses_a_folder_that_is_in_use(data: Path) -> None:
    assert "is not empty" in refused(run(data, "demo", "--data", str(data), "--port", str(free_port())))


def test_serve_refuses_without_init(tmp_path: Path) -> None:
    assert "run `signaallijn init` first" in refused(run(tmp_path / "none", "serve"))
    assert not (tmp_path / "none").exists()


def test_serve_refuses_bad_content_by_file_and_line(data: Path, tmp_path: Path) -> None:
    content = shutil.copytree(shipped("content"), tmp_path / "content")
    file = content / "tipline" / "coverage.csv"
    file.write_text(file.read_text("utf-8").replace("GM0772,lumens-emp", "GM0772,lumens-epm"), "utf-8")
    said = refused(run(data, "serve", "--port", str(free_port()), SIGNAALLIJN_CONTENT=str(content)))
    assert "coverage.csv, line " in said
    assert "lumens-epm" in said


def test_outside_a_demonstration_its_keys_open_nothing(tmp_path: Path) -> None:
    made = copied_settings(tmp_path)  # key files and proved holders are all there
    told = run(made.data, "route", "5611", SIGNAALLIJN_CONTENT=str(made.content)).stdout
    assert "receives now: nobody" in told


def test_a_fresh_installation_serves_and_says_that_nobody_can_be_reported_to_yet(data: Path) -> None:
    port = free_port()
    environment = {
        "SIGNAALLIJN_DATA": str(data),
        "SIGNAALLIJN_BASE_URL": f"http://localhost:{port}",
        "SIGNAALLIJN_DESK_URL": f"http://desk.localhost:{port}",
    }
    with running_command(["serve", "--port", str(port)], data, port, **environment) as server:
        for language, path in (("nl", "/nl/melden"), ("en", "/en/report")):
            page = server.public.get(path)
            assert page.is_shown
            assert 'id="closed"' in page.text
            assert page.main.count("0800-") + page.main.count("033-") + page.main.count("088-") >= 2
            assert "<form" not in page.text.split("<main")[1].split("</main>")[0]
            answer = server.public.post(path, {"place": "5611"})
            assert (answer.status, answer.location) == (303, path), language
        assert server.public.get("/nl/").status == 200
        assert server.desk.get("/login").is_shown
        assert "demonstrat" not in server.public.get("/nl/").text
        assert server.said() == ""
    assert server.process.returncode in {0, -15}


def test_route_tells_where_a_place_leads_and_why(data: Path) -> None:
    told = run(data, "route", "5611", "AZ").stdout
    assert "municipality: Eindhoven (GM0772)" in told
    assert "(lumens-emp)" in told
    assert "receives now: nobody" in told
    assert "why:" in told


@pytest.mark.parametrize(("place", "part"), [("Elst", "maybe:"), ("qqqq", "no such place"), ("online", "CoMensha")])
def test_route_never_guesses(data: Path, place: str, part: str) -> None:
    result = run(data, "route", place)
    assert result.exit_code == 0
    assert part in result.stdout


def test_a_yearly_change_is_applied_once_and_told(data: Path, tmp_path: Path) -> None:
    content = shutil.copytree(shipped("content"), tmp_path / "content")
    change = content / "tipline" / "changes" / "2027-01-01.toml"
    first = run(data, "geography", "update", str(change), SIGNAALLIJN_CONTENT=str(content))
    assert first.exit_code == 0
    assert "Wijdemeren" in first.stdout
    again = run(data, "geography", "update", str(change), SIGNAALLIJN_CONTENT=str(content))
    assert again.exit_code == 0
    assert "nothing" in again.stdout.lower()
    told = run(data, "route", "Wijdemeren", SIGNAALLIJN_CONTENT=str(content))
    assert "Hilversum" in told.stdout


def test_a_faulty_change_is_refused_by_file_and_line(data: Path, tmp_path: Path) -> None:
    content = shutil.copytree(shipped("content"), tmp_path / "content")
    change = tmp_path / "change.toml"
    change.write_text("version = 1\n", "utf-8")
    before = (content / "tipline" / "municipalities.csv").read_bytes()
    assert "change.toml" in refused(run(data, "geography", "update", str(change), SIGNAALLIJN_CONTENT=str(content)))
    assert (content / "tipline" / "municipalities.csv").read_bytes() == before


@pytest.mark.parametrize(
    "address", ["nonsense", "postgresql+psycopg://x:secret@127.0.0.1:1/none", "sqlite:////proc/no/file"]
)
def test_a_database_that_cannot_be_used_is_told_in_one_sentence_without_its_password(
    tmp_path: Path, address: str
) -> None:
    said = refused(run(tmp_path / "data", "init", SIGNAALLIJN_DATABASE_URL=address))
    assert "SIGNAALLIJN_DATABASE_URL" in said
    assert "secret" not in said


def told(result: Result) -> list[str]:
    """The sentences of a refusal with several."""
    assert (result.exit_code, result.stdout) == (1, "")
    lines = result.stderr.splitlines()
    assert all(line.startswith("Error: ") for line in lines)
    return [line.removeprefix("Error: ") for line in lines]


def test_serve_tells_all_that_keeps_it_from_starting_at_once(tmp_path: Path) -> None:
    made = copied_settings(tmp_path)
    content, keys = made.content, made.content / "tipline" / "keys"
    with closing(Store(made.tipline.database_url)) as store:
        for care_point in ("zvh-groningen", "veilig-dongen"):
            keep_a_tip(store, care_point)
    key = replace(read_key_file(keys / "comensha.toml"), number=7, is_demo=False)
    write_key_file(keys / "comensha.toml", key)
    (keys / "zvh-groningen.toml").unlink()
    said = told(
        run(
            made.data,
            "serve",
            SIGNAALLIJN_CONTENT=str(content),
            SIGNAALLIJN_BASE_URL="http://example.nl",
            SIGNAALLIJN_SECRET_KEY="short",
            SIGNAALLIJN_BASEURL="x",
        )
    )
    for part in (
        "SIGNAALLIJN_BASEURL is no setting",
        "SIGNAALLIJN_BASE_URL must begin with https",
        "at least 32 characters",
        "tips are stored for veilig-dongen, which care_points.toml no longer has",
        "tips are stored for zvh-groningen, whose key file is gone",
        "keys/lumens-emp.toml is of a demonstration; take it away",
        "keys/comensha.toml publishes key 7, which the database does not know (it has 1)",
    ):
        assert sum(part in sentence for sentence in said) == 1, part
    assert len(said) == 7


def keep_a_tip(store: Store, care_point: str) -> None:
    store.drafts.add(care_point.encode(), b"box", 2**31)
    tip = NewTip(care_point, care_point.encode(), date(2026, 11, 21), hidden=False, sealed={care_point: b"sealed"})
    assert store.tips.keep(tip, DraftChange(care_point.encode(), b"box", b"sent"))


def test_serve_tells_faults_of_content_and_settings_together(data: Path, tmp_path: Path) -> None:
    content = shutil.copytree(shipped("content"), tmp_path / "content")
    with (content / "tipline" / "coverage.csv").open("a", encoding="utf-8") as file:
        file.write("GM9999,none,high,,x\n")
    (data / "signaallijn.sqlite3").write_bytes(b"no database" * 1000)
    said = told(run(data, "serve", SIGNAALLIJN_CONTENT=str(content), SIGNAALLIJN_SLOT_MINUTES="61"))
    assert any("SIGNAALLIJN_SLOT_MINUTES" in sentence for sentence in said)
    assert any("coverage.csv, line " in sentence for sentence in said)
    assert any("the database can't be used (DatabaseError)" in sentence for sentence in said)


def test_a_data_directory_without_its_salt_is_told_so_and_gets_no_new_one(data: Path) -> None:
    (data / "salt").unlink()
    assert "salt is missing; put it back from a copy" in refused(run(data, "serve"))
    assert not (data / "salt").exists()


def test_more_workers_are_refused_until_they_work(data: Path) -> None:
    assert "in one process" in refused(run(data, "serve", "--workers", "2"))
    assert run(data, "serve", "--workers", "0").exit_code == 2


def test_a_damaged_salt_stops_the_server_in_one_sentence(data: Path) -> None:
    (data / "salt").write_text("nothing of the kind")
    assert "damaged" in refused(run(data, "serve"))

"""`signaallijn check`: a line for each fault, many in one run, and then what still waits for someone."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from real_content import ROOT

from campaign_site.cli import main


@pytest.fixture
def content(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "content", tmp_path / "content"))


def check(content: Path, **environment: str) -> Result:
    return CliRunner().invoke(main, ["check"], env={"SIGNAALLIJN_CONTENT": str(content), **environment})


def spoil(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


def test_the_real_content_has_no_faults_and_what_waits_is_listed(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["check"], env={"SIGNAALLIJN_DATA": str(tmp_path / "none")})
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("No faults.\n")
    assert "Texts whose review is pending" in result.stdout
    assert "  pages/help.nl.md\n" in result.stdout
    for line in ("publisher.toml: name;", "publisher.toml: contact;", "accessibility.toml: contact;"):
        assert f"  content/campaign/{line}" in result.stdout
    assert "  chat-met-fier: Chat met Fier\n" in result.stdout
    assert "  lumens-emp: " in result.stdout
    assert "  comensha: CoMensha" not in result.stdout.split("Care points")[1]
    assert not (tmp_path / "none").exists()


PLANTED = {
    "campaign/site.toml": ('name = "Zie je mij?"', 'nmae = "Zie je mij?"'),
    "campaign/security.toml": ("expires = ", "expire = "),
    "campaign/publisher.toml": ("contact = ", "address = "),
    "campaign/accessibility.toml": ("on = ", "since = "),
    "campaign/credits.toml": ("licence = ", "license = "),
    "campaign/library/lumens-2018.en.md": ("publisher = ", "house = "),
    "campaign/regions/eindhoven.toml": ('"GM0772"', '"GM9999"'),
    "campaign/regions/fryslan.toml": ("name = ", "naem = "),
    "campaign/regions/zeeland.toml": ("row = ", "rwo = "),
    "campaign/needs.toml": ("kinds = ", "kind = "),
    "campaign/action_points.toml": ("published = ", "publish = "),
    "campaign/regions/utrecht.toml": ("[tile]", "[[partners]]\n[tile]"),
    "campaign/campaigns/zie-je-mij/campaign.toml": ("phase = ", "fase = "),
    "campaign/campaigns/zie-je-mij/editions/eindhoven.en.md": ("title = ", "titel = "),
    "campaign/pages/help.en.md": ("+++\n", "++\n"),
    "campaign/pages/about_tip_line.nl.md": ("\n+++\n", "\n+++\nBel <line:nobody>.\nLees [dit](page:nothing).\n"),
    "campaign/guides/parents.nl.md": ("audience = ", "public = "),
    "campaign/guides/school.en.md": ("#### also", "#### alos"),
    "tipline/municipalities.csv": ("GM0772,Eindhoven,", "GM0772,Eindhoven,,,"),
    "tipline/places.csv": ("place,code,kind\n", "place,code,kind\nNergens,GM0001,woonplaats\n"),
    "tipline/postcodes.csv": ("from,to,code\n", "from,to,code\nabc,1000,GM0772\n"),
    "tipline/postcodes_split.csv": ("postcode,code,other_code,source\n", "postcode,code,other_code,source\nx,y,z,w\n"),
    "tipline/former_municipalities.csv": ("code,name,into,on\n", "code,name,into,on\nGM9998,Oud,GM9997,-\n"),
    "tipline/name_words.csv": ("word,kind,province\n", "word,kind,province\nx,y,\n"),
    "tipline/care_points.toml": ('certainty = "medium"', 'certainty = "sure"'),
    "tipline/coverage.csv": (",lumens-emp,", ",lumens-epm,"),
    "tipline/helplines.toml": ("checked_on = 2026-11-21", 'checked_on = "today"'),
    "tipline/tip_form.toml": ("kind = ", "sort = "),
}


def test_a_fault_in_every_file_is_told_in_one_run_with_file_line_and_cure(content: Path) -> None:
    for name, (old, new) in PLANTED.items():
        spoil(content / name, old, new)
    (content / "tipline" / "keys" / "lumens-emp.toml").write_text("version = 1\n", "utf-8")
    result = check(content)
    assert (result.exit_code, result.stdout) == (1, "")
    lines = result.stderr.splitlines()
    for name in (*PLANTED, "tipline/keys/lumens-emp.toml"):
        told = [line for line in lines if line.startswith(f"{content / name}, line ")]
        assert told, name
        assert all("; " in line for line in told)
    assert sum("about_tip_line.nl.md" in line for line in lines) == 2, "each link is told"
    assert len(lines) == len(set(lines)) == len(PLANTED) + 2, result.stderr


def test_every_entry_at_fault_is_told(content: Path) -> None:
    file = content / "tipline" / "care_points.toml"
    file.write_text(file.read_text("utf-8").replace('certainty = "medium"', 'certainty = "sure"'), "utf-8")
    assert len(check(content).stderr.splitlines()) == (ROOT / "content/tipline/care_points.toml").read_text().count(
        'certainty = "medium"'
    )


def test_a_text_that_asks_for_hours_nobody_wrote_is_told_with_its_line(content: Path) -> None:
    for language in ("nl", "en"):
        file = content / "campaign" / "pages" / f"about_tip_line.{language}.md"
        file.write_text(file.read_text("utf-8") + "\n<hours:chat-met-fier>\n", "utf-8")
    lines = check(content).stderr.splitlines()
    assert len(lines) == 2
    assert all("'hours:chat-met-fier'" in line and ".md, line " in line for line in lines)


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("SIGNAALLIJN_BASE_URL", "example.nl", "SIGNAALLIJN_BASE_URL must be an address"),
        ("SIGNAALLIJN_DESK_URL", "http://localhost:9000", "SIGNAALLIJN_DESK_URL must have a host name of its own"),
        ("SIGNAALLIJN_CONTENT", "/proc", "holds no content"),
    ],
)
def test_a_setting_at_fault_is_told(content: Path, name: str, value: str, told: str) -> None:
    result = check(content, **{name: value})
    assert result.exit_code == 1
    assert told in result.stderr


@pytest.mark.parametrize("folder", ["campaign", "tipline/keys", "tipline/municipalities.csv"])
def test_what_is_missing_ends_no_check_with_a_traceback(content: Path, folder: str) -> None:
    gone = content / folder
    shutil.rmtree(gone) if gone.is_dir() else gone.unlink()
    result = check(content)
    assert isinstance(result.exception, SystemExit | None)

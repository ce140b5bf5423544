"""Content that can't be read at all is told like any other fault: file, line, what, how. Never a traceback."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from real_content import CAMPAIGN
from server import free_port
from site_world import outside

from campaign_site.cli import main
from campaign_site.library.documents import read_document
from campaign_site.library.library import load
from tipline.content_files import ContentFaultError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(CAMPAIGN, tmp_path / "campaign"))


@pytest.mark.parametrize("file", ["site.toml", "campaigns/zie-je-mij/campaign.toml"])
def test_a_missing_file_is_named(folder: Path, file: str) -> None:
    (folder / file).unlink()
    with pytest.raises(ContentFaultError, match="this file is missing") as caught:
        load(folder, outside())
    assert caught.value.file == folder / file


def test_a_file_that_is_a_folder_is_named(folder: Path) -> None:
    (folder / "site.toml").unlink()
    (folder / "site.toml").mkdir()
    with pytest.raises(ContentFaultError, match=r"site\.toml, line 1: this file can't be read"):
        load(folder, outside())


def test_a_text_that_asks_for_hours_nobody_wrote_is_refused_in_one_sentence(tmp_path: Path) -> None:
    content = Path(shutil.copytree(CAMPAIGN.parent, tmp_path / "content"))
    environment = {"SIGNAALLIJN_DATA": str(tmp_path / "data"), "SIGNAALLIJN_CONTENT": str(content)}
    assert CliRunner().invoke(main, ["init"], env=environment).exit_code == 0
    for language in ("nl", "en"):
        file = content / "campaign" / "pages" / f"about_tip_line.{language}.md"
        file.write_text(file.read_text("utf-8") + "\n<hours:alarm>\n", "utf-8")
    lines = content / "tipline" / "helplines.toml"
    entry = '\n[[helplines]]\nid = "alarm"\nname = "A"\nnumber = "112"\nfor_whom_nl = "A"\nfor_whom_en = "A"\n'
    lines.write_text(lines.read_text("utf-8") + entry + 'source_url = "-"\nchecked_on = 2026-11-21\n', "utf-8")
    result = CliRunner().invoke(main, ["serve", "--port", str(free_port())], env=environment)
    assert result.exit_code == 1
    assert result.stderr == "Error: a text asks for `hours:alarm`, which helplines.toml does not give; write it there\n"


@pytest.mark.parametrize(
    "file", ["site.toml", "regions/eindhoven.toml", "pages/help.nl.md", "campaigns/zie-je-mij/editions/eindhoven.en.md"]
)
def test_a_file_of_another_encoding_is_named_with_its_line(folder: Path, file: str) -> None:
    lines = (folder / file).read_text("utf-8").splitlines(keepends=True)
    spoiled = [line.encode() for line in lines]
    spoiled[1] = b"# caf\xe9\n"
    (folder / file).write_bytes(b"".join(spoiled))
    with pytest.raises(ContentFaultError, match="this is not UTF-8") as caught:
        load(folder, outside())
    assert (caught.value.file, caught.value.line) == (folder / file, 2)


@pytest.mark.parametrize(
    ("head", "what", "line"),
    [
        ('title = "T"\ndescription = "D"\nreviw = "done"', "`reviw` is not known", 4),
        ('title = "T"\ndescription = "D"\n= "done"', "this is not TOML", 4),
        ('title = "T"\nreview = "done"', "`description` is missing", 2),
        ('title = "T"\ndescription = "D"\nreview = "done"\n[[sources]]\ntitle = "S"\nyear = 1', "`year` is not", 7),
    ],
)
def test_a_fault_in_a_pages_head_is_on_the_line_of_the_file(tmp_path: Path, head: str, what: str, line: int) -> None:
    file = tmp_path / "page.nl.md"
    file.write_text(f"+++\n{head}\n+++\nText.\n", "utf-8")
    with pytest.raises(ContentFaultError, match=what) as caught:
        read_document(file)
    assert caught.value.line == line

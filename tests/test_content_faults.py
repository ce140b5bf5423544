"""Content that can't be read at all is told like any other fault: file, line, what, how. Never a traceback."""

import shutil
from pathlib import Path

import pytest
from real_content import CAMPAIGN
from site_world import outside

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

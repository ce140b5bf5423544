"""`signaallijn export`: the public pages at one instant as files that a web server finds by their addresses."""

import gzip
from datetime import UTC, datetime
from pathlib import Path

import brotli  # type: ignore[import-untyped]  # the package ships no types
import pytest
from click.testing import CliRunner, Result
from real_content import WHOLE_CONTENT, little_content, static_files
from site_world import library

from campaign_site.cli import exporting, main
from campaign_site.publication import read_by_itself
from campaign_site.settings import read_public_settings


def export(folder: Path, *arguments: str, content: str = WHOLE_CONTENT) -> Result:
    # No data directory: what is public needs no secrets.
    environment = {"SIGNAALLIJN_DATA": str(folder.parent / "none"), "SIGNAALLIJN_CONTENT": content}
    return CliRunner().invoke(main, ["export", str(folder), *arguments], env=environment)


def served(folder: Path, path: str) -> Path | None:
    """What `try_files $uri $uri.html $uri/index.html` finds."""
    tried = (folder / f"{path[1:]}{ending}" for ending in ("", ".html", "/index.html"))
    return next((file for file in tried if file.is_file()), None)


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export") / "site"
    result = export(folder, "--at", "2026-11-21T12:00:00", content=str(little_content()))
    assert result.exit_code == 0, result.stderr
    assert str(folder) in result.stdout
    return folder


def test_every_page_of_the_snapshot_is_found_by_its_address(exported: Path) -> None:
    publication, _ = read_by_itself(read_public_settings({"SIGNAALLIJN_CONTENT": str(little_content())}))
    pages = publication.snapshot(datetime(2026, 11, 21, 11, tzinfo=UTC)).pages
    assert (exported / "nl" / "index.html").is_file()
    assert (exported / "nl" / "regio" / "eindhoven.html").is_file()
    for path, page in pages.items():
        file = served(exported, path)
        assert file, path
        assert file.read_bytes() == page.body, path


def test_every_static_file_is_there_and_pages_find_their_style(exported: Path) -> None:
    for name, page in static_files().pages.items():
        assert (exported / "static" / name).read_bytes() == page.body


def test_compressed_copies_stand_beside_and_hold_the_same(exported: Path) -> None:
    page = exported / "nl" / "regio" / "eindhoven.html"
    body = page.read_bytes()
    assert gzip.decompress((page.parent / "eindhoven.html.gz").read_bytes()) == body
    packed = (page.parent / "eindhoven.html.br").read_bytes()
    assert brotli.decompress(packed) == body
    assert len(packed) < len(brotli.compress(body, quality=5))
    plain = [file for file in exported.rglob("*") if file.is_file() and file.suffix not in {".gz", ".br"}]
    without = {file.suffix for file in plain if not file.with_name(f"{file.name}.br").exists()}
    assert without == {".png", ".woff2"}


def test_an_instant_without_offset_is_dutch_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "BROTLI_QUALITY", 0)  # the best takes ten seconds each time
    lead = library().campaigns[0].leads["nl"]
    # Read as UTC the first would be an hour after the launch; read as Dutch time the second would be an hour before.
    for instant, is_live in {"2026-11-01T08:59:59": False, "2026-11-01T08:00:00Z": True}.items():
        folder = tmp_path / str(is_live)
        assert export(folder, "--at", instant, content=str(little_content())).exit_code == 0
        assert (lead in (folder / "nl" / "index.html").read_text("utf-8")) is is_live, instant


def test_a_folder_in_use_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    for folder in (tmp_path, tmp_path / "mine"):
        result = export(folder)
        assert result.exit_code == 1
        assert result.stderr == f"Error: {folder} is not an empty folder; choose another\n"
    assert [file.name for file in tmp_path.iterdir()] == ["mine"]


def test_an_instant_nobody_understands_is_wrong_use(tmp_path: Path) -> None:
    assert export(tmp_path / "site", "--at", "tomorrow").exit_code == 2
    assert not (tmp_path / "site").exists()


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/nl/", "nl/index.html"),
        ("/nl/regio/eindhoven", "nl/regio/eindhoven.html"),
        ("/robots.txt", "robots.txt"),
        ("/.well-known/security.txt", ".well-known/security.txt"),
    ],
)
def test_a_path_has_one_file(path: str, name: str) -> None:
    assert exporting.file_name(path) == name


def test_what_takes_long_says_how_far_it_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert list(exporting.told([1, 2], "Writing")) == [1, 2]
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(exporting, "QUIET_SECONDS", 0.0)
    assert list(exporting.told([1, 2], "Writing")) == [1, 2]
    assert capsys.readouterr().err == "Writing: 0 of 2\nWriting: 1 of 2\n"

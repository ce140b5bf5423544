"""The wheel carries all that a server needs: both packages, templates, texts, migrations, content, static files."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from real_content import ROOT


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "installed")
    return folder / "installed"


def run(unpacked: Path, *arguments: str, data: Path) -> str:
    environment = {**os.environ, "PYTHONPATH": str(unpacked), "SIGNAALLIJN_DATA": str(data)}
    command = [sys.executable, "-c", "from campaign_site.cli import main; main()", *arguments]
    done = subprocess.run(command, env=environment, cwd=data.parent, check=True, capture_output=True, text=True)
    return done.stdout


def test_a_server_can_be_set_up_from_the_wheel_alone(unpacked: Path, tmp_path: Path) -> None:
    where = "import campaign_site, tipline; print(campaign_site.__file__, tipline.__file__)"
    environment = {**os.environ, "PYTHONPATH": str(unpacked)}
    found = subprocess.run(
        [sys.executable, "-c", where], env=environment, cwd=tmp_path, check=True, capture_output=True, text=True
    )
    assert found.stdout.count(str(unpacked)) == 2
    run(unpacked, "init", data=tmp_path / "data")
    assert "Eindhoven (GM0772)" in run(unpacked, "route", "5611", data=tmp_path / "data")


def test_the_wheel_holds_pages_texts_content_and_static_files_and_no_key(unpacked: Path) -> None:
    for file in (
        "campaign_site/templates/frame.html",
        "campaign_site/locale/nl/LC_MESSAGES/campaign_site.po",
        "campaign_site/shipped/content/campaign/site.toml",
        "campaign_site/shipped/content/tipline/care_points.toml",
        "campaign_site/shipped/static/css/site.css",
        "tipline/templates/tip/start.html",
        "tipline/locale/en/LC_MESSAGES/tipline.po",
        "tipline/migrations/versions/0001_the_first_tables.py",
        "tipline/py.typed",
    ):
        assert (unpacked / file).is_file(), file
    assert not list((unpacked / "campaign_site/shipped/content/tipline/keys").glob("*.toml"))

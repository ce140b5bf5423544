"""Key files that change while the server runs: good ones count at once, a bad one changes nothing."""

import os
import shutil
from datetime import date
from pathlib import Path
from threading import Event, Thread

import pytest
from real_content import TIPLINE

from tipline import care_points as module
from tipline.care_points import CarePoints, LiveCarePoints
from tipline.geography import Geography
from tipline.key_files import PublishedKey, write_key_file
from tipline.sealing import Identity, fingerprint


def a_key(number: int) -> PublishedKey:
    recipient = Identity.from_seed(bytes([number]) * 32).recipient
    made_on = date(2026, 11, 21)
    return PublishedKey("lumens-emp", number, recipient, fingerprint(recipient), made_on, True, (), None)


def test_a_new_key_counts_at_once_and_a_faulty_one_changes_nothing(
    tmp_path: Path, geography: Geography, caplog: pytest.LogCaptureFixture
) -> None:
    folder = Path(shutil.copytree(TIPLINE, tmp_path / "tipline"))
    care_points = LiveCarePoints(folder, geography)
    assert care_points().keys == {}
    file = folder / "keys" / "lumens-emp.toml"
    write_key_file(file, a_key(1))
    assert care_points().keys == {"lumens-emp": a_key(1)}
    good = care_points()
    file.write_text("version = 1\n", "utf-8")
    os.utime(file, ns=(1, 1))
    assert care_points() is good
    assert care_points() is good
    (said,) = [record.getMessage() for record in caplog.records]
    assert "lumens-emp.toml, line 1: " in said
    assert "the last good state stays in force" in said
    write_key_file(file, a_key(2))
    assert care_points().keys == {"lumens-emp": a_key(2)}


def test_who_read_before_a_change_does_not_store_it_after_who_read_the_change(
    tmp_path: Path, geography: Geography, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(shutil.copytree(TIPLINE, tmp_path / "tipline"))
    care_points, load = LiveCarePoints(folder, geography), module.load_care_points
    has_read, may_go_on = Event(), Event()

    def slow_once(folder: Path, geography: Geography) -> CarePoints:
        found = load(folder, geography)
        if not has_read.is_set():
            has_read.set()
            assert may_go_on.wait(10)
        return found

    monkeypatch.setattr(module, "load_care_points", slow_once)
    first, second = Thread(target=care_points), Thread(target=care_points)
    file = folder / "care_points.toml"
    named(file, "Lumens", "Een", 1)
    first.start()
    assert has_read.wait(10)
    named(file, "Een", "Twee", 2)
    second.start()
    second.join(0.2)  # where it need not wait for the first, it is done by then
    may_go_on.set()
    first.join()
    second.join()
    assert care_points().points["lumens-emp"].short_name == "Twee"


def named(file: Path, old: str, new: str, at: int) -> None:
    """Changes a short name, at an instant of its own."""
    before, after = (f'short_name = "{name}"' for name in (old, new))
    text = file.read_text("utf-8")
    assert before in text
    file.write_text(text.replace(before, after), "utf-8")
    os.utime(file, ns=(at, at))


def test_where_the_keys_can_not_be_listed_there_are_none(tmp_path: Path, geography: Geography) -> None:
    folder = Path(shutil.copytree(TIPLINE, tmp_path / "tipline"))
    write_key_file(folder / "keys" / "lumens-emp.toml", a_key(1))
    care_points = LiveCarePoints(folder, geography)
    shutil.rmtree(folder / "keys")
    (folder / "keys").write_text("", "utf-8")
    assert care_points().keys == {}

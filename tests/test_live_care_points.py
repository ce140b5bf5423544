"""Key files that change while the server runs: good ones count at once, a bad one changes nothing."""

import os
import shutil
from datetime import date
from pathlib import Path

import pytest
from real_content import TIPLINE

from tipline.care_points import LiveCarePoints
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

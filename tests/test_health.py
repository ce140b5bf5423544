"""`/healthz`: a word for what is wrong, on every host name."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from clock import Clock
from starlette.testclient import TestClient
from tip_world import copied_settings

from campaign_site.app import create_app


def health(settings) -> Iterator[tuple[int, str]]:
    whole = create_app(settings, Clock())
    client = TestClient(whole.app, base_url="http://localhost:8000")
    try:
        while True:
            answer = client.get("/healthz")
            yield answer.status_code, answer.text
    finally:
        whole.store.close()


@pytest.fixture
def settings(tmp_path: Path):
    return copied_settings(tmp_path)


def test_a_server_without_its_disk_or_its_database_is_unwell(settings) -> None:
    asked = health(settings)
    assert next(asked) == (200, "ok\n")
    with closing(sqlite3.connect(settings.data / "signaallijn.sqlite3")) as database, database:
        database.execute("ALTER TABLE tips RENAME TO gone")
    assert next(asked) == (503, "database\n")
    asked.close()


def test_a_data_directory_that_can_not_be_written_is_told(settings, tmp_path: Path) -> None:
    asked = health(replace(settings, data=tmp_path / "gone"))
    assert next(asked) == (503, "disk\n")
    asked.close()

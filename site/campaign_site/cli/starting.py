"""All that keeps a server from starting, told in one run: who mends a machine should not learn of one fault after the
other."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from campaign_site.cli.checking import content_faults
from campaign_site.environment import SettingsFaultError
from campaign_site.settings import (
    SALT_FILE,
    content_directory,
    data_directory,
    database_url,
    read_settings,
)
from tipline.care_points import CarePoints, load_care_points
from tipline.geography import load_geography
from tipline.starting import CannotStartError, check_start
from tipline.storage import DatabaseFaultError, Store


def every_fault(environment: Mapping[str, str]) -> list[str]:
    """A sentence for each thing that is wrong with settings, content and database, and with the three together."""
    found: list[str] = []
    for look in (_settings, _content, _database):
        try:
            found += look(environment)
        except SettingsFaultError as fault:
            found += fault.sentences
    return list(dict.fromkeys(found))


def _settings(environment: Mapping[str, str]) -> Iterator[str]:
    read_settings(environment)
    yield from ()


def _content(environment: Mapping[str, str]) -> Iterator[str]:
    yield from map(str, content_faults(content_directory(environment)).found)


def _database(environment: Mapping[str, str]) -> Iterator[str]:
    if not (data_directory(environment) / SALT_FILE).is_file():
        return  # opening SQLite's would make one
    try:
        store = Store(database_url(environment))
    except DatabaseFaultError as fault:
        yield str(fault)
        return
    try:
        store.migrate()
        care_points = _care_points(content_directory(environment))
        if care_points:
            check_start(store, care_points, is_demo=False)
    except (DatabaseFaultError, CannotStartError) as fault:
        yield from str(fault).splitlines()
    finally:
        store.close()


def _care_points(content: Path) -> CarePoints | None:
    """None where the content has faults of its own, which are told already."""
    if content_faults(content).found:
        return None
    return load_care_points(content / "tipline", load_geography(content / "tipline"))

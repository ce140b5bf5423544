"""The public pages at one instant as files, for a web server that finds `/nl/hulp` in `nl/hulp.html`."""

import gzip
import sys
import time
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import TypeVar

import brotli  # type: ignore[import-untyped]  # the package ships no types

from campaign_site.publication import read_by_itself
from campaign_site.settings import PublicSettings
from campaign_site.static_files import COMPRESSED_ALREADY, PREFIX

T = TypeVar("T")

BROTLI_QUALITY = 11
GZIP_LEVEL = 9
"""The smallest there is: who exports has time."""
QUIET_SECONDS = 1.0


class FolderInUseError(Exception):
    """The export would mix with files that are there already."""


def export_site(settings: PublicSettings, folder: Path, instant: datetime) -> int:
    """Writes every public page and static file, and says how many. A folder that holds anything is refused by
    `FolderInUseError`; nothing is written before all pages are rendered."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FolderInUseError(f"{folder} is not an empty folder; choose another")
    files = _files(settings, instant)
    for name, body in told(files.items(), "Writing"):
        _write(folder / name, body)
    return len(files)


def file_name(path: str) -> str:
    """The file in which a web server looks for a path when it tries `$uri`, `$uri.html` and `$uri/index.html`."""
    name = path.removeprefix("/")
    if path.endswith("/"):
        return f"{name}index.html"
    return name if PurePosixPath(path).suffix else f"{name}.html"


def _files(settings: PublicSettings, instant: datetime) -> Mapping[str, bytes]:
    publication, static = read_by_itself(settings)
    files = {file_name(path): page.body for path, page in publication.snapshot(instant).pages.items()}
    return files | {f"{PREFIX[1:]}{name}": page.body for name, page in static.pages.items()}


def _write(file: Path, body: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(body)
    if file.suffix not in COMPRESSED_ALREADY:
        file.with_name(f"{file.name}.gz").write_bytes(gzip.compress(body, GZIP_LEVEL, mtime=0))
        file.with_name(f"{file.name}.br").write_bytes(brotli.compress(body, quality=BROTLI_QUALITY))


def told(items: Collection[T], deed: str) -> Iterator[T]:
    """The items, with a line on stderr that says how far it is, from the second second on."""
    said = time.monotonic()
    for number, item in enumerate(items):
        if time.monotonic() - said >= QUIET_SECONDS:
            said = time.monotonic()
            sys.stderr.write(f"{deed}: {number} of {len(items)}\n")
        yield item

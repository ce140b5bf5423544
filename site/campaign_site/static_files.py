"""The files that browsers load (`static/`), in memory, under addresses that change when the file does."""

import hashlib
import mimetypes
import re
from collections.abc import Mapping
from pathlib import Path

from starlette.types import ASGIApp, Receive, Scope, Send

from campaign_site.served import FOREVER, Page, page, send_page

PREFIX = "/static/"
ASK_AGAIN = b"public, no-cache"
"""For an address without its version: keep it, but ask each time whether it is still the same."""
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
}
COMPRESSED_ALREADY = {".woff2", ".png", ".jpg", ".webp", ".avif", ".gz", ".br"}
_CSS_ADDRESS = re.compile(rb"url\(\.\./([^)]+)\)")


class UnknownStaticFileError(LookupError):
    """A template links to a file that is not in the folder."""


class StaticFiles:
    """A folder of files, read once."""

    def __init__(self, folder: Path) -> None:
        files = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
        self._versions: dict[str, str] = {}
        self.pages: dict[str, Page] = {}
        # Style sheets last: they name other files by their versioned addresses.
        for name, path in sorted(files.items(), key=lambda item: item[1].suffix == ".css"):
            self._add(name, path)

    def url(self, name: str) -> str:
        """The versioned address of a file. Raises UnknownStaticFileError."""
        if name not in self._versions:
            raise UnknownStaticFileError(name)
        return f"{PREFIX}{name}?v={self._versions[name]}"

    def version(self, name: str) -> str | None:
        """The version in the address of a file, None when there is no such file."""
        return self._versions.get(name)

    def _add(self, name: str, path: Path) -> None:
        body = path.read_bytes()
        if path.suffix == ".css":
            body = _CSS_ADDRESS.sub(lambda found: f"url({self.url(found[1].decode())})".encode(), body)
        kind = TYPES.get(path.suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
        self._versions[name] = hashlib.sha256(body).hexdigest()[:12]
        headers = ((b"content-type", kind.encode()),)
        self.pages[name] = page(body, headers, compress=path.suffix not in COMPRESSED_ALREADY)


class StaticLayer:
    """Answers GET and HEAD under `/static/` from memory; everything else falls through to the app behind it."""

    def __init__(self, app: ASGIApp, files: StaticFiles) -> None:
        self._app = app
        self._files = files

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        name = _static_name(scope)
        found = self._files.pages.get(name) if name else None
        if name is None or found is None:
            await self._app(scope, receive, send)
            return
        is_versioned = scope["query_string"] == f"v={self._files.version(name)}".encode()
        await send_page(found, FOREVER if is_versioned else ASK_AGAIN, scope, send)


def _static_name(scope: Mapping[str, object]) -> str | None:
    path = scope.get("path")
    if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD") or not isinstance(path, str):
        return None
    return path.removeprefix(PREFIX) if path.startswith(PREFIX) else None

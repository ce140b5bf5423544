"""The tiles of the schematic map: `[tile]` in the file of each region. No two regions share a place or a code."""

import re

from campaign_site.library.entries import Tile
from tipline.content_files import Document, Entry

WIDEST = 10
"""Rows and columns. With more, a tile on a phone would be too small to touch: 24 pixels is the least."""
_CODE = re.compile(r"[A-Z]{3}")


class Tiles:
    """The tiles given out so far."""

    def __init__(self) -> None:
        self._owners: dict[str | tuple[int, int], str] = {}

    def read(self, document: Document, region: str) -> Tile:
        """The tile of a region. Raises ContentFaultError when it has none, or one that another region has."""
        found = document.tables("tile")
        if len(found) != 1:
            mend = "write [tile] once, with code, row and column below it"
            raise document.root.fault("tile", "the region does not have exactly one tile on the map", mend)
        entry = found[0].only("code", "row", "column")
        tile = Tile(_position(entry, "row"), _position(entry, "column"), _code(entry))
        self._take(entry, "code", f"the code {tile.code} is", tile.code, region)
        self._take(entry, "row", f"the tile in row {tile.row}, column {tile.column} is", tile.place, region)
        return tile

    def _take(self, entry: Entry, field: str, subject: str, key: str | tuple[int, int], region: str) -> None:
        owner = self._owners.setdefault(key, region)
        if owner != region:
            raise entry.fault(field, f"{subject} region '{owner}'s too", "give one of the two another")


def _position(entry: Entry, field: str) -> int:
    number = entry.number(field)
    if not 1 <= number <= WIDEST:
        raise entry.fault(
            field, f"{number} lies outside the map", f"choose from 1 to {WIDEST}, counted from the top left"
        )
    return number


def _code(entry: Entry) -> str:
    code = entry.text("code")
    if not _CODE.fullmatch(code):
        raise entry.fault("code", f"'{code}' is no code of a tile", 'write three capitals, like code = "EHV"')
    return code

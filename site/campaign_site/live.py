"""What is on air: the public pages as content and clock say now. Editors change files, and the site follows by itself.

Bad content never replaces good: a fault is written down, and the last good pages stay. The next state of the site is
rendered ahead, so that at its instant there is nothing left to do.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from campaign_site.campaign_files import look_of
from campaign_site.library.calendar import leading
from campaign_site.links import MissingHelplineFactError
from campaign_site.prerender import Snapshot, Timeline
from campaign_site.publication import Publication
from tipline.care_points import FOLLOWED
from tipline.content_files import ContentFaultError, stamp

log = logging.getLogger("signaallijn")

SOON = timedelta(minutes=20)
"""A change that is this near is rendered at once, at start even before the first request is answered."""
CALM = timedelta(minutes=10)
"""For this long after a change the machine is left to those who came for it, before the next one is rendered."""
FAULTS = (ContentFaultError, MissingHelplineFactError)

FilesState = tuple[tuple[str, int, int], ...]
"""Path, time of last change in nanoseconds, and size of every file."""


@dataclass(frozen=True)
class OnAir:
    """A publication and its rendered pages; swapped for another as one value."""

    publication: Publication
    timeline: Timeline


class LiveSite:
    """The public site. `keep_up` is called every few seconds and does what is due."""

    def __init__(
        self, read: Callable[[], Publication], watched: Callable[[], FilesState], clock: Callable[[], datetime]
    ) -> None:
        """Raises what the content can be at fault with: a server never starts with bad content."""
        self._read, self._watched, self._clock = read, watched, clock
        self._seen = self._last = watched()
        self._on_air = _on_air(read(), clock())
        self.fault: str | None = None
        """What is wrong with the content that was read last, None when it is on air."""

    @property
    def publication(self) -> Publication:
        return self._on_air.publication

    @property
    def timeline(self) -> Timeline:
        return self._on_air.timeline

    def page(self, template: str, language: str, **context: object) -> str:
        """A template as a page that is made on request: drawn as the content says now, in the look of the campaign that
        leads now."""
        publication = self.publication
        leads = leading(publication.material.library.campaigns, self._clock())
        return publication.rendering.page(template, language, **{**look_of(leads), **context})

    def keep_up(self) -> None:
        """Reads the content again when it changed, and renders what is due."""
        state, last = self._watched(), self._last
        self._last = state
        if state != self._seen and state == last:  # changed, and nobody is writing any more
            self._seen = state
            self._read_again()
        else:
            self._render_ahead()

    def _read_again(self) -> None:
        try:
            self._on_air = _on_air(self._read(), self._clock(), self._on_air.timeline.snapshots[0])
            self.fault = None
        except FAULTS as fault:
            self._tell(fault)

    def _render_ahead(self) -> None:
        """Some faults show only when a page is rendered, and so a page that nobody may see yet may hold one."""
        air = self._on_air
        try:
            timeline = rendered_ahead(air.publication, air.timeline.snapshots, self._clock())
        except FAULTS as fault:
            if str(fault) != self.fault:  # it is tried again every few seconds, and told once
                self._tell(fault)
        else:
            self._on_air = OnAir(air.publication, timeline)

    def _tell(self, fault: Exception) -> None:
        self.fault = str(fault)
        log.error("%s; the last good pages stay on air", fault)


def _on_air(publication: Publication, now: datetime, before: Snapshot | None = None) -> OnAir:
    """What a publication looks like from now on; pages that are the same as `before` are shared with it."""
    return OnAir(publication, rendered_ahead(publication, (publication.snapshot(now, before),), now))


def rendered_ahead(publication: Publication, snapshots: Sequence[Snapshot], now: datetime) -> Timeline:
    """The snapshots without those that are over, and with those that are due."""
    over = sum(snapshot.starts <= now for snapshot in snapshots) - 1
    kept = list(snapshots[max(over, 0) :])
    while (following := publication.next_change(kept[-1].starts)) and _is_due(following, kept, now):
        kept.append(publication.snapshot(following, kept[-1]))
    return Timeline(tuple(kept), following)


def _is_due(following: datetime, kept: Sequence[Snapshot], now: datetime) -> bool:
    is_next = len(kept) == 1
    return following - now <= SOON or (is_next and now - kept[0].starts >= CALM)


def files_state(content: Path) -> FilesState:
    """The state of the content that is followed while the server runs. Tables of places and the questions of the form
    are read at start only: drafts depend on them."""
    tipline = content / "tipline"
    followed = [tipline / name for name in FOLLOWED]
    files = [*(content / "campaign").rglob("*"), *(tipline / "keys").glob("*.toml"), *followed]
    return tuple(sorted((str(file), *stamp(file)) for file in files if file.is_file()))

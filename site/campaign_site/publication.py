"""Everything public that follows from one reading of the content, without a database: what pages are made from, how
they are drawn, and how they look at an instant."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from campaign_site.addresses import ADDRESSES
from campaign_site.library import calendar
from campaign_site.library import library as content_library
from campaign_site.library.library import Library, Outside
from campaign_site.library.site_files import SiteFiles, read_security
from campaign_site.pages.material import Material
from campaign_site.prerender import Snapshot, prerender
from campaign_site.rendering import Catalogues, Rendering
from campaign_site.settings import PACKAGE, PublicSettings
from campaign_site.static_files import StaticFiles
from tipline.care_points import CarePoints, load_care_points
from tipline.geography import Geography, load_geography
from tipline.tipster import addresses as tipster_addresses

TIPLINE = Path(tipster_addresses.__file__).parent.parent
ALL_ADDRESSES: Mapping[str, Mapping[str, str]] = {**ADDRESSES, **tipster_addresses.ADDRESSES}
NAMED_PAGES = frozenset(
    name for name, paths in ALL_ADDRESSES.items() if not any("{" in path for path in paths.values())
)
"""Pages that a text can link to by name alone: one with a field in its address is many pages."""


@dataclass(frozen=True)
class Publication:
    """One state of the content, ready to be rendered as of any instant."""

    material: Material
    rendering: Rendering
    files: SiteFiles

    def next_change(self, instant: datetime) -> datetime | None:
        """The first instant after this one at which any page differs; None when nothing changes any more."""
        library = self.material.library
        changes = [calendar.next_change(library.campaigns, instant)]
        changes += [end for end in calendar.event_ends(library.local.values()) if end > instant]
        if self.files.security.holds_at(instant):
            changes.append(self.files.security.expires)
        return min((change for change in changes if change), default=None)

    def snapshot(self, instant: datetime, before: Snapshot | None = None) -> Snapshot:
        """All pages from an instant on. Those that are the same as in the snapshot `before` are shared with it. Raises
        what the templates raise: a bad page never goes out."""
        known = before.pages if before else {}
        return Snapshot(instant, prerender(self.material, self.rendering, instant, self.files, known))

    def every_snapshot(self, now: datetime) -> Iterator[Snapshot]:
        """The pages as they are now, and after every change that is known to come."""
        snapshot = self.snapshot(now)
        yield snapshot
        while following := self.next_change(snapshot.starts):
            snapshot = self.snapshot(following, snapshot)
            yield snapshot


def read_publication(
    settings: PublicSettings, geography: Geography, care_points: CarePoints, static: StaticFiles
) -> Publication:
    """What the content says now. Raises ContentFaultError."""
    library = _library(settings, geography, care_points)
    material = Material(library, geography, care_points, ALL_ADDRESSES, settings.is_demo)
    return Publication(material, _rendering(material, static, settings), read_site_files(settings))


def read_by_itself(settings: PublicSettings) -> tuple[Publication, StaticFiles]:
    """What the content says now, for a command that serves nothing. Raises ContentFaultError."""
    geography = load_geography(settings.content / "tipline")
    care_points = load_care_points(settings.content / "tipline", geography)
    static = StaticFiles(settings.static)
    return read_publication(settings, geography, care_points, static), static


def read_site_files(settings: PublicSettings) -> SiteFiles:
    """What robots.txt and its like are made from. Raises ContentFaultError."""
    return SiteFiles(settings.base_url, read_security(settings.content / "campaign" / "security.toml"))


def _library(settings: PublicSettings, geography: Geography, care_points: CarePoints) -> Library:
    outside = Outside(frozenset(geography.municipalities), frozenset(care_points.helplines), NAMED_PAGES)
    return content_library.load(settings.content / "campaign", outside)


def _rendering(material: Material, static: StaticFiles, settings: PublicSettings) -> Rendering:
    library = material.library
    values = {
        "site": library.site,
        "demo": material.is_demo,
        "base_url": settings.base_url,
        "has_mail": settings.has_mail,
        "has_puzzle": settings.has_puzzle,
        "slot_minutes": settings.slot_minutes,
    }
    return Rendering(
        [PACKAGE / "templates", TIPLINE / "templates"],
        [Catalogues(PACKAGE / "locale", "campaign_site"), Catalogues(TIPLINE / "locale", "tipline")],
        material.addresses,
        static.url,
        material.care_points.helplines,
        values,
        library.shown_guides(is_demo=material.is_demo),
        library.asked_guides(is_demo=material.is_demo),
    )

"""Everything that can be wrong with the content, told in one run; and what is right but waits for someone."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from campaign_site.library.about_site import AboutSite
from campaign_site.library.cards import missing_cards
from campaign_site.library.library import Library, Outside, find_faults
from campaign_site.library.site_files import Security, read_security
from campaign_site.links import MissingHelplineFactError
from campaign_site.publication import NAMED_PAGES, read_by_itself
from campaign_site.readiness import PointReadiness, Readiness, TextReadiness
from campaign_site.settings import PublicSettings
from tipline import care_points, geography, geography_update, questions
from tipline.care_points import CarePoints, Helpline
from tipline.content_files import CONTENT_TIME_ZONE, Faults

SOON, YEAR = timedelta(days=30), timedelta(days=365)
REVIEW = "Texts whose review is pending"
FILL_IN = "To fill in before launch"
DRAW = "Cards to draw anew (content/campaign/campaigns/)"
CONFIRM_LINES = "Help lines with something to confirm (content/tipline/helplines.toml)"
CONFIRM_POINTS = "Care points that have not confirmed their entry (content/tipline/care_points.toml)"


@dataclass(frozen=True)
class Checked:
    """What a check found. Only content without faults can be asked what waits."""

    faults: Sequence[str]
    waiting: Mapping[str, Sequence[str]]
    """Heading -> lines."""


def check_content(settings: PublicSettings, now: datetime) -> Checked:
    """Reads all content as the server would, and renders every page as it is now and after every change to come."""
    faults = content_faults(settings.content)
    if faults.found:
        return Checked([str(fault) for fault in faults.found], {})
    try:
        publication, _ = read_by_itself(settings)
        for _ in publication.every_snapshot(now):
            pass  # rendering is the check
    except MissingHelplineFactError as fault:
        return Checked([str(fault)], {})
    waiting = {
        FILL_IN: [
            *_to_fill_in(publication.files.security, now),
            *_about_to_fill_in(publication.material.library.about, now),
        ],
        REVIEW: publication.material.library.pending(),
        DRAW: _to_draw(publication.material.library),
        **_to_confirm(publication.material.care_points),
    }
    return Checked([], {heading: lines for heading, lines in waiting.items() if lines})


def content_faults(content: Path) -> Faults:
    """All that is wrong with the files of this content."""
    faults, folder = Faults(), content / "tipline"
    municipalities = geography.find_faults(folder, faults)
    helplines = care_points.find_faults(folder, municipalities, faults)
    with faults.kept():
        questions.load_questions(folder / "tip_form.toml")
    for change in sorted((folder / "changes").glob("*.toml")):
        with faults.kept():
            geography_update.read_change(change)
    with faults.kept():
        read_security(content / "campaign" / "security.toml")
    outside = Outside(frozenset(municipalities), frozenset(helplines), NAMED_PAGES)
    find_faults(content / "campaign", outside, _lacking(helplines), faults)
    return faults


def _to_fill_in(security: Security, now: datetime) -> Sequence[str]:
    file = "content/campaign/security.toml"
    lines = []
    if not security.contact:
        lines.append(f"{file}: contact; until then there is no security.txt")
    if not SOON < security.expires - now < YEAR:
        lines.append(f"{file}: expires; write a day more than 30 days and less than a year ahead")
    return lines


def _about_to_fill_in(about: AboutSite, now: datetime) -> Sequence[str]:
    today = now.astimezone(CONTENT_TIME_ZONE).date()
    told = (*about.publisher.to_fill_in(), *about.accessibility.to_fill_in(today))
    return [f"content/campaign/{line}" for line in told]


def _to_draw(library: Library) -> Sequence[str]:
    """Campaigns whose cards do not show what they say now."""
    missing = {each.slug: len(list(missing_cards(each, library.regions.values()))) for each in library.campaigns}
    return [f"{slug}: {count}; make cards CAMPAIGN={slug}" for slug, count in missing.items() if count]


def _lacking(helplines: Mapping[str, Helpline | None]) -> frozenset[str]:
    """Links that ask a help line for what its entry does not give."""
    asked = {key: _facts(line) for key, line in helplines.items() if line}
    return frozenset(f"{kind}:{key}" for key, facts in asked.items() for kind, fact in facts.items() if not fact)


def _facts(line: Helpline) -> Mapping[str, str | None]:
    """What the kinds of links ask of a help line."""
    return {"line": line.number, "web": line.website, "hours": line.hours_nl}


def _to_confirm(found: CarePoints) -> Mapping[str, Sequence[str]]:
    return {
        CONFIRM_LINES: [f"{line.id}: {line.name}" for line in found.helplines.values() if line.confirm],
        CONFIRM_POINTS: [
            f"{point.id}: {point.organisation}, {point.region_label}"
            for point in found.points.values()
            if not point.confirmed_on and not point.is_national
        ],
    }


def launch_lines(found: Readiness) -> Iterator[str]:
    """What a campaign still lacks, a line for the nation and for each region."""
    when = found.launch.astimezone(CONTENT_TIME_ZONE).isoformat(" ", "minutes") if found.launch else "no moment written"
    yield f"{found.campaign.slug}: goes live {when}"
    yield f"  national: {_lacks(found.text, [found.national])}"
    for each in found.regions:
        by_national = [f"national point for {each.by_national_point}"] if each.by_national_point else []
        yield f"  {each.region.slug}: {_lacks(each.edition, each.points, by_national)}"
    yield f"{found.ready_regions} of {len(found.regions)} regions have everything; the others show the national text"


def _lacks(text: TextReadiness, points: Iterable[PointReadiness], others: Iterable[str] = ()) -> str:
    lacking = [*_text_lacks(text), *(lack for point in points for lack in _point_lacks(point)), *others]
    return "; ".join(lacking) or "ready"


def _text_lacks(text: TextReadiness) -> Iterator[str]:
    if text.missing:
        yield f"no text in {', '.join(text.missing)}"
    if text.languages and not text.is_reviewed:
        yield "text awaits review"


def _point_lacks(each: PointReadiness) -> Iterator[str]:
    if not each.is_confirmed:
        yield f"{each.point.id} has not confirmed its contact"
    if each.is_open is None:
        yield f"{each.point.id} may be open or not (no data directory here)"
    elif not each.is_open:
        yield f"{each.point.id} is not open"

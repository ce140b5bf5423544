"""All content of the campaign site as one value, with every reference in it checked.

Imports nothing of the web, and knows of the tip line only the ids that texts may refer to.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from campaign_site.library.about_site import AboutSite, find_about_faults, read_about_site
from campaign_site.library.campaigns import NATIONAL, read_campaign
from campaign_site.library.documents import Reference, read_document, read_documents
from campaign_site.library.entries import (
    Campaign,
    Check,
    Document,
    Guide,
    Reader,
    Region,
    Site,
)
from campaign_site.library.guides import read_guide, read_guides
from campaign_site.library.local import TABLES, Local, NamedPoints, read_local, read_named_points
from campaign_site.library.needs import Need, read_needs
from campaign_site.library.signal_check import ASKED, check_files, read_check, read_checks
from campaign_site.library.tiles import Tiles
from tipline import content_files
from tipline.content_files import ContentFaultError, Entry, Faults
from tipline.languages import LANGUAGES

PAGES = frozenset(
    [
        "about",
        "about_tip_line",
        "colophon",
        "help",
        "library",
        "nature_and_size",
        "privacy",
        "privacy_law",
        "professionals",
    ]
)
"""The texts that pages are made from, each in every language."""
PUT_BACK = "put it back from the repository, in every language"


@dataclass(frozen=True)
class Outside:
    """What texts may refer to outside the library."""

    municipalities: frozenset[str]
    """CBS codes; each must lie in exactly one region."""
    helplines: frozenset[str]
    pages: frozenset[str]
    """Names of pages that have an address."""


@dataclass(frozen=True)
class Library:
    """Everything editors wrote."""

    site: Site
    campaigns: tuple[Campaign, ...]
    regions: Mapping[str, Region]
    """By slug, in the order of their Dutch names."""
    pages: Mapping[str, Mapping[str, Document]]
    """Name of the page -> language -> text."""
    guides: Mapping[str, Mapping[str, Guide]]
    """Name of the guide -> language -> guide."""
    checks: Mapping[Reader, Mapping[str, Check]]
    """Reader -> language -> the words of the signal check; it asks no others."""
    about: AboutSite
    """What the site says about itself and its sources, besides its texts."""
    needs: tuple[Need, ...]
    """In the order of the pages."""
    named_points: NamedPoints
    local: Mapping[str, Local]
    """Region slug -> what it tells about itself, for every region."""

    def region_of(self, municipality: str) -> Region:
        """The region a municipality lies in. Raises KeyError for a code that is not a municipality's."""
        return next(region for region in self.regions.values() if municipality in region.municipalities)

    def documents(self) -> Iterable[tuple[str, Document]]:
        """Every document with a name to report it by."""
        for page, texts in self.pages.items():
            yield from ((f"pages/{page}.{language}.md", text) for language, text in texts.items())
        for guide, guide_texts in self.guides.items():
            yield from ((f"guides/{guide}.{language}.md", text.document) for language, text in guide_texts.items())
        for reader, checks in self.checks.items():
            yield from ((f"check/{reader}.{language}.md", check.document) for language, check in checks.items())
        for work, work_texts in self.about.works.items():
            yield from ((f"library/{work}.{language}.md", text.summary) for language, text in work_texts.items())
        for campaign in self.campaigns:
            where = f"campaigns/{campaign.slug}"
            yield from ((f"{where}/{NATIONAL}.{language}.md", text) for language, text in campaign.texts.items())
            for region, texts in campaign.editions.items():
                yield from ((f"{where}/editions/{region}.{language}.md", text) for language, text in texts.items())

    def shown_guides(self, *, is_demo: bool) -> Mapping[str, Mapping[str, Guide]]:
        """The guides that may be shown: one that awaits review in one language waits in all of them."""
        if is_demo or self.site.publish_unreviewed:
            return self.guides
        return {
            name: texts
            for name, texts in self.guides.items()
            if not any(text.document.is_pending for text in texts.values())
        }

    def asked_guides(self, *, is_demo: bool) -> Mapping[str, Mapping[str, Guide]]:
        """The guides whose signals the check asks about: those with shown words for their reader. None while the first
        page of the check, which speaks to adults, awaits its review."""
        shown = self.shown_guides(is_demo=is_demo)
        asked = {reader for reader in self.checks if is_demo or self.site.publish_unreviewed or self._is_judged(reader)}
        if Reader.ADULT not in asked:
            return {}
        return {name: texts for name, texts in shown.items() if all(guide.reader in asked for guide in texts.values())}

    def _is_judged(self, reader: Reader) -> bool:
        return not any(check.document.is_pending for check in self.checks[reader].values())

    def pending(self) -> tuple[str, ...]:
        """Names of the documents whose review is still pending."""
        return tuple(name for name, text in self.documents() if text.is_pending)


def load(folder: Path, outside: Outside) -> Library:
    """The library in a folder. Raises ContentFaultError for the first fault found."""
    references: list[Reference] = []
    site = _read_site(folder / "site.toml", outside)
    regions = _read_regions(folder / "regions", outside)
    named_points = read_named_points(folder / "action_points.toml")
    named = [point.id for point in named_points.points]
    library = Library(
        site=site,
        campaigns=tuple(read_campaign(each, regions, references) for each in sorted((folder / "campaigns").glob("*/"))),
        regions=regions,
        pages=_read_pages(folder / "pages", references),
        guides=read_guides(folder / "guides", references),
        checks=read_checks(folder / "check", references),
        about=read_about_site(folder, references),
        needs=read_needs(folder / "needs.toml", references),
        named_points=named_points,
        local={slug: read_local(folder / "regions" / f"{slug}.toml", named) for slug in regions},
    )
    for reference in references:
        _check(reference, outside, library.guides)
    return library


def _read_pages(folder: Path, references: list[Reference]) -> dict[str, dict[str, Document]]:
    pages = read_documents(folder, references)
    for missing in sorted(PAGES - set(pages)):
        raise ContentFaultError(folder / f"{missing}.{LANGUAGES[0]}.md", 1, "this file is missing", PUT_BACK)
    for unknown in sorted(set(pages) - PAGES):
        what, mend = f"there is no page '{unknown}'", f"name it after one of: {', '.join(sorted(PAGES))}"
        raise ContentFaultError(folder / f"{unknown}.{LANGUAGES[0]}.md", 1, what, mend)
    return pages


def find_faults(folder: Path, outside: Outside, lacking: frozenset[str], faults: Faults) -> None:
    """Gathers what is wrong with the library: one fault at least of each file that has any, and every link that leads
    nowhere. `lacking`: links, like `line:fier`, that ask a help line for what its entry does not give."""
    with faults.kept():
        _read_site(folder / "site.toml", outside)
    regions, tiles, owner = sorted((folder / "regions").glob("*.toml")), Tiles(), dict[str, str]()
    for file in regions:
        with faults.kept():
            _read_region(file, outside, tiles, owner)
    references: list[Reference] = []
    _find_local_faults(folder, regions, references, faults)
    for campaign in sorted((folder / "campaigns").glob("*/")):
        with faults.kept():
            read_campaign(campaign, [file.stem for file in regions], [])
    for file in (*folder.glob("pages/*.md"), *folder.glob("campaigns/**/*.md")):
        with faults.kept():
            references.extend(read_document(file)[1])
    guides = sorted(folder.glob("guides/*.md"))
    for file in guides:
        with faults.kept():
            references.extend(read_guide(file)[1])
    for reader in ASKED:
        for file in check_files(folder / "check", reader).values():
            with faults.kept():
                references.extend(read_check(file)[1])
    names = {file.stem.rpartition(".")[0] for file in guides}
    find_about_faults(folder, references, faults)
    for reference in references:
        with faults.kept():
            _check(reference, outside, names)
            _check_fact(reference, lacking)
    with faults.kept():
        load(folder, outside)


def _find_local_faults(folder: Path, regions: Iterable[Path], references: list[Reference], faults: Faults) -> None:
    with faults.kept():
        read_needs(folder / "needs.toml", references)
    named: list[str] = []
    with faults.kept():
        named = [point.id for point in read_named_points(folder / "action_points.toml").points]
    for file in regions:
        with faults.kept():
            read_local(file, named)


def _read_site(file: Path, outside: Outside) -> Site:
    entry = content_files.read_document(file).root.only(*Site.__dataclass_fields__)
    return Site(
        name=entry.text("name"),
        name_language=entry.text("name_language"),
        exit_target=entry.text("exit_target"),
        languages=entry.by_language("languages"),
        publish_unreviewed=entry.flag("publish_unreviewed"),
        foot_full=_known_lines(entry, "foot_full", outside),
        foot_low=_known_lines(entry, "foot_low", outside),
        help=_known_lines(entry, "help", outside),
    )


def _known_lines(entry: Entry, field: str, outside: Outside) -> tuple[str, ...]:
    ids = entry.texts(field)
    for unknown in sorted(set(ids) - outside.helplines):
        mend = f"choose from: {', '.join(sorted(outside.helplines))}"
        raise entry.fault(field, f"there is no help line '{unknown}'", mend)
    return ids


def _read_regions(folder: Path, outside: Outside) -> dict[str, Region]:
    regions: dict[str, Region] = {}
    owner: dict[str, str] = {}
    tiles = Tiles()
    for file in sorted(folder.glob("*.toml")):
        regions[file.stem] = _read_region(file, outside, tiles, owner)
    for orphan in sorted(outside.municipalities - set(owner)):
        raise ContentFaultError(folder, 1, f"'{orphan}' lies in no region", "add it to the file of its region")
    return dict(sorted(regions.items(), key=lambda item: item[1].names["nl"].casefold()))


def _read_region(file: Path, outside: Outside, tiles: Tiles, owner: dict[str, str]) -> Region:
    """One region; what it takes is entered in `tiles` and `owner`."""
    document = content_files.read_document(file)
    entry = document.root.only("name", "municipalities", "tile", *TABLES)
    tile = tiles.read(document, file.stem)
    region = Region(file.stem, entry.by_language("name"), entry.texts("municipalities"), tile)
    for code in region.municipalities:
        if code not in outside.municipalities:
            raise entry.fault("municipalities", f"'{code}' is not a municipality", "take it out or correct it")
        if code in owner:
            mend = "take it out of one of the two"
            raise entry.fault("municipalities", f"'{code}' is in region '{owner[code]}' too", mend)
        owner[code] = region.slug
    return region


def _check(reference: Reference, outside: Outside, guides: Collection[str]) -> None:
    known = {"page": outside.pages, "guide": guides}.get(reference.kind, outside.helplines)
    if reference.id in known:
        return
    what = f"'{reference.kind}:{reference.id}' leads nowhere"
    raise ContentFaultError(reference.file, reference.line, what, f"choose from: {', '.join(sorted(known))}")


def _check_fact(reference: Reference, lacking: frozenset[str]) -> None:
    link = f"{reference.kind}:{reference.id}"
    if link in lacking:
        how = "write it in helplines.toml, or take the link out"
        raise ContentFaultError(reference.file, reference.line, f"nobody wrote what '{link}' asks for", how)

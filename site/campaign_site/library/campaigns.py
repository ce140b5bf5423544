"""A campaign is a folder: `campaign.toml`, national text `national.<language>.md`, `editions/<region>.<language>.md`.

A region writes its edition in one language or in both; where it has none, its page shows the national text.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

from campaign_site.library.cards import read_cards
from campaign_site.library.documents import Reference, read_documents, read_source
from campaign_site.library.entries import Campaign, Document, Fact, Phase, PhaseName, Source, Texts
from campaign_site.library.themes import read_theme
from tipline import content_files
from tipline.content_files import ContentFaultError, Entry

NATIONAL = "national"


def read_campaign(folder: Path, regions: Iterable[str], references: list[Reference]) -> Campaign:
    """The campaign in a folder; what its texts refer to is added to `references`. Raises ContentFaultError."""
    head = content_files.read_document(folder / "campaign.toml")
    entry = head.root.only("name", "lead", "announcement", "aftercare", "theme", "phases", "facts")
    phases = _read_phases(head.tables("phases"))
    campaign = Campaign(
        slug=folder.name,
        names=entry.by_language("name"),
        leads=entry.by_language("lead"),
        announcement=_words_of(PhaseName.ANNOUNCED, "announcement", entry, phases),
        aftercare=_words_of(PhaseName.AFTERCARE, "aftercare", entry, phases),
        phases=phases,
        facts=tuple(_read_fact(each) for each in head.tables("facts")),
        texts=_national(folder, references),
        editions=read_documents(folder / "editions", references, languages=()),
        theme=read_theme(head),
        cards=read_cards(folder, tuple(regions)),
    )
    for unknown in sorted(set(campaign.editions) - set(regions)):
        file = next((folder / "editions").glob(f"{unknown}.*.md"))
        raise ContentFaultError(file, 1, f"there is no region '{unknown}'", "name the file after a region's file")
    return campaign


def _read_phases(entries: Iterable[Entry]) -> tuple[Phase, ...]:
    """Phases rise: in the order of their names, and each begins after the one before it."""
    phases: list[Phase] = []
    order = list(PhaseName)
    for entry in entries:
        entry.only("phase", "starts")
        phase = Phase(entry.word("phase", PhaseName), entry.instant("starts"))
        if phases and order.index(phase.name) <= order.index(phases[-1].name):
            what = f"phase '{phase.name}' stands after '{phases[-1].name}'"
            raise entry.fault("phase", what, f"write each once, in this order: {', '.join(order)}")
        if phases and phase.starts <= phases[-1].starts:
            what = f"phase '{phase.name}' does not begin after '{phases[-1].name}'"
            raise entry.fault("starts", what, "write a later moment")
        phases.append(phase)
    return tuple(phases)


def _words_of(name: PhaseName, field: str, entry: Entry, phases: Iterable[Phase]) -> Texts | None:
    """The first words of a campaign in one phase; they must be there when the phase is planned."""
    is_planned = any(phase.name is name for phase in phases)
    return entry.by_language(field) if is_planned else entry.optional_by_language(field)


def _read_fact(entry: Entry) -> Fact:
    entry.only("text", *Source.__dataclass_fields__)
    return Fact(entry.by_language("text"), read_source(entry))


def _national(folder: Path, references: list[Reference]) -> Mapping[str, Document]:
    return read_documents(folder, references).get(NATIONAL, {})

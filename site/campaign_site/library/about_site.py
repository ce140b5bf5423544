"""What the site says about itself and its sources, besides its texts: read together, so that `library` needs to know
one value only."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from campaign_site.library.accessibility import AccessibilityStatement, read_statement
from campaign_site.library.credits import Credits, read_credits
from campaign_site.library.documents import Reference
from campaign_site.library.publisher import Publisher, read_publisher
from campaign_site.library.works import FOLDER, Work, read_work, read_works
from tipline.content_files import Faults


@dataclass(frozen=True)
class AboutSite:
    """Publisher, accessibility statement, credits and the works in the library."""

    publisher: Publisher
    accessibility: AccessibilityStatement
    credits: Credits
    works: Mapping[str, Mapping[str, Work]]
    """Anchor -> language -> work."""


def read_about_site(folder: Path, references: list[Reference]) -> AboutSite:
    """What stands in a content folder. Raises ContentFaultError for the first fault found."""
    return AboutSite(
        publisher=read_publisher(folder),
        accessibility=read_statement(folder),
        credits=read_credits(folder),
        works=read_works(folder, references),
    )


def find_about_faults(folder: Path, references: list[Reference], faults: Faults) -> None:
    """Gathers one fault of each file that has any."""
    for read in (read_publisher, read_statement, read_credits):
        with faults.kept():
            read(folder)
    for file in sorted((folder / FOLDER).glob("*.md")):
        with faults.kept():
            references.extend(read_work(file)[1])

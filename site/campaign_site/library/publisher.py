"""Who publishes the site, and where regions and partners can reach them: `publisher.toml`."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from campaign_site.library.contacts import Contact, read_contact
from tipline import content_files

FILE = "publisher.toml"


@dataclass(frozen=True)
class Publisher:
    """The organisation behind the site. What is None must be filled in before launch; the pages say so."""

    name: str | None
    contact: Contact | None

    def to_fill_in(self) -> Sequence[str]:
        """What an editor still has to write."""
        told = {
            "name; until then the pages say that nobody publishes the site yet": self.name,
            "contact; until then regions and partners can't take part": self.contact,
        }
        return [f"{FILE}: {what}" for what, value in told.items() if not value]


def read_publisher(folder: Path) -> Publisher:
    """What publisher.toml says. Raises ContentFaultError."""
    entry = content_files.read_document(folder / FILE).root.only("name", "contact")
    return Publisher(entry.optional_text("name"), read_contact(entry))

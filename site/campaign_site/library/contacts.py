"""Where someone can be reached about the site itself. Empty until it is filled in: an address nobody reads is worse
than none."""

from dataclasses import dataclass

from tipline.content_files import Entry

KINDS = ("mailto:", "https://", "tel:")


@dataclass(frozen=True)
class Contact:
    """An address, as a link that a browser can follow."""

    address: str

    @property
    def words(self) -> str:
        """The address as a person reads it."""
        kind = next(kind for kind in KINDS if self.address.startswith(kind))
        return self.address.removeprefix(kind)


def read_contact(entry: Entry, field: str = "contact") -> Contact | None:
    """The contact in a field, None while it is empty. Raises ContentFaultError."""
    address = entry.optional_text(field)
    if address and not address.startswith(KINDS):
        raise entry.fault(field, f"`{address}` is no address", f"begin it with one of: {', '.join(KINDS)}")
    return Contact(address) if address else None

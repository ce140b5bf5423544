"""A case as files to take along: every sealed file that the care point has of it, as it is stored, in one zip archive.

Nothing is opened for it. docs/exports.md says how to open the files with any age tool. Knows nothing of pages."""

import io
import zipfile
from collections.abc import Sequence
from datetime import date

from tipline.storage.cases import StoredCase
from tipline.storage.tips import StoredMessage

README = """\
Dit zijn de verzegelde bestanden van een zaak: de melding (tip.age) en alles wat daarna kwam, genummerd.
Elk bestand is een age-bestand (https://age-encryption.org). Open ze met age 1.3 of later en de sleutel van uw hulppunt:

    age --decrypt --identity sleutel.txt tip.age

Wat eruit komt is tekst (JSON) met spaties erachter. Bewaar het niet langer dan nodig, en wis het daarna.

These are the sealed files of a case: the tip (tip.age) and all that came after it, numbered.
Each is an age file (https://age-encryption.org). Open them with age 1.3 or later and your care point's key:

    age --decrypt --identity key.txt tip.age

What comes out is text (JSON) with spaces behind it. Keep it no longer than needed, then delete it.
"""


def archive_of(case: StoredCase, messages: Sequence[StoredMessage]) -> bytes:
    """The archive. Its files carry the dates on which they were written, and no hour."""
    files = [("tip.age", case.received_on, case.sealed)]
    files += [(f"{each.kind}-{each.number}.age", each.written_on, each.sealed) for each in messages]
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(_entry("README.txt", case.received_on), README)
        for name, written_on, sealed in files:
            archive.writestr(_entry(name, written_on), sealed)
    return made.getvalue()


def _entry(name: str, written_on: date) -> zipfile.ZipInfo:
    return zipfile.ZipInfo(name, (written_on.year, written_on.month, written_on.day, 0, 0, 0))

"""The published key of a care point, and who may hold it: a file in `keys/`, as docs/formats.md ("Key files") says.

That a holder is named here is half of what opens a care point; the other half is his proof, which the database knows.
"""

import datetime
import re
from dataclasses import dataclass
from pathlib import Path

from tipline import digits, sealing
from tipline.content_files import Entry, read_versioned, toml_text, write_whole

FINGERPRINT_LENGTH = 25


@dataclass(frozen=True)
class Holder:
    """A coordinator who may hold the care point's key, approved by telephone."""

    name: str
    fingerprint: str
    approved_on: datetime.date


@dataclass(frozen=True)
class Revoked:
    """A holder of this very key who may hold it no more: the key must be renewed."""

    fingerprint: str
    revoked_on: datetime.date


@dataclass(frozen=True)
class PublishedKey:
    """The public key to which a care point's tips are sealed, and who may hold the secret part."""

    care_point: str
    number: int
    """Rises by one at each rotation, from 1."""
    recipient: str
    fingerprint: str
    made_on: datetime.date
    is_demo: bool
    holders: tuple[Holder, ...]
    recovery_sheet: str | None
    """The fingerprint of the recovery sheet, when there is one."""
    revoked: tuple[Revoked, ...] = ()
    """Those who had this key and may hold it no more; a renewed key begins without any."""


def read_key_file(file: Path) -> PublishedKey:
    """A key file, as docs/formats.md ("Key file") says. Raises ContentFaultError."""
    document = read_versioned(file)
    entry = document.root.only(
        *("version", "care_point", "number", "recipient", "fingerprint", "made_on", "demo", "holders"),
        *("recovery_sheet", "revoked"),
    )
    key = PublishedKey(
        care_point=entry.text("care_point"),
        number=entry.number("number"),
        recipient=entry.text("recipient"),
        fingerprint=_fingerprint(entry),
        made_on=entry.date("made_on"),
        is_demo=entry.flag("demo"),
        holders=tuple(_holder(holder) for holder in document.tables("holders")),
        recovery_sheet=next(
            (_fingerprint(sheet.only("fingerprint")) for sheet in document.tables("recovery_sheet")), None
        ),
        revoked=tuple(_revoked(entry) for entry in document.tables("revoked")),
    )
    _check_key(entry, key)
    return key


def _check_key(entry: Entry, key: PublishedKey) -> None:
    if key.care_point != entry.file.stem:
        raise entry.fault(
            "care_point", f"this is the file of `{entry.file.stem}`", "name the file after its care point"
        )
    if key.number < 1:
        raise entry.fault("number", "keys are numbered from 1", "write the number of this key")
    try:
        fingerprint = sealing.fingerprint(key.recipient)
    except sealing.NotARecipientError:
        raise entry.fault("recipient", "this is no recipient", "copy the whole line that starts with age1pq1") from None
    if fingerprint != key.fingerprint:
        raise entry.fault(
            "fingerprint", "this is not the recipient's fingerprint", "find out which of the two is altered"
        )


def _holder(entry: Entry) -> Holder:
    entry.only("name", "fingerprint", "approved_on")
    return Holder(entry.text("name"), _fingerprint(entry), entry.date("approved_on"))


def _revoked(entry: Entry) -> Revoked:
    entry.only("fingerprint", "revoked_on")
    return Revoked(_fingerprint(entry), entry.date("revoked_on"))


def _fingerprint(entry: Entry) -> str:
    fingerprint = entry.text("fingerprint")
    is_number = re.fullmatch(rf"[0-9]{{{FINGERPRINT_LENGTH}}}", fingerprint)
    if not is_number or not digits.is_sound(fingerprint):
        raise entry.fault("fingerprint", "this is no fingerprint", "write all 25 digits, without spaces")
    return fingerprint


def write_key_file(file: Path, key: PublishedKey) -> None:
    """Write a key file; a reader sees the old one or the new one, never half."""
    lines = [
        "version = 1",
        f"care_point = {toml_text(key.care_point)}",
        f"number = {toml_text(key.number)}",
        f"recipient = {toml_text(key.recipient)}",
        f"fingerprint = {toml_text(key.fingerprint)}",
        f"made_on = {toml_text(key.made_on)}",
    ]
    if key.is_demo:
        lines.append("demo = true")
    for holder in key.holders:
        lines += ["", "[[holders]]", f"name = {toml_text(holder.name)}"]
        lines += [f"fingerprint = {toml_text(holder.fingerprint)}", f"approved_on = {toml_text(holder.approved_on)}"]
    if key.recovery_sheet:
        lines += ["", "[recovery_sheet]", f"fingerprint = {toml_text(key.recovery_sheet)}"]
    for revoked in key.revoked:
        lines += ["", "[[revoked]]", f"fingerprint = {toml_text(revoked.fingerprint)}"]
        lines.append(f"revoked_on = {toml_text(revoked.revoked_on)}")
    write_whole(file, "\n".join(lines) + "\n")

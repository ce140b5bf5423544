"""What an operator does with codes that were told by telephone: writing keys, holders and sheets into a key file, and
taking a holder out of it.

The codes are typed, never copied from the database, and each must be the fingerprint of something there: so a key that
was put into the database by a stranger never gets into a key file, since nobody reads its code out. Knows nothing of
pages."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from tipline import digits
from tipline.care_points import CarePoints
from tipline.key_files import FINGERPRINT_LENGTH, Holder, PublishedKey, Revoked, write_key_file
from tipline.sealing import fingerprint_if_any
from tipline.storage import Store
from tipline.storage.coordinators import Coordinator
from tipline.storage.point_keys import Proposal
from tipline.storage.trail import Deed

OPERATOR = "operator"


class ApprovalError(Exception):
    """The key file was left as it is; the message says why."""


class UnknownCarePointError(ApprovalError):
    """No care point has this id."""


class NotACodeError(ApprovalError):
    """What was typed is not a row of codes of 25 digits."""


class WrongCodeDigitError(ApprovalError):
    """A code's check digit is not that of its other digits: one of them was misheard or mistyped."""


class UnknownCodeError(ApprovalError):
    """A code that is the fingerprint of nothing in the database for this care point."""


class NoKeyToHoldError(ApprovalError):
    """Holders were to be approved for a care point that has no key yet."""


class NobodyHoldsError(ApprovalError):
    """A key file would name no holder."""


class UnknownLoginError(ApprovalError):
    """No coordinator has this login."""


@dataclass(frozen=True)
class _Found:
    """What the typed codes are the fingerprints of."""

    proposal: Proposal | None
    has_sheet: bool
    people: Sequence[Coordinator]


class Approvals:
    """Writes key files. `folder` is `content/tipline`."""

    def __init__(self, folder: Path, store: Store, care_points: CarePoints, today: date) -> None:
        self._folder = folder
        self._store = store
        self._care_points = care_points
        self._today = today

    def approve(self, care_point: str, typed: Sequence[str]) -> Sequence[str]:
        """Writes what these codes stand for into the key file, and says what it did, in sentences. Raises a kind of
        ApprovalError, with nothing written."""
        if care_point not in self._care_points.points:
            raise UnknownCarePointError(f"no care point has the id `{care_point}`; see care_points.toml")
        current = self._care_points.keys.get(care_point)
        found = self._found(care_point, current, codes_in(typed))
        key = self._renewed(current, found.proposal, found) if found.proposal else current
        if key is None:
            raise NoKeyToHoldError("this care point has no key yet; type the code of its key too")
        key = replace(key, holders=_with(key.holders, found.people, self._today))
        if not key.holders:
            raise NobodyHoldsError("nobody would hold this key; type the code of a coordinator too")
        write_key_file(self._file(care_point), key)
        for about in [f"key {key.number}"] * bool(found.proposal) + [person.id for person in found.people]:
            self._record("approved", care_point, about)
        return _told(key, current, found)

    def revoke(self, login: str) -> Sequence[str]:
        """Ends a coordinator's account at once, and takes him out of the key file. Raises UnknownLoginError."""
        person = self._store.coordinators.by_login(login)
        if person is None:
            raise UnknownLoginError(f"no coordinator has the login `{login}`")
        ended = self._store.point_keys.revoke(person.id, person.care_point, self._today)
        key = self._care_points.keys.get(person.care_point)
        own = fingerprint_if_any(person.recipient)
        is_holder = key is not None and own in {holder.fingerprint for holder in key.holders}
        if key and is_holder:
            holders = tuple(holder for holder in key.holders if holder.fingerprint != own)
            revoked = (*key.revoked, Revoked(own, self._today))
            write_key_file(self._file(key.care_point), replace(key, holders=holders, revoked=revoked))
        if ended or is_holder:
            self._record("revoked", person.care_point, person.id)
        said = f"{person.login} has no access any more: sessions, grants and wrapped keys are gone."
        if not is_holder:
            return (said,)
        return (
            said,
            f"The key file of {person.care_point} does not name {person.name} any more.",
            "What this person had stays known to him: a holder must make a new key and a new sheet at the desk, today.",
        )

    def _file(self, care_point: str) -> Path:
        return self._folder / "keys" / f"{care_point}.toml"

    def _record(self, deed: str, care_point: str, about: str) -> None:
        self._store.trail.record(Deed(deed, OPERATOR, care_point, self._today, about=about))

    def _found(self, care_point: str, current: PublishedKey | None, codes: Iterable[str]) -> _Found:
        proposal = self._store.point_keys.proposal(care_point)
        if proposal and proposal.number != (current.number if current else 0) + 1:
            proposal = None  # of a key that was approved before, or of one that never will be
        people = {fingerprint_if_any(each.recipient): each for each in self._people(care_point)}
        key_code = fingerprint_if_any(proposal.recipient) if proposal else ""
        sheet_code = fingerprint_if_any(proposal.sheet_recipient) if proposal and proposal.sheet_recipient else ""
        wanted = dict.fromkeys(codes)
        for code in wanted:
            if code not in {key_code, sheet_code, *people}:
                raise UnknownCodeError(
                    f"{digits.grouped(code)} is the code of no key, coordinator or recovery sheet of {care_point} that "
                    "waits for approval; nothing was written"
                )
        if sheet_code in wanted and key_code not in wanted:
            raise UnknownCodeError(f"{digits.grouped(sheet_code)} is the code of a sheet; type its key's code too")
        return _Found(
            proposal if proposal and key_code in wanted else None,
            bool(sheet_code) and sheet_code in wanted,
            [people[code] for code in wanted if code in people],
        )

    def _people(self, care_point: str) -> Iterable[Coordinator]:
        everyone = self._store.coordinators.all()
        return [each for each in everyone if each.care_point == care_point and each.ended_on is None]

    def _renewed(self, current: PublishedKey | None, proposal: Proposal, found: _Found) -> PublishedKey:
        here = {fingerprint_if_any(each.recipient) for each in self._people(proposal.care_point)}
        kept = current.holders if current else ()
        return PublishedKey(
            care_point=proposal.care_point,
            number=proposal.number,
            recipient=proposal.recipient,
            fingerprint=fingerprint_if_any(proposal.recipient),
            made_on=self._today,
            is_demo=_is_demo(self._care_points.keys),
            holders=tuple(holder for holder in kept if holder.fingerprint in here),
            recovery_sheet=fingerprint_if_any(proposal.sheet_recipient) if found.has_sheet else None,
        )


def codes_in(typed: Sequence[str]) -> Sequence[str]:
    """The codes that were typed, with or without spaces between groups. Raises NotACodeError, WrongCodeDigitError."""
    row = digits.normalise("".join(typed))
    if not row.isascii() or not row.isdigit():
        raise NotACodeError("a code has digits only")
    if len(row) % FINGERPRINT_LENGTH:
        raise NotACodeError(f"{len(row)} digits were typed; each code has {FINGERPRINT_LENGTH}")
    codes = [row[start : start + FINGERPRINT_LENGTH] for start in range(0, len(row), FINGERPRINT_LENGTH)]
    for code in codes:
        if not digits.is_sound(code):
            raise WrongCodeDigitError(f"{digits.grouped(code)} has a wrong digit; ask for it once more")
    return codes


def _with(holders: tuple[Holder, ...], people: Sequence[Coordinator], today: date) -> tuple[Holder, ...]:
    there = {holder.fingerprint for holder in holders}
    new = [Holder(each.name, fingerprint_if_any(each.recipient), today) for each in people]
    return (*holders, *(holder for holder in new if holder.fingerprint not in there))


def _is_demo(keys: Mapping[str, PublishedKey]) -> bool:
    # A demonstration's content holds demonstration keys only, and `serve` refuses a folder with one of them.
    return any(key.is_demo for key in keys.values())


def _told(key: PublishedKey, current: PublishedKey | None, found: _Found) -> Sequence[str]:
    told = [f"{key.care_point}: key {key.number}, code {digits.grouped(key.fingerprint)}."]
    told += [f"Holder: {holder.name}, code {digits.grouped(holder.fingerprint)}." for holder in key.holders]
    gone = {holder.name for holder in (current.holders if current else ())} - {holder.name for holder in key.holders}
    told += [f"No holder any more: {name}." for name in sorted(gone)]
    if key.recovery_sheet:
        told.append(f"Recovery sheet: code {digits.grouped(key.recovery_sheet)}.")
    elif found.proposal:
        told.append("No recovery sheet.")
    told.append("Publish the key file with the content; the desk follows by itself.")
    return told

"""Who holds the key of a care point, and so whether tips may be sealed to it: what *open* means.

A point is open when its key is published and two of the holders named in the key file were proved in the last sixty
days; a recovery sheet that was typed in again for this very key counts for one of the two. Proofs come from the
database, the names that count come from the key file, which the database can't change."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from tipline.care_points import CarePoints
from tipline.key_files import PublishedKey
from tipline.sealing import fingerprint_if_any
from tipline.storage import Store
from tipline.working_days import dutch_date

PROOF_LASTS = timedelta(days=60)
HOLDERS_NEEDED = 2


class Holders:
    def __init__(
        self,
        store: Store,
        care_points: Callable[[], CarePoints],
        clock: Callable[[], datetime],
        *,
        is_demo: bool,
    ) -> None:
        self._store = store
        self._care_points = care_points
        self._clock = clock
        self._is_demo = is_demo

    def is_open(self, care_point: str) -> bool:
        """Whether a tip may be sealed to this care point now."""
        key = self.usable_key(care_point)
        return key is not None and self._has_holders(key)

    def usable_key(self, care_point: str) -> PublishedKey | None:
        """The published key, unless it is a demonstration's and this is none, or the other way round."""
        key = self._care_points().keys.get(care_point)
        return key if key and key.is_demo == self._is_demo else None

    def counted(self, key: PublishedKey) -> int:
        """How many count for this key: proved holders, and the recovery sheet for one beside at least one of them."""
        proved = len(self.proved(key))
        return proved + 1 if proved and self.has_practised_sheet(key) else proved

    def _has_holders(self, key: PublishedKey) -> bool:
        """Whether enough count for this key. Asked for each tip, so of the sheet only where it decides."""
        proved = len(self.proved(key))
        lacking = HOLDERS_NEEDED - proved
        return lacking <= 0 or (lacking == 1 and self.has_practised_sheet(key))

    def has_practised_sheet(self, key: PublishedKey) -> bool:
        """Whether the sheet that the key file names was typed in again, and opened this very key."""
        sheet = self._store.point_keys.sheet(key.care_point, key.number)
        if sheet is None or sheet.practised_on is None:
            return False
        return key.recovery_sheet == fingerprint_if_any(sheet.recipient)

    def proved(self, key: PublishedKey) -> frozenset[str]:
        """The fingerprints of the holders who opened the grant of this very key lately."""
        named = {holder.fingerprint for holder in key.holders}
        since = self._today() - PROOF_LASTS
        proofs = self._store.coordinators.proofs(key.care_point)
        fresh = {
            fingerprint_if_any(proof.recipient)
            for proof in proofs
            if proof.number == key.number and proof.proved_on >= since
        }
        return frozenset(fresh & named)

    def _today(self) -> date:
        return dutch_date(self._clock())

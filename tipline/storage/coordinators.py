"""Coordinators, their wrapped keys and grants. No secret key stands here in the clear."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import bindparam, case, delete, or_, update
from sqlmodel import col, select

from tipline.storage.engine import Database
from tipline.storage.tables import CoordinatorRow, GrantRow, WrappedKeyRow


@dataclass(frozen=True)
class Coordinator:
    id: str
    login: str
    name: str
    email: str
    care_point: str
    language: str
    recipient: str
    sign_in_digest: bytes = field(repr=False)
    totp_box: bytes = field(repr=False)
    totp_used: int = 0
    role: str = "coordinator"
    wrong_codes: int = 0
    wrong_since: datetime | None = None
    ended_on: date | None = None
    wants_mail: bool = True
    """Whether ordinary notices go to this coordinator."""


@dataclass(frozen=True)
class WrappedKey:
    id: str
    coordinator: str
    unlocker: str
    sealed: bytes = field(repr=False)


@dataclass(frozen=True)
class NewSecondWay:
    """What is kept of a passphrase and a secret of codes, and the file that the passphrase unlocks."""

    sign_in_digest: bytes = field(repr=False)
    totp_box: bytes = field(repr=False)
    totp_used: int
    wrapped: WrappedKey


@dataclass(frozen=True)
class Grant:
    id: str
    coordinator: str
    care_point: str
    number: int
    sealed: bytes = field(repr=False)
    proved_on: date | None = None


@dataclass(frozen=True)
class Proof:
    """Whose grant of which key was opened, and when last."""

    recipient: str
    number: int
    proved_on: date


class Coordinators:
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, coordinator: Coordinator, wrapped: WrappedKey, grant: Grant) -> None:
        with self._database.writing() as session:
            session.add(CoordinatorRow.model_validate(vars(coordinator)))
            session.flush()
            session.add(WrappedKeyRow.model_validate(vars(wrapped)))
            session.add(GrantRow.model_validate(vars(grant)))

    def by_login(self, login: str) -> Coordinator | None:
        with self._database.reading() as session:
            row = session.exec(select(CoordinatorRow).where(CoordinatorRow.login == login)).one_or_none()
            return coordinator_in(row) if row else None

    def all(self) -> tuple[Coordinator, ...]:
        with self._database.reading() as session:
            return tuple(map(coordinator_in, session.exec(select(CoordinatorRow).order_by(CoordinatorRow.login))))

    def of(self, care_point: str) -> tuple[Coordinator, ...]:
        """Everyone of one care point, former ones too, by name."""
        query = select(CoordinatorRow).where(CoordinatorRow.care_point == care_point)
        with self._database.reading() as session:
            return tuple(map(coordinator_in, session.exec(query.order_by(CoordinatorRow.name, CoordinatorRow.id))))

    def names(self) -> Mapping[str, str]:
        """Id -> name of everyone who ever was a coordinator."""
        with self._database.reading() as session:
            return dict(session.exec(select(CoordinatorRow.id, CoordinatorRow.name)).all())

    def use_totp(self, coordinator_id: str, step: int) -> bool:
        """Marks the code of this 30-second step as used; False when it, or a later one, was used before."""
        with self._database.writing() as session:
            changed = session.execute(
                update(CoordinatorRow)
                .where(col(CoordinatorRow.id) == coordinator_id, col(CoordinatorRow.totp_used) < step)
                .values(totp_used=step)
            )
            return bool(changed.rowcount)  # type: ignore[attr-defined]  # Result of an UPDATE is a CursorResult

    def try_code(self, coordinator_id: str, now: datetime, since: datetime, most: int) -> bool:
        """Takes one of the `most` tries that a right passphrase has for its code between `since` and now; False when
        none is left. Taken before the code is compared: of many tries at once no more than these are."""
        is_over = or_(col(CoordinatorRow.wrong_since).is_(None), col(CoordinatorRow.wrong_since) <= since)
        with self._database.writing() as session:
            changed = session.execute(
                update(CoordinatorRow)
                .where(col(CoordinatorRow.id) == coordinator_id, or_(is_over, col(CoordinatorRow.wrong_codes) < most))
                .values(
                    wrong_codes=case((is_over, 1), else_=col(CoordinatorRow.wrong_codes) + 1),
                    wrong_since=case((is_over, now), else_=col(CoordinatorRow.wrong_since)),
                )
            )
            return bool(changed.rowcount)  # type: ignore[attr-defined]  # Result of an UPDATE is a CursorResult

    def give_try_back(self, coordinator_id: str) -> None:
        """The code was right: this try does not count."""
        with self._database.writing() as session:
            session.execute(
                update(CoordinatorRow)
                .where(col(CoordinatorRow.id) == coordinator_id, col(CoordinatorRow.wrong_codes) > 0)
                .values(wrong_codes=col(CoordinatorRow.wrong_codes) - 1)
            )

    def set_language(self, coordinator_id: str, language: str) -> None:
        with self._database.writing() as session:
            session.execute(
                update(CoordinatorRow).where(col(CoordinatorRow.id) == coordinator_id).values(language=language)
            )

    def set_wants_mail(self, coordinator_id: str, *, wants: bool) -> None:
        with self._database.writing() as session:
            session.execute(
                update(CoordinatorRow).where(col(CoordinatorRow.id) == coordinator_id).values(wants_mail=wants)
            )

    def replace_second_way(self, second_way: NewSecondWay) -> None:
        """Another passphrase and another secret of codes; what the old passphrase unlocked is gone."""
        wrapped = second_way.wrapped
        with self._database.writing() as session:
            session.execute(
                update(CoordinatorRow)
                .where(col(CoordinatorRow.id) == wrapped.coordinator)
                .values(
                    sign_in_digest=second_way.sign_in_digest,
                    totp_box=second_way.totp_box,
                    totp_used=second_way.totp_used,
                    wrong_codes=0,
                    wrong_since=None,
                )
            )
            session.execute(
                delete(WrappedKeyRow).where(
                    col(WrappedKeyRow.coordinator) == wrapped.coordinator,
                    col(WrappedKeyRow.unlocker) == wrapped.unlocker,
                )
            )
            session.add(WrappedKeyRow.model_validate(vars(wrapped)))

    def wrapped_keys(self, coordinator_id: str) -> tuple[WrappedKey, ...]:
        with self._database.reading() as session:
            rows = session.exec(select(WrappedKeyRow).where(WrappedKeyRow.coordinator == coordinator_id))
            return tuple(WrappedKey(row.id, row.coordinator, row.unlocker, row.sealed) for row in rows)

    def grants(self, coordinator_id: str) -> tuple[Grant, ...]:
        with self._database.reading() as session:
            rows = session.exec(select(GrantRow).where(GrantRow.coordinator == coordinator_id))
            return tuple(
                Grant(row.id, row.coordinator, row.care_point, row.number, row.sealed, row.proved_on) for row in rows
            )

    def prove(self, coordinator_id: str, care_point: str, number: int, on: date) -> bool:
        """The coordinator's browser opened this grant. False when there is no such grant."""
        with self._database.writing() as session:
            changed = session.execute(
                update(GrantRow)
                .where(
                    col(GrantRow.coordinator) == coordinator_id,
                    col(GrantRow.care_point) == care_point,
                    col(GrantRow.number) == number,
                )
                .values(proved_on=on)
            )
            return bool(changed.rowcount)  # type: ignore[attr-defined]  # Result of an UPDATE is a CursorResult

    def proofs(self, care_point: str) -> tuple[Proof, ...]:
        with self._database.reading() as session:
            rows = session.connection().execute(_PROOFS, {"of": care_point})
            return tuple(Proof(recipient, number, proved_on) for recipient, number, proved_on in rows if proved_on)


_PROOFS = (
    select(CoordinatorRow.recipient, GrantRow.number, col(GrantRow.proved_on))
    .join(GrantRow, col(GrantRow.coordinator) == CoordinatorRow.id)
    .where(GrantRow.care_point == bindparam("of"))
)


def coordinator_in(row: CoordinatorRow) -> Coordinator:
    return Coordinator(**row.model_dump())

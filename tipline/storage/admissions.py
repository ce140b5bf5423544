"""What a pool has let in: drafts that are there, and tips of one day. Asked inside the transaction that keeps them."""

from datetime import date
from functools import cache

from sqlalchemy import Insert, bindparam, delete, literal
from sqlmodel import Session, col, select

from tipline.pools import BELOW, LIVE_DRAFTS, TIPS_A_DAY, Pool, PoolFullError
from tipline.storage.adding import insert_unless
from tipline.storage.tables import AdmissionRow, DraftRow

_LAST = select(literal(1)).where(DraftRow.pool == bindparam("of")).offset(bindparam("before")).limit(1)
"""The draft that fills a pool: looked for in the index alone."""


def check_room(session: Session, pool: Pool) -> None:
    """Raises `PoolFullError` when the pool holds as many drafts as it may; that of wrong codes has always room, and is
    counted all the same: a right code takes no longer."""
    if _is_full(session, pool) and pool is not Pool.WRONG_CODE:
        raise PoolFullError


def admit_draft(session: Session, pool: Pool) -> None:
    """Raises `PoolFullError` like `check_room`; a full pool of wrong codes loses its oldest instead. On PostgreSQL some
    posts at the very same moment may pass together, no more than there are connections."""
    if not _is_full(session, pool):
        return
    if pool is not Pool.WRONG_CODE:
        raise PoolFullError
    one = (
        select(DraftRow.digest)
        .where(DraftRow.pool == pool)
        .order_by(col(DraftRow.expires), col(DraftRow.digest))
        .limit(1)
    )
    session.execute(delete(DraftRow).where(col(DraftRow.digest).in_(one)))


def _is_full(session: Session, pool: Pool) -> bool:
    values = {"of": pool, "before": LIVE_DRAFTS[pool] - 1}
    return session.connection().execute(_LAST, values).first() is not None


def admit_tip(session: Session, pool: Pool, day: date) -> None:
    """Counts one more tip of this pool, or of one with less proof that has room. Raises `PoolFullError` when the day
    has had as many as it may."""
    if not any(_is_counted(session, each, day) for each in (pool, *BELOW.get(pool, ()))):
        raise PoolFullError


def _is_counted(session: Session, pool: Pool, day: date) -> bool:
    connection = session.connection()
    values = {"pool": pool, "day": day, "count": 1, "bound": TIPS_A_DAY[pool]}
    return connection.execute(_counting(connection.dialect.name), values).first() is not None


@cache
def _counting(dialect: str) -> Insert:
    return (
        insert_unless(AdmissionRow, dialect)
        .on_conflict_do_update(
            index_elements=["pool", "day"],
            set_={"count": col(AdmissionRow.count) + 1},
            where=col(AdmissionRow.count) < bindparam("bound"),
        )
        .returning(literal(1))
    )

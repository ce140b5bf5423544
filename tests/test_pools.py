"""The pools: what each lets in, what one that is full leaves alone, and that nothing of them is counted twice."""

import secrets
import uuid
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from tipline import pools
from tipline.pools import Pool, PoolFullError, ProofSpentError, Spending
from tipline.storage import Store
from tipline.storage.tips import DraftChange, NewTip

TODAY = date(2026, 11, 21)
FAR = 2**31 - 1


@pytest.fixture
def bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three drafts fill a pool."""
    monkeypatch.setattr("tipline.storage.admissions.LIVE_DRAFTS", dict.fromkeys(Pool, 3))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    is_sqlite = request.param == "sqlite"
    url = f"sqlite:///{tmp_path / 'pools.sqlite3'}" if is_sqlite else request.getfixturevalue("postgresql_database")
    made = Store(url)
    made.migrate()
    yield made
    made.close()


def begin(store: Store, pool: Pool, spending: Spending | None = None) -> bytes:
    digest = secrets.token_bytes(32)
    store.drafts.add(digest, b"box", FAR, pool, spending)
    return digest


def send(store: Store, draft: bytes, day: date = TODAY) -> NewTip:
    tip = NewTip(str(uuid.uuid4()), secrets.token_bytes(32), day, hidden=False, sealed={"lumens-emp": b"sealed"})
    assert store.tips.keep(tip, DraftChange(draft, b"box", b"sent"))
    return tip


@pytest.mark.usefixtures("bounds")
def test_a_full_pool_of_drafts_leaves_the_others_open(store: Store) -> None:
    for _ in range(3):
        first = begin(store, Pool.NEITHER)
    with pytest.raises(PoolFullError):
        begin(store, Pool.NEITHER)
    begin(store, Pool.PROOF)
    store.drafts.blank(first, 3)
    with pytest.raises(PoolFullError):
        begin(store, Pool.NEITHER)
    store.drafts.drop_expired(FAR)
    begin(store, Pool.NEITHER)


def test_a_full_pool_of_tips_leaves_the_others_open_and_the_draft_as_it_was(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tipline.storage.admissions.TIPS_A_DAY", dict.fromkeys(Pool, 2))
    for _ in range(2):
        send(store, begin(store, Pool.NEITHER))
    waiting = begin(store, Pool.NEITHER)
    with pytest.raises(PoolFullError):
        send(store, waiting)
    assert store.drafts.box_of(waiting, 0) == b"box"
    send(store, begin(store, Pool.PROOF))
    assert len(store.cases.page("lumens-emp", ["new"], 9)) == 3
    send(store, waiting, TODAY + timedelta(days=1))


def test_who_brought_more_is_counted_below_once_his_own_pool_of_tips_is_full(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tipline.storage.admissions.TIPS_A_DAY", dict.fromkeys(Pool, 1))
    kept = [send(store, begin(store, Pool.PROOF)).id for _ in range(3)]
    cases = store.cases.page("lumens-emp", ["new"], 9)
    assert {case.tip: case.pool for case in cases} == dict.fromkeys(kept, Pool.PROOF), "it says what was brought"
    for pool in (Pool.PROOF, Pool.TICKET, Pool.NEITHER):
        with pytest.raises(PoolFullError):
            send(store, begin(store, pool))


def test_a_tip_carries_the_pool_of_its_draft(store: Store) -> None:
    kept = {send(store, begin(store, pool)).id: pool for pool in (Pool.PROOF, Pool.TICKET, Pool.NEITHER, Pool.ALL)}
    assert {case.tip: case.pool for case in store.cases.page("lumens-emp", ["new"], 9)} == kept


def test_a_proof_counts_once(store: Store) -> None:
    spending = Spending(b"digest", FAR)
    begin(store, Pool.PROOF, spending)
    with pytest.raises(ProofSpentError):
        begin(store, Pool.PROOF, spending)
    store.drafts.drop_expired(FAR)
    begin(store, Pool.PROOF, spending)


@pytest.mark.usefixtures("bounds")
def test_a_proof_for_a_full_pool_is_not_used_up(store: Store) -> None:
    for _ in range(3):
        begin(store, Pool.PROOF)
    spending = Spending(b"digest", FAR)
    with pytest.raises(PoolFullError):
        begin(store, Pool.PROOF, spending)
    store.drafts.drop_expired(FAR)
    begin(store, Pool.PROOF, spending)


def test_every_pool_has_its_bounds() -> None:
    assert set(pools.LIVE_DRAFTS) == set(Pool) - {Pool.SENT}
    assert set(pools.TIPS_A_DAY) == set(Pool) - {Pool.VISIT, Pool.WRONG_CODE, Pool.SENT}
    assert pools.LIVE_DRAFTS[Pool.NEITHER] < pools.LIVE_DRAFTS[Pool.TICKET] < pools.LIVE_DRAFTS[Pool.PROOF]

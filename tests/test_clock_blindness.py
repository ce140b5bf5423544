"""Who has the database file, the mails and the desk's answers after a slot can't order the tips that came in it.

Fifty tips and some additions come through the whole application at known seconds, among drafts that nobody sends and
chores. An analyst then ranks the tips by everything that could tell an order: each place in the file and in its log
where something of a tip stands, each column, the order in which tables and indexes give their rows, each field
and place in the desk's answers. The statistic is the largest rank correlation (Spearman's, without its sign) of any of
these rankings with the true order; chance is the same of ten thousand shuffled orders. A ranking that nobody could have
made is larger than all of them once in ten thousand runs.

The same analyst finds the order before the slot, and after it in a file that was not written anew."""

import random
import re
import sqlite3
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from operator import mul
from pathlib import Path
from shutil import copy

import base64url
import pytest
from clock import Clock
from keys import halves
from starlette.testclient import TestClient
from test_tip_form import Front
from tip_world import a_demo, copied_settings

from campaign_site.app import Signaallijn, create_app
from tipline.desk.second_way import unused_code
from tipline.notices import Letter

TIPS, BEFORE, SHUFFLES = 50, 12, 10_000
LUMENS = "lumens-emp"
THREAT_MODEL = Path(__file__).parent.parent / "docs" / "threat-model.md"

EXCEPTIONS = {
    "the file before its slot",
    "two copies",
    "a draft's end",
    "a spent proof's end",
    "the waiting notices",
    "numbers",
    "cases.answered_to",
    "a hand-over that waits",
    "a large file",
    "PostgreSQL",
    "no slots",
}
"""What the threat model says still tells something. Those of a file with slots are tried here, the others in test_slots
and test_handover."""

Ranking = Sequence[float]


# The analyst


def ranks(values: Sequence[object]) -> Ranking:
    """The places of these values in their order; equal ones share the middle of theirs."""
    order = sorted(range(len(values)), key=lambda each: values[each])  # type: ignore[arg-type, return-value]  # test
    found = [0.0] * len(values)
    start = 0
    while start < len(order):
        end = start
        while end + 1 < len(order) and values[order[end + 1]] == values[order[start]]:
            end += 1
        for place in order[start : end + 1]:
            found[place] = (start + end) / 2
        start = end + 1
    return found


def standard(ranking: Ranking) -> Ranking | None:
    """With mean 0 and length 1; None when all are equal and nothing is told."""
    mean = sum(ranking) / len(ranking)
    centred = [each - mean for each in ranking]
    length = sum(map(mul, centred, centred)) ** 0.5
    return tuple(each / length for each in centred) if length else None


@dataclass(frozen=True)
class Finding:
    strongest: float
    by: str
    chance: float

    @property
    def is_order_found(self) -> bool:
        return self.strongest > self.chance


def compare(evidence: Mapping[str, Sequence[object]]) -> Finding:
    """How well any of the evidence tells the order; each is given in the true order."""
    rankings = {name: found for name, values in evidence.items() if (found := standard(ranks(values)))}
    (count,) = {len(values) for values in evidence.values()}
    truth = list(standard(range(count)) or ())
    by = max(rankings, key=lambda name: abs(sum(map(mul, rankings[name], truth))))
    strongest, chance = abs(sum(map(mul, rankings[by], truth))), 0.0
    distinct = list(set(rankings.values()))
    for _ in range(SHUFFLES):
        random.shuffle(truth)
        chance = max(chance, *(abs(sum(map(mul, each, truth))) for each in distinct))
    return Finding(strongest, by, chance)


def places(data: bytes, name: str, needles: Sequence[bytes]) -> dict[str, Sequence[object]]:
    """Where each needle stands, first, last and how often; 0 where it does not."""
    found = [[match.start() for match in re.finditer(re.escape(each), data)] for each in needles]
    told: dict[str, Sequence[object]] = {
        f"{name}, how often": [len(each) for each in found],
        f"{name}, first": [each[0] if each else 0 for each in found],
        f"{name}, last": [each[-1] if each else 0 for each in found],
    }
    if len({len(each) for each in found}) == 1:  # the same structures: one ranking for each
        told |= {f"{name}, no. {number}": column for number, column in enumerate(zip(*found, strict=True))}
    return told


def comparable(value: object) -> object:
    return (value is not None, value.hex() if isinstance(value, bytes) else value)


def rows_as_given(
    database: sqlite3.Connection, table: str, ids: Sequence[str], key: str
) -> dict[str, Sequence[object]]:
    """The order in which the table, or one of its indexes, gives its rows when no order is asked for."""
    told: dict[str, Sequence[object]] = {}
    indexes = [name for _, name, *_ in database.execute(f"PRAGMA index_list({table})")]
    for way in ("NOT INDEXED", *(f'INDEXED BY "{name}"' for name in indexes)):
        try:
            rows = database.execute(f"SELECT {key} FROM {table} {way}")  # noqa: S608  # our own tables
            given = [row[0] for row in rows]
        except sqlite3.OperationalError:  # the key itself: it can't be named
            continue
        told[f"{table}, {way}"] = [given.index(each) for each in ids]
    return told


def in_columns(database: sqlite3.Connection, table: str, ids: Sequence[str], key: str) -> dict[str, Sequence[object]]:
    database.row_factory = sqlite3.Row
    query = f"SELECT * FROM {table} WHERE {key} = ?"  # noqa: S608  # our own tables
    rows = [dict(database.execute(query, (each,)).fetchone()) for each in ids]
    database.row_factory = None
    return {f"{table}.{name}": [comparable(row[name]) for row in rows] for name in rows[0]}


def of_tips(file: Path, ids: Sequence[str]) -> dict[str, Sequence[object]]:
    """All that file and log tell of these tips."""
    with closing(sqlite3.connect(file)) as database:
        told = {}
        for table, key in (("tips", "id"), ("cases", "tip")):
            told |= rows_as_given(database, table, ids, key) | in_columns(database, table, ids, key)
        sealed = [database.execute("SELECT sealed FROM cases WHERE tip = ?", (each,)).fetchone()[0] for each in ids]
        digests = [
            database.execute("SELECT lookup_digest FROM tips WHERE id = ?", (each,)).fetchone()[0] for each in ids
        ]
    needles = {"id": [each.encode() for each in ids], "digest": digests}
    needles |= {"head of file": [each[200:232] for each in sealed], "end of file": [each[-32:] for each in sealed]}
    return told | in_bytes(file, needles)


def of_additions(file: Path, ids: Sequence[str]) -> dict[str, Sequence[object]]:
    with closing(sqlite3.connect(file)) as database:
        told = rows_as_given(database, "messages", ids, "id") | in_columns(database, "messages", ids, "id")
        sealed = [database.execute("SELECT sealed FROM messages WHERE id = ?", (each,)).fetchone()[0] for each in ids]
    needles = {"id": [each.encode() for each in ids], "end of file": [each[-32:] for each in sealed]}
    return told | in_bytes(file, needles)


def in_bytes(file: Path, needles: Mapping[str, Sequence[bytes]]) -> dict[str, Sequence[object]]:
    told: dict[str, Sequence[object]] = {}
    for part in (file, file.with_name(file.name + "-wal")):
        data = part.read_bytes() if part.exists() else b""
        for name, each in needles.items():
            told |= places(data, f"{part.suffix} {name}", each)
    return told


# What happens


@dataclass
class Post:
    sent: list[Letter] = field(default_factory=list)

    def send(self, letter: Letter) -> None:
        self.sent.append(letter)


@dataclass
class Hour:
    """One slot, with what an analyst may have had at three moments."""

    tips: list[str]
    additions: list[str]
    before: Path
    not_rewritten: Path
    after: Path
    mails: Sequence[Letter]
    listed: Mapping[str, object]
    cases: Mapping[str, Mapping[str, object]]


@dataclass
class Happening:
    whole: Signaallijn
    front: Front
    desk: TestClient
    clock: Clock
    database: Path
    seen: set[str] = field(default_factory=set)

    def look(self, query: str) -> list[str]:
        """What is new since it was last looked for, from outside."""
        with closing(sqlite3.connect(self.database)) as database:
            new = [row[0] for row in database.execute(query) if row[0] not in self.seen]
        self.seen |= set(new)
        return new

    def tip(self) -> tuple[str, str]:
        """Sends a tip; its id and code."""
        draft = self.front.ready()
        self.front.post(self.front.step(draft, 3))
        (tip,) = self.look("SELECT id FROM tips")
        return tip, self.front.code(draft)

    def addition(self, code: str) -> str:
        visit = self.front.post(self.front.address("follow_up"), receipt=code).headers["location"]
        self.front.client.post(visit, data={"addition": "Nog iets."})
        (addition,) = self.look("SELECT id FROM messages WHERE kind = 'addition'")
        return addition

    def copied(self, name: str) -> Path:
        to = self.database.with_name(f"{name}.sqlite3")
        for end in ("", "-wal"):
            if (log := self.database.with_name(self.database.name + end)).exists():
                copy(log, to.with_name(to.name + end))
        return to

    def signs_in(self) -> None:
        (noor,) = [person for person in a_demo().people if person.login == "noor"]
        half = base64url.encoded(halves(noor.passphrase, "noor", self.whole.tipline.world.settings.salt).sign_in)
        code = unused_code(noor.totp_secret, 0, self.clock())
        fields = {"login": "noor", "half": half, "code": code or ""}
        assert self.desk.post("/login", data=fields).status_code < 400


@pytest.fixture(scope="module")
def happening(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Happening, Post]]:
    made, clock, post = copied_settings(tmp_path_factory.mktemp("hour")), Clock(), Post()
    settings = replace(made, tipline=replace(made.tipline, slot_minutes=60))
    whole = create_app(settings, clock, post, a_demo().people)
    public = TestClient(whole.app, base_url="http://localhost:8000", follow_redirects=False)
    desk = TestClient(
        whole.app,
        base_url="https://desk.localhost:8000",
        follow_redirects=False,
        headers={"Sec-Fetch-Site": "same-origin", "Accept": "application/json"},
    )
    yield Happening(whole, Front(whole, public, clock), desk, clock, settings.data / "signaallijn.sqlite3"), post
    whole.store.close()


@pytest.fixture(scope="module")
def hour(happening: tuple[Happening, Post]) -> Hour:
    there, post = happening
    whole, clock = there.whole, there.clock
    whole.tipline.run_chores()
    for _ in range(BEFORE):
        there.tip()
    clock.forward(hours=1)
    whole.tipline.run_chores()
    whole.tipline.deliver_notices()
    tips, additions = [], []
    for number in range(TIPS):
        clock.forward(seconds=random.randrange(20, 60))
        there.front.begin()  # and never sends it
        tip, code = there.tip()
        tips.append(tip)
        if number % 2:
            additions.append(there.addition(code))
        if number % 5 == 0:
            whole.tipline.run_chores()
    before = there.copied("before")
    clock.forward(hours=1)
    assert whole.tipline.slots.keep_up()
    not_rewritten = there.copied("not-rewritten")
    whole.tipline.run_chores()
    whole.tipline.deliver_notices()
    there.signs_in()
    listed = there.desk.get("/tips?status=new").json()
    pages = [*listed["tips"], *there.desk.get(f"/tips?status=new&after={listed['next']}").json()["tips"]]
    cases = {each: there.desk.get(f"/tips/{each}").json() for each in tips[:3]}
    return Hour(tips, additions, before, not_rewritten, there.copied("after"), post.sent, {"tips": pages}, cases)


# What was found


def test_after_the_slot_the_order_is_not_found(hour: Hour) -> None:
    found = compare(of_tips(hour.after, hour.tips))
    assert not found.is_order_found, found


def test_nor_that_of_additions(hour: Hour) -> None:
    found = compare(of_additions(hour.after, hour.additions))
    assert not found.is_order_found, found


def test_nor_in_what_the_desk_answers(hour: Hour) -> None:
    listed = {each["id"]: (place, each) for place, each in enumerate(hour.listed["tips"])}
    told = {"place": [listed[tip][0] for tip in hour.tips]}
    told |= {name: [comparable(str(listed[tip][1][name])) for tip in hour.tips] for name in listed[hour.tips[0]][1]}
    # Whether something was added is content of the desk; in this test every second tipster did.
    found = compare({name: values for name, values in told.items() if len(set(values)) > 1})
    assert not found.is_order_found, found


def test_nor_in_the_mails(hour: Hour) -> None:
    """One for each coordinator who is told, and nothing in them differs but to whom they go."""
    first, later = hour.mails[:2], hour.mails[2:]
    assert {each.dated.isoformat() for each in first} == {"2026-11-21T11:00:00+00:00"}
    assert sorted(each.to for each in later) == ["bilal@example.nl", "noor@example.nl"]
    assert {(each.dated.isoformat(), each.subject, each.text) for each in later} == {
        ("2026-11-21T12:00:00+00:00", later[0].subject, later[0].text)
    }


def test_before_the_slot_the_same_analyst_finds_it(hour: Hour) -> None:
    for found in (compare(of_tips(hour.before, hour.tips)), compare(of_additions(hour.before, hour.additions))):
        assert found.is_order_found, found
        assert found.strongest > 0.9, found


def test_and_after_it_when_the_file_was_not_written_anew(hour: Hour) -> None:
    for found in (
        compare(of_tips(hour.not_rewritten, hour.tips)),
        compare(of_additions(hour.not_rewritten, hour.additions)),
    ):
        assert found.is_order_found, found
        assert found.strongest > 0.9, found


def test_the_file_has_no_free_pages_after_the_slot_and_no_log(hour: Hour) -> None:
    with closing(sqlite3.connect(hour.not_rewritten)) as database:
        assert database.execute("SELECT count(*) FROM tips").fetchone() == (TIPS + BEFORE,)
    data = hour.after.read_bytes()
    assert int.from_bytes(data[36:40], "big") <= 8, "what sessions and drafts left since"


def test_drafts_tell_five_minutes_and_no_tip(hour: Hour) -> None:
    with closing(sqlite3.connect(hour.before)) as database:
        drafts = database.execute("SELECT digest, box, expires FROM drafts").fetchall()
    assert len(drafts) > TIPS / 2
    assert {expires % 300 for _, _, expires in drafts} == {0}
    kept = b"".join(digest + box for digest, box, _ in drafts)
    assert not any(tip.encode() in kept or uuid.UUID(tip).bytes in kept for tip in hour.tips)


def test_waiting_notices_tell_how_much_came_and_numbers_the_order_within_one_conversation(hour: Hour) -> None:
    with closing(sqlite3.connect(hour.before)) as database:
        waiting = database.execute("SELECT care_point, coordinator, attempts, is_dead FROM notices").fetchall()
        numbers = {row[0] for row in database.execute("SELECT number FROM messages")}
    assert set(waiting) == {(LUMENS, "", 0, 0)}
    assert len(waiting) == TIPS + len(hour.additions)
    assert numbers == {1}, "each conversation counts by itself"


def test_two_copies_tell_what_came_between_them(hour: Hour) -> None:
    known = []
    for file in (hour.before, hour.after):
        with closing(sqlite3.connect(file)) as database:
            known.append({row[0] for row in database.execute("SELECT tip FROM cases WHERE NOT hidden")})
    assert known[1] - known[0] == set(hour.tips)


def test_these_are_the_exceptions_that_the_threat_model_tells() -> None:
    section = THREAT_MODEL.read_text("utf-8").partition("## When something came")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| ([^|]+) \|", section, re.MULTILINE)
    assert set(rows) - {"what", "---"} == EXCEPTIONS
    assert rows[0] == "what"

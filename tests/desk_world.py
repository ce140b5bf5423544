"""The desk for tests, on the tip line of `tip_world`: nobody opened a grant yet, and tips are made by hand."""

import sqlite3
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path

import base64url
from clock import NOW, Clock
from keys import care_point_key, halves
from real_content import static_files
from site_world import rendering
from starlette.types import ASGIApp
from tip_world import TipWorld, a_demo, make_tip_world

from campaign_site.demo import COORDINATORS
from campaign_site.headers import SecurityHeaders
from campaign_site.static_files import StaticLayer
from tipline.desk.application import create_desk
from tipline.desk.keys import Enrolled
from tipline.heads import Author, Head, Kind, write
from tipline.pools import Pool
from tipline.receipts import Derived, Receipt, derive
from tipline.sealing import Identity, seal
from tipline.storage import Store
from tipline.storage.tips import DraftChange, NewTip, StoredMessage
from tipline.world import World

TODAY = NOW.date()


@dataclass
class DeskWorld:
    """The desk with what a test wants to know about it."""

    line: TipWorld
    world: World
    keys: Mapping[str, Identity]
    """The secret key of each open care point."""
    people: Mapping[str, Enrolled]
    """The coordinators by login."""
    receipts: dict[str, Derived] = field(default_factory=dict)

    @property
    def store(self) -> Store:
        return self.line.store

    @property
    def clock(self) -> Clock | Callable[[], datetime]:
        return self.line.clock

    def app(self) -> ASGIApp:
        return SecurityHeaders(StaticLayer(create_desk(self.world), static_files()), is_https=False)

    def half(self, login: str) -> str:
        """The sign-in half that this person's browser would send."""
        return base64url.encoded(halves(self.people[login].passphrase, login, self.world.settings.salt).sign_in)

    def tip(
        self,
        care_point: str,
        story: str,
        *,
        meant_for: str | None = None,
        received_on: date = TODAY,
        language: str = "nl",
        place: Mapping[str, str | None] | None = None,
        pool: Pool = Pool.PROOF,
        **answers: str | Sequence[str],
    ) -> str:
        """Keeps a tip as intake would, and returns its id. `place` may say otherwise than Eindhoven."""
        tip_id, derived = str(uuid.uuid4()), derive(Receipt.new(), self.world.settings.salt)
        self.receipts[tip_id] = derived
        body = {
            "answers": {"story": story, **answers},
            "meant_for": meant_for,
            "place": {
                "kind": "municipality",
                "municipality": "GM0772",
                "name": "Eindhoven",
                "text": "5611",
                **(place or {}),
            },
            "tipster": {
                "recipient": derived.identity.recipient,
                "reply_key": base64url.encoded(derived.reply_key),
            },
        }
        plaintext = write(Head(Kind.TIP, tip_id, (care_point,), 1, Author.TIPSTER, language), body)
        sealed = seal(plaintext, [self.keys[care_point].recipient])
        new = NewTip(tip_id, derived.lookup_digest, received_on, hidden=False, sealed={care_point: sealed})
        draft = uuid.uuid4().bytes
        self.store.drafts.add(draft, b"box", 2**31, pool)
        assert self.store.tips.keep(new, DraftChange(draft, b"box", b"sent"))
        return tip_id

    def addition(
        self,
        tip_id: str,
        care_point: str,
        text: str,
        number: int = 1,
        reply_key: bytes | None = None,
        *,
        hidden: bool = False,
    ) -> None:
        """Keeps an addition of the tipster; with another reply key it is a forged one. A hidden one waits for its
        slot."""
        head = Head(Kind.ADDITION, tip_id, (care_point,), number, Author.TIPSTER, "nl")
        plaintext = write(head, {"text": text}, reply_key or self.receipts[tip_id].reply_key)
        sealed = seal(plaintext, [self.keys[care_point].recipient])
        message = StoredMessage(
            str(uuid.uuid4()), tip_id, Kind.ADDITION, number, care_point, (care_point,), TODAY, sealed, hidden=hidden
        )
        assert self.store.tips.add_messages([message])

    def note(self, tip_id: str, care_point: str, sealed: bytes, number: int = 1) -> None:
        """Keeps an internal note of a care point, sealed already."""
        message = StoredMessage(str(uuid.uuid4()), tip_id, Kind.NOTE, number, care_point, (care_point,), TODAY, sealed)
        assert self.store.tips.add_messages([message])

    def rows(self, query: str, *values: object) -> list[tuple[object, ...]]:
        """What the database holds, looked at from outside."""
        with closing(sqlite3.connect(self.line.database)) as database:
            return database.execute(query, values).fetchall()


def make_desk_world(folder: Path, clock: Callable[[], datetime] | None = None, language: str = "nl") -> DeskWorld:
    """Close its store at the end. `language` is what all coordinators read in."""
    line, made = make_tip_world(folder, clock), a_demo()
    with closing(sqlite3.connect(line.database)) as database, database:
        database.execute("UPDATE grants SET proved_on = NULL")
        database.execute("UPDATE coordinators SET language = ?", (language,))
    world = World(
        settings=line.settings.tipline,
        store=line.store,
        geography=line.geography,
        care_points=line.care_points,
        rendering=rendering(is_demo=True),
        clock=line.clock,
        demo_people=[*made.people],
    )
    coordinators = {one.login: one for one in line.store.coordinators.all()}
    people = {one.login: Enrolled(coordinators[one.login], one.passphrase, one.totp_secret) for one in made.people}
    return DeskWorld(line, world, care_point_keys(), people)


@cache
def care_point_keys() -> Mapping[str, Identity]:
    """The demonstration's keys, each opened by the first of its holders."""
    made = a_demo()
    store, passphrases = Store(made.settings.tipline.database_url), {one.login: one.passphrase for one in made.people}
    keys = {
        care_point: care_point_key(
            store.coordinators, name.lower(), passphrases[name.lower()], made.settings.tipline.salt
        )
        for care_point, (name, *_) in COORDINATORS.items()
    }
    store.close()
    return keys

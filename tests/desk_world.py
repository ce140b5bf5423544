"""A small world for the desk's tests: two open care points and the national one, a few people, tips made by hand.

It is loaded by path (`importlib`), since tests are no package; see `load` in the tests that use it."""

import atexit
import base64
import secrets
import shutil
import tempfile
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

from starlette.types import ASGIApp

from campaign_site.headers import SecurityHeaders
from campaign_site.rendering import Catalogues, Rendering
from campaign_site.static_files import StaticFiles, StaticLayer
from tipline.care_points import CarePoints, load_care_points
from tipline.desk.application import create_desk
from tipline.desk.keys import CarePointKey, Enrolled, Newcomer, enrol
from tipline.geography import Geography, load_geography
from tipline.heads import Author, Head, Kind, write
from tipline.key_files import Holder, PublishedKey, write_key_file
from tipline.passphrases import Passphrase, stretch
from tipline.receipts import Derived, Receipt, derive
from tipline.sealing import Identity, fingerprint, seal
from tipline.settings import TiplineSettings
from tipline.storage import Store
from tipline.storage.tips import DraftChange, NewTip, StoredMessage
from tipline.world import DemoPerson, World

REPOSITORY = Path(__file__).parent.parent
PEOPLE = {"lumens-emp": ("Noor", "Bilal"), "zvh-groningen": ("Sam", "Femke")}
TODAY = date(2026, 11, 21)


class LiveCarePoints:
    """The care points of the copied content; read again when a test changed a key file."""

    def __init__(self, folder: Path, now: CarePoints) -> None:
        self._folder, self._now = folder, now

    def read_again(self) -> None:
        self._now = load_care_points(self._folder, real_geography())

    def __call__(self) -> CarePoints:
        return self._now


class Clock:
    """A clock that tests may move."""

    def __init__(self, instant: datetime = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)) -> None:
        self.instant = instant

    def __call__(self) -> datetime:
        return self.instant

    def forward(self, **by: float) -> None:
        self.instant += timedelta(**by)


@dataclass
class DeskWorld:
    """The desk with what a test wants to know about it."""

    world: World
    clock: Callable[[], datetime]
    static: StaticFiles
    care_points: LiveCarePoints
    keys: Mapping[str, CarePointKey]
    people: Mapping[str, Enrolled]
    receipts: dict[str, Derived] = field(default_factory=dict)

    @property
    def store(self) -> Store:
        return self.world.store

    def app(self) -> ASGIApp:
        desk = StaticLayer(create_desk(self.world), self.static)
        return SecurityHeaders(desk, is_https=False)

    def half(self, login: str) -> str:
        """The sign-in half that this person's browser would send."""
        return sign_in_half(self.people[login].passphrase, login, self.world.settings.salt)

    def tip(
        self,
        care_point: str,
        story: str,
        *,
        meant_for: str | None = None,
        received_on: date = TODAY,
        language: str = "nl",
        **answers: str | Sequence[str],
    ) -> str:
        """Keeps a tip as intake would, and returns its id."""
        tip_id, derived = str(uuid.uuid4()), derive(Receipt.new(), self.world.settings.salt)
        self.receipts[tip_id] = derived
        body = {
            "answers": {"story": story, **answers},
            "meant_for": meant_for,
            "place": {"kind": "municipality", "municipality": "GM0772", "name": "Eindhoven", "text": "5611"},
            "tipster": {
                "recipient": derived.identity.recipient,
                "reply_key": base64.urlsafe_b64encode(derived.reply_key).rstrip(b"=").decode(),
            },
        }
        plaintext = write(Head(Kind.TIP, tip_id, (care_point,), 1, Author.TIPSTER, language), body)
        sealed = seal(plaintext, [self.keys[care_point].identity.recipient])
        new = NewTip(tip_id, derived.lookup_digest, care_point, received_on, hidden=False, sealed=sealed)
        draft = uuid.uuid4().bytes
        self.store.drafts.add(draft, b"box", 2**31)
        assert self.store.tips.keep(new, DraftChange(draft, b"box", b"sent"), str(uuid.uuid4()))
        return tip_id

    def addition(
        self, tip_id: str, care_point: str, text: str, number: int = 1, reply_key: bytes | None = None
    ) -> None:
        """Keeps an addition of the tipster; with another reply key it is a forged one."""
        head = Head(Kind.ADDITION, tip_id, (care_point,), number, Author.TIPSTER, "nl")
        plaintext = write(head, {"text": text}, reply_key or self.receipts[tip_id].reply_key)
        sealed = seal(plaintext, [self.keys[care_point].identity.recipient])
        message = StoredMessage(str(uuid.uuid4()), tip_id, Kind.ADDITION, number, "desk", TODAY, sealed)
        assert self.store.tips.add_messages([message])


@dataclass(frozen=True)
class Prepared:
    """What every test's world begins with: made once, since passphrases are stretched slowly on purpose."""

    settings: TiplineSettings
    keys: Mapping[str, CarePointKey]
    people: Mapping[str, Enrolled]
    care_points: CarePoints


@cache
def prepared(language: str) -> Prepared:
    folder = Path(tempfile.mkdtemp(prefix="desk-"))
    atexit.register(shutil.rmtree, folder)
    settings = TiplineSettings(
        content=folder / "content",
        database_url=database_in(folder),
        base_url="http://localhost",
        desk_url="http://desk.localhost",
        secret_keys=(secrets.token_hex(32),),
        salt=secrets.token_bytes(32),
        is_demo=True,
    )
    shutil.copytree(REPOSITORY / "content" / "tipline", settings.content)
    store = Store(settings.database_url)
    store.migrate()
    keys = {point: CarePointKey(1, Identity.new()) for point in PEOPLE}
    people = {
        name.lower(): enrol(
            settings,
            store.coordinators,
            Newcomer(name.lower(), name, f"{name.lower()}@example.nl", point, language),
            keys[point],
        )
        for point, names in PEOPLE.items()
        for name in names
    }
    store.close()
    for point, key in keys.items():
        publish(settings, point, key.identity.recipient, [people[name.lower()] for name in PEOPLE[point]])
    return Prepared(settings, keys, people, load_care_points(settings.content, real_geography()))


def make_desk_world(folder: Path, clock: Callable[[], datetime] | None = None, language: str = "nl") -> DeskWorld:
    """A desk of its own in a folder that does not exist yet, or is empty."""
    ready = prepared(language)
    shutil.copytree(ready.settings.content.parent, folder, dirs_exist_ok=True)
    settings = replace(ready.settings, content=folder / "content", database_url=database_in(folder))
    care_points = LiveCarePoints(settings.content, ready.care_points)
    clock = clock or Clock()
    world = World(
        settings=settings,
        store=Store(settings.database_url),
        geography=real_geography(),
        care_points=care_points,
        rendering=rendering(),
        clock=clock,
        demo_people=[shown(person) for person in ready.people.values()],
    )
    return DeskWorld(world, clock, static_files(), care_points, ready.keys, ready.people)


def database_in(folder: Path) -> str:
    return f"sqlite:///{folder / 'desk.sqlite'}"


@cache
def sign_in_half(passphrase: str, login: str, salt: bytes) -> str:
    """The sign-in half that a browser would send."""
    halves = stretch(Passphrase.parse(passphrase), login, salt)
    return base64.urlsafe_b64encode(halves.sign_in).rstrip(b"=").decode()


def publish(settings: TiplineSettings, point: str, recipient: str, holders: Sequence[Enrolled]) -> None:
    """Writes a key file."""
    named = tuple(Holder(person.coordinator.name, person.fingerprint, TODAY) for person in holders)
    key = PublishedKey(point, 1, recipient, fingerprint(recipient), TODAY, True, named, None)
    write_key_file(settings.content / "keys" / f"{point}.toml", key)


def shown(person: Enrolled) -> DemoPerson:
    one = person.coordinator
    return DemoPerson(one.name, one.login, one.care_point, person.passphrase, person.totp_secret)


@cache
def static_files() -> StaticFiles:
    return StaticFiles(REPOSITORY / "static")


@cache
def real_geography() -> Geography:
    return load_geography(REPOSITORY / "content" / "tipline")


@cache
def rendering() -> Rendering:
    site, tipline = REPOSITORY / "site" / "campaign_site", REPOSITORY / "tipline"
    return Rendering(
        [site / "templates", tipline / "templates"],
        [Catalogues(site / "locale", "campaign_site"), Catalogues(tipline / "locale", "tipline")],
        addresses={},
        static=static_files().url,
        helplines={},
        values={"demo": True},
    )

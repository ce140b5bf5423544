"""A tip line for tests, in this process: the demonstration's care points and people, a clock that tests move."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from clock import NOW, Clock
from real_content import geography, little_content
from scratch import scratch

from campaign_site.app import Signaallijn
from campaign_site.demo import Demo, make_demo
from campaign_site.settings import Settings
from tipline.care_points import LiveCarePoints
from tipline.conversation import Conversations
from tipline.drafts import Drafts, Held, PlaceAnswer, PlaceKind, ReportDraft
from tipline.geography import Geography, load_geography
from tipline.holders import Holders
from tipline.intake import Intake
from tipline.key_files import read_key_file, write_key_file
from tipline.sealing import fingerprint
from tipline.storage import Store

EINDHOVEN = PlaceAnswer(PlaceKind.MUNICIPALITY, "5611", "GM0772", "Eindhoven")
GRONINGEN = PlaceAnswer(PlaceKind.MUNICIPALITY, "9711", "GM0014", "Groningen")
NOWHERE = PlaceAnswer()
LEEUWARDEN = PlaceAnswer(PlaceKind.MUNICIPALITY, "Leeuwarden", "GM0080", "Leeuwarden")
AMSTERDAM = PlaceAnswer(PlaceKind.MUNICIPALITY, "1012", "GM0363", "Amsterdam")


@dataclass(frozen=True)
class TipWorld:
    settings: Settings
    clock: Clock | Callable[[], datetime]
    store: Store
    geography: Geography
    care_points: LiveCarePoints
    holders: Holders
    drafts: Drafts
    intake: Intake
    conversations: Conversations

    @property
    def database(self) -> Path:
        return self.settings.data / "signaallijn.sqlite3"

    def key_file(self, care_point: str) -> Path:
        return self.settings.tipline.content / "keys" / f"{care_point}.toml"

    def publish(self, care_point: str, recipient: str) -> None:
        """Another key for this care point, with the same holders."""
        file = self.key_file(care_point)
        key = replace(read_key_file(file), recipient=recipient, fingerprint=fingerprint(recipient))
        write_key_file(file, key)

    def report(
        self,
        place: PlaceAnswer = EINDHOVEN,
        *told: str,
        home: PlaceAnswer = NOWHERE,
        left_out: tuple[str, ...] = (),
        **answers: str,
    ) -> Held[ReportDraft]:
        """A draft that is ready to be sent, to those whom its visitor was told."""
        draft = ReportDraft(
            place=place,
            home=home,
            left_out=left_out,
            told=told or ("lumens-emp",),
            answers={"story": "Elke dinsdag.", **answers},
        )
        held = self.drafts.held(self.drafts.begin(draft), ReportDraft)
        assert held
        return held


@cache
def a_demo() -> Demo:
    """A demonstration that was made once, to be copied."""
    return _made(NOW)


def demo_to_serve(folder: Path) -> Path:
    """A data directory in `folder` for `running_again`, with few municipalities: a copy of a demonstration that was
    made today, since a real server knows no other clock."""
    made = little_demo()
    data = shutil.copytree(made.settings.data, folder / "data")
    (data / "people.json").write_text(json.dumps([asdict(person) for person in made.people]), "utf-8")
    return data


@cache
def little_demo() -> Demo:
    """One with few municipalities, made today."""
    return _made(datetime.now(UTC), little_content())


def _made(now: datetime, content: Path | None = None) -> Demo:
    return make_demo(scratch() / "data", "http://localhost:8000", "http://desk.localhost:8000", now, content)


def copied_settings(folder: Path, *, is_whole: bool = False) -> Settings:
    """The settings of a fresh copy of the demonstration in `folder`: with few municipalities, or with all, but then
    without the texts of the public site."""
    made, data = a_demo().settings, folder / "data"
    shutil.copytree(made.data, data, ignore=shutil.ignore_patterns("campaign") if is_whole else None)
    if not is_whole:
        few = little_content()
        for tables in ("tipline/*.csv", "campaign/regions/*.toml"):
            for file in few.glob(tables):
                shutil.copy(file, data / "content" / file.relative_to(few))
    tipline = replace(
        made.tipline,
        content=data / "content" / "tipline",
        database_url=f"sqlite:///{data / 'signaallijn.sqlite3'}",
        trail_heads=data / "trail-heads.txt",
    )
    return replace(made, data=data, content=data / "content", tipline=tipline)


def forget_tipsters(whole: Signaallijn) -> None:
    """Empties the tables that their deeds fill, for who keeps an application for the next test."""
    database = whole.tipline.world.settings.database_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("PRAGMA foreign_keys=OFF")
        for table in ("notices", "messages", "cases", "tips", "drafts", "spent_proofs", "admissions"):
            connection.execute(f"DELETE FROM {table}")  # noqa: S608  # our own tables


def make_tip_world(folder: Path, clock: Callable[[], datetime] | None = None, *, is_whole: bool = True) -> TipWorld:
    """With all municipalities and no public site, or with few and one. Close its store at the end."""
    settings, clock = copied_settings(folder, is_whole=is_whole), clock or Clock()
    tipline = settings.tipline
    store = Store(tipline.database_url)
    places = geography() if is_whole else load_geography(tipline.content)
    care_points = LiveCarePoints(tipline.content, places)
    holders = Holders(store, care_points, clock, is_demo=True)
    drafts = Drafts(store.drafts, tipline.secret_keys, clock)
    return TipWorld(
        settings=settings,
        clock=clock,
        store=store,
        geography=places,
        care_points=care_points,
        holders=holders,
        drafts=drafts,
        intake=Intake(store.tips, drafts, places, care_points, holders, tipline.salt, clock),
        conversations=Conversations(store.tips, drafts, holders, clock),
    )

"""Someone can write the database, and nothing else: he puts keys of his own in every place, each forgery fitting the
others. Nothing is ever sealed to them, and the unlocked desk raises the alarm. And a server that answers what it likes
learns nothing by it."""

import base64
import re
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import base64url
import pytest
from desk_world import DeskWorld, make_desk_world
from key_people import PATIENCE, Person, desks
from key_world import CLOSED, approve, grant_of, newcomer, recovery_sheet, writing
from keys import halves
from playwright.sync_api import Browser, expect

from tipline.approving import UnknownCodeError
from tipline.heads import Author, Head, Kind, write
from tipline.sealing import Identity, WrongKeyError, fingerprint, open_sealed, seal
from tipline.working_days import dutch_date

pytestmark = pytest.mark.browser
POINT = "lumens-emp"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[DeskWorld]:
    world = make_desk_world(tmp_path, lambda: datetime.now(UTC))
    yield world
    world.store.close()


@pytest.fixture
def people(browser: Browser, desk: DeskWorld) -> Iterator[Callable[[str], Person]]:
    """A browser at the door for someone."""
    with desks(browser, desk) as person:
        yield person


def files_in(text: str) -> Iterator[bytes]:
    """Every sealed file in a form that was sent."""
    for found in re.findall(r"=(YWdl[\w-]+)", text):
        yield base64.urlsafe_b64decode(found + "=" * (-len(found) % 4))


def opens(files: Sequence[bytes], identity: Identity) -> bool:
    for file in files:
        try:
            open_sealed(file, identity)
        except WrongKeyError:
            continue
        return True
    return False


def test_in_a_forged_world_nothing_is_sealed_to_a_forged_key_and_the_desk_raises_the_alarm(
    desk: DeskWorld, people: Callable[[str], Person]
) -> None:
    forged = Identity.new()
    recovery_sheet(desk, POINT)
    desk.store.point_keys.practise(POINT, 1, dutch_date(desk.clock()))
    koen = newcomer(desk, "koen", POINT)
    approve(desk, POINT, [fingerprint(koen.coordinator.recipient)])
    newcomer(desk, "yara", CLOSED)
    with writing(desk) as database:
        change = "UPDATE coordinators SET recipient = ? WHERE login IN ('bilal', 'koen')"
        database.execute(change, (forged.recipient,))
        bilal = desk.people["bilal"].coordinator.id
        given = grant_of(desk.keys[POINT].secret, POINT, forged.recipient)
        database.execute("UPDATE grants SET sealed = ? WHERE coordinator = ?", (given, bilal))

    noor = people("noor")
    noor.signs_in()
    noor.sees_the_alarm("De sleutel die voor Bilal wordt bewaard")
    noor.sees_the_alarm("De sleutel die voor Koen wordt bewaard")
    noor.goes_to_the_key()
    assert not noor.may_give_to("Koen")
    assert not noor.may_give_to("Bilal")
    noor.makes_the_key()
    noor.proposes_it()
    noor.goes_to_the_key()
    codes = noor.reads_the_codes_out()

    proposed = desk.store.point_keys.proposal(POINT)
    with writing(desk) as database:
        database.execute("UPDATE key_proposals SET recipient = ?, sheet_recipient = ?", (forged.recipient,) * 2)
        own = grant_of(forged.secret, POINT, desk.people["noor"].coordinator.recipient, number=2)
        database.execute("UPDATE grants SET sealed = ? WHERE number = 2", (own,))
    noor.comes_back_to_the_key()
    noor.sees_the_alarm("Lees geen codes voor")
    expect(noor.page.locator('[data-slot="proposal-codes"] dd')).to_have_count(0)
    with pytest.raises(UnknownCodeError):
        approve(desk, POINT, codes)
    assert desk.world.care_points().keys[POINT].number == 1

    held = desk.line.report(story="Na de vervalsing")
    desk.line.intake.receive(held, "nl")
    with writing(desk) as database:
        stored = [file for (file,) in database.execute("SELECT sealed FROM cases WHERE care_point = ?", (POINT,))]
    sent = [file for request in noor.sent for file in files_in(request.post_data or "")]
    assert opens(stored, desk.keys[POINT])
    assert len(sent) == 2
    assert not opens([*stored, *sent], forged)
    assert proposed.recipient != forged.recipient


def test_a_forged_grant_and_a_forged_key_of_ones_own_close_the_desk_with_an_alarm(
    desk: DeskWorld, people: Callable[[str], Person]
) -> None:
    forged, noor = Identity.new(), desk.people["noor"].coordinator
    with writing(desk) as database:
        change = "UPDATE grants SET sealed = ? WHERE coordinator = ?"
        database.execute(change, (grant_of(forged.secret, POINT, noor.recipient), noor.id))
        database.execute("UPDATE coordinators SET recipient = ? WHERE login = 'sam'", (forged.recipient,))
    for login, words in (("noor", "niet de sleutel van uw hulppunt"), ("sam", "uw eigen sleutel is vervangen")):
        person = people(login)
        person.signs_in()
        expect(person.page.locator("#view h1")).to_contain_text(words)
        assert not any("/keys/opened" in request.url for request in person.sent)


KINDS = ("tip", "message", "grant", "key")


def hostile_file(kind: str, secret: str, recipient: str) -> bytes:
    """What a server would like to have opened, as it would send it."""
    tip, tipster = str(uuid.UUID(int=7)), Identity.from_seed(b"t" * 32)
    told = {
        "answers": {"story": secret},
        "meant_for": None,
        "place": {"kind": "unknown", "municipality": None, "name": "", "text": ""},
        "tipster": {"recipient": tipster.recipient, "reply_key": base64url.encoded(b"k" * 32)},
    }
    plaintext = {
        "tip": lambda: write(Head(Kind.TIP, tip, (POINT,), 1, Author.TIPSTER, "nl"), told),
        "message": lambda: write(
            Head(Kind.ADDITION, tip, (POINT,), 1, Author.TIPSTER, "nl"), {"text": secret}, b"k" * 32
        ),
        "grant": lambda: write(
            Head(Kind.GRANT, None, (POINT,), 1, Author.COORDINATOR, "nl"), {"care_point": POINT, "secret": secret}
        ),
        "key": lambda: write(
            Head(Kind.KEY, None, (POINT,), 1, Author.COORDINATOR, "nl"), {"login": "noor", "secret": secret}
        ),
    }[kind]()
    return seal(plaintext, [recipient])


@dataclass
class Watched:
    """Noor's browser, every request of which is written down. What the server answers is what the database holds."""

    desk: DeskWorld
    noor: Person
    sheet: Identity

    def puts(self, where: str, file: bytes) -> None:
        with writing(self.desk) as database:
            database.execute(f"UPDATE {where} SET sealed = ?", (file,))  # noqa: S608  # names of this test

    def unlocks(self) -> None:
        page = self.noor.page
        page.goto(f"{self.noor.address}/")
        page.locator("#passphrase").fill(self.desk.people["noor"].passphrase)
        page.locator("#door-button").click()
        expect(page.locator("#view h1, #errors").locator("visible=true").first).to_be_visible(timeout=PATIENCE)

    def practises(self) -> None:
        self.noor.comes_back_to_the_key()
        self.noor.types_in_the_sheet(self.sheet.secret)
        expect(self.noor.page.locator("#practise-wrong")).to_be_visible(timeout=PATIENCE)

    def sent_during(self, deed: Callable[[], None]) -> list[tuple[str, str, str]]:
        self.noor.sent.clear()
        deed()
        # Scripts and pictures come in any order.
        asked = [each for each in self.noor.sent if not urlsplit(each.url).path.startswith("/static/")]
        return [(each.method, each.url, each.post_data or "") for each in asked]

    def learns_nothing(self, where: str, recipient: str, deed: Callable[[], None]) -> None:
        """Everything that is sent is the same whatever was opened, and no word of success is among it."""
        seen = {}
        for kind in KINDS:
            self.puts(where, hostile_file(kind, Identity.new().secret, recipient))
            seen[kind] = self.sent_during(deed)
        assert seen["tip"] == seen["message"] == seen["grant"] == seen["key"]
        assert seen["tip"], "nothing was watched"
        assert not [url for _, url, _ in seen["tip"] if url.endswith(("/keys/opened", "/keys/practised"))]


def test_a_server_that_answers_with_files_of_its_choice_learns_nothing_of_what_a_browser_opens(
    desk: DeskWorld, people: Callable[[str], Person]
) -> None:
    """A grant, a tip, a message, a wrapped key in every place that a browser opens: no oracle."""
    person, noor = people("noor"), desk.people["noor"]
    watched = Watched(desk, person, recovery_sheet(desk, POINT))
    person.signs_in()
    watched.learns_nothing("sheet_grants", watched.sheet.recipient, watched.practises)
    watched.learns_nothing("grants", noor.coordinator.recipient, watched.unlocks)
    unlocker = halves(noor.passphrase, "noor", desk.world.settings.salt).identity.recipient
    watched.learns_nothing("wrapped_keys", unlocker, watched.unlocks)

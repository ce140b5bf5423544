"""Nothing of ours is needed to read the archive: a tip from the database opens with the age format's own JavaScript
library, and what that library seals opens here."""

import base64
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from keys import care_point_key
from people import Ada
from playwright.sync_api import Browser, Page
from real_content import ROOT
from server import Server

from tipline.sealing import Identity, WrongKeyError, open_sealed
from tipline.storage import Store

pytestmark = pytest.mark.browser

LIBRARY = next((ROOT / "static" / "vendor").glob("age-encryption-*.min.js")).name
STORY = 'Hij zegt "niets", maar <b>zijn tas</b> is nieuw.\n\nElke vrijdag 🫥'

OPEN_THERE = """async ([library, file, secret]) => {
  const { Decrypter } = await import(`/static/vendor/${library}`);
  const decrypter = new Decrypter();
  decrypter.addIdentity(secret);
  return decrypter.decrypt(Uint8Array.fromBase64(file), "text").catch((error) => `refused: ${error.message}`);
}"""

SEAL_THERE = """async ([library, text, recipient]) => {
  const { Encrypter } = await import(`/static/vendor/${library}`);
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  return (await encrypter.encrypt(text)).toBase64();
}"""


@pytest.fixture(scope="module")
def library_page(site: Server, browser: Browser) -> Iterator[Page]:
    """A page of the running site, under its own policy, from which the vendored library can be loaded."""
    page = browser.new_page()
    page.goto(f"{site.public_url}/nl/")
    yield page
    page.close()


def rows(site: Server, query: str, *values: str) -> list[tuple[bytes, ...]]:
    with closing(sqlite3.connect(site.database)) as database:
        return database.execute(query, values).fetchall()


def key_of(site: Server, login: str) -> Identity:
    """The key of this coordinator's care point."""
    store = Store(f"sqlite:///{site.database}")
    key = care_point_key(store.coordinators, login, site.people[login].passphrase, site.salt)
    store.close()
    return key


def test_a_tip_from_the_database_opens_with_the_age_library_and_the_care_point_key(
    site: Server, tipster: Callable[[str], Ada], library_page: Page
) -> None:
    tipster("nl").reports("5611", STORY, danger="soon", source=["seen", "online"])
    [(sealed,)] = rows(site, "SELECT sealed FROM cases WHERE care_point = 'lumens-emp'")
    key = key_of(site, "noor")
    text = library_page.evaluate(OPEN_THERE, [LIBRARY, base64.b64encode(sealed).decode(), key.secret])
    tip = json.loads(text)
    assert tip["head"]["kind"] == "tip"
    assert tip["head"]["care_points"] == ["lumens-emp"]
    assert tip["body"]["answers"] == {"story": STORY, "danger": "soon", "source": ["seen", "online"]}
    assert tip["body"]["place"]["text"] == "5611"


def test_a_tip_does_not_open_with_the_key_of_another_care_point(
    site: Server, tipster: Callable[[str], Ada], library_page: Page
) -> None:
    tipster("nl").reports("9711", STORY)
    [(sealed,)] = rows(site, "SELECT sealed FROM cases WHERE care_point = 'zvh-groningen'")
    key = key_of(site, "noor")
    with pytest.raises(WrongKeyError):
        open_sealed(sealed, key)
    text = library_page.evaluate(OPEN_THERE, [LIBRARY, base64.b64encode(sealed).decode(), key.secret])
    assert text.startswith("refused: no identity matched")


@pytest.mark.parametrize("text", ["", STORY, "ë🫥" * 40_000], ids=["empty", "short", "over several chunks"])
def test_what_the_age_library_seals_opens_here(site: Server, library_page: Page, text: str) -> None:
    key = key_of(site, "sam")
    sealed = library_page.evaluate(SEAL_THERE, [LIBRARY, text, key.recipient])
    assert open_sealed(base64.b64decode(sealed), key).decode() == text

"""Database, logs and data directory together open no tip: a thief who took all that a server keeps tries everything in
it that looks like a key."""

import base64
import hashlib
import itertools
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from leak_search import left_behind
from people import Ada, Coordinator
from server import Server

from tipline import bech32
from tipline.sealing import Box, Identity, SealingError, open_sealed

pytestmark = pytest.mark.browser

STORY, ANSWER, ADDITION, NOTE = (f"kwartel {word}" for word in ("verhaal", "antwoord", "aanvulling", "notitie"))
SEED = 32
SHORT = 4096
"""Files of at most so many bytes hold a secret and little else: each word in them may be one to hash."""
TEXTS = (
    re.compile(rb"[A-Za-z0-9+/_-]{43,44}(?![A-Za-z0-9+/_-])"),  # 32 bytes in either base64
    re.compile(rb"[0-9a-fA-F]{64}"),
    re.compile(rb"(?i)age-secret-key-pq-1[a-z0-9]{20,}"),
)


def taken(site: Server) -> dict[str, bytes]:
    """All that the server keeps: database with its log, secrets, salt, key files, and everything it ever said."""
    keys = site.data / "content" / "tipline" / "keys"
    kept = [file for file in site.data.iterdir() if file.is_file()]
    return left_behind(*kept, keys, site.temporary, site.output)


def rows(site: Server, query: str) -> list[tuple]:
    with closing(sqlite3.connect(site.database)) as database:
        return database.execute(query).fetchall()


def sealed_files(site: Server) -> list[bytes]:
    """Every age file in the database, whoever it is for."""
    queries = {
        "cases": "sealed",
        "messages": "sealed",
        "wrapped_keys": "sealed",
        "grants": "sealed",
        "sheet_grants": "sealed",
    }
    return [file for table, column in queries.items() for (file,) in rows(site, f"SELECT {column} FROM {table}")]  # noqa: S608  # names of our tables


def candidates(places: dict[str, bytes]) -> Iterator[bytes]:
    """Whatever may be 32 bytes of key: by itself, or as the text of it; and what one would make of a short secret."""
    for content in places.values():
        if len(content) == SEED:
            yield content
        for pattern in TEXTS:
            for found in pattern.findall(content):
                yield from decoded(found)
        if len(content) < SHORT:
            yield from (hashlib.sha256(word).digest() for word in content.split())


def decoded(found: bytes) -> Iterator[bytes]:
    text = found.decode("ascii")
    if text.lower().startswith("age-secret-key"):
        yield bytes(bech32.decode(text.lower())[1])
    elif len(text) == 2 * SEED and re.fullmatch("[0-9a-fA-F]+", text):
        yield bytes.fromhex(text)
    else:
        raw = base64.b64decode(text.replace("-", "+").replace("_", "/") + "==")
        yield from (raw[:SEED], raw[-SEED:])


def digests(site: Server) -> Iterator[bytes]:
    """Every value of 32 bytes in the database, and those that are in it as parts of other rows."""
    with closing(sqlite3.connect(site.database)) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            for row in database.execute(f"SELECT * FROM {table}"):  # noqa: S608  # names of our tables
                yield from (value for value in row if isinstance(value, bytes) and len(value) == SEED)


def opens(seed: bytes, file: bytes) -> bool:
    try:
        open_sealed(file, Identity.from_seed(seed))
    except SealingError:
        return False
    return True


def test_all_that_the_server_keeps_opens_nothing_that_anyone_wrote(ada: Ada, noor: Coordinator, site: Server) -> None:
    code = ada.reports("5611", STORY)
    noor.opens_the_desk()
    noor.reads(STORY)
    noor.answers(ANSWER)
    ada.comes_back_with(code)
    ada.adds(ADDITION)
    noor.reads(STORY)
    noor.offers("zvh-groningen", NOTE)
    places = taken(site)
    # What a demonstration prints is what only its people have; nobody else's log says it.
    printed = [person.passphrase.encode() for person in site.people.values()]
    for name in places:
        for secret in printed:
            places[name] = places[name].replace(secret, b"")
    files = sealed_files(site)
    kinds = {kind for (kind,) in rows(site, "SELECT kind FROM messages")}
    assert kinds == {"answer", "addition", "note"}
    keys = {seed for seed in itertools.chain(candidates(places), digests(site)) if len(seed) == SEED}
    assert bytes.fromhex((site.data / "salt").read_text("ascii").strip()) in keys
    assert len(keys) > len(files)
    opened = [seed for seed in keys for file in files if opens(seed, file)]
    assert opened == []
    everything = b"".join(places.values())
    for words in (STORY, ANSWER, ADDITION, NOTE):
        assert words.encode() not in everything
        assert base64.b64encode(words.encode())[:-4] not in everything


def test_the_search_would_find_the_key_if_it_were_kept() -> None:
    """The same search, with a care point's secret key left in the data directory on purpose."""
    identity = Identity.new()
    found = set(candidates({"forgotten": b"key = " + identity.secret.encode() + b"\n"}))
    assert any(Identity.from_seed(seed).recipient == identity.recipient for seed in found if len(seed) == SEED)


def test_the_servers_own_secret_opens_boxes_of_codes_and_no_box_holds_a_key(site: Server) -> None:
    """The server can open the secrets of one-time codes: with them nobody signs in without the passphrase's half, and
    they are no key to a file."""
    secrets = [line.strip() for line in (site.data / "secret.key").read_text("ascii").split(",")]
    files, box = sealed_files(site), Box(tuple(secrets), "totp")
    boxes = rows(site, "SELECT totp_box, login FROM coordinators")
    codes = [box.open(closed, str(login).encode()) for closed, login in boxes]
    assert codes
    for code in codes:
        for seed in (hashlib.sha256(code).digest(), code.ljust(SEED, b"\0")[:SEED]):
            assert not any(opens(seed, file) for file in files)

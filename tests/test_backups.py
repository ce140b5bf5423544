"""Back-ups: made while the server runs, sealed so that any age tool opens them, and put back to work elsewhere."""

import base64
import io
import json
import sqlite3
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from keys import care_point_key, halves
from playwright.sync_api import Browser
from real_content import ROOT
from server import Report, Server, follow_up, free_port, running_command
from tip_world import a_demo, copied_settings

from campaign_site.cli import main
from tipline.backups import read_identity
from tipline.desk.second_way import unused_code
from tipline.heads import Author, Head, Kind, read, write
from tipline.key_files import read_key_file, write_key_file
from tipline.receipts import Receipt, derive
from tipline.sealed_streams import SealedReader, SealedWriter
from tipline.sealing import CHUNK, AlteredFileError, Identity, open_sealed, seal
from tipline.storage import Store
from tipline.storage.copying import SHORT_LIVED
from tipline.storage.tables import metadata
from tipline.storage.trail import Deed

FORM = {"Sec-Fetch-Site": "same-origin", "Accept": "application/json"}
STORY = "Elke dinsdag om vier uur, bij de kwartelhof."


def run(data: Path, *arguments: str | Path, **environment: str) -> Result:
    result = CliRunner().invoke(main, list(map(str, arguments)), env={"SIGNAALLIJN_DATA": str(data), **environment})
    assert isinstance(result.exception, SystemExit | None), result.exc_info
    return result


def refused(result: Result) -> str:
    assert (result.exit_code, result.stdout) == (1, ""), result.output
    (line,) = result.stderr.splitlines()
    return line


@dataclass
class Place:
    """A place where the tip line may be served: its data directory, and the content it uses."""

    data: Path
    content: Path
    recipient: str = ""

    def environment(self, port: int) -> dict[str, str]:
        return {
            "SIGNAALLIJN_DATA": str(self.data),
            "SIGNAALLIJN_CONTENT": str(self.content),
            "SIGNAALLIJN_BASE_URL": f"http://localhost:{port}",
            "SIGNAALLIJN_DESK_URL": f"http://desk.localhost:{port}",
            "SIGNAALLIJN_SLOT_MINUTES": "0",
            **({"SIGNAALLIJN_BACKUP_RECIPIENT": self.recipient} if self.recipient else {}),
        }

    def run(self, *arguments: str | Path, **more: str) -> Result:
        return run(self.data, *arguments, **{**self.environment(8000), **more})


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """The operator's identity file."""
    return tmp_path / "operator.key"


@pytest.fixture
def here(tmp_path: Path, key: Path) -> Place:
    """An installation that is open for real: the demonstration's, with the mark taken off its keys."""
    made = copied_settings(tmp_path)
    for file in (made.content / "tipline" / "keys").glob("*.toml"):
        write_key_file(file, replace(read_key_file(file), is_demo=False))
    printed = run(made.data, "backup-key", key).stdout
    assert key.stat().st_mode & 0o777 == 0o600
    name, _, recipient = printed.strip().partition("=")
    assert name == "SIGNAALLIJN_BACKUP_RECIPIENT"
    return Place(made.data, made.content, recipient)


def unpacked(backup: Path, key: Path) -> dict[str, bytes]:
    """What is in a back-up, opened as an age tool and tar do."""
    return files_in(open_sealed(backup.read_bytes(), read_identity(key)))


def files_in(archive: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        return {member.name: tar.extractfile(member).read() for member in tar}


@dataclass
class Desk:
    """Noor, as her browser speaks to the desk; she opens in Python."""

    server: Server
    cookie: str = ""

    def signs_in(self) -> "Desk":
        (noor,) = [person for person in a_demo().people if person.login == "noor"]
        half = base64.urlsafe_b64encode(halves(noor.passphrase, "noor", self.server.salt).sign_in).rstrip(b"=").decode()
        with closing(Store(f"sqlite:///{self.server.database}")) as store:
            used = store.coordinators.by_login("noor").totp_used
            self.key = care_point_key(store.coordinators, "noor", noor.passphrase, self.server.salt)
        code = None
        while code is None:  # each code counts once; the next comes within half a minute
            code = unused_code(noor.totp_secret, used, datetime.now(UTC))
        answer = self.server.desk.post("/login", {"login": "noor", "half": half, "code": code}, FORM)
        assert answer.status == 200, answer.text
        self.cookie = answer.headers["set-cookie"].partition(";")[0]
        return self

    def get(self, path: str) -> Mapping[str, object]:
        answer = self.server.desk.get(path, {"Cookie": self.cookie, "Accept": "application/json"})
        assert answer.status == 200, answer.text
        return json.loads(answer.text)

    def stories(self) -> list[str]:
        return [self.opened(tip)["answers"]["story"] for tip in self.get("/tips")["tips"]]

    def opened(self, tip: Mapping[str, object]) -> Mapping[str, object]:
        head = Head(Kind.TIP, str(tip["id"]), ("lumens-emp",), 1, Author.TIPSTER, "nl")
        sealed = base64.urlsafe_b64decode(str(tip["sealed"]) + "==")
        return read(open_sealed(sealed, self.key), head).body

    def answers(self, code: str, text: str) -> None:
        (tip,) = self.get("/tips")["tips"]
        derived = derive(Receipt(code), self.server.salt)
        number = self.get(f"/tips/{tip['id']}")["next_answer"]
        head = Head(Kind.ANSWER, str(tip["id"]), ("lumens-emp",), number, Author.COORDINATOR, "nl")
        plaintext = write(head, {"text": text}, derived.reply_key)
        fields = {
            f"for:{reader}": base64.urlsafe_b64encode(seal(plaintext, [recipient])).rstrip(b"=").decode()
            for reader, recipient in (("tipster", derived.identity.recipient), ("lumens-emp", self.key.recipient))
        }
        answer = self.server.desk.post(
            f"/tips/{tip['id']}/answers", {"number": str(number), **fields}, {**FORM, "Cookie": self.cookie}
        )
        assert answer.status == 201, answer.text


def serving(place: Place):
    port = free_port()
    return running_command(["serve", "--port", str(port)], place.data, port, **place.environment(port))


def test_a_back_up_made_while_the_server_runs_works_elsewhere(here: Place, key: Path, tmp_path: Path) -> None:
    backup, there = tmp_path / "tips.age", Place(tmp_path / "elsewhere" / "data", tmp_path / "elsewhere/data/content")
    with serving(here) as server:
        report = Report(server.public).begins("5611").tells(STORY)
        report.sends()
        code = report.code()
        noor = Desk(server).signs_in()
        assert noor.stories() == [STORY]
        for text in ("Dit antwoord wist de melder.", "Dit antwoord blijft."):
            noor.answers(code, text)
        visit = follow_up(server.public, code)
        first = server.public.get(visit).text.partition('name="answer" value="')[2].partition('"')[0]
        gone = deletes_an_answer(server, visit, first)
        draft = Report(server.public).begins("5611").tells("Nog niet verstuurd: hoornblazer.")
        made = here.run("backup", backup)
        assert (made.exit_code, made.stderr) == (0, ""), made.output
        assert "is a whole back-up" in made.stdout
        server.kill()
    assert sorted(each.name for each in here.data.glob(".*")) == []
    restored = there.run("restore", backup, "--identity", key)
    assert (restored.exit_code, restored.stderr) == (0, ""), restored.output
    assert "The audit trail hangs together" in restored.stdout
    assert there.data.stat().st_mode & 0o777 == 0o700
    inside = unpacked(backup, key)
    database = sqlite3.connect(":memory:")
    database.deserialize(inside["signaallijn.sqlite3"])
    assert {
        table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608  # our own tables
        for table in SHORT_LIVED
    } == dict.fromkeys(SHORT_LIVED, 0)
    assert gone not in inside["signaallijn.sqlite3"]
    database.close()
    with serving(there) as server:
        assert Desk(server).signs_in().stories() == [STORY]
        shown = server.public.get(follow_up(server.public, code)).main
        assert "Dit antwoord blijft." in shown
        assert "Dit antwoord wist de melder." not in shown
        assert "hoornblazer" not in server.public.get(draft.path(2)).text
        server.kill()
    with serving(there) as server:  # after a power cut too
        assert server.is_well()


def deletes_an_answer(server: Server, visit: str, answer: str) -> bytes:
    """The tipster deletes one; gives a piece of the sealed file that goes."""
    with closing(sqlite3.connect(server.database)) as database:
        ((sealed,),) = database.execute(
            "SELECT sealed FROM messages WHERE kind = 'answer' AND reader = 'tipster' AND id = ?", (answer,)
        ).fetchall()
    assert server.public.post(visit + "/wis", {"answer": answer}).status == 303
    return bytes(sealed[-200:])


# What is in it


@pytest.fixture
def store(here: Place) -> Iterator[Store]:
    made = Store(f"sqlite:///{here.data / 'signaallijn.sqlite3'}")
    yield made
    made.close()


def test_a_back_up_holds_what_can_not_be_made_again(here: Place, store: Store, key: Path, tmp_path: Path) -> None:
    store.trail.record(Deed("fetched", "noor", "lumens-emp", datetime(2026, 11, 21, tzinfo=UTC).date()))
    (here.data / "trail-heads.txt").write_text("", "ascii")
    assert here.run("backup", tmp_path / "one.age").exit_code == 0
    inside = unpacked(tmp_path / "one.age", key)
    for name in ("salt", "secret.key", "trail-heads.txt"):
        assert inside[name] == (here.data / name).read_bytes()
    assert json.loads(inside["manifest.json"])["version"] == 1
    assert (
        inside["content/tipline/keys/comensha.toml"]
        == (here.content / "tipline" / "keys" / "comensha.toml").read_bytes()
    )
    assert b"age -d" in inside["README.txt"]
    assert (tmp_path / "one.age").stat().st_mode & 0o777 == 0o600
    for plain in (inside["salt"].strip(), b"kwartelhof", b"lumens"):
        assert plain not in (tmp_path / "one.age").read_bytes()


def test_every_table_is_copied_or_known_to_be_short_lived(here: Place, key: Path, tmp_path: Path) -> None:
    assert here.run("backup", tmp_path / "one.age").exit_code == 0
    database = sqlite3.connect(":memory:")
    database.deserialize(unpacked(tmp_path / "one.age", key)["signaallijn.sqlite3"])
    with closing(database), closing(sqlite3.connect(here.data / "signaallijn.sqlite3")) as own:
        for table in metadata.sorted_tables:
            order = ", ".join(column.name for column in table.primary_key.columns)
            query = f"SELECT * FROM {table.name} ORDER BY {order}"  # noqa: S608  # our own tables
            kept = [] if table.name in SHORT_LIVED else own.execute(query).fetchall()
            assert database.execute(query).fetchall() == kept, table.name


def test_a_rescue_file_of_every_recovery_sheet_is_in_it(here: Place, key: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(here.data / "signaallijn.sqlite3")) as database, database:
        database.execute(
            "INSERT INTO sheet_grants (care_point, number, recipient, sealed) VALUES ('comensha', 1, 'age1pq1', ?)",
            (b"sealed to a sheet",),
        )
    assert here.run("backup", tmp_path / "one.age").exit_code == 0
    assert unpacked(tmp_path / "one.age", key)["rescue/comensha-1.age"] == b"sealed to a sheet"


@pytest.mark.browser
def test_a_plain_age_tool_opens_it(here: Place, key: Path, tmp_path: Path, site: Server, browser: Browser) -> None:
    """The age format's own library, in a browser; tar is Python's."""
    assert here.run("backup", tmp_path / "one.age").exit_code == 0
    library = next((ROOT / "static" / "vendor").glob("age-encryption-*.min.js")).name
    page = browser.new_page()
    page.goto(f"{site.public_url}/nl/")
    opened = page.evaluate(
        """async ([library, file, secret]) => {
          const { Decrypter } = await import(`/static/vendor/${library}`);
          const decrypter = new Decrypter();
          decrypter.addIdentity(secret);
          return (await decrypter.decrypt(Uint8Array.fromBase64(file))).toBase64();
        }""",
        [library, base64.b64encode((tmp_path / "one.age").read_bytes()).decode(), read_identity(key).secret],
    )
    page.close()
    assert files_in(base64.b64decode(opened))["salt"] == (here.data / "salt").read_bytes()


# What is refused


def test_a_back_up_is_refused_in_one_sentence(here: Place, tmp_path: Path, key: Path) -> None:
    assert "set SIGNAALLIJN_BACKUP_RECIPIENT" in refused(replace(here, recipient="").run("backup", tmp_path / "x.age"))
    (tmp_path / "there").write_bytes(b"old")
    assert "is there already" in refused(here.run("backup", tmp_path / "there"))
    assert (tmp_path / "there").read_bytes() == b"old"
    assert "can't be written" in refused(here.run("backup", tmp_path / "no" / "folder"))
    assert "is there already" in refused(here.run("backup-key", key))
    assert sorted(each.name for each in tmp_path.glob("*.part")) == []


def test_what_is_no_whole_back_up_is_refused_and_leaves_nothing(here: Place, key: Path, tmp_path: Path) -> None:
    backup, there = tmp_path / "one.age", replace(here, data=tmp_path / "there")
    assert here.run("backup", backup).exit_code == 0
    whole, other = backup.read_bytes(), tmp_path / "other.key"
    run(here.data, "backup-key", other)

    def said(file: bytes, identity: Path = key) -> str:
        backup.write_bytes(file)
        sentence = refused(there.run("restore", backup, "--identity", identity))
        assert not there.data.exists()
        assert list(tmp_path.glob(".there*")) == []
        return sentence

    assert "is sealed to another key" in said(whole, other)
    assert "holds no post-quantum age identity" in said(whole, backup)
    for cut in (len(whole) - 1, len(whole) // 2, len(whole) - len(whole) % (CHUNK + 16)):
        assert "was cut or altered" in said(whole[:cut])
    assert "was cut or altered" in said(whole[:-100] + bytes([whole[-100] ^ 1]) + whole[-99:])
    assert "was cut or altered" in said(whole + b"x")
    assert "is no age file" in said(whole[:100])
    assert "is no age file" in said(b"")
    assert "holds no back-up" in said(seal(b"something else", [read_identity(key).recipient]))
    assert "holds no back-up" in said(seal(archive({"salt": b""}), [read_identity(key).recipient]))
    for name in ("../x", "/x", "content/../../x", "other"):
        assert "holds no back-up" in said(seal(archive({name: b""}), [read_identity(key).recipient])), name
    most = dict.fromkeys(("README.txt", "signaallijn.sqlite3", "secret.key", "content/robots.txt"), b"")
    no_salt = archive({**most, "manifest.json": b'{"version": 1}'})
    assert "holds no back-up" in said(seal(no_salt, [read_identity(key).recipient]))
    everything = dict.fromkeys(("README.txt", "signaallijn.sqlite3", "salt", "secret.key"), b"")
    newer = archive({**everything, "manifest.json": b'{"version": 2}'})
    assert "made by a newer version" in said(seal(newer, [read_identity(key).recipient]))


def archive(files: Mapping[str, bytes]) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as tar:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return made.getvalue()


def test_nothing_is_put_back_over_something(here: Place, key: Path, tmp_path: Path) -> None:
    assert here.run("backup", tmp_path / "one.age").exit_code == 0
    before = (here.data / "salt").read_bytes()
    assert "is not empty" in refused(here.run("restore", tmp_path / "one.age", "--identity", key))
    assert (here.data / "salt").read_bytes() == before
    (tmp_path / "there").mkdir()
    there = replace(here, data=tmp_path / "there")
    assert there.run("restore", tmp_path / "one.age", "--identity", key).exit_code == 0


def test_a_forged_trail_is_told_when_it_is_put_back(here: Place, store: Store, key: Path, tmp_path: Path) -> None:
    day = datetime(2026, 11, 21, tzinfo=UTC).date()
    for number in range(3):
        store.trail.record(Deed(f"deed-{number}", "noor", "lumens-emp", day))
    with closing(sqlite3.connect(here.data / "signaallijn.sqlite3")) as database, database:
        database.execute("UPDATE trail SET actor = 'sam' WHERE number = 2")
    assert here.run("backup", tmp_path / "one.age").exit_code == 0
    result = replace(here, data=tmp_path / "there").run("restore", tmp_path / "one.age", "--identity", key)
    assert result.exit_code == 1
    assert "entry 2 was altered" in result.stderr


# PostgreSQL


@pytest.mark.postgresql
def test_a_back_up_goes_from_one_database_to_the_other_and_back(
    here: Place, store: Store, key: Path, tmp_path: Path, postgresql_database: str
) -> None:
    store.trail.record(Deed("fetched", "noor", "lumens-emp", datetime(2026, 11, 21, tzinfo=UTC).date()))
    assert here.run("backup", tmp_path / "one.age").exit_code == 0
    there, url = replace(here, data=tmp_path / "there"), {"SIGNAALLIJN_DATABASE_URL": postgresql_database}
    restored = there.run("restore", tmp_path / "one.age", "--identity", key, **url)
    assert restored.exit_code == 0, restored.output
    assert "1 entry" in restored.stdout
    assert not list(there.data.glob("signaallijn.sqlite3*"))
    back = replace(here, data=tmp_path / "back")
    refusal = back.run("restore", tmp_path / "one.age", "--identity", key, **url)
    assert "the database is not empty" in refused(refusal)
    assert not back.data.exists()
    assert there.run("backup", tmp_path / "two.age", **url).exit_code == 0
    assert back.run("restore", tmp_path / "two.age", "--identity", key).exit_code == 0
    with closing(Store(f"sqlite:///{back.data / 'signaallijn.sqlite3'}")) as last:
        assert last.coordinators.all() == store.coordinators.all()
        assert last.trail.head() == store.trail.head()


# Streams


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 5])
def test_a_stream_is_a_sealed_file_like_any_other(size: int) -> None:
    identity, text, file = Identity.new(), bytes(range(256)) * (size // 256) + bytes(size % 256), io.BytesIO()
    writer = SealedWriter(file, identity.recipient)
    for start in range(0, len(text), 1000):
        writer.write(text[start : start + 1000])
    writer.close()
    assert open_sealed(file.getvalue(), identity) == text
    reader = SealedReader(io.BytesIO(seal(text, [identity.recipient])), identity)
    assert b"".join(iter(lambda: reader.read(777), b"")) == text
    cut = SealedReader(io.BytesIO(file.getvalue()[:-1]), identity)
    with pytest.raises(AlteredFileError):
        cut.finish()


def test_a_large_stream_needs_little_memory(tmp_path: Path) -> None:
    """200 MB through both, in a process that may have 64 MB more than it begins with."""
    subprocess.run([sys.executable, "-c", LARGE], check=True, cwd=tmp_path)


LARGE = f"""
import resource
from tipline.sealed_streams import SealedReader, SealedWriter
from tipline.sealing import Identity
identity, piece = Identity.new(), bytes({CHUNK} * 16)
pages = int(open("/proc/self/statm").read().split()[0])
resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + 64 * 2**20,) * 2)
with open("large", "wb") as file:
    writer = SealedWriter(file, identity.recipient)
    for _ in range(200):
        writer.write(piece)
    writer.close()
with open("large", "rb") as file:
    reader, size = SealedReader(file, identity), 0
    while data := reader.read():
        size += len(data)
assert size == 200 * len(piece)
"""

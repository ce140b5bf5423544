"""Back-ups: one age file that holds all that an installation can't be made again from.

Inside is a plain tar archive, so that any age tool and `tar` open it without us; it unpacks to a data directory.
The deployment salt is in it, since without it no code that was ever given out opens its conversation; and the server
secrets, since they box the secrets of one-time codes. What a person is typing is not, nor are sessions.

Knows nothing of the command line; nothing of a back-up is believed before all of it was verified."""

import fcntl
import io
import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from tipline.sealed_streams import Readable, SealedReader, SealedWriter
from tipline.sealing import AlteredFileError, Identity, NotAnAgeFileError, NotAnIdentityError, WrongKeyError
from tipline.storage import Store

VERSION = 1
MANIFEST, README, DATABASE, SALT, SECRETS, HEADS = (
    "manifest.json",
    "README.txt",
    "signaallijn.sqlite3",
    "salt",
    "secret.key",
    "trail-heads.txt",
)
CONTENT, RESCUE = "content", "rescue"
NAMES = frozenset({MANIFEST, README, DATABASE, SALT, SECRETS, HEADS})
FOLDERS = frozenset({CONTENT, RESCUE})
PIECE = 1024 * 1024
WORKING = ".backup"

EXPLAINED = """This is a back-up of Signaallijn, made on {made_on}.

`signaallijn restore` puts it back. By hand: unpack it with `age -d -i IDENTITY BACKUP | tar x`; the database is SQLite
3, the tips in it are age files that only care points' keys open. rescue/ holds each care point's key, sealed to its
recovery sheet: `age -d -i SHEET rescue/CARE_POINT-NUMBER.age`. The deployment salt (salt) must never be lost or
changed: every code that was given out depends on it.
"""


class BackupError(Exception):
    """No back-up was made, or none was put back; the message says why."""


class FileThereError(BackupError):
    """A back-up never replaces a file."""


class BusyError(BackupError):
    """One back-up at a time."""


class OtherVersionError(BackupError):
    """The database is not of this version, or the back-up of a newer one."""


class NotEmptyError(BackupError):
    """There is something already where a back-up was to be put back."""


class NotABackupError(BackupError):
    """The file is no back-up of ours."""


class WrongIdentityError(BackupError):
    """The back-up is sealed to another key, or the identity file holds none."""


class DamagedBackupError(BackupError):
    """The file was cut or altered."""


@dataclass(frozen=True)
class Installation:
    """What a back-up is made of."""

    store: Store
    data: Path
    content: Path
    """The whole folder: campaign pages too, since who restores after a fire may have nothing else."""
    trail_heads: Path
    salt: bytes = field(repr=False)
    secret_keys: Sequence[str] = field(repr=False)


Tell = Callable[[int], None]
Progress = Callable[[str, int], AbstractContextManager[Tell]]
"""Is told what is being done and how much of it there is; inside, how far it is."""


def make_backup(of: Installation, target: Path, recipient: str, today: date, copying: Progress) -> None:
    """Writes a back-up, sealed to this recipient; there is no file before it is whole. Others may go on writing. Raises
    `BackupError`, `OSError`, and what the database raises."""
    if target.exists():
        raise FileThereError(f"{target} is there already; name another file")
    if not of.store.is_current():
        raise OtherVersionError("the database is not of this version; start this version's server once")
    with _working_folder(of.data) as folder, _written_whole(target) as file:
        small = dict(_small_files(of, today))  # the heads before the trail: a copy must never end before its heads
        _copy_database(of.store, folder / DATABASE, copying)
        sealed = SealedWriter(file, recipient)
        # Of what a file can do it uses no more than `write`.
        with tarfile.open(fileobj=sealed, mode="w|") as archive:  # type: ignore[call-overload]
            for name, data in {**small, **dict(_content_files(of.content))}.items():
                _add(archive, name, io.BytesIO(data), len(data))
            size = (folder / DATABASE).stat().st_size
            with (folder / DATABASE).open("rb") as database, copying("Sealing", size) as tell:
                _add(archive, DATABASE, _Told(database, tell), size)
        sealed.close()


@contextmanager
def _working_folder(data: Path) -> Iterator[Path]:
    """A folder in the data directory: a copy of the database must not lie where others may read. What a back-up that
    was killed left behind goes first."""
    lock, folder = os.open(data, os.O_RDONLY), data / WORKING
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise BusyError("another back-up is being made") from None
    try:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


@contextmanager
def _written_whole(target: Path) -> Iterator[BinaryIO]:
    """A file that appears under its name once it is complete and on the disk, for nobody else to read."""
    part = target.with_name(target.name + ".part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.rename(target)
    finally:
        part.unlink(missing_ok=True)


def _copy_database(store: Store, file: Path, copying: Progress) -> None:
    copy = Store(f"sqlite:///{file}")
    try:
        copy.migrate()
        with copying("Copying", store.count_rows()) as tell:
            store.copy_to(copy, tell)
        copy.make_one_file()
    finally:
        copy.close()


def _small_files(of: Installation, today: date) -> Iterator[tuple[str, bytes]]:
    yield MANIFEST, json.dumps({"version": VERSION, "made_on": today.isoformat()}).encode()
    yield README, EXPLAINED.format(made_on=today.isoformat()).encode()
    yield SALT, of.salt.hex().encode() + b"\n"
    yield SECRETS, ",".join(of.secret_keys).encode() + b"\n"
    if of.trail_heads.is_file():
        yield HEADS, of.trail_heads.read_bytes()
    for grant in of.store.point_keys.all_sheet_grants():
        yield f"{RESCUE}/{grant.care_point}-{grant.number}.age", grant.sealed


def _content_files(content: Path) -> Iterator[tuple[str, bytes]]:
    for file in sorted(content.rglob("*")):
        name = file.relative_to(content)
        if file.is_file() and not any(part.startswith(".") for part in name.parts):
            yield f"{CONTENT}/{name.as_posix()}", file.read_bytes()


def _add(archive: tarfile.TarFile, name: str, data: Readable, size: int) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600  # no owner, no time: neither says anything about what is inside
    archive.addfile(member, data)  # type: ignore[arg-type]  # only its read is used


class _Told:
    """A file that tells how far it was read."""

    def __init__(self, file: BinaryIO, tell: Tell) -> None:
        self._file, self._tell = file, tell

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self._tell(self._file.tell())
        return data


# Putting back


def read_identity(file: Path) -> Identity:
    """The first key in a file as `age-keygen -pq` writes it. Raises `WrongIdentityError`."""
    try:
        lines = file.read_text("utf-8").splitlines()
        secret = next(line.strip() for line in lines if line.strip() and not line.startswith("#"))
        identity = Identity(secret)
        _ = identity.recipient
    except (OSError, UnicodeError, StopIteration, NotAnIdentityError):
        raise WrongIdentityError(f"{file} holds no post-quantum age identity (AGE-SECRET-KEY-PQ-…)") from None
    return identity


def unpack(backup: Path, identity: Identity, data: Path, copying: Progress) -> None:
    """Puts the files of a back-up into a data directory that does not exist or is empty. Until all of it was verified
    nothing stands there. Raises `BackupError` and `OSError`."""
    if data.exists() and any(data.iterdir()):
        raise NotEmptyError(f"{data} is not empty; choose another data directory (SIGNAALLIJN_DATA)")
    data.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f".{data.name}-", dir=data.parent))
    try:
        with backup.open("rb") as file, copying("Opening", backup.stat().st_size) as tell:
            _unpack(SealedReader(_Told(file, tell), identity), folder)
        if data.exists():
            data.rmdir()
        folder.rename(data)
    except NotAnAgeFileError:
        raise NotABackupError(f"{backup} is no age file, or was cut within its first lines") from None
    except WrongKeyError:
        raise WrongIdentityError(f"{backup} is sealed to another key than this identity") from None
    except AlteredFileError:
        raise DamagedBackupError(f"{backup} was cut or altered") from None
    except (tarfile.TarError, ValueError, KeyError):
        raise NotABackupError(f"{backup} holds no back-up of Signaallijn") from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unpack(reader: SealedReader, folder: Path) -> None:
    found = set()
    with tarfile.open(fileobj=reader, mode="r|") as archive:  # type: ignore[call-overload]  # only its read is used
        for member in archive:
            name = PurePosixPath(member.name)
            if not member.isfile() or not _is_ours(name):
                raise tarfile.TarError
            found.add(member.name)
            source = archive.extractfile(member)
            if source:  # a regular file always has one
                _write(folder / name, source)
    reader.finish()
    if not found >= NAMES - {HEADS}:
        raise tarfile.TarError
    manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    if manifest["version"] != VERSION:
        raise OtherVersionError("the back-up was made by a newer version; restore it with that one")


def _is_ours(name: PurePosixPath) -> bool:
    is_inside = len(name.parts) > 1 and name.parts[0] in FOLDERS and ".." not in name.parts
    return is_inside or str(name) in NAMES


def _write(file: Path, source: Readable) -> None:
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
        while piece := source.read(PIECE):
            target.write(piece)
        target.flush()
        os.fsync(target.fileno())

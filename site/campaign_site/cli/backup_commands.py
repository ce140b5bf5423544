"""The commands `signaallijn backup-key`, `backup` and `restore`."""

import os
from datetime import date
from pathlib import Path

import click

from campaign_site.app import now_in_utc
from campaign_site.cli.audit_commands import told, verified_trail
from campaign_site.cli.commands import Refused, refusals
from campaign_site.cli.progress import progress
from campaign_site.settings import (
    DATABASE_FILE,
    Settings,
    content_directory,
    data_directory,
    database_url,
    read_settings,
)
from tipline.audit import HEADS_FILE, HeadsFile, TrailFaultError
from tipline.backups import BackupError, Installation, NotEmptyError, make_backup, read_identity, unpack
from tipline.sealing import Identity, fingerprint
from tipline.storage import Store

FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("backup-key")
@click.argument("file", type=FILE)
def backup_key(file: Path) -> None:
    """Make the key that opens back-ups: the secret goes into FILE, the recipient is printed.

    The same as `age-keygen -pq`, which Debian's age does not know yet. Keep FILE on another machine, twice.
    """
    identity = Identity.new()
    today = now_in_utc().date().isoformat()
    lines = f"# created: {today}\n# public key: {identity.recipient}\n{identity.secret}\n"
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as key:
            key.write(lines)
    except FileExistsError:
        raise Refused([f"{file} is there already; name another file"]) from None
    except OSError as reason:
        raise Refused([f"{file} can't be written: {reason.strerror}"]) from None
    click.echo(f"SIGNAALLIJN_BACKUP_RECIPIENT={identity.recipient}")


@click.command()
@click.argument("file", type=FILE)
def backup(file: Path) -> None:
    """Write a back-up to FILE while the server runs: database, key files, content, salt and secrets, sealed to
    SIGNAALLIJN_BACKUP_RECIPIENT. Drafts and sessions are left out."""
    with refusals():
        settings = read_settings(os.environ)
        if not settings.backup_recipient:
            raise Refused(["set SIGNAALLIJN_BACKUP_RECIPIENT; `signaallijn backup-key FILE` makes one"])
        store = Store(settings.tipline.database_url)
    try:
        make_backup(installation(settings, store), file, settings.backup_recipient, today(), progress)
    except BackupError as fault:
        raise Refused([str(fault)]) from None
    except OSError as reason:
        raise Refused([f"{file} can't be written: {reason.strerror}"]) from None
    finally:
        store.close()
    who = fingerprint(settings.backup_recipient)
    click.echo(f"{file} is a whole back-up, {file.stat().st_size} bytes, for the key with fingerprint {who}.")


def installation(settings: Settings, store: Store) -> Installation:
    tipline = settings.tipline
    return Installation(store, settings.data, settings.content, tipline.trail_heads, tipline.salt, tipline.secret_keys)


def today() -> date:
    return now_in_utc().date()


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--identity", type=FILE, required=True, help="The file of `backup-key` or `age-keygen -pq`.")
def restore(file: Path, identity: Path) -> None:
    """Put a back-up back into an empty data directory (and an empty PostgreSQL database), and verify its audit trail.

    Exit code 1 when anything is wrong; then nothing stands in the data directory.
    """
    with refusals():
        data, address = data_directory(os.environ), database_url(os.environ)
        try:
            restore_to(file, identity, data, address)
        except BackupError as fault:
            raise Refused([str(fault)]) from None
        except OSError as reason:
            raise Refused([f"{data} can't be written: {reason.strerror}"]) from None
        say_what_is_next(data)


def restore_to(file: Path, identity: Path, data: Path, address: str) -> None:
    """Raises `BackupError`, `DatabaseFaultError`, `OSError`."""
    own = f"sqlite:///{data / DATABASE_FILE}"
    target = Store(address) if address != own else None
    try:
        if target:
            target.migrate()
            if not target.is_empty():
                raise NotEmptyError("the database is not empty; restore into a new one (SIGNAALLIJN_DATABASE_URL)")
        unpack(file, read_identity(identity), data, progress)
        restored = Store(own)
        try:
            restored.migrate()
            if target:
                with progress("Copying", restored.count_rows()) as tell:
                    restored.copy_to(target, tell)
            verify_restored(target or restored, data)
        finally:
            restored.close()
    finally:
        if target:
            target.close()
    if target:
        for left in data.glob(f"{DATABASE_FILE}*"):
            left.unlink()  # it is in the other database now


def verify_restored(store: Store, data: Path) -> None:
    try:
        click.echo(told(verified_trail(store.trail, HeadsFile(data / HEADS_FILE))))
    except TrailFaultError as fault:
        raise Refused([f"{data} was put back, but its audit trail is not whole: {fault}"]) from None


def say_what_is_next(data: Path) -> None:
    click.echo(f"{data} is put back. Everyone must sign in again.")
    kept, used = data / "content", content_directory(os.environ)
    differing = [
        file.name
        for file in sorted((kept / "tipline" / "keys").glob("*.toml"))
        if not same(file, used / "tipline" / "keys" / file.name)
    ]
    if differing:
        click.echo(f"{used} has other key files than the back-up: {', '.join(differing)}.")
    click.echo(f"The content of that day is in {kept}; set SIGNAALLIJN_CONTENT to it, or compare it with your own.")


def same(file: Path, other: Path) -> bool:
    return other.is_file() and file.read_bytes() == other.read_bytes()

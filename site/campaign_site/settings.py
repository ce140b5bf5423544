"""The settings of one installation, read from the environment and the data directory; those of the tip line alone by
`tipline_settings`."""

import difflib
import os
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from campaign_site.environment import LOOPBACK, Faults, SettingsFaultError, value
from campaign_site.tipline_settings import abuse, has_mail, has_puzzle, mail_server, slot_minutes
from tipline.audit import HEADS_FILE
from tipline.sealing import NotARecipientError, fingerprint
from tipline.settings import Abuse, TiplineSettings

PACKAGE = Path(__file__).parent
SECRET_FILE, SALT_FILE, DATABASE_FILE = "secret.key", "salt", "signaallijn.sqlite3"
SALT_BYTES = 32
SHORTEST_SECRET = 32
LEAST_ROOM = 16 * 1024 * 1024
"""Bytes below which a disk counts as full: a tip takes a few thousand, the database's log some millions."""

PREFIX = "SIGNAALLIJN_"
ALIKE = 0.85
"""From here on two names are near enough to say "did you mean"; the prefix alone makes half of it."""
NAMES = frozenset(
    PREFIX + name
    for name in (
        *("DATA", "DATABASE_URL", "CONTENT", "BASE_URL", "DESK_URL"),
        *("SLOT_MINUTES", "SECRET_KEY", "BACKUP_RECIPIENT", "SMTP_URL"),
        *("ABUSE", "HCAPTCHA_SITEKEY", "HCAPTCHA_SECRET", "HCAPTCHA_VERIFY_URL"),
    )
)


def shipped(name: str) -> Path:
    """The folder `content` or `static` of this version: in a wheel inside the package, else in the checkout."""
    inside = PACKAGE / "shipped" / name
    return inside if inside.is_dir() else PACKAGE.parent.parent / name


@dataclass(frozen=True, kw_only=True)
class PublicSettings:
    """What the public pages need to know; none of it is secret, and no data directory holds it."""

    content: Path
    static: Path
    base_url: str
    desk_url: str
    is_demo: bool = False
    has_puzzle: bool = False
    """Whether hCaptcha stands before the tip form; the privacy page says so."""
    slot_minutes: int = 60
    """When tips become visible; the privacy page says so."""
    has_mail: bool = False
    """Whether coordinators are told by e-mail; the pages that speak of it say so."""


@dataclass(frozen=True, kw_only=True)
class Settings(PublicSettings):
    """All that one installation needs."""

    data: Path
    tipline: TiplineSettings = field(repr=False)
    backup_recipient: str = ""
    """Whom back-ups are sealed to; empty when nobody was named."""


def make_data_directory(folder: Path) -> None:
    """A new data directory with its secrets, for nobody else to read. Raises `SettingsFaultError` where one exists."""
    if folder.exists() and any(folder.iterdir()):
        raise SettingsFaultError(f"{folder} is not empty; choose another data directory (SIGNAALLIJN_DATA)")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    _write_private(folder / SECRET_FILE, secrets.token_urlsafe(48))
    _write_private(folder / SALT_FILE, secrets.token_hex(SALT_BYTES))


def read_public_settings(environment: Mapping[str, str]) -> PublicSettings:
    """The settings that need no data directory. Raises `SettingsFaultError`."""
    faults = Faults()
    found = _public_settings(environment, faults)
    faults.tell()
    return found


def _public_settings(environment: Mapping[str, str], faults: Faults, *, is_demo: bool = False) -> PublicSettings:
    with faults.kept():
        _refuse_unknown_names(environment)
    content, base_url, desk_url = shipped("content"), "", ""
    with faults.kept():
        content = content_directory(environment)
    with faults.kept():
        base_url = _address(environment, "SIGNAALLIJN_BASE_URL", "http://localhost:8000")
    with faults.kept():
        desk_url = _address(environment, "SIGNAALLIJN_DESK_URL", "http://desk.localhost:8000")
        if base_url and urlsplit(base_url).hostname == urlsplit(desk_url).hostname:
            raise SettingsFaultError("SIGNAALLIJN_DESK_URL must have a host name of its own")
    minutes = 0
    with faults.kept():
        minutes = slot_minutes(environment, is_demo=is_demo)
    return PublicSettings(
        content=content,
        static=shipped("static"),
        base_url=base_url,
        desk_url=desk_url,
        is_demo=is_demo,
        has_puzzle=has_puzzle(environment),
        slot_minutes=minutes,
        has_mail=has_mail(environment, is_demo=is_demo),
    )


def _refuse_unknown_names(environment: Mapping[str, str]) -> None:
    """A name with a typing error would be passed over in silence, and its default be used."""
    given = {name.removesuffix("_FILE") for name, value in environment.items() if name.startswith(PREFIX) and value}
    sentences = []
    for name in sorted(given - NAMES):
        near = difflib.get_close_matches(name, NAMES, 1, ALIKE)
        sentences.append(f"{name} is no setting" + (f"; did you mean {near[0]}?" if near else "; leave it out"))
    if sentences:
        raise SettingsFaultError(*sentences)


def content_directory(environment: Mapping[str, str]) -> Path:
    """Where the content is. Raises `SettingsFaultError` where there is none."""
    content = Path(value(environment, "SIGNAALLIJN_CONTENT", str(shipped("content")))).absolute()
    if not (content / "tipline").is_dir():
        raise SettingsFaultError(f"{content} holds no content; set SIGNAALLIJN_CONTENT to a copy of content/")
    return content


def data_directory(environment: Mapping[str, str]) -> Path:
    """Where database and secrets are, whether it exists or not."""
    return Path(value(environment, "SIGNAALLIJN_DATA", "data")).absolute()


def database_url(environment: Mapping[str, str]) -> str:
    """The address of the database. It may hold a password."""
    return value(environment, "SIGNAALLIJN_DATABASE_URL", f"sqlite:///{data_directory(environment) / DATABASE_FILE}")


def read_settings(environment: Mapping[str, str], *, is_demo: bool = False) -> Settings:
    """The settings that the environment and the data directory say. Raises `SettingsFaultError` with all that is
    wrong."""
    faults = Faults()
    data, database, salt, recipient = data_directory(environment), "", b"", ""
    secret_keys: tuple[str, ...] = ()
    with faults.kept():
        _check_data_directory(data)
        with faults.kept():
            salt = _salt(data)
        with faults.kept():
            secret_keys = _secret_keys(environment, data)
    public = _public_settings(environment, faults, is_demo=is_demo)
    smtp, against = None, Abuse()
    with faults.kept():
        smtp = mail_server(environment)
    with faults.kept():
        against = abuse(environment)
    with faults.kept():
        database = database_url(environment)
    with faults.kept():
        recipient = _backup_recipient(environment)
    faults.tell()
    tipline = TiplineSettings(
        content=public.content / "tipline",
        database_url=database,
        base_url=public.base_url,
        desk_url=public.desk_url,
        secret_keys=secret_keys,
        salt=salt,
        trail_heads=data / HEADS_FILE,
        is_demo=is_demo,
        slot_minutes=public.slot_minutes,
        smtp=smtp,
        abuse=against,
    )
    return Settings(
        **vars(public),
        data=data,
        tipline=tipline,
        backup_recipient=recipient,
    )


def _check_data_directory(data: Path) -> None:
    if not data.is_dir() or not any(data.iterdir()):
        raise SettingsFaultError(f"{data} is no data directory yet; run `signaallijn init` first")
    if data.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise SettingsFaultError(f"{data} is open to other users of this machine; run `chmod 700 {data}`")
    if not has_room(data):
        raise SettingsFaultError(f"{data} can't be written, or its disk is full")


def has_room(data: Path) -> bool:
    """Whether the data directory can be written, and its disk is not full."""
    try:
        disk = os.statvfs(data)
    except OSError:
        return False
    return os.access(data, os.W_OK | os.X_OK) and disk.f_bavail * disk.f_frsize >= LEAST_ROOM


def _backup_recipient(environment: Mapping[str, str]) -> str:
    recipient = value(environment, "SIGNAALLIJN_BACKUP_RECIPIENT", "")
    try:
        return recipient if not recipient or fingerprint(recipient) else ""
    except NotARecipientError:
        raise SettingsFaultError(
            "SIGNAALLIJN_BACKUP_RECIPIENT must be a recipient that begins with age1pq1; "
            "`signaallijn backup-key FILE` makes one"
        ) from None


def _salt(data: Path) -> bytes:
    if not (data / SALT_FILE).is_file():
        raise SettingsFaultError(f"{data / SALT_FILE} is missing; put it back from a copy, every code depends on it")
    try:
        salt = bytes.fromhex((data / SALT_FILE).read_text("ascii").strip())
    except ValueError:
        salt = b""
    if len(salt) != SALT_BYTES:
        raise SettingsFaultError(f"{data / SALT_FILE} is damaged; put it back from a copy, every code depends on it")
    return salt


def _secret_keys(environment: Mapping[str, str], data: Path) -> tuple[str, ...]:
    written = (data / SECRET_FILE).read_text("ascii") if (data / SECRET_FILE).is_file() else ""
    keys = tuple(key.strip() for key in value(environment, "SIGNAALLIJN_SECRET_KEY", written).split(",") if key.strip())
    if not keys or min(map(len, keys)) < SHORTEST_SECRET:
        raise SettingsFaultError("SIGNAALLIJN_SECRET_KEY needs at least 32 characters; `signaallijn init` makes one")
    return keys


def _address(environment: Mapping[str, str], name: str, default: str) -> str:
    address = urlsplit(value(environment, name, default).rstrip("/"))
    if address.scheme not in {"http", "https"} or not address.hostname or address.path:
        raise SettingsFaultError(f"{name} must be an address like https://example.nl")
    is_here = address.hostname in LOOPBACK or address.hostname.endswith(".localhost")
    if address.scheme != "https" and not is_here:
        raise SettingsFaultError(f"{name} must begin with https:// outside this machine")
    return address.geturl()


def _write_private(file: Path, text: str) -> None:
    with os.fdopen(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="ascii") as handle:
        handle.write(text + "\n")

"""The settings of one installation, read from the environment and the data directory.

`NAME_FILE` gives the file that holds the value of `NAME`. What is missing or wrong is said in one sentence."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from tipline.audit import HEADS_FILE
from tipline.settings import TiplineSettings

PACKAGE = Path(__file__).parent
SECRET_FILE, SALT_FILE, DATABASE_FILE = "secret.key", "salt", "signaallijn.sqlite3"
SALT_BYTES = 32
SHORTEST_SECRET = 32
LOOPBACK = ("localhost", "127.0.0.1", "::1")


class SettingsFaultError(Exception):
    """The settings can't be used; the message says what is wrong and how to mend it."""


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


@dataclass(frozen=True, kw_only=True)
class Settings(PublicSettings):
    """All that one installation needs."""

    data: Path
    tipline: TiplineSettings = field(repr=False)


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
    content = Path(_value(environment, "SIGNAALLIJN_CONTENT", str(shipped("content")))).absolute()
    if not (content / "tipline").is_dir():
        raise SettingsFaultError(f"{content} holds no content; set SIGNAALLIJN_CONTENT to a copy of content/")
    base_url = _address(environment, "SIGNAALLIJN_BASE_URL", "http://localhost:8000")
    desk_url = _address(environment, "SIGNAALLIJN_DESK_URL", "http://desk.localhost:8000")
    if urlsplit(base_url).hostname == urlsplit(desk_url).hostname:
        raise SettingsFaultError("SIGNAALLIJN_DESK_URL must have a host name of its own")
    return PublicSettings(content=content, static=shipped("static"), base_url=base_url, desk_url=desk_url)


def data_directory(environment: Mapping[str, str]) -> Path:
    """Where database and secrets are, whether it exists or not."""
    return Path(_value(environment, "SIGNAALLIJN_DATA", "data")).absolute()


def read_settings(environment: Mapping[str, str], *, is_demo: bool = False) -> Settings:
    """The settings that the environment and the data directory say. Raises `SettingsFaultError`."""
    data = data_directory(environment)
    if not (data / SALT_FILE).is_file():
        raise SettingsFaultError(f"{data} is no data directory yet; run `signaallijn init` first")
    public = read_public_settings(environment)
    if _value(environment, "SIGNAALLIJN_SLOT_MINUTES", "0") != "0":
        raise SettingsFaultError("this version shows tips at once; set SIGNAALLIJN_SLOT_MINUTES to 0 or leave it out")
    database = _value(environment, "SIGNAALLIJN_DATABASE_URL", f"sqlite:///{data / DATABASE_FILE}")
    tipline = TiplineSettings(
        content=public.content / "tipline",
        database_url=database,
        base_url=public.base_url,
        desk_url=public.desk_url,
        secret_keys=_secret_keys(environment, data),
        salt=_salt(data),
        trail_heads=data / HEADS_FILE,
        is_demo=is_demo,
    )
    return Settings(
        content=public.content,
        static=public.static,
        base_url=public.base_url,
        desk_url=public.desk_url,
        is_demo=is_demo,
        data=data,
        tipline=tipline,
    )


def _salt(data: Path) -> bytes:
    try:
        salt = bytes.fromhex((data / SALT_FILE).read_text("ascii").strip())
    except ValueError:
        salt = b""
    if len(salt) != SALT_BYTES:
        raise SettingsFaultError(f"{data / SALT_FILE} is damaged; put it back from a copy, every code depends on it")
    return salt


def _value(environment: Mapping[str, str], name: str, default: str) -> str:
    file = environment.get(f"{name}_FILE")
    if file:
        try:
            return Path(file).read_text("utf-8").strip()
        except (OSError, UnicodeError) as reason:
            raise SettingsFaultError(f"{name}_FILE: {file} can't be read ({type(reason).__name__})") from reason
    return environment.get(name) or default


def _secret_keys(environment: Mapping[str, str], data: Path) -> tuple[str, ...]:
    written = (data / SECRET_FILE).read_text("ascii") if (data / SECRET_FILE).is_file() else ""
    keys = tuple(
        key.strip() for key in _value(environment, "SIGNAALLIJN_SECRET_KEY", written).split(",") if key.strip()
    )
    if not keys or min(map(len, keys)) < SHORTEST_SECRET:
        raise SettingsFaultError("SIGNAALLIJN_SECRET_KEY needs at least 32 characters; `signaallijn init` makes one")
    return keys


def _address(environment: Mapping[str, str], name: str, default: str) -> str:
    address = urlsplit(_value(environment, name, default).rstrip("/"))
    if address.scheme not in {"http", "https"} or not address.hostname or address.path:
        raise SettingsFaultError(f"{name} must be an address like https://example.nl")
    is_here = address.hostname in LOOPBACK or address.hostname.endswith(".localhost")
    if address.scheme != "https" and not is_here:
        raise SettingsFaultError(f"{name} must begin with https:// outside this machine")
    return address.geturl()


def _write_private(file: Path, text: str) -> None:
    with os.fdopen(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="ascii") as handle:
        handle.write(text + "\n")

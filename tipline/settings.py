"""What the tip line must be told about the world it runs in. Values only: nothing is read from the environment here."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

HCAPTCHA_VERIFY_URL = "https://api.hcaptcha.com/siteverify"


class Security(StrEnum):
    """How the way to a mail server is kept from other eyes; the schemes of its address."""

    NONE = "smtp"
    TLS = "smtps"
    STARTTLS = "smtp+starttls"


SMTP_PORTS = {Security.NONE: 25, Security.TLS: 465, Security.STARTTLS: 587}


@dataclass(frozen=True)
class MailServer:
    """Where notices are handed over. No user name: it asks for none."""

    security: Security
    host: str
    port: int
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)


class AbuseMode(StrEnum):
    """What a visitor is asked against a flood."""

    OFF = "off"
    PROOF_OF_WORK = "proof-of-work"
    HCAPTCHA = "hcaptcha"


@dataclass(frozen=True)
class Abuse:
    mode: AbuseMode = AbuseMode.PROOF_OF_WORK
    hcaptcha_sitekey: str = ""
    hcaptcha_secret: str = field(default="", repr=False)
    hcaptcha_verify_url: str = HCAPTCHA_VERIFY_URL


@dataclass(frozen=True)
class TiplineSettings:
    """The settings of one tip line; `campaign_site.settings` fills them from the environment."""

    content: Path
    """The folder `content/tipline`."""
    database_url: str = field(repr=False)
    """SQLAlchemy address; hidden in repr since it may hold a password."""
    base_url: str
    """Public address, without a slash at the end."""
    desk_url: str
    """Address of the desk, a host name of its own."""
    secret_keys: tuple[str, ...] = field(repr=False)
    """Server secrets, newest first; they box drafts and sign sessions."""
    salt: bytes = field(repr=False)
    """The deployment salt, 32 bytes: receipts and passphrases are stretched with it. It never changes."""
    trail_heads: Path
    """The file of the audit trail's heads, outside the database."""
    is_demo: bool = False
    """A demonstration: only key files marked `demo` are used, and every page says that reports go nowhere."""
    slot_minutes: int = 0
    """Tips and additions become visible on the desk, and by mail, when the clock passes a multiple of this since
    midnight in UTC; 0 is at once."""
    smtp: MailServer | None = None
    """None: no mail server was named, so notices wait."""
    abuse: Abuse = Abuse()

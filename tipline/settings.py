"""What the tip line must be told about the world it runs in. Values only: nothing is read from the environment here."""

from dataclasses import dataclass, field
from pathlib import Path


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

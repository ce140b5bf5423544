"""The small files that programs expect at fixed addresses: what may be crawled, whom to tell of faults."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from xml.sax.saxutils import quoteattr

from campaign_site.library.contacts import read_contact
from tipline import content_files

ROBOTS, SITEMAP, SECURITY = "/robots.txt", "/sitemap.xml", "/.well-known/security.txt"
FORBID_ALL = "User-agent: *\nDisallow: /\n"


@dataclass(frozen=True)
class Security:
    """Whom to tell of a weakness in the site."""

    contact: str | None
    """None until someone filled it in: an address nobody reads is worse than none."""
    expires: datetime

    def holds_at(self, instant: datetime) -> bool:
        """Whether it may be shown."""
        return self.contact is not None and instant < self.expires


@dataclass(frozen=True)
class Listed:
    """A page that search engines may show: language -> path, its own included."""

    path: str
    languages: Mapping[str, str]


@dataclass(frozen=True)
class SiteFiles:
    """The small files of one host."""

    base_url: str
    security: Security

    def security_txt(self) -> str:
        """As RFC 9116 wants it. Ask `holds_at` first."""
        lines = {
            "Contact": self.security.contact,
            "Expires": self.security.expires.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "Preferred-Languages": "nl, en",
            "Canonical": self.base_url + SECURITY,
        }
        return "".join(f"{name}: {value}\n" for name, value in lines.items())

    def robots_txt(self, kept_out: Sequence[str]) -> str:
        """Everything may be crawled but the paths that begin with one of these."""
        refused = "".join(f"Disallow: {path}\n" for path in kept_out)
        return f"User-agent: *\n{refused}\nSitemap: {self.base_url}{SITEMAP}\n"

    def sitemap_xml(self, pages: Iterable[Listed]) -> str:
        """Every page with its address in each language."""
        addresses = "".join(self._entry(page) for page in pages)
        spaces = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml"'
        return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset {spaces}>\n{addresses}</urlset>\n'

    def _entry(self, page: Listed) -> str:
        links = "".join(
            f'<xhtml:link rel="alternate" hreflang="{language}" href={quoteattr(self.base_url + path)}/>'
            for language, path in sorted(page.languages.items())
        )
        return f"<url><loc>{quoteattr(self.base_url + page.path)[1:-1]}</loc>{links}</url>\n"


def read_security(file: Path) -> Security:
    """What security.toml says. Raises ContentFaultError."""
    entry = content_files.read_document(file).root.only("contact", "expires")
    contact = read_contact(entry)
    return Security(contact.address if contact else None, entry.instant("expires"))

"""robots.txt, sitemap.xml and security.txt: at their addresses, true to the snapshot, with no invented contact."""

import re
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner
from clock import NOW, Clock
from real_content import CAMPAIGN, little_content
from site_world import little_material, material, publication, rendering
from starlette.testclient import TestClient
from tip_world import copied_settings

from campaign_site.app import create_app
from campaign_site.cli import main
from campaign_site.library.site_files import SECURITY, Security, SiteFiles, read_security
from campaign_site.prerender import Timeline, prerender
from tipline.content_files import ContentFaultError

BASE = "https://example.nl"
FILLED_IN = Security("mailto:security@example.nl", NOW + timedelta(days=90))
SPACES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}


@cache
def snapshot(security: Security = FILLED_IN) -> dict[str, str]:
    pages = prerender(material(), rendering(), NOW, SiteFiles(BASE, security))
    return {path: page.body.decode() for path, page in pages.items() if not path.endswith(".png")}


def test_the_sitemap_lists_every_page_that_may_be_listed_in_both_languages() -> None:
    pages = snapshot()
    entries = ElementTree.fromstring(pages["/sitemap.xml"]).findall("s:url", SPACES)  # noqa: S314  # our own text
    listed = {str(entry.findtext("s:loc", "", SPACES)) for entry in entries}
    may_be_listed = {path: text for path, text in pages.items() if 'content="noindex' not in text}
    assert listed == {
        BASE + path for path in may_be_listed if path.startswith(("/nl/", "/en/")) and not path.endswith(".xml")
    }
    for entry in entries:
        links = {link.get("hreflang"): str(link.get("href")) for link in entry.findall("x:link", SPACES)}
        assert links.keys() == {"nl", "en"}
        assert entry.findtext("s:loc", "", SPACES) in links.values()
        assert set(links.values()) <= listed


def test_robots_keeps_drafts_out_and_names_the_sitemap() -> None:
    lines = snapshot()["/robots.txt"].splitlines()
    assert {"User-agent: *", "Disallow: /nl/melden/", "Disallow: /en/report/", "Disallow: /weg"} <= set(lines)
    assert f"Sitemap: {BASE}/sitemap.xml" in lines
    refused = [line.removeprefix("Disallow: ") for line in lines if line.startswith("Disallow")]
    assert not any("/nl/melden".startswith(path) or "/nl/regio/".startswith(path) for path in refused)


def test_security_txt_says_what_the_standard_asks_for() -> None:
    fields = dict(line.split(": ", 1) for line in snapshot()[SECURITY].splitlines())
    assert fields["Contact"] == FILLED_IN.contact
    assert fields["Canonical"] == BASE + SECURITY
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", fields["Expires"])
    assert datetime.fromisoformat(fields["Expires"]) == FILLED_IN.expires


def test_without_a_contact_there_is_no_security_txt() -> None:
    assert SECURITY not in snapshot(replace(FILLED_IN, contact=None))


def test_security_txt_is_gone_from_the_moment_it_expires() -> None:
    ahead = Timeline(tuple(publication(little_material(), FILLED_IN).every_snapshot(NOW)))
    assert SECURITY in ahead.at(FILLED_IN.expires - timedelta(seconds=1))[0]
    assert SECURITY not in ahead.at(FILLED_IN.expires)[0]


def test_the_real_security_file_expires_in_more_than_30_days_and_less_than_a_year() -> None:
    left = read_security(CAMPAIGN / "security.toml").expires - datetime.now(UTC)
    assert timedelta(days=30) < left < timedelta(days=365), "write a later day in content/campaign/security.toml"


def test_a_contact_that_is_no_address_is_a_fault(tmp_path: Path) -> None:
    file = tmp_path / "security.toml"
    file.write_text('contact = "the mayor"\nexpires = 2027-01-01T00:00:00\n', "utf-8")
    with pytest.raises(ContentFaultError, match=r"security\.toml, line 1: `the mayor` is no address"):
        read_security(file)


@pytest.mark.parametrize("contact", ["", "mailto:security@example.nl"])
def test_both_hosts_answer_and_the_desk_lets_no_search_engine_in(tmp_path: Path, contact: str) -> None:
    settings = copied_settings(tmp_path)
    file = settings.content / "campaign" / "security.toml"
    file.write_text(file.read_text("utf-8").replace('contact = ""', f'contact = "{contact}"'), "utf-8")
    whole = create_app(settings, Clock())
    public = TestClient(whole.app, base_url=settings.base_url)
    desk = TestClient(whole.app, base_url=settings.desk_url)
    assert public.get("/robots.txt").headers["content-type"] == "text/plain; charset=utf-8"
    assert public.get("/sitemap.xml").headers["content-type"] == "application/xml"
    assert public.get("/nl/feed.xml").headers["content-type"] == "application/atom+xml; charset=utf-8"
    assert desk.get("/robots.txt").text == "User-agent: *\nDisallow: /\n"
    assert desk.get("/sitemap.xml").status_code == 404
    for client, address in ((public, settings.base_url), (desk, settings.desk_url)):
        answer = client.get(SECURITY)
        assert answer.status_code == (200 if contact else 404)
        assert (f"Canonical: {address}{SECURITY}" in answer.text) is bool(contact)
    whole.store.close()


def test_check_says_that_the_contact_is_to_be_filled_in(tmp_path: Path) -> None:
    content = Path(shutil.copytree(little_content(), tmp_path / "content"))
    environment = {"SIGNAALLIJN_CONTENT": str(content)}
    told = "security.toml: contact;"
    assert told in CliRunner().invoke(main, ["check"], env=environment).stdout
    file = content / "campaign" / "security.toml"
    file.write_text(file.read_text("utf-8").replace('contact = ""', 'contact = "https://example.nl/x"'), "utf-8")
    assert told not in CliRunner().invoke(main, ["check"], env=environment).stdout

"""Pages from memory: the right bytes, cache headers that end at the next instant, and all else falls through."""

import gzip
from datetime import UTC, datetime, timedelta

import brotli  # type: ignore[import-untyped]  # the package ships no types
import pytest
from clock import NOW, Clock
from real_content import ROOT, static_files
from site_world import library, material, pages_now, publication, rendering
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from campaign_site.campaign_files import PREFIX
from campaign_site.prerender import Snapshot, SnapshotLayer, Timeline, prerender
from campaign_site.served import page
from campaign_site.static_files import StaticLayer, UnknownStaticFileError

LAUNCH = datetime(2026, 11, 21, 20, tzinfo=UTC)
HTML = ((b"content-type", b"text/html; charset=utf-8"),)
behind = PlainTextResponse("behind")


def client_of(clock: Clock) -> TestClient:
    before = Snapshot(LAUNCH - timedelta(days=1), {"/nl/": page(b"before " * 200, HTML)})
    after = Snapshot(LAUNCH, {"/nl/": page(b"after " * 200, HTML)})
    both = Timeline((before, after))
    return TestClient(SnapshotLayer(behind, lambda: both, clock))


@pytest.mark.parametrize(
    ("since_launch", "word", "max_age"),
    [
        (-3600.0, "before", 60),
        (-61.0, "before", 60),
        (-60.0, "before", 59),
        (-59.5, "before", 58),
        (-1.5, "before", 0),
        (-0.5, "before", 0),
        (0.0, "after", 60),
    ],
)
def test_pages_flip_at_the_instant_and_no_cache_outlives_it(since_launch: float, word: str, max_age: int) -> None:
    answer = client_of(Clock(LAUNCH + timedelta(seconds=since_launch))).get("/nl/")
    assert answer.text.startswith(word)
    assert answer.headers["cache-control"] == f"public, max-age={max_age}"


def test_a_clock_before_the_first_snapshot_gets_the_first() -> None:
    assert client_of(Clock(LAUNCH - timedelta(days=9))).get("/nl/").text.startswith("before")


def test_what_is_not_in_the_snapshot_falls_through() -> None:
    client = client_of(Clock(LAUNCH))
    assert client.get("/nl/melden").text == "behind"
    assert client.post("/nl/").text == "behind"


def test_head_has_the_headers_of_get_and_no_body() -> None:
    client = client_of(Clock(LAUNCH))
    head, get = client.head("/nl/"), client.get("/nl/")
    assert head.content == b""
    assert dict(head.headers) == dict(get.headers)


def test_a_browser_that_has_the_page_gets_304() -> None:
    client = client_of(Clock(LAUNCH))
    etag = client.get("/nl/").headers["etag"]
    for known in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        again = client.get("/nl/", headers={"If-None-Match": known})
        assert again.status_code == 304
        assert again.content == b""
        assert again.headers["etag"] == etag
    assert client.get("/nl/", headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("br; q=0.0, gzip; q=0", None),
        ("identity", None),
        ("", None),
    ],
)
def test_the_best_encoding_that_was_asked_for_is_sent(accepted: str, encoding: str | None) -> None:
    answer = client_of(Clock(LAUNCH)).get("/nl/", headers={"Accept-Encoding": accepted})
    assert answer.headers.get("content-encoding") == encoding
    assert answer.headers["vary"] == "accept-encoding"


def test_the_encodings_hold_the_same_page_under_different_etags() -> None:
    variants = page(b"word " * 500, HTML).variants
    assert gzip.decompress(variants["gzip"].body) == variants[""].body
    assert brotli.decompress(variants["br"].body) == variants[""].body
    assert len({variant.etag for variant in variants.values()}) == 3


def test_every_public_page_is_rendered_in_both_languages() -> None:
    pages = pages_now()
    assert {"/nl/", "/en/", "/nl/hulp", "/en/about-the-tip-line"} <= set(pages)
    assert {f"{start}{slug}" for start in ("/nl/regio/", "/en/region/") for slug in library().regions} <= set(pages)
    languages = [path.split("/")[1] for path in pages if not path.startswith(PREFIX)]
    assert languages.count("nl") == languages.count("en") == len(languages) / 2


def test_rendering_ahead_gives_the_page_of_each_phase() -> None:
    before_the_campaign = datetime(2026, 10, 1, tzinfo=UTC)
    snapshots = list(publication().every_snapshot(before_the_campaign))
    assert [snapshot.starts for snapshot in snapshots] == [
        before_the_campaign,
        datetime(2026, 11, 1, 8, tzinfo=UTC),
    ]
    early, live = (snapshot.pages["/nl/"].body.decode() for snapshot in snapshots)
    lead = library().campaigns[0].leads["nl"]
    assert lead not in early
    assert lead in live


def test_rendering_twice_gives_the_same_bytes() -> None:
    assert prerender(material(), rendering(), NOW) == pages_now()


def test_pages_with_a_form_keep_their_origin_and_others_say_nothing_of_it() -> None:
    pages = pages_now()
    assert (b"referrer-policy", b"same-origin") in pages["/nl/regio/"].variants[""].headers
    assert b"referrer-policy" not in dict(pages["/nl/hulp"].variants[""].headers)


def test_a_versioned_file_is_kept_for_ever_and_another_is_asked_for_again() -> None:
    client = TestClient(StaticLayer(behind, static_files()))
    versioned = client.get(static_files().url("css/site.css"))
    assert versioned.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert versioned.headers["content-type"] == "text/css; charset=utf-8"
    for address in ("/static/css/site.css", "/static/css/site.css?v=0123456789ab"):
        assert client.get(address).headers["cache-control"] == "public, no-cache"


def test_the_style_sheet_names_the_font_by_its_version() -> None:
    font = static_files().url("fonts/bricolage-grotesque-latin-wght-normal.woff2")
    assert font.encode() in static_files().pages["css/site.css"].body


@pytest.mark.parametrize("path", ["/static/none.css", "/static/", "/static/../pyproject.toml", "/static//etc/passwd"])
def test_a_static_file_that_is_not_there_falls_through(path: str) -> None:
    assert TestClient(StaticLayer(behind, static_files())).get(path).text == "behind"


def test_a_template_can_not_link_to_a_file_that_is_not_there() -> None:
    with pytest.raises(UnknownStaticFileError):
        static_files().url("js/none.js")


def test_the_files_browsers_load_are_small() -> None:
    files = static_files().pages
    script = sum(len(files[name].variants["br"].body) for name in ("js/leave.js", "js/finder.js"))
    assert len(files["css/site.css"].variants["br"].body) < 9000
    assert script < 2500
    assert (ROOT / "static" / "fonts" / "OFL.txt").is_file()

"""Anything at all in every form, body and header of the tipster's side: no fault, and a tip whole or not at all.

`make fuzz` tries for longer; of a case that fails the posts that led to it are told."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import pytest
from clock import Clock
from httpx2 import Response
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient
from tip_world import EINDHOVEN, copied_settings

from campaign_site.app import Signaallijn, create_app
from tipline import sealed_additions, sealed_posts
from tipline.drafts import FollowUpDraft, ReportDraft
from tipline.incoming import FORM, MAX_FIELDS, SEALED
from tipline.languages import LANGUAGES
from tipline.receipts import Receipt, derive
from tipline.tipster.addresses import ADDRESSES

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "60"))
STORY = "Elke dinsdag bij het station."
NAMES = (
    *("place", "lives_elsewhere", "where", "home", "story", "others", "source", "danger", "age", "still_going_on"),
    *("done", "unknown", "go", "receipt", "addition", "answer", "not_to", "after_all", "proof", "ticket", "website"),
    *("h-captcha-response", "lookup", "draft", "tip", "care_point"),
)
VALUES = (
    *(
        "",
        "5611",
        "Elst",
        "Eindhoven",
        "9711",
        "online",
        "unknown",
        "GM0772",
        "GM9999",
        "lumens-emp",
        "comensha",
        "all",
    ),
    *("language", "back", "now", "seen", STORY, "x" * 4001, "1" * 25, "\u0661" * 25, "<b>&amp;", "\u202e\u0000"),
)
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
NAME = st.sampled_from(NAMES) | ANY_TEXT
VALUE = st.sampled_from(VALUES) | ANY_TEXT
FIELDS = st.lists(st.tuples(NAME, VALUE), max_size=MAX_FIELDS + 2)
MAGIC = st.sampled_from((b"", sealed_posts.MAGIC, sealed_additions.MAGIC))
BODY = st.tuples(MAGIC, st.binary(max_size=300)).map(b"".join)
KIND = st.sampled_from(
    (FORM, SEALED, "", "text/plain", f"{FORM}; charset=utf-8", f"{FORM}; charset=utf-16", "multipart/form-data")
)
HEADER_NAMES = (
    *(
        "Origin",
        "Referer",
        "Accept-Language",
        "Accept",
        "Accept-Encoding",
        "Cookie",
        "Sec-Fetch-Site",
        "Sec-Fetch-Mode",
    ),
    *(
        "Sec-Purpose",
        "Range",
        "If-None-Match",
        "If-Modified-Since",
        "Forwarded",
        "X-Forwarded-For",
        "HX-Request",
        "DNT",
    ),
)
HEADER_VALUES = (
    "same-origin",
    "cross-site",
    "none",
    "prefetch",
    "nl;q=2,*;q=x",
    "bytes=0-",
    "null",
    "*",
    "gzip;q=",
    ",,;=",
)
PRINTABLE = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=40)
HEADERS = st.dictionaries(st.sampled_from(HEADER_NAMES), st.sampled_from(HEADER_VALUES) | PRINTABLE, max_size=4)
ADDRESS = st.sampled_from([path for paths in ADDRESSES.values() for path in paths.values()] + ["/weg", "/weg/{draft}"])
WHICH = st.sampled_from(("report", "visit", "nobody's", "garbled"))
POST = st.tuples(ADDRESS, WHICH, st.just("POST"), FIELDS | BODY, KIND, HEADERS)
GET = st.tuples(ADDRESS, WHICH, st.just("GET"), st.just(b""), st.just(""), HEADERS)
"""Which address, with which draft, by which method, with what in it."""
Step = tuple[str, str, str, Sequence[tuple[str, str]] | bytes, str, Mapping[str, str]]


@dataclass
class Line:
    """A tip line in this process, with a report on its way and somebody who came back with a code."""

    whole: Signaallijn
    client: TestClient
    clock: Clock
    drafts: Mapping[str, str]

    def begins(self) -> None:
        form = self.whole.tipline.tip_form
        report = ReportDraft(place=EINDHOVEN, told=("lumens-emp",), answers={"story": STORY})
        derived = derive(Receipt.new(), form.world.settings.salt)
        self.drafts = {
            "report": form.drafts.begin(report),
            "visit": form.drafts.begin(FollowUpDraft(derived, readers=("lumens-emp",))),
            "nobody's": "A" * 22,
            "garbled": "..%2f%00",
        }

    def does(self, step: Step) -> Response:
        path, which, method, sent, kind, headers = step
        address = path.replace("{draft}", self.drafts[which]).replace("{waiting}", "AAAA")
        if method == "GET":
            return self.client.get(address, headers=dict(headers))
        if not isinstance(sent, bytes):
            fields: dict[str, list[str]] = {}
            for name, value in sent:
                fields.setdefault(name, []).append(value)
            return self.client.post(address, data=fields, headers=dict(headers))
        return self.client.post(address, content=sent, headers={**headers, **({"Content-Type": kind} if kind else {})})

    def halves(self) -> list[str]:
        """Tips of which something is missing."""
        store = self.whole.store
        with store._database.reading() as session:  # no question of the store's own asks this
            rows = session.connection().exec_driver_sql(
                "SELECT id FROM tips WHERE id NOT IN (SELECT tip FROM cases) UNION "
                "SELECT tip FROM cases WHERE tip NOT IN (SELECT id FROM tips) OR length(sealed) < 4096"
            )
            return [row[0] for row in rows]


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    clock = Clock()
    whole = create_app(copied_settings(tmp_path_factory.mktemp("fuzz")), clock)
    client = TestClient(whole.app, base_url="http://localhost:8000", follow_redirects=False)
    yield Line(whole, client, clock, {})
    client.close()
    whole.store.close()


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize="FUZZ_EXAMPLES" not in os.environ,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.large_base_example],
)
@given(steps=st.lists(POST | GET, min_size=1, max_size=5))
def test_whatever_comes_is_answered_and_no_tip_is_half(line: Line, steps: Sequence[Step]) -> None:
    line.clock.now += timedelta(seconds=1)
    line.begins()
    for step in steps:
        answer = line.does(step)
        assert answer.status_code in {200, 203, 301, 302, 303, 304, 400, 404, 405, 413, 415, 421, 422, 429, 503}, step
        assert "Traceback" not in answer.text
    assert line.halves() == []
    report = line.drafts["report"]
    for language in LANGUAGES:
        page = line.client.get(ADDRESSES["tip_check"][language].format(draft=report))
        assert page.status_code in {203, 303, 404}, steps

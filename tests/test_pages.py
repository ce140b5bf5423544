"""The public pages: who is named, what is shown before a review, and the finder. What holds for every page is in
test_every_page.py."""

import re
from datetime import timedelta
from functools import cache
from http import HTTPStatus

import pytest
from clock import NOW, Clock
from site_world import care_points, confirmed, library, material, page_of, pages_now, publication, rendering
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Scope

from campaign_site.finder import LONGEST_TEXT, Finder
from campaign_site.pages.care import regions_with_state
from campaign_site.tokens import TOKEN_SECONDS, Tokens
from tipline.incoming import MAX_BODY, MAX_FIELDS, IncomingGuard
from tipline.sealing import Box

LUMENS = "Lumens, Expertisecentrum"


@cache
def pages(*, is_demo: bool) -> dict[str, str]:
    shown = pages_now(is_demo=is_demo)
    return {path: page.body.decode() for path, page in shown.items() if not path.endswith(".png")}


def main_of(html: str) -> str:
    return html[html.index("<main") : html.index("</main>")]


def test_an_organisation_is_named_only_after_it_confirmed_its_entry() -> None:
    before = page_of("/nl/regio/eindhoven", material())
    after = page_of("/nl/regio/eindhoven", material(confirmed("lumens-emp")))
    assert LUMENS not in before
    assert LUMENS in after
    for html in (before, after):
        assert care_points().national.phone
        assert str(care_points().national.phone) in main_of(html)


def test_a_region_with_one_confirmed_point_says_where_the_national_point_helps() -> None:
    html = main_of(page_of("/nl/regio/helmond-de-peel", material(confirmed("gemeente-helmond"))))
    assert "Gemeente Helmond" in html
    assert "Helpt in de andere gemeenten:" in html
    assert "Asten" in html


def test_the_state_of_a_region_follows_its_points() -> None:
    public = material(confirmed("lumens-emp", "gemeente-helmond"))
    states = {region.slug: state for region, state in regions_with_state(public)}
    assert (states["eindhoven"], states["helmond-de-peel"], states["utrecht"]) == ("own", "partly", "national")


def test_a_text_that_awaits_review_is_shown_only_in_a_demonstration() -> None:
    shown, real = pages(is_demo=True), pages(is_demo=False)
    assert "Jij deed niets fout" in shown["/nl/hulp"]
    assert "wacht nog op een controle" in shown["/nl/hulp"]
    assert "Jij deed niets fout" not in real["/nl/hulp"]
    assert "wacht nog op een controle" not in "".join(real.values())
    assert "Zie je mij, hier?" in shown["/nl/regio/eindhoven"]
    assert "Zie je mij, hier?" not in real["/nl/regio/eindhoven"]


def test_the_help_page_always_has_the_checked_numbers() -> None:
    for html in (pages(is_demo=True)["/nl/hulp"], pages(is_demo=False)["/nl/hulp"]):
        for line in ("kindertelefoon", "centrum-seksueel-geweld", "113"):
            assert str(care_points().helplines[line].number) in main_of(html)


# The finder


def finder_client(clock: Clock) -> TestClient:
    tokens = Tokens(Box([b"s" * 32], "finder"), clock)
    finder = Finder(publication, rendering(), tokens)
    routes = [
        Route("/nl/regio/", finder.find, methods=["POST"]),
        Route("/en/region/", finder.find, methods=["POST"]),
        Route("/nl/regio/keuze/{token}", finder.choose),
        Route("/en/region/choice/{token}", finder.choose),
    ]
    guarded = IncomingGuard(Starlette(routes=routes), refused, absence_is_refused=False)
    return TestClient(guarded, follow_redirects=False)


def refused(_scope: Scope, status: HTTPStatus) -> ASGIApp:
    return PlainTextResponse(status.phrase, status)


def search(client: TestClient, place: str, path: str = "/nl/regio/") -> str:
    answer = client.post(path, data={"place": place})
    assert answer.status_code == 303
    assert answer.headers["cache-control"] == "no-store"
    return answer.headers["location"]


@pytest.mark.parametrize("place", ["5611", "5611 az", "Eindhoven", "  eindhoven "])
def test_a_certain_place_leads_to_its_region(place: str) -> None:
    client = finder_client(Clock())
    assert search(client, place) == "/nl/regio/eindhoven"
    assert search(client, place, "/en/region/") == "/en/region/eindhoven"


def test_a_homonym_asks_and_the_address_does_not_tell_what_was_typed() -> None:
    client = finder_client(Clock())
    address = search(client, "Elst")
    assert address.startswith("/nl/regio/keuze/")
    assert "elst" not in address.lower()
    asked = client.get(address)
    assert asked.status_code == 203
    assert asked.headers["cache-control"] == "no-store"
    assert "Overbetuwe" in asked.text
    assert "Rhenen" in asked.text


def test_an_unknown_place_is_an_error_with_the_list_of_regions() -> None:
    client = finder_client(Clock())
    for place in ("qqqqq", ""):
        answer = client.get(search(client, place))
        assert "<title>Fout:" in answer.text
        assert 'id="errors"' in answer.text
        assert answer.text.count("/nl/regio/eindhoven") == 1


def test_who_finds_no_place_is_told_of_the_national_point() -> None:
    client = finder_client(Clock())
    national = care_points().national
    unknown = main_of(client.get(search(client, "qqqqq")).text)
    assert national.organisation in unknown
    assert f">{national.phone}</a>" in unknown
    assert national.organisation not in main_of(client.get(search(client, "Elst")).text)


def test_what_was_typed_is_shown_as_text() -> None:
    client = finder_client(Clock())
    assert "<script>alert" not in client.get(search(client, '"><script>alert(1)</script>')).text


def test_a_question_is_void_after_ten_minutes_or_when_altered() -> None:
    clock = Clock()
    client = finder_client(clock)
    address = search(client, "Elst")
    clock.now = NOW + timedelta(seconds=TOKEN_SECONDS)
    assert client.get(address).status_code == 203
    clock.now = NOW + timedelta(seconds=TOKEN_SECONDS + 1)
    assert client.get(address).headers["location"] == "/nl/regio/"
    clock.now = NOW
    for altered in (address[:-1] + "!", address[:-2] + "AA", "/nl/regio/keuze/x", "/nl/regio/keuze/é"):
        assert client.get(altered).headers["location"] == "/nl/regio/"


def test_places_of_like_length_give_addresses_of_equal_length() -> None:
    client = finder_client(Clock())
    assert len({len(search(client, place)) for place in ("Elst", "Bergen", "qqqqqqqqqqqqqqqqqqqqqqqq")}) == 1


def test_script_gets_suggestions_at_once_and_nothing_is_stored() -> None:
    client = finder_client(Clock())
    answer = client.post("/en/region/", data={"place": "veldh"}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert 'href="/en/region/eindhoven"' in answer.text
    assert "<html" not in answer.text


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"place=x", "multipart/form-data; boundary=x", 415),
        (b"place=x", "text/plain", 415),
        (b"place=" + b"x" * MAX_BODY, "application/x-www-form-urlencoded", 413),
        (b"place=%ff", "application/x-www-form-urlencoded", 400),
        (b"place=\xff", "application/x-www-form-urlencoded", 400),
        (b"&".join([b"a=1"] * (MAX_FIELDS + 1)), "application/x-www-form-urlencoded", 400),
        (b"", "application/x-www-form-urlencoded; charset=x", 415),
        (b"place=" + b"x" * (LONGEST_TEXT + 1), "application/x-www-form-urlencoded", 303),
    ],
)
def test_a_strange_body_is_refused_with_the_right_status(body: bytes, content_type: str, status: int) -> None:
    answer = finder_client(Clock()).post("/nl/regio/", content=body, headers={"Content-Type": content_type})
    assert answer.status_code == status


def test_every_region_has_a_page_with_its_municipalities() -> None:
    for slug, region in library().regions.items():
        html = main_of(pages(is_demo=False)[f"/nl/regio/{slug}"])
        towns = re.findall(r'<li><a href="(/nl/gemeente/[^"]+)">', html)
        assert len(set(towns)) == len(region.municipalities), slug

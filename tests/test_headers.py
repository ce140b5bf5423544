"""Security headers come from the application itself, on every answer, without overruling a stricter one."""

import pytest
from httpx2 import Response
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient
from starlette.types import ASGIApp

from campaign_site.headers import SecurityHeaders


def answer_of(app: ASGIApp, *, is_https: bool = False) -> Response:
    return TestClient(SecurityHeaders(app, is_https=is_https)).get("/")


def test_an_answer_that_sets_nothing_gets_everything() -> None:
    headers = answer_of(PlainTextResponse("x")).headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self'",
        "font-src": "'self'",
        "connect-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "geolocation=()" in headers["permissions-policy"]


def test_what_says_nothing_about_caching_is_never_stored() -> None:
    assert answer_of(PlainTextResponse("x")).headers["cache-control"] == "no-store"
    kept = PlainTextResponse("x", headers={"Cache-Control": "public, max-age=60"})
    assert answer_of(kept).headers["cache-control"] == "public, max-age=60"


@pytest.mark.parametrize("name", ["Content-Security-Policy", "Referrer-Policy", "content-security-policy"])
def test_a_header_that_an_answer_sets_is_kept_and_not_doubled(name: str) -> None:
    answer = answer_of(PlainTextResponse("x", headers={name: "own"}))
    assert answer.headers.get_list(name) == ["own"]


def test_https_is_insisted_on_only_where_there_is_https() -> None:
    assert "strict-transport-security" not in answer_of(PlainTextResponse("x")).headers
    assert "max-age=63072000" in answer_of(PlainTextResponse("x"), is_https=True).headers["strict-transport-security"]


def test_no_answer_tells_which_program_serves_it() -> None:
    answer = answer_of(PlainTextResponse("x", headers={"Server": "secret 1.0", "X-Powered-By": "secret"}))
    assert answer.headers.get_list("server") == [""]
    assert "x-powered-by" not in answer.headers

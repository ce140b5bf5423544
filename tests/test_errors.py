"""What is written down when something breaks: class, module, line. Never a word of what was typed."""

import logging
from collections.abc import Sequence
from http import HTTPStatus

import pytest
from own_loop import run_apart
from sqlalchemy.exc import IntegrityError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from campaign_site.errors import PLAIN, ErrorPages, Unfailing, log_fault
from tipline.receipts import Receipt, WrongLengthError

CANARY = "kwartelhaan"


def said(caplog: pytest.LogCaptureFixture) -> Sequence[str]:
    """Every line as it would be printed, tracebacks and all."""
    formatter = logging.Formatter("%(levelname)s %(name)s: %(message)s")
    return [formatter.format(record) for record in caplog.records]


def test_a_fault_is_named_by_class_module_and_line(caplog: pytest.LogCaptureFixture) -> None:
    try:
        Receipt.parse(CANARY[:0] + "1")
    except WrongLengthError as error:
        log_fault(error)
    (line,) = said(caplog)
    assert line.startswith("ERROR signaallijn: tipline.receipts.WrongLengthError in tipline.receipts, line ")
    assert line.rsplit(" ", 1)[1].isdigit()


def test_a_fault_of_others_is_placed_where_it_passed_through_ours(caplog: pytest.LogCaptureFixture) -> None:
    try:
        Receipt("x").grouped().encode("no-such-codec")
        raise AssertionError
    except LookupError as error:
        log_fault(error)
    try:
        int(CANARY)
    except ValueError as error:
        log_fault(error)
    log_fault(KeyError(CANARY))
    lines = said(caplog)
    assert [line.split(" in ")[0] for line in lines] == [
        "ERROR signaallijn: builtins.LookupError",
        "ERROR signaallijn: builtins.ValueError",
        "ERROR signaallijn: builtins.KeyError",
    ]
    assert lines[2].endswith("unknown, line 0")
    assert CANARY not in "".join(lines)


def pages() -> ErrorPages:
    return ErrorPages(lambda language, status: f"<h1>{language} {int(status)}</h1>")


def client(error: Exception) -> TestClient:
    def breaks(_request: Request) -> Response:
        raise error

    app = Starlette(
        routes=[Route("/nl/x", breaks), Route("/en/x", breaks)],
        exception_handlers={HTTPException: pages().http_error, Exception: pages().http_error},
    )
    return TestClient(Unfailing(app))


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ValueError(CANARY), 500),
        (IntegrityError(CANARY, {"story": CANARY}, KeyError(CANARY)), 503),
        (ExceptionGroup(CANARY, [ValueError(CANARY)]), 500),
    ],
)
def test_a_fault_is_answered_in_the_language_of_the_path_without_a_word_of_it(
    error: Exception, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    answer = client(error).get("/en/x")
    assert (answer.status_code, answer.text) == (status, f"<h1>en {status}</h1>")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers.get("retry-after") == ("60" if status == 503 else None)
    assert client(error).get("/nl/x").text == f"<h1>nl {status}</h1>"
    faults = [line for line in said(caplog) if "signaallijn" in line]
    assert len(faults) == 2
    assert CANARY not in "".join(said(caplog))


def test_a_refusal_is_no_fault(caplog: pytest.LogCaptureFixture) -> None:
    answer = client(HTTPException(405, CANARY, {"Allow": "GET"})).get("/nl/x")
    assert (answer.status_code, answer.text, answer.headers["allow"]) == (405, "<h1>nl 405</h1>", "GET")
    assert client(ValueError()).get("/nl/none").status_code == 404
    assert not [line for line in said(caplog) if "signaallijn" in line]


def test_what_breaks_outside_every_page_is_answered_plainly(caplog: pytest.LogCaptureFixture) -> None:
    async def breaks(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise ValueError(CANARY)

    answer = TestClient(Unfailing(breaks)).get("/")
    assert (answer.status_code, answer.content) == (500, PLAIN)
    assert CANARY not in "".join(said(caplog))


def test_what_breaks_halfway_is_not_answered_twice(caplog: pytest.LogCaptureFixture) -> None:
    sent: list[object] = []

    async def breaks(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise ValueError(CANARY)

    async def send(message: object) -> None:
        sent.append(message)

    async def receive() -> dict[str, object]:
        return {"type": "http.disconnect"}

    run_apart(Unfailing(breaks)({"type": "http"}, receive, send))
    assert len(sent) == 1
    assert len(said(caplog)) == 1


def test_a_refused_body_closes_the_connection() -> None:
    def closes(status: HTTPStatus) -> bool:
        return pages().refuse({"path": "/nl/melden"}, status).headers.get("connection") == "close"

    assert closes(HTTPStatus.BAD_REQUEST)
    assert closes(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    assert closes(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    assert not closes(HTTPStatus.NOT_FOUND)

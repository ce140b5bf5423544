"""Every address of the desk is a row here, with who may ask for it. A test fails on a row that it does not know."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tipline.desk import key_pages, pages, tip_pages
from tipline.storage.coordinators import Coordinator

OpenView = Callable[[Request], Response]
CoordinatorView = Callable[[Request, Coordinator], Response]
View = Callable[[Request], Response]


class Role(StrEnum):
    """Who may ask for an address. What a coordinator gets is of his own care point only."""

    anyone = "anyone"
    coordinator = "coordinator"


@dataclass(frozen=True)
class Row:
    method: str
    path: str
    role: Role
    view: View


def for_anyone(method: str, path: str, view: OpenView) -> Row:
    return Row(method, path, Role.anyone, view)


def for_coordinator(method: str, path: str, view: CoordinatorView) -> Row:
    """A view that is handed the coordinator can't be reached without one."""

    def guarded(request: Request) -> Response:
        coordinator = pages.coordinator_of(request)
        return view(request, coordinator) if coordinator else pages.signed_out(request)

    return Row(method, path, Role.coordinator, guarded)


ROWS = (
    for_coordinator("GET", "/", pages.desk),
    for_anyone("GET", "/login", pages.login),
    for_anyone("POST", "/login", pages.sign_in),
    for_anyone("POST", "/logout", pages.sign_out),
    for_coordinator("GET", "/keys", key_pages.keys),
    for_coordinator("POST", "/keys/opened", key_pages.key_opened),
    for_coordinator("GET", "/tips", tip_pages.tips),
    for_coordinator("GET", "/tips/{tip}", tip_pages.tip),
    for_coordinator("POST", "/tips/{tip}/answers", tip_pages.answer),
    for_coordinator("POST", "/tips/{tip}/status", tip_pages.set_status),
)


def routes() -> list[Route]:
    return [Route(row.path, row.view, methods=[row.method]) for row in ROWS]

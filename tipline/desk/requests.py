"""What a view of the desk is given with a request, and the small things that all of them say."""

import base64
from datetime import date
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from tipline.desk.access import Access, Visit
from tipline.desk.answering import json_error
from tipline.holders import Holders
from tipline.incoming import Incoming
from tipline.working_days import dutch_date
from tipline.world import World

COOKIE = "__Host-desk"
"""The prefix makes browsers refuse the cookie without Secure, on another path, or set by a neighbouring host."""
BY_ITSELF = "desk-by-itself"
"""The header by which the document says that nobody asked for this: it looks for news by itself."""


def world_of(request: Request) -> World:
    world: World = request.app.state.world
    return world


def access_of(request: Request) -> Access:
    access: Access = request.app.state.access
    return access


def visit_in(request: Request) -> Visit:
    """Who comes, in a view that only a coordinator reaches: the guard of its row looked."""
    visit: Visit = request.state.visit
    return visit


def holders_in(request: Request) -> Holders:
    """Who holds which care point's key, and so which points are open."""
    holders: Holders = request.app.state.holders
    return holders


def incoming_of(request: Request) -> Incoming:
    """What a POST brought; the guard in front of the desk parsed it."""
    incoming: Incoming = request.scope["incoming"]
    return incoming


def today(request: Request) -> date:
    """The date in the Netherlands, by which coordinators work and everything at the desk is dated."""
    return dutch_date(world_of(request).clock())


def not_found() -> Response:
    """For what does not exist, and for what is another care point's: the two can't be told apart."""
    return json_error("not_found", HTTPStatus.NOT_FOUND)


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def day(date_: date) -> str:
    return date_.isoformat()

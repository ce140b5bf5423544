"""The composition root: builds the world from the settings, puts packages, hosts and layers together."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

import anyio
from anyio import CapacityLimiter, to_thread
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from campaign_site.errors import ErrorPages, Unfailing, log_fault
from campaign_site.finder import Finder
from campaign_site.headers import SecurityHeaders
from campaign_site.library.site_files import FORBID_ALL, ROBOTS, SECURITY
from campaign_site.live import LiveSite, files_state
from campaign_site.prerender import Snapshot, SnapshotLayer, Timeline, text_page
from campaign_site.preview import Preview, PreviewLinks
from campaign_site.publication import read_publication, read_site_files
from campaign_site.routes import site_routes
from campaign_site.settings import Settings, has_room
from campaign_site.signal_check import TOKEN_STEP, SignalCheck
from campaign_site.static_files import StaticFiles, StaticLayer
from campaign_site.tokens import Tokens
from tipline.app import Tipline, create_tipline
from tipline.care_points import LiveCarePoints
from tipline.drafts import DraftTooLongError
from tipline.geography import load_geography
from tipline.incoming import IncomingGuard
from tipline.notices import Sink
from tipline.pools import PoolFullError
from tipline.sealing import Box
from tipline.storage import CONNECTIONS, Store
from tipline.world import DemoPerson, World

CHORES_EVERY_SECONDS = 2.0
MOST_THREADS = CONNECTIONS - 2
"""Requests worked on at once, each with a connection to the database; others wait their turn. More would only wait for
each other: for the processor, and on SQLite for the one writer."""
CHORES_AT_ONCE = 2
"""One after the other, and the postman beside them, in threads of their own: a flood of requests must not hold up
slots, ends and mail. Two more stretch codes (`tipline.tipster.follow_up`). All of them seldom need the database in the
same moment; then a connection is opened for that moment."""


def now_in_utc() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Signaallijn:
    """The whole, running: an ASGI application, and what was built for it."""

    app: ASGIApp
    tipline: Tipline
    store: Store
    live: LiveSite


class Hosts:
    """The public host and the desk host serve nothing of each other; other names are not ours. `/healthz` answers on
    all, since who asks it may know the machine by its address only."""

    def __init__(self, public: ASGIApp, desk: ASGIApp, settings: Settings, healthz: ASGIApp, unknown: ASGIApp) -> None:
        self._by_name = {_name(settings.base_url).encode(): public, _name(settings.desk_url).encode(): desk}
        self._public, self._healthz, self._unknown = public, healthz, unknown

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        app = self._public
        if scope["type"] == "http":
            host: bytes = dict(scope["headers"]).get(b"host", b"")
            app = self._by_name.get(host.partition(b":")[0].lower(), self._unknown)
            if scope["path"] == "/healthz" and scope["method"] in {"GET", "HEAD"}:
                app = self._healthz
        return app(scope, receive, send)


def create_app(
    settings: Settings,
    clock: Callable[[], datetime] = now_in_utc,
    sink: Sink | None = None,
    demo_people: Sequence[DemoPerson] = (),
) -> Signaallijn:
    """Everything, ready to serve. Raises what the content, the settings and the database can be at fault with."""
    store = Store(settings.tipline.database_url)
    store.migrate()
    geography = load_geography(settings.tipline.content)
    care_points = LiveCarePoints(settings.tipline.content, geography)
    static = StaticFiles(settings.static)
    live = LiveSite(
        lambda: read_publication(settings, geography, care_points(), static),
        lambda: files_state(settings.content),
        clock,
    )
    world = World(settings.tipline, store, geography, care_points, live, clock, demo_people)
    tipline = create_tipline(world, lambda: live.publication.material.library.site.exit_target, sink)
    hosts = Hosts(
        public=_public_host(tipline, live, static),
        desk=_desk_host(tipline, settings, static),
        settings=settings,
        healthz=_healthz(store, live, settings.data),
        unknown=PlainTextResponse("421\n", HTTPStatus.MISDIRECTED_REQUEST),
    )
    app = SecurityHeaders(Unfailing(hosts), is_https=settings.base_url.startswith("https://"))
    return Signaallijn(app, tipline, store, live)


def _desk_host(tipline: Tipline, settings: Settings, static: StaticFiles) -> ASGIApp:
    """What the desk host serves. Nothing of it is for search engines; who finds a weakness is told the same."""
    files = replace(read_site_files(settings), base_url=settings.desk_url)
    now = tipline.world.clock()
    texts = {ROBOTS: text_page(FORBID_ALL)}
    told = {SECURITY: text_page(files.security_txt())} if files.security.holds_at(now) else {}
    snapshots = [Snapshot(now, texts | told)]
    if told:
        snapshots.append(Snapshot(files.security.expires, texts))
    timeline = Timeline(tuple(snapshots))
    return SnapshotLayer(StaticLayer(tipline.desk, static), lambda: timeline, tipline.world.clock)


def _public_host(tipline: Tipline, live: LiveSite, static: StaticFiles) -> ASGIApp:
    """What the public host serves: pages rendered ahead and static files from memory, the rest from routes."""
    clock = tipline.world.clock
    keys = tipline.world.settings.secret_keys
    finder = Finder(lambda: live.publication, live, Tokens(Box(keys, "finder"), clock))
    check = SignalCheck(lambda: live.publication, live, Tokens(Box(keys, "signal-check"), clock, TOKEN_STEP))
    preview = Preview(
        lambda: live.publication, live, PreviewLinks(keys, clock), tipline.tip_form.holders.is_open, clock
    )
    error_pages = ErrorPages(lambda language, status: live.page("pages/error.html", language, status=int(status)))
    app = _public_app(tipline, live, [*site_routes(finder, check, preview), *tipline.routes()], error_pages)
    guarded = IncomingGuard(app, error_pages.refuse, absence_is_refused=False)
    return SnapshotLayer(StaticLayer(guarded, static), lambda: live.timeline, clock)


def _public_app(tipline: Tipline, live: LiveSite, routes: Sequence[BaseRoute], error_pages: ErrorPages) -> Starlette:
    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        to_thread.current_default_thread_limiter().total_tokens = MOST_THREADS
        async with anyio.create_task_group() as tasks:
            threads = CapacityLimiter(CHORES_AT_ONCE)
            tasks.start_soon(_run_chores, (*tipline.chores(), live.keep_up), threads)
            tasks.start_soon(_run_chores, (tipline.deliver_notices,), threads)
            yield
            tipline.stop()
            tasks.cancel_scope.cancel()

    app = Starlette(
        routes=routes,
        lifespan=lifespan,
        exception_handlers={
            HTTPException: error_pages.http_error,
            DraftTooLongError: error_pages.answering(HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
            PoolFullError: error_pages.answering(HTTPStatus.SERVICE_UNAVAILABLE),
            Exception: error_pages.http_error,
        },
    )
    app.router.redirect_slashes = False
    app.state.tip_form = tipline.tip_form
    return app


async def _run_chores(chores: Sequence[Callable[[], object]], threads: CapacityLimiter) -> None:
    while True:
        for chore in chores:
            try:
                await to_thread.run_sync(chore, limiter=threads)
            except Exception as error:  # one that fails is tried again; the others go on
                log_fault(error)
        await anyio.sleep(CHORES_EVERY_SECONDS)


def _healthz(store: Store, live: LiveSite, data: Path) -> ASGIApp:
    def unwell() -> str:
        """A word for what is wrong; empty when nothing is."""
        if not has_room(data):
            return "disk"
        try:
            store.check()
        except SQLAlchemyError:
            return "database"
        return ""

    async def healthz(scope: Scope, receive: Receive, send: Send) -> None:
        word = await to_thread.run_sync(unwell)
        # Still 200: the last good pages are on air, and an editor's slip must not take every node off it.
        well = "ok" if live.fault is None else "ok; content has a fault"
        status = HTTPStatus.SERVICE_UNAVAILABLE if word else HTTPStatus.OK
        await PlainTextResponse(f"{word or well}\n", status)(scope, receive, send)

    return healthz


def _name(address: str) -> str:
    return urlsplit(address).hostname or ""

"""The composition root: builds the world from the settings, puts packages, hosts and layers together."""

import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

import anyio
from anyio import to_thread
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from campaign_site import prerender
from campaign_site.addresses import ADDRESSES
from campaign_site.campaign_files import theme_url
from campaign_site.errors import ErrorPages, Unfailing, log_fault
from campaign_site.finder import Finder, Tokens
from campaign_site.headers import SecurityHeaders
from campaign_site.library import library as content_library
from campaign_site.library.calendar import leading
from campaign_site.library.entries import Campaign
from campaign_site.library.library import Library, Outside
from campaign_site.library.site_files import FORBID_ALL, ROBOTS, SECURITY, SiteFiles, read_security
from campaign_site.pages.material import Material
from campaign_site.prerender import Snapshot, SnapshotLayer, Timeline, text_page
from campaign_site.rendering import Catalogues, Rendering
from campaign_site.routes import site_routes
from campaign_site.settings import PACKAGE, PublicSettings, Settings
from campaign_site.static_files import StaticFiles, StaticLayer
from tipline.app import Tipline, create_tipline
from tipline.care_points import CarePoints, LiveCarePoints, load_care_points
from tipline.geography import Geography, load_geography
from tipline.incoming import IncomingGuard
from tipline.notices import Sink
from tipline.sealing import Box
from tipline.storage import Store
from tipline.tipster import addresses as tipster_addresses
from tipline.world import DemoPerson, World

TIPLINE = Path(tipster_addresses.__file__).parent.parent
CHORES_EVERY_SECONDS = 2.0
ALL_ADDRESSES = {**ADDRESSES, **tipster_addresses.ADDRESSES}


def now_in_utc() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Signaallijn:
    """The whole, running: an ASGI application, and what was built for it."""

    app: ASGIApp
    tipline: Tipline
    store: Store
    material: Material


class Hosts:
    """The public host and the desk host serve nothing of each other; other names are not ours. `/healthz` answers on
    all, since who asks it may know the machine by its address only."""

    def __init__(self, public: ASGIApp, desk: ASGIApp, settings: Settings, healthz: ASGIApp, unknown: ASGIApp) -> None:
        self._by_name = {_name(settings.base_url): public, _name(settings.desk_url): desk}
        self._public, self._healthz, self._unknown = public, healthz, unknown

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._public
        if scope["type"] == "http":
            host = dict(scope["headers"]).get(b"host", b"").decode("latin-1").lower()
            app = self._by_name.get(host.partition(":")[0], self._unknown)
            if scope["path"] == "/healthz" and scope["method"] in {"GET", "HEAD"}:
                app = self._healthz
        await app(scope, receive, send)


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
    library = _library(settings, geography, care_points())
    static = StaticFiles(settings.static)
    rendering = _rendering(settings, library, care_points(), static, lambda: leading(library.campaigns, clock()))
    world = World(settings.tipline, store, geography, care_points, rendering, clock, demo_people)
    tipline = create_tipline(world, library.site.exit_target, sink)
    material = Material(library, geography, care_points(), ALL_ADDRESSES, settings.is_demo)
    hosts = Hosts(
        public=_public_host(tipline, material, rendering, static, build_site_files(settings)),
        desk=_desk_host(tipline, settings, static),
        settings=settings,
        healthz=_healthz(store),
        unknown=PlainTextResponse("421\n", HTTPStatus.MISDIRECTED_REQUEST),
    )
    app = SecurityHeaders(Unfailing(hosts), is_https=settings.base_url.startswith("https://"))
    return Signaallijn(app, tipline, store, material)


def _library(settings: PublicSettings, geography: Geography, care_points: CarePoints) -> Library:
    outside = Outside(frozenset(geography.municipalities), frozenset(care_points.helplines), frozenset(ALL_ADDRESSES))
    return content_library.load(settings.content / "campaign", outside)


def build_public_site(settings: PublicSettings) -> tuple[Material, Rendering, StaticFiles]:
    """What the public pages are made from, without a database. Raises what the content can be at fault with."""
    geography = load_geography(settings.content / "tipline")
    care_points = load_care_points(settings.content / "tipline", geography)
    library = _library(settings, geography, care_points)
    static = StaticFiles(settings.static)
    rendering = _rendering(settings, library, care_points, static)
    material = Material(library, geography, care_points, ALL_ADDRESSES, settings.is_demo)
    return material, rendering, static


def _rendering(
    settings: PublicSettings,
    library: Library,
    care_points: CarePoints,
    static: StaticFiles,
    leads: Callable[[], Campaign | None] = lambda: None,
) -> Rendering:
    """`leads`: the campaign whose look pages have that are not rendered ahead."""
    return Rendering(
        [PACKAGE / "templates", TIPLINE / "templates"],
        [Catalogues(PACKAGE / "locale", "campaign_site"), Catalogues(TIPLINE / "locale", "tipline")],
        ALL_ADDRESSES,
        static.url,
        care_points.helplines,
        {"site": library.site, "demo": settings.is_demo, "theme_url": lambda: theme_url(leads())},
        library.shown_guides(is_demo=settings.is_demo),
    )


def build_site_files(settings: PublicSettings) -> SiteFiles:
    """What robots.txt and its like are made from. Raises ContentFaultError."""
    return SiteFiles(settings.base_url, read_security(settings.content / "campaign" / "security.toml"))


def _desk_host(tipline: Tipline, settings: Settings, static: StaticFiles) -> ASGIApp:
    """What the desk host serves. Nothing of it is for search engines; who finds a weakness is told the same."""
    files = replace(build_site_files(settings), base_url=settings.desk_url)
    now = tipline.world.clock()
    texts = {ROBOTS: text_page(FORBID_ALL)}
    told = {SECURITY: text_page(files.security_txt())} if files.security.holds_at(now) else {}
    snapshots = [Snapshot(now, texts | told)]
    if told:
        snapshots.append(Snapshot(files.security.expires, texts))
    return SnapshotLayer(StaticLayer(tipline.desk, static), Timeline(tuple(snapshots)), tipline.world.clock)


def _public_host(
    tipline: Tipline, material: Material, rendering: Rendering, static: StaticFiles, files: SiteFiles
) -> ASGIApp:
    """What the public host serves: pages rendered ahead and static files from memory, the rest from routes."""
    clock = tipline.world.clock
    finder = Finder(material, rendering, Tokens(Box(tipline.world.settings.secret_keys, "finder"), clock))
    error_pages = ErrorPages(lambda language, status: rendering.page("pages/error.html", language, status=int(status)))
    app = _public_app(tipline, finder, error_pages)
    guarded = IncomingGuard(app, error_pages.refuse, absence_is_refused=False)
    return SnapshotLayer(StaticLayer(guarded, static), prerender.timeline(material, rendering, clock(), files), clock)


def _public_app(tipline: Tipline, finder: Finder, error_pages: ErrorPages) -> Starlette:
    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_run_chores, tipline)
            yield
            tasks.cancel_scope.cancel()

    app = Starlette(
        routes=[*site_routes(finder), *tipline.routes()],
        lifespan=lifespan,
        exception_handlers={HTTPException: error_pages.http_error, Exception: error_pages.http_error},
    )
    app.router.redirect_slashes = False
    app.state.tip_form = tipline.tip_form
    return app


async def _run_chores(tipline: Tipline) -> None:
    while True:
        try:
            await to_thread.run_sync(tipline.run_chores)
        except Exception as error:  # one that fails is tried again; the others go on
            log_fault(error)
        await anyio.sleep(CHORES_EVERY_SECONDS)


def _healthz(store: Store) -> ASGIApp:
    async def healthz(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await to_thread.run_sync(store.check)
            answer: Response = PlainTextResponse("ok\n")
        except SQLAlchemyError:
            answer = PlainTextResponse("database\n", HTTPStatus.SERVICE_UNAVAILABLE)
        await answer(scope, receive, send)

    return healthz


def _name(address: str) -> str:
    return urlsplit(address).hostname or ""

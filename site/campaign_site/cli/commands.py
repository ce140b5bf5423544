"""The command `signaallijn`. Errors go to stderr as one plain sentence; exit codes: 0, 1 (refused), 2 (wrong use)."""

import contextlib
import os
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO

import click
import pyotp

from campaign_site.addresses import ADDRESSES
from campaign_site.app import create_app, now_in_utc
from campaign_site.cli.checking import check_content, launch_lines
from campaign_site.cli.elsewhere import WithOthers
from campaign_site.cli.exporting import FolderInUseError, export_site
from campaign_site.cli.starting import every_fault
from campaign_site.demo import Demo, make_demo
from campaign_site.environment import SettingsFaultError
from campaign_site.links import MissingHelplineFactError
from campaign_site.pages.style import STYLE
from campaign_site.preview import LONGEST, PreviewLinks
from campaign_site.process import AddressFaultError, NotServingError, listening, orderly_stop
from campaign_site.process import serve as serve_app
from campaign_site.publication import read_by_itself
from campaign_site.readiness import IsOpen, UnknownCampaignError, readiness
from campaign_site.rendering import address
from campaign_site.settings import (
    SALT_FILE,
    PublicSettings,
    Settings,
    content_directory,
    data_directory,
    make_data_directory,
    read_public_settings,
    read_settings,
)
from tipline.care_points import load_care_points
from tipline.content_files import CONTENT_TIME_ZONE, ContentFaultError
from tipline.geography import load_geography
from tipline.geography_update import update_geography
from tipline.holders import Holders
from tipline.languages import LANGUAGES
from tipline.mail import mail_sink
from tipline.notices import PrintingSink
from tipline.routing import explain
from tipline.starting import CannotStartError
from tipline.storage import DatabaseFaultError, Store

LOOPBACK = "127.0.0.1"
FAULTS = (
    SettingsFaultError,
    ContentFaultError,
    MissingHelplineFactError,
    DatabaseFaultError,
    CannotStartError,
    AddressFaultError,
    NotServingError,
    FolderInUseError,
    UnknownCampaignError,
)
PORT = click.IntRange(1, 65535)
NEXT = """No care point is open yet, and the form says so. Next:
  signaallijn backup-key FILE               a key for back-ups; keep FILE on another machine
  signaallijn serve                         run the server, behind a TLS proxy (docs/operations.md)
  signaallijn desk invite CARE_POINT EMAIL  a link for its first coordinator, who makes the care point's key
  signaallijn desk approve CARE_POINT CODE  write what was told by telephone into the key file, and it is open"""


class Instant(click.ParamType[datetime]):
    """A moment as people write it; Dutch time where no offset is written, as in the content."""

    name = "instant"

    def convert(self, value: str | datetime, param: click.Parameter | None, context: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            instant = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value} is no instant; write it like 2026-11-21T20:00:00", param, context)
        return instant if instant.tzinfo else instant.replace(tzinfo=CONTENT_TIME_ZONE)


@contextlib.contextmanager
def refusals() -> Iterator[None]:
    """Tells what settings, content, database or port are at fault with in one sentence, with exit code 1."""
    try:
        yield
    except FAULTS as fault:
        raise Refused(str(fault).splitlines()) from None


class Refused(click.ClickException):
    """One sentence, or several: each stands on a line of its own."""

    def __init__(self, sentences: Sequence[str]) -> None:
        super().__init__("\n".join(sentences))
        self._sentences = sentences

    def show(self, file: IO[str] | None = None) -> None:
        for sentence in self._sentences:
            click.echo(f"Error: {sentence}", file=file or sys.stderr)


@click.group(cls=WithOthers)
def main() -> None:
    """Campaigns about the sexual exploitation of boys, and the anonymous tip line behind them."""


@main.command()
@click.option("--port", type=PORT, default=8000, show_default=True, help="Port on this machine.")
@click.option("--data", type=click.Path(path_type=Path), help="Empty folder to keep the demonstration in.")
@click.option("--at", "instant", type=Instant(), help="Begin at this moment (Dutch time).")
def demo(port: int, data: Path | None, instant: datetime | None) -> None:
    """Start a throw-away instance on this machine, with demo care points and coordinators."""
    ahead = instant - now_in_utc() if instant else timedelta()

    def clock() -> datetime:
        return now_in_utc() + ahead

    with (
        orderly_stop(),
        refusals(),
        tempfile.TemporaryDirectory(prefix="signaallijn-demo-") as folder,
        listening(LOOPBACK, port) as listener,
    ):
        data = (data or Path(folder) / "data").absolute()
        content = content_directory(os.environ)
        made = make_demo(data, f"http://localhost:{port}", f"http://desk.localhost:{port}", clock(), content)
        show_demo(made, clock, listener)


def show_demo(made: Demo, clock: Callable[[], datetime], listener: socket.socket) -> None:
    """Tells how to come in, and serves a demonstration until it is stopped."""
    whole = create_app(made.settings, clock, PrintingSink(click.echo), made.people)
    click.echo(f"Site:  {made.settings.base_url}/nl/   (this is a demonstration: reports go nowhere)")
    click.echo(f"Desk:  {made.settings.desk_url}/login   (names, passphrases and fresh codes stand there too)")
    click.echo(f"Style: {made.settings.base_url}{STYLE['nl']}   (every part of the site, drawn live)")
    for person in made.people:
        code = pyotp.TOTP(person.totp_secret).at(clock())
        click.echo(f"  {person.login:6} {person.passphrase}  {code}  {person.organisation}")
    click.echo(f"Preview: {preview_link(made.settings, clock, timedelta(days=1))}")
    click.echo("Stop with Ctrl+C.")
    serve_app(whole.app, listener)


@main.command()
def init() -> None:
    """Make a new data directory: database, secrets and deployment salt."""
    data = data_directory(os.environ)
    with refusals():
        make_data_directory(data)
        settings = read_settings(os.environ)
        store = Store(settings.tipline.database_url)
        store.migrate()
        store.close()
    click.echo(f"{data} is ready: database, secrets, deployment salt.\n{NEXT}")


@main.command()
@click.option("--host", default=LOOPBACK, show_default=True, help="Address to listen on; put a TLS proxy before it.")
@click.option("--port", type=PORT, default=8000, show_default=True, help="Port to listen on.")
@click.option("--workers", type=click.IntRange(1), default=1, show_default=True, help="Processes; only 1 works yet.")
def serve(host: str, port: int, workers: int) -> None:
    """Run the server, in one process."""
    if workers > 1:
        raise Refused(["this version serves in one process; leave --workers out (docs/decisions/0010-one-process.md)"])
    with orderly_stop(), all_refusals():
        settings = read_settings(os.environ)
        with listening(host, port) as listener:
            serve_app(create_app(settings, sink=mail_sink(settings.tipline)).app, listener)


@contextlib.contextmanager
def all_refusals() -> Iterator[None]:
    """Like `refusals`, but what keeps the server from starting is told with everything else that does."""
    try:
        yield
    except NotServingError as fault:
        raise Refused([str(fault)]) from None
    except MissingHelplineFactError as fault:
        # The look at all content names file and line, which the fault itself does not know.
        raise Refused(every_fault(os.environ) or [str(fault)]) from None
    except FAULTS as fault:
        told = str(fault).splitlines()
        raise Refused([*told, *(each for each in every_fault(os.environ) if each not in told)]) from None


@main.command()
@click.option("--launch", "slug", metavar="SLUG", help="Tell what this campaign and each region still lack.")
@click.pass_context
def check(context: click.Context, slug: str | None) -> None:
    """Check content and settings: a line for each fault, then what still waits for someone."""
    with refusals():
        settings = read_public_settings(os.environ)
        checked = check_content(settings, now_in_utc())
    for fault in checked.faults:
        click.echo(fault, err=True)
    if checked.faults:
        context.exit(1)
    click.echo("No faults.")
    if slug:
        with refusals(), openness(settings) as is_open:
            for line in launch_lines(readiness(read_by_itself(settings)[0].material, slug, is_open)):
                click.echo(line)
        return
    for heading, lines in checked.waiting.items():
        click.echo(f"\n{heading} ({len(lines)}):")
        for line in lines:
            click.echo(f"  {line}")


@contextlib.contextmanager
def openness(settings: PublicSettings) -> Iterator[IsOpen | None]:
    """Tells which care points are open, as the database of the data directory says; None where there is none."""
    if not (data_directory(os.environ) / SALT_FILE).is_file():
        yield None
        return
    tipline = read_settings(os.environ).tipline
    care_points = load_care_points(settings.content / "tipline", load_geography(settings.content / "tipline"))
    store = Store(tipline.database_url)
    store.migrate()
    try:
        yield Holders(store, lambda: care_points, now_in_utc, is_demo=tipline.is_demo).is_open
    finally:
        store.close()


@main.command()
@click.option("--days", type=click.IntRange(1, LONGEST.days), default=7, show_default=True, help="How long it works.")
def preview(days: int) -> None:
    """Print a link that shows the site as at any moment, and what each region still lacks."""
    with refusals():
        settings = read_settings(os.environ)
    click.echo(preview_link(settings, now_in_utc, timedelta(days=days)))


def preview_link(settings: Settings, clock: Callable[[], datetime], lasts: timedelta) -> str:
    token = PreviewLinks(settings.tipline.secret_keys, clock).make(lasts)
    return settings.base_url + address(ADDRESSES, "preview", LANGUAGES[0], token=token)


@main.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--at", "instant", type=Instant(), help="As the site is at this moment (Dutch time); default: now.")
def export(folder: Path, instant: datetime | None) -> None:
    """Write the public pages at one instant as static files into DIR, with .gz and .br beside each."""
    with refusals():
        count = export_site(read_public_settings(os.environ), folder, instant or now_in_utc())
    click.echo(f"{folder} holds {count} files.")


@main.command()
@click.argument("place", nargs=-1, required=True)
def route(place: tuple[str, ...]) -> None:
    """Tell which municipality and care point a postcode or PLACE leads to, who would receive a tip now, and why."""
    with refusals():
        settings = read_settings(os.environ)
        geography = load_geography(settings.tipline.content)
        care_points = load_care_points(settings.tipline.content, geography)
        store = Store(settings.tipline.database_url)
        store.migrate()
    holders = Holders(store, lambda: care_points, now_in_utc, is_demo=settings.is_demo)
    told = explain(" ".join(place), geography, care_points, holders.is_open)
    store.close()
    for candidate in told.finding.candidates:
        click.echo(f"maybe:        {candidate.place}, {candidate.municipality.name} ({candidate.municipality.code})")
    if told.finding.municipality:
        click.echo(f"municipality: {told.finding.municipality.name} ({told.finding.municipality.code})")
    if told.serving:
        click.echo(f"care point:   {told.serving.organisation} ({told.serving.id})")
    click.echo(f"receives now: {told.route.care_point.organisation if told.route else 'nobody'}")
    click.echo(f"why:          {told.why}")


@main.group("geography")
def geography_group() -> None:
    """The tables of municipalities, places and postcodes."""


@geography_group.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def update(file: Path) -> None:
    """Apply a yearly change FILE to the tables, and say what maps to what."""
    with refusals():
        said = update_geography(read_settings(os.environ).tipline.content, file)
    for sentence in said:
        click.echo(sentence)

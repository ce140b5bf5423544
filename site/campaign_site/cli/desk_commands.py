"""`signaallijn desk`: what an operator does for coordinators and their keys."""

import contextlib
import os
from collections.abc import Iterable, Iterator

import click

from campaign_site.app import now_in_utc
from campaign_site.environment import SettingsFaultError
from campaign_site.settings import read_settings
from tipline.approving import ApprovalError, Approvals
from tipline.care_points import CarePoints, load_care_points
from tipline.content_files import ContentFaultError
from tipline.desk.invitations import BY_OPERATOR, Invitations, NotInvitableError
from tipline.desk.roles import Role
from tipline.geography import load_geography
from tipline.settings import TiplineSettings
from tipline.storage import DatabaseFaultError, Store
from tipline.storage.coordinators import Coordinator

FAULTS = (ApprovalError, SettingsFaultError, ContentFaultError, DatabaseFaultError)


@click.group("desk")
def desk_group() -> None:
    """Coordinators' access, and the keys of care points."""


@contextlib.contextmanager
def a_desk() -> Iterator[tuple[TiplineSettings, Store, CarePoints]]:
    """The database of this data directory, and the care points of its content; faults are told in one sentence."""
    try:
        settings = read_settings(os.environ).tipline
        care_points = load_care_points(settings.content, load_geography(settings.content))
        store = Store(settings.database_url)
        try:
            store.migrate()
            yield settings, store, care_points
        finally:
            store.close()
    except FAULTS as fault:
        raise click.ClickException(str(fault)) from None


@contextlib.contextmanager
def approvals() -> Iterator[Approvals]:
    """Key files of this content, on the database of this data directory."""
    with a_desk() as (settings, store, care_points):
        yield Approvals(settings.content, store, care_points, now_in_utc().date())


def say(sentences: Iterable[str]) -> None:
    """Prints each on a line of its own. Names come from the database: whoever can write there must not move the cursor
    of the operator's terminal over what he reads."""
    for sentence in sentences:
        click.echo("".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in sentence))


@desk_group.command()
@click.argument("care_point")
@click.argument("email")
@click.option("--role", type=click.Choice([*Role]), default=Role.coordinator, show_default=True, help="What he may do.")
def invite(care_point: str, email: str, role: str) -> None:
    """Print a link with which whoever has it becomes a coordinator of CARE_POINT, once, within a week.

    Hand it over in a way you trust. It gives no key: that takes your `approve`, and a colleague."""
    with a_desk() as (settings, store, care_points):
        _refuse_unknown(care_point, role, care_points)
        try:
            link = Invitations(settings, store, now_in_utc).invite(care_point, email, role, BY_OPERATOR)
        except NotInvitableError as fault:
            raise click.ClickException(str(fault)) from None
    click.echo(link)


@desk_group.command("list")
def list_people() -> None:
    """Name the coordinators of each care point, and the invitations that were not used yet."""
    with a_desk() as (settings, store, care_points):
        invitations = Invitations(settings, store, now_in_utc)
        for care_point in sorted(care_points.points):
            lines = [_person_line(each) for each in store.coordinators.of(care_point)]
            lines += [
                f"  invited  {each.email}, {each.role}, until {each.ends:%Y-%m-%d}"
                for each in invitations.open_ones(care_point)
            ]
            if lines:
                say((care_point, *lines))


def _person_line(person: Coordinator) -> str:
    until = f", no access since {person.ended_on}" if person.ended_on else ""
    return f"  {person.login}  {person.name}, {person.role}{until}"


def _refuse_unknown(care_point: str, role: str, care_points: CarePoints) -> None:
    """Raises click.ClickException."""
    if care_point not in care_points.points:
        raise click.ClickException(f"no care point has the id `{care_point}`")
    if role == Role.national and care_point != care_points.national.id:
        raise click.ClickException(f"only at the national point, {care_points.national.id}, is anyone `national`")


@desk_group.command()
@click.argument("care_point")
@click.argument("codes", metavar="CODE...", nargs=-1, required=True)
def approve(care_point: str, codes: tuple[str, ...]) -> None:
    """Write into the key file of CARE_POINT what these codes stand for: a key, its recovery sheet, coordinators.

    Type each code as it is read out to you by telephone, by someone whose voice you know. Spaces don't matter."""
    with approvals() as given:
        said = given.approve(care_point, codes)
    say(said)


@desk_group.command()
@click.argument("login")
def revoke(login: str) -> None:
    """End the access of LOGIN at once, and take this holder out of the key file."""
    with approvals() as given:
        said = given.revoke(login)
    say(said)

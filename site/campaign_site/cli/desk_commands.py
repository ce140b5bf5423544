"""`signaallijn desk`: what an operator does for coordinators and their keys."""

import contextlib
import os
from collections.abc import Iterator

import click

from campaign_site.app import now_in_utc
from campaign_site.settings import SettingsFaultError, read_settings
from tipline.approving import ApprovalError, Approvals
from tipline.care_points import load_care_points
from tipline.content_files import ContentFaultError
from tipline.geography import load_geography
from tipline.storage import DatabaseFaultError, Store

FAULTS = (ApprovalError, SettingsFaultError, ContentFaultError, DatabaseFaultError)


@click.group("desk")
def desk_group() -> None:
    """Coordinators' access, and the keys of care points."""


@contextlib.contextmanager
def approvals() -> Iterator[Approvals]:
    """Key files of this content, on the database of this data directory; faults are told in one sentence."""
    try:
        settings = read_settings(os.environ).tipline
        care_points = load_care_points(settings.content, load_geography(settings.content))
        store = Store(settings.database_url)
        try:
            store.migrate()
            yield Approvals(settings.content, store, care_points, now_in_utc().date())
        finally:
            store.close()
    except FAULTS as fault:
        raise click.ClickException(str(fault)) from None


@desk_group.command()
@click.argument("care_point")
@click.argument("codes", metavar="CODE...", nargs=-1, required=True)
def approve(care_point: str, codes: tuple[str, ...]) -> None:
    """Write into the key file of CARE_POINT what these codes stand for: a key, its recovery sheet, coordinators.

    Type each code as it is read out to you by telephone, by someone whose voice you know. Spaces don't matter."""
    with approvals() as given:
        said = given.approve(care_point, codes)
    for sentence in said:
        click.echo(sentence)


@desk_group.command()
@click.argument("login")
def revoke(login: str) -> None:
    """End the access of LOGIN at once, and take this holder out of the key file."""
    with approvals() as given:
        said = given.revoke(login)
    for sentence in said:
        click.echo(sentence)

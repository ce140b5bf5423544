"""The command `signaallijn run-due`: what a server does by itself, once, for cron."""

import os
from collections.abc import Callable
from datetime import datetime

import click

from campaign_site.app import now_in_utc
from campaign_site.cli.commands import refusals
from campaign_site.cli.progress import progress
from campaign_site.settings import read_settings
from tipline.audit import TrailWatch
from tipline.care_points import load_care_points
from tipline.chores import AllChores, DailyChores, Ran
from tipline.geography import load_geography
from tipline.mail import mail_sink
from tipline.notices import Postman
from tipline.settings import TiplineSettings
from tipline.slots import Rewriting, Slots
from tipline.starting import check_start
from tipline.storage import Store


@click.command("run-due")
def run_due() -> None:
    """Do what is due, once: uncover, escalate, delete, mail.

    A running server does this by itself; beside one it does no harm.
    """
    with refusals():
        settings = read_settings(os.environ).tipline
        store = Store(settings.database_url)
        try:
            store.migrate()
            ran = _run(all_chores(settings, store, now_in_utc), store)
        finally:
            store.close()
    click.echo(told(ran))


def all_chores(settings: TiplineSettings, store: Store, clock: Callable[[], datetime]) -> AllChores:
    """Everything that is due at this tip line. Raises what settings, content and database can be at fault with: with
    another's content nothing must be deleted."""
    care_points = load_care_points(settings.content, load_geography(settings.content))
    check_start(store, care_points, is_demo=settings.is_demo)
    return AllChores(
        store=store,
        slots=Slots(store, settings.slot_minutes, clock),
        daily=DailyChores(store, lambda: care_points, clock),
        postman=Postman(store, mail_sink(settings), clock, settings.slot_minutes, settings.desk_url),
        trail_watch=TrailWatch(store.trail, settings.trail_heads, clock),
        rewriting=Rewriting(store, clock),
        clock=clock,
    )


def _run(chores: AllChores, store: Store) -> Ran:
    with progress("Deleting", store.cases.count()) as tell:
        return chores.run(tell)


def told(ran: Ran) -> str:
    sentences = [f"Unread tips: {ran.done.steps} steps.", f"Deleted cases: {ran.done.deleted}.", f"Mails: {ran.mails}."]
    if not ran.is_forgotten:
        sentences.append("A reader was in the way of emptying SQLite's log; the next run does.")
    return "\n".join(sentences)

"""The commands `signaallijn audit …`: whether the audit trail is still what was written."""

import os

import click

from campaign_site.cli.commands import refusals
from campaign_site.cli.progress import progress
from campaign_site.settings import read_settings
from tipline.audit import HeadsFile, TrailFaultError, Verified, verify
from tipline.storage import Store
from tipline.storage.trail import Trail


@click.group()
def audit() -> None:
    """The audit trail: who fetched or changed what, on which day."""


@audit.command("verify")
def verify_command() -> None:
    """Recompute the chain of the audit trail and compare it with its heads, which stand outside the database.

    Names the first entry that was altered, removed, inserted or cut off; exit code 1.
    """
    with refusals():
        settings = read_settings(os.environ).tipline
        store = Store(settings.database_url)
        store.migrate()
    try:
        verified = verified_trail(store.trail, HeadsFile(settings.trail_heads))
    except TrailFaultError as fault:
        raise click.ClickException(str(fault)) from None
    finally:
        store.close()
    click.echo(told(verified))


def verified_trail(trail: Trail, heads: HeadsFile) -> Verified:
    """Verifies with a bar where it takes long. Raises `TrailFaultError`."""
    with progress("Verifying", trail.count()) as tell:
        return verify(trail, heads.read(), tell)


def told(verified: Verified) -> str:
    if verified.head is None:
        return "The audit trail is empty: nothing was done yet."
    entries = "1 entry" if verified.entries == 1 else f"{verified.entries} entries"
    heads = "no head was written yet" if not verified.heads else f"it agrees with all written heads ({verified.heads})"
    return f"The audit trail hangs together, {entries}, and {heads}. Head: {verified.head.digest.hex()}"

"""The command `signaallijn`: what it is called with (`commands`, `elsewhere`), and what only a command does."""

from campaign_site.cli.commands import main

__all__ = ["main"]

"""The command `signaallijn`: what it is called with (`commands`), and what only a command does."""

from campaign_site.cli.audit_commands import audit
from campaign_site.cli.commands import main

main.add_command(audit)

__all__ = ["main"]

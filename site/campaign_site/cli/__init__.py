"""The command `signaallijn`: what it is called with (`commands`), and what only a command does."""

from campaign_site.cli.audit_commands import audit
from campaign_site.cli.backup_commands import backup, backup_key, restore
from campaign_site.cli.commands import main

for command in (audit, backup, backup_key, restore):
    main.add_command(command)

__all__ = ["main"]

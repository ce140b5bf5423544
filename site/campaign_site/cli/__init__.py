"""The command `signaallijn`: what it is called with (`commands`), and what only a command does."""

from campaign_site.cli.audit_commands import audit
from campaign_site.cli.backup_commands import backup, backup_key, restore
from campaign_site.cli.commands import main
from campaign_site.cli.due_commands import run_due

for command in (audit, backup, backup_key, restore, run_due):
    main.add_command(command)

__all__ = ["main"]

"""Commands that are imported when they are called: a server keeps none of them in memory."""

from importlib import import_module

import click

ELSEWHERE = {
    "audit": "audit_commands:audit",
    "backup": "backup_commands:backup",
    "backup-key": "backup_commands:backup_key",
    "desk": "desk_commands:desk_group",
    "restore": "backup_commands:restore",
    "run-due": "due_commands:run_due",
}
"""The module of each, beside this one, and what the command is called there."""


class WithOthers(click.Group):
    """A group that also has the commands of `ELSEWHERE`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *ELSEWHERE])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in ELSEWHERE:
            return super().get_command(ctx, cmd_name)
        module, _, name = ELSEWHERE[cmd_name].partition(":")
        command: click.Command = getattr(import_module(f"campaign_site.cli.{module}"), name)
        return command

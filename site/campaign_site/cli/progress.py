"""A bar on the terminal for what takes longer than a second; nothing for what does not, and nothing in a log file."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

PATIENCE_SECONDS = 1.0


@contextmanager
def progress(label: str, length: int) -> Iterator[Callable[[int], None]]:
    """Yields what is to be called with how far the work is, from 0 to `length`."""
    began, shown = time.monotonic(), 0
    # Not on the stream of what a command prints, which may go into a file.
    bar = click.progressbar(length=length, label=label, file=sys.stderr)

    def tell(done: int) -> None:
        nonlocal shown
        if sys.stderr.isatty() and time.monotonic() - began > PATIENCE_SECONDS:
            bar.update(done - shown)
            shown = done

    yield tell
    if shown:
        bar.update(length - shown)
        bar.render_finish()

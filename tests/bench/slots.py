"""What writing SQLite's file anew costs after a slot: how long it takes, how long somebody waits who sends a tip
meanwhile, and what memory it takes; beside a plain copy of the same file.

Ten thousand tips of the usual size, one in four with an addition. Prints; asserts nothing."""

import os
import resource
import shutil
import sys
import tempfile
import threading
import time
import uuid
from pathlib import Path

from desk import fill

from tipline.storage import Store
from tipline.storage.engine import Database, make_engine

TIPS = 10_000
SEALED = os.urandom(5_600)
PAUSE_SECONDS = 0.01

say = sys.stdout.write


def timed(folder: Path) -> None:
    file = folder / "tips.sqlite3"
    store = Store(f"sqlite:///{file}")
    store.migrate()
    fill(file, SEALED, 0, TIPS)
    size = file.stat().st_size
    start = time.perf_counter()
    shutil.copy(file, folder / "copy")
    copying = time.perf_counter() - start
    waits, is_over = Waits(store), threading.Event()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    sends = threading.Thread(target=waits.go_on, args=(is_over,))
    sends.start()
    start = time.perf_counter()
    Database(make_engine(f"sqlite:///{file}")).rewrite()
    took = time.perf_counter() - start
    is_over.set()
    sends.join()
    more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    say(
        f"{TIPS:,} tips, {size / 1e6:.0f} MB: written anew in {took:.2f} s, "
        f"{took / copying:.0f} times a copy of the file\n"
    )
    say(
        f"who writes meanwhile waits {waits.longest:.2f} s at most (5 s until it is refused), "
        f"{more:.0f} MB more memory\n"
    )
    store.close()


class Waits:
    """Somebody who begins a draft again and again."""

    def __init__(self, store: Store) -> None:
        self.store, self.longest = store, 0.0

    def go_on(self, is_over: threading.Event) -> None:
        while not is_over.wait(PAUSE_SECONDS):
            start = time.perf_counter()
            self.store.drafts.add(uuid.uuid4().bytes, b"box", 2**31)
            self.longest = max(self.longest, time.perf_counter() - start)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="signaallijn-bench-") as made:
        timed(Path(made))

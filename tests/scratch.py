"""Folders for what is made once in a process and used by many tests."""

import atexit
import shutil
import tempfile
from pathlib import Path


def scratch() -> Path:
    """A new folder, gone when the tests are over."""
    folder = Path(tempfile.mkdtemp(prefix="signaallijn-tests-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder

"""Serves the data directory of a demonstration again: `python serve_again.py DATA PORT TEMPLATES`.

For tests that kill a server and start it once more, and for those that take a copy of one that was made before: `demo`
wants an empty folder, `serve` refuses demo keys. What one server compiled of the templates is kept in the folder
TEMPLATES for the next one."""

import json
import os
import sys
from pathlib import Path

from jinja2 import FileSystemBytecodeCache

from campaign_site import rendering
from campaign_site.app import now_in_utc
from campaign_site.cli.commands import show_demo
from campaign_site.demo import Demo
from campaign_site.process import listening
from campaign_site.settings import read_settings
from tipline.world import DemoPerson


def main(data: Path, port: int, templates: str) -> None:
    rendering.COMPILED = FileSystemBytecodeCache(templates)
    environment = {
        **{name: value for name, value in os.environ.items() if name.startswith("SIGNAALLIJN_")},
        "SIGNAALLIJN_DATA": str(data),
        "SIGNAALLIJN_CONTENT": str(data / "content"),
        "SIGNAALLIJN_BASE_URL": f"http://localhost:{port}",
        "SIGNAALLIJN_DESK_URL": f"http://desk.localhost:{port}",
    }
    people = data / "people.json"
    known = [DemoPerson(**each) for each in json.loads(people.read_text("utf-8"))] if people.exists() else []
    show_demo(Demo(read_settings(environment, is_demo=True), known), now_in_utc, listening("127.0.0.1", port))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])

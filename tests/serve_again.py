"""Serves the data directory of a demonstration again: `python serve_again.py DATA PORT`.

For tests that kill a server and start it once more: `demo` wants an empty folder, `serve` refuses demo keys."""

import sys
from pathlib import Path

from campaign_site.app import create_app
from campaign_site.process import listening, serve
from campaign_site.settings import read_settings


def main(data: Path, port: int) -> None:
    environment = {
        "SIGNAALLIJN_DATA": str(data),
        "SIGNAALLIJN_CONTENT": str(data / "content"),
        "SIGNAALLIJN_BASE_URL": f"http://localhost:{port}",
        "SIGNAALLIJN_DESK_URL": f"http://desk.localhost:{port}",
    }
    serve(create_app(read_settings(environment, is_demo=True)).app, listening("127.0.0.1", port))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))

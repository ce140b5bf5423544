"""What the public pages cost: our server beside nginx with `gzip_static` on the exported files.

Both serve the Eindhoven page to the same load from one core, and the load has another; they take turns five times, and
the medians are printed. A shared machine disturbs requests a second more than requests a second of processor time, so
both are told. Then the same with ten times the municipalities: no such country exists, so each municipality's page is
rendered, compressed and kept ten times, under addresses of its own.

Needs nginx and wrk. Prints; asserts nothing."""

import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from http.client import HTTPConnection
from pathlib import Path

from campaign_site import prerender
from campaign_site.addresses import ADDRESSES
from campaign_site.app import create_app
from campaign_site.pages.everything import every_page
from campaign_site.pages.material import Material, PublicPage
from campaign_site.process import listening, serve
from campaign_site.settings import read_settings

NEEDED = {"nginx": "nginx-light", "wrk": "wrk", "taskset": "util-linux"}
COMMAND = Path(sys.executable).with_name("signaallijn")
HERE = "127.0.0.1"
PAGE = "/nl/regio/eindhoven"
MUNICIPALITY = "pages/municipality.html"
MANY = 10
CONNECTIONS = 32
SECONDS = 3
TURNS = 5
STARTS = 3
CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE, LOAD_CORE = CORES[0], CORES[-1]
TICKS = os.sysconf("SC_CLK_TCK")
NGINX = """
daemon off;
master_process off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
events {{ worker_connections 1024; }}
http {{
  include /etc/nginx/mime.types;
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 100000000;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen {here}:{port};
    root {folder}/site;
    gzip_static on;
    location / {{ try_files $uri $uri.html $uri/index.html =404; }}
  }}
}}
"""


@dataclass(frozen=True)
class Running:
    """A server on its core, how long it took until it answered, and how much of that the processor worked."""

    pid: int
    port: int
    ready: float
    worked: float


@dataclass(frozen=True)
class Turn:
    """Requests in a second, and in a second of processor time."""

    a_second: float
    a_processor_second: float


def main() -> None:
    os.environ["PATH"] += ":/usr/sbin"  # where Debian keeps nginx, and only root looks
    missing = [package for program, package in NEEDED.items() if not shutil.which(program)]
    if missing:
        sys.exit(f"This bench needs programs of the system. Run: sudo apt-get install {' '.join(missing)}")
    with tempfile.TemporaryDirectory(prefix="signaallijn-bench-") as name:
        folder, port = Path(name), free_port()
        env = {
            **os.environ,
            "SIGNAALLIJN_DATA": str(folder / "data"),
            "SIGNAALLIJN_BASE_URL": f"http://localhost:{port}",
            "SIGNAALLIJN_DESK_URL": f"http://desk.localhost:{port}",
        }
        subprocess.run([COMMAND, "init"], env=env, check=True, stdout=subprocess.DEVNULL)
        subprocess.run([COMMAND, "export", folder / "site"], env=env, check=True, stdout=subprocess.DEVNULL)
        pages = len(list(folder.glob("site/**/*.html")))
        municipalities = sum(len(list(folder.glob(f"site{path.format(municipality='*')}.html"))) for path in TOWNS)
        with nginx(folder) as beside:
            compare(f"{pages} pages", [str(COMMAND), "serve", "--port", str(port)], port, env, beside)
            many = [sys.executable, str(Path(__file__)), "serve", str(port)]
            compare(f"{pages + (MANY - 1) * municipalities} pages", many, port, env, beside)


TOWNS = ADDRESSES["municipality"].values()


def compare(title: str, command: list[str], port: int, env: Mapping[str, str], beside: Running) -> None:
    say = sys.stdout.write
    say(f"{title}\n")
    starts = []
    for _ in range(STARTS - 1):
        with running(command, port, env) as ours:
            starts.append(ours)
    with running(command, port, env) as ours:
        starts.append(ours)
        turns = [(load(ours), load(beside)) for _ in range(TURNS)]
        kept = memory(ours.pid)
    say(f"  start to ready          {statistics.median(start.ready for start in starts):8.2f} s")
    say(f"  (processor {statistics.median(start.worked for start in starts):.2f} s)\n")
    for measure, words in (("a_second", "requests a second"), ("a_processor_second", "... of processor time")):
        pairs = [(getattr(mine, measure), getattr(its, measure)) for mine, its in turns]
        ours_median, its_median = (statistics.median(side) for side in zip(*pairs, strict=True))
        ratio = statistics.median(mine / its for mine, its in pairs)
        say(f"  {words:24}{ours_median:8.0f}   nginx {its_median:8.0f}   ratio {ratio:.2f}\n")
    say(f"  memory after the load   {kept}\n")


def load(server: Running) -> Turn:
    before = worked(server.pid)
    command = ["taskset", "-c", str(LOAD_CORE), "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s"]
    command += ["-H", "Accept-Encoding: gzip", f"http://localhost:{server.port}{PAGE}"]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        sys.exit(said)
    found = re.search(r"(\d+) requests in .*?Requests/sec: +([\d.]+)", said, re.DOTALL)
    assert found, said
    return Turn(float(found[2]), int(found[1]) / (worked(server.pid) - before))


@contextmanager
def nginx(folder: Path) -> Iterator[Running]:
    port = free_port()
    config = folder / "nginx.conf"
    config.write_text(NGINX.format(folder=folder, here=HERE, port=port), "utf-8")
    with running(["nginx", "-c", str(config)], port, os.environ) as server:
        yield server


@contextmanager
def running(command: list[str], port: int, env: Mapping[str, str]) -> Iterator[Running]:
    began = time.monotonic()
    process = subprocess.Popen(
        ["taskset", "-c", str(SERVER_CORE), *command], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        while not answers(port):
            if process.poll() is not None:
                sys.exit(f"{command[0]} did not start")
            time.sleep(0.005)
        yield Running(process.pid, port, time.monotonic() - began, worked(process.pid))
    finally:
        process.terminate()
        process.wait()


def answers(port: int) -> bool:
    connection = HTTPConnection(HERE, port)
    try:
        connection.request("GET", PAGE, headers={"Host": "localhost"})
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def worked(pid: int) -> float:
    """Seconds of processor time until now."""
    numbers = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(numbers[11]) + int(numbers[12])) / TICKS


def memory(pid: int) -> str:
    resident = megabytes(Path(f"/proc/{pid}/status").read_text("ascii"), "VmRSS")
    try:
        share = f"{megabytes(Path(f'/proc/{pid}/smaps_rollup').read_text('ascii'), 'Pss'):.0f} MB"
    except PermissionError:
        share = "only root may read it of a process that leaves no core dump"
    return f"{resident:8.0f} MB resident (its share of what processes have in common counted: {share})"


def megabytes(table: str, name: str) -> float:
    found = re.search(rf"^{name}:\s+(\d+) kB$", table, re.MULTILINE)
    assert found, table
    return int(found[1]) / 1024


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HERE, 0))
        return int(probe.getsockname()[1])


def serve_many(port: int) -> None:
    """`signaallijn serve`, with each municipality's page ten times."""
    prerender.every_page = many_pages  # type: ignore[attr-defined]  # the name under which it is used there
    serve(create_app(read_settings(os.environ)).app, listening(HERE, port))


def many_pages(material: Material, instant: datetime) -> Iterator[PublicPage]:
    for page in every_page(material, instant):
        yield page
        if page.template == MUNICIPALITY:
            yield from (replace(page, path=f"{page.path}-{number}") for number in range(1, MANY))


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        serve_many(int(sys.argv[2]))
    else:
        main()

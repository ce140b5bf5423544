"""Every link works, asked of real servers: a demonstration, one that serves for real, and one that shows what awaits
its review. What the snapshot does not hold is asked for too: forms, files, the way out."""

import re
from collections.abc import Iterator
from urllib.parse import urljoin

import pytest
from click.testing import CliRunner
from crawl import FORMS, crawl, ids, links, listed
from server import Answer, Server, free_port, running_command, running_demo
from states import settings

from campaign_site.cli import main
from tipline.languages import LANGUAGES
from tipline.tipster.addresses import LEAVE

WORKS = {200, 203}
LEADS_ON = {302, 303}
HOME = {"/", *(f"/{language}/" for language in LANGUAGES)}


@pytest.fixture(scope="module", params=["demo", "real", "unreviewed"])
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("crawl")
    if request.param == "demo":
        with running_demo(folder / "data") as site:
            yield site
        return
    port, data = free_port(), folder / "data"
    environment = {
        "SIGNAALLIJN_DATA": str(data),
        "SIGNAALLIJN_CONTENT": str(settings(request.param).content),
        "SIGNAALLIJN_BASE_URL": f"http://localhost:{port}",
        "SIGNAALLIJN_DESK_URL": f"http://desk.localhost:{port}",
    }
    assert CliRunner().invoke(main, ["init"], env=environment).exit_code == 0
    with running_command(["serve", "--port", str(port)], data, port, **environment) as site:
        yield site


@pytest.fixture(scope="module")
def found(running: Server) -> dict[str, Answer]:
    return crawl(running.public, *sorted(HOME), *listed(running.public), "/robots.txt", "/sitemap.xml")


def test_every_address_that_a_page_names_answers(found: dict[str, Answer]) -> None:
    assert {path: answer.status for path, answer in found.items() if answer.status not in WORKS | LEADS_ON} == {}
    assert {path for path, answer in found.items() if answer.status in LEADS_ON} == {"/", LEAVE}
    assert len(found) > 60


def test_every_link_to_a_place_in_a_page_finds_it(found: dict[str, Answer]) -> None:
    places = {path: set(ids(answer.text)) for path, answer in pages(found).items()}
    lost = []
    for path, answer in pages(found).items():
        for link in links(answer.text):
            there, _, anchor = urljoin(path, link).partition("#")
            if anchor and anchor not in places.get(there, set()):
                lost.append((path, link))
    assert lost == []


def test_every_form_posts_to_an_address_that_takes_it(running: Server, found: dict[str, Answer]) -> None:
    actions = {one for answer in pages(found).values() for one in FORMS.findall(answer.text)}
    assert actions
    statuses = {action: running.public.post(action, {"place": "5611"}).status for action in actions}
    assert {action: status for action, status in statuses.items() if status not in WORKS | LEADS_ON} == {}


def test_every_page_says_in_which_language_it_is(found: dict[str, Answer]) -> None:
    for path, answer in pages(found).items():
        assert f'<html lang="{path[1:3]}"' in answer.text, path


def test_every_page_of_the_site_is_in_the_sitemap_or_says_that_it_should_not_be(
    running: Server, found: dict[str, Answer]
) -> None:
    in_sitemap = set(listed(running.public))
    kept_out = re.findall(r"^Disallow: (.+)$", found["/robots.txt"].text, re.MULTILINE)
    for path, answer in pages(found).items():
        is_hidden = 'name="robots" content="noindex' in answer.text or "no-store" in answer.headers["cache-control"]
        assert (path in in_sitemap) != (is_hidden or path.startswith(tuple(kept_out))), path


def pages(found: dict[str, Answer]) -> dict[str, Answer]:
    return {
        path: answer
        for path, answer in found.items()
        if answer.status in WORKS and answer.headers["content-type"].startswith("text/html")
    }

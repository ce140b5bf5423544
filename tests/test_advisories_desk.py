"""What went wrong at comparable tip lines, for those who receive tips: docs/peers.md names a test for each; those that
have no better place stand here."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from pathlib import Path

import pytest
from desk_world import DeskWorld
from people import Ada, Coordinator
from playwright.sync_api import Route, expect
from server import Server
from test_desk import FORM, SAME_SITE
from test_isolation import FORMS, Attack, a_world, name_of, paths

from tipline.desk.access import Access
from tipline.desk.answering import HEADERS
from tipline.desk.routes import ROWS
from tipline.desk.second_way import CodeUsedError, Credentials, TooManyCodesError, unused_code

TESTS = Path(__file__).parent
PAGE = TESTS.parent / "docs" / "peers.md"


@pytest.fixture
def attack(tmp_path: Path) -> Iterator[Attack]:
    world, own, other = a_world(tmp_path)
    yield Attack(world, own, other)
    world.store.close()


def test_every_advisory_names_tests_that_exist() -> None:
    heading = "| what went wrong elsewhere |"
    lines = PAGE.read_text("utf-8").splitlines()
    rows = [line for line in lines if line.startswith("| ") and not line.startswith(heading)]
    assert len(rows) > 2 * sum(line.startswith(heading) for line in lines) == 4
    for row in rows:
        named = re.findall(r"`(\w+)\.(\w+)`", row)
        assert named, row
        for module, test in named:
            assert f"def {test}(" in (TESTS / f"{module}.py").read_text("utf-8"), f"{module}.{test}"


def test_every_field_of_every_form_may_be_missing_doubled_endless_or_garbled(attack: Attack) -> None:
    """A fault of ours would be raised here. What is refused is refused whole: no entry says that it was done."""
    values = ("", "x" * 100_000, "\x00", "é" * 500, "-1", "9" * 400, "{}", "[]", "../..", "' OR 1=1 --", "0" * 64)
    for row in ROWS:
        if row.method != "POST":
            continue
        own = attack.own_form(row)
        (path,) = paths(row, attack.tip)
        forms = [[(name, value) for name, value in own.items() if name != left_out] for left_out in own]
        forms += [[*own.items(), (doubled, "x")] for doubled in own]
        forms += [[*own.items(), (name, value)] for name in own for value in values]
        for form in forms:
            attack.comes_in()
            body = "&".join(f"{name}={_quoted(value)}" for name, value in form)
            answer = attack.browser.client.post(path, content=body, headers={"Content-Type": FORM, **SAME_SITE})
            assert answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR, f"{name_of(row)} {answer.status_code}"
    assert {name_of(row) for row in ROWS if row.method == "POST"} <= FORMS.keys()


def _quoted(value: str) -> str:
    return "".join(f"%{byte:02X}" for byte in value.encode()) if len(value) < 1000 else value


def test_one_code_in_eight_sign_ins_at_once_begins_one_session(desk: DeskWorld) -> None:
    access = Access(desk.world.settings, desk.store, desk.clock)
    code = unused_code(desk.people["noor"].totp_secret, 0, desk.clock())
    credentials = Credentials("noor", desk.half("noor"), code or "")

    def signs_in(_: int) -> bool:
        try:
            access.sign_in(credentials)
        except (CodeUsedError, TooManyCodesError):
            return False  # the second where more are tried at the same moment than may be wrong: the bound holds
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sorted(threads.map(signs_in, range(8))) == [False] * 7 + [True]
    assert desk.rows("SELECT count(*) FROM desk_sessions") == [(1,)]
    assert desk.rows("SELECT wrong_codes FROM coordinators WHERE login = 'noor'") == [(0,)], (
        "a right code counts as no wrong one"
    )


@pytest.mark.browser
def test_the_real_server_sends_every_header_of_the_desk(site: Server) -> None:
    for path in ("/login", "/tips", "/nergens"):
        headers = {name.lower(): value for name, value in site.desk.get(path).headers.items()}
        assert {name: headers.get(name.lower()) for name in HEADERS} == dict(HEADERS), path


@pytest.mark.browser
def test_when_sealing_breaks_nothing_is_sent(ada: Ada, noor: Coordinator, site: Server) -> None:
    ada.reports("5611", "Een verhaal dat niemand beantwoordt")

    def breaks(route: Route) -> None:
        script = (TESTS.parent / "static" / "js" / "formats" / "ages.js").read_text("utf-8")
        broken = script.replace(
            "export async function seal(", "export async function seal() { throw new Error(); }\nasync function other("
        )
        assert broken != script
        route.fulfill(body=broken, content_type="text/javascript")

    noor.page.context.route("**/formats/ages*.js", breaks)
    posted: list[str] = []
    noor.page.on("request", lambda request: posted.append(request.post_data or ""))
    noor.opens_the_desk()
    noor.reads("Een verhaal dat niemand")
    posted.clear()
    noor.page.locator("#answer").fill("kwartelwoorden")
    noor.page.locator('#view [data-slot="check"]').click()
    noor.page.locator('#view [data-slot="send"]').click()
    expect(noor.page.locator('#view [data-slot="wrong"]')).to_be_visible()
    assert not any(posted)
    assert "kwartelwoorden" not in site.database.read_bytes().decode("latin-1")

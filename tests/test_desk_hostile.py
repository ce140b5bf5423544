"""What tipsters write is hostile text: none of it runs, none of it becomes a link, none of it asks another host."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from desk_server import serving
from desk_world import DeskWorld, make_desk_world
from playwright.sync_api import Browser, expect
from test_desk_browser import Coordinator
from xss_vectors import VECTORS

from tipline.heads import Author, Head, Kind, write
from tipline.sealing import seal

pytestmark = pytest.mark.browser

LUMENS = "lumens-emp"
LISTENING = """
window.ran = []; window.violations = [];
for (const name of ["alert", "confirm", "prompt", "print"]) window[name] = () => window.ran.push(name);
document.addEventListener("securitypolicyviolation", (event) => window.violations.push(event.violatedDirective));
"""
MADE_OF_TEXT = (
    "script, img, svg:not(.mark, .left), iframe, object, embed, style, link, base, video, math, template, marquee"
)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[DeskWorld]:
    world = make_desk_world(tmp_path, lambda: datetime.now(UTC))
    yield world
    world.store.close()


def chunks() -> list[str]:
    """All vectors in as few texts as the format takes, each on a line of its own."""
    texts = [""]
    for vector in VECTORS:
        if len(texts[-1]) + len(vector) > 3990:
            texts.append("")
        texts[-1] += f"{vector}\n"
    return [text.strip() for text in texts]


def test_a_hundred_vectors_in_every_field_run_nothing_and_ask_nobody(desk: DeskWorld, browser: Browser) -> None:
    assert len(set(VECTORS)) > 100
    whole = [
        desk.tip(
            LUMENS,
            text,
            place={"name": text[:200], "text": text[-200:]},
            **dict.fromkeys(("others", "age", "danger", "still_going_on", "lives_elsewhere", "unheard-of"), text),
        )
        for text in chunks()
    ]
    for tip_id, text in zip(whole, chunks(), strict=True):
        desk.addition(tip_id, LUMENS, text)
        head = Head(Kind.NOTE, tip_id, (LUMENS,), 1, Author.COORDINATOR, "nl")
        desk.note(tip_id, LUMENS, seal(write(head, {"text": text}), [desk.keys[LUMENS].recipient]))
    for vector in VECTORS:
        desk.tip(LUMENS, vector, place={"name": vector[:200], "text": vector[:200]})

    with serving(desk.app()) as address, browser.new_context(locale="nl-NL") as context:
        context.add_init_script(LISTENING)
        noor = Coordinator(context.new_page(), address)
        noor.watches()
        page, dialogs = noor.page, []
        page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))

        def looks_harmless() -> None:
            assert page.locator("#view").locator(MADE_OF_TEXT).count() == 0
            assert page.evaluate("[window.ran, window.violations]") == [[], []]
            written = page.locator("#view .thread a, #view .written a, #view td:not([data-slot=first]) a")
            assert written.count() == 0
            attributes = "[...document.querySelectorAll('#view *')].flatMap((one) => one.getAttributeNames())"
            assert not [name for name in page.evaluate(attributes) if name.startswith("on") or name == "style"]

        noor.signs_in_as("Noor")
        noor.sees_the_inbox()
        rows = page.locator('#view [data-slot="rows"] tr')
        expect(rows).to_have_count(len(whole) + len(VECTORS), timeout=60_000)
        looks_harmless()
        shown = page.locator('#view [data-slot="rows"] a').all_text_contents()
        assert "<script>alert(1)</script>" in shown
        assert page.locator('#view [data-slot="link"]').first.evaluate(
            "(one) => getComputedStyle(one).unicodeBidi"
        ) == ("isolate")
        for vector in VECTORS[:4]:
            page.get_by_label("Zoek in wat hier open is").fill(vector)
            expect(rows.first).to_be_visible()
            looks_harmless()
        page.get_by_label("Zoek in wat hier open is").fill("")

        for tip_id, text in zip(whole, chunks(), strict=True):
            page.evaluate("(id) => { location.hash = `#tip-${id}` }", tip_id)
            thread = page.locator("#view .thread")
            expect(thread.locator("li")).to_have_count(3)
            expect(page.locator("#view h1")).to_contain_text(text[:20])
            assert thread.locator("dd.written").nth(1).text_content() == text
            assert thread.locator('[data-slot="text"]').all_text_contents() == [text, text]
            looks_harmless()

        noor.checks(chunks()[0])
        expect(page.locator('#view [data-slot="preview"]')).to_have_text(chunks()[0])
        looks_harmless()
        page.locator('#view [data-slot="send"]').click()
        noor.hears("Uw antwoord is verzegeld en verstuurd.")
        looks_harmless()
        page.keyboard.press("?")
        expect(page.get_by_role("dialog")).to_be_visible()

        assert page.title().endswith(" – Signaallijn")
        assert "script" not in page.title()
        assert dialogs == []
        assert noor.complaints == []
        assert {request.url.split("/")[2] for request in noor.requests} == {address.split("/")[2]}
        assert page.locator("html").get_attribute("translate") == "no"

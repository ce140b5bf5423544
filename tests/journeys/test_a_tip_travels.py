"""The whole path: told on a region's page, read and answered by the right coordinator, read with the code."""

from collections.abc import Callable

import pytest
from people import Ada, Coordinator

pytestmark = pytest.mark.browser

STORY = (
    ": \"ze halen me op\" en 'morgen weer'.\n\n"
    "  <b>Elke</b> week; soms &amp; vaak. €20 per keer…\n"
    "\tEmoji: 👩🏽‍🚒🫥, accenten: ë ñ ž, Arabisch: مرحبا, {{ story }} %s \\n"
)
ANSWER = 'Dank u. Is er een <plek> waar "hij" veilig is?\nWij lezen elke werkdag. 🙂'
ADDITION = "Ja: bij zijn tante.\n<script>alert('x')</script> & 'meer' 🫶"


@pytest.mark.parametrize("script", [False, True], ids=["sealed on the server", "sealed on her own device"])
def test_a_tip_from_the_region_page_is_read_and_answered_by_the_right_coordinator(
    tipster: Callable[..., Ada], noor: Coordinator, sam: Coordinator, script: bool
) -> None:
    ada, begins = tipster(script=script), "Een jongen met script zegt" if script else "Een jongen van 15 zegt"
    ada.opens_region_page("eindhoven")
    ada.goes_to_the_form()
    ada.gives_place("5611")
    assert "Lumens" in ada.is_told_the_care_point()
    ada.goes_on()
    ada.tells(begins + STORY, danger="now", age="12-15", source=["seen", "online"], others="Een man in een witte bus")
    ada.sends()
    assert ada.was_sealed_on_her_device() is script
    code = ada.gets_a_code()
    ada.has_the_code()

    noor.opens_the_desk()
    case = noor.reads(begins)
    assert case.answers["Wat ziet of hoort u?"] == begins + STORY.rstrip()
    assert case.answers["Weet u iets over wie dit doet?"] == "Een man in een witte bus"
    assert case.answers["Hoe oud is hij ongeveer?"] == "12 tot en met 15"
    assert case.answers["Hoe weet u dit?"] == "Zelf gezien, Online gezien"
    assert case.answers["Plaats"] == "Eindhoven (getypt: 5611)"
    assert not case.messages
    noor.answers(ANSWER)

    ada.comes_back_with(code)
    assert ada.reads_answers() == [ANSWER]
    ada.adds(ADDITION)
    ada.deletes_answer()
    ada.sees_that_there_is_no_answer()
    ada.is_done()
    ada.comes_back_with(code)
    ada.sees_that_there_is_no_answer()

    noor.looks_for_new_tips()
    written = [text for _, text in noor.reads(begins).messages]
    assert written == [ANSWER, ADDITION]

    sam.opens_the_desk()
    sam.sees_nothing()
    assert noor.was_told_by_mail()
    assert not sam.was_told_by_mail()


def test_what_noor_can_open_sam_is_not_given(ada: Ada, noor: Coordinator, sam: Coordinator) -> None:
    ada.reports("Veldhoven", "Alleen voor Noor bestemd")
    noor.opens_the_desk()
    noor.reads("Alleen voor Noor bestemd")
    tip = noor.page.url.partition("#tip-")[2]
    assert tip
    sam.opens_the_desk()
    asked = sam.page.evaluate("async (path) => (await fetch(path)).status", f"/tips/{tip}")
    assert asked == 404
    assert noor.page.evaluate("async (path) => (await fetch(path)).status", f"/tips/{tip}") == 200


def test_a_colleague_reads_the_same(ada: Ada, noor: Coordinator, bilal: Coordinator) -> None:
    code = ada.reports("Eindhoven", "Voor twee collega's", danger="no")
    bilal.opens_the_desk()
    bilal.reads("Voor twee collega's")
    bilal.answers("Van Bilal")
    bilal.sets_status("in_progress")
    noor.opens_the_desk()
    case = noor.reads("Voor twee collega's")
    assert [text for _, text in case.messages] == ["Van Bilal"]
    ada.comes_back_with(code)
    assert ada.reads_answers() == ["Van Bilal"]


def test_a_tip_for_a_point_that_is_not_open_ends_at_the_national_desk_marked(
    ada: Ada, mira: Coordinator, noor: Coordinator
) -> None:
    ada.opens("tip_start")
    ada.gives_place("Leeuwarden")
    told = ada.is_told_the_care_point()
    assert "CoMensha" in told
    assert "Fier" in told
    ada.goes_on()
    ada.tells("Gezien op het plein in Leeuwarden")
    ada.sends()
    code = ada.gets_a_code()
    mira.opens_the_desk()
    case = mira.reads("Gezien op het plein in Leeuwarden")
    assert any("Fier" in tag for tag in case.tags)
    mira.answers("Het landelijke punt leest mee.")
    ada.comes_back_with(code)
    assert ada.reads_answers() == ["Het landelijke punt leest mee."]
    noor.opens_the_desk()
    assert noor.page.locator("tr", has_text="Leeuwarden").count() == 0


def test_a_place_that_two_towns_share_is_asked(ada: Ada, mira: Coordinator) -> None:
    ada.opens("tip_start")
    ada.gives_place("Elst")
    assert ada.page.locator("#care-point").count() == 0
    ada.chooses("unknown")
    assert "CoMensha" in ada.is_told_the_care_point()
    ada.goes_on()
    ada.tells("Ergens in Elst, maar welk Elst")
    ada.sends()
    ada.gets_a_code()
    mira.opens_the_desk()
    case = mira.reads("Ergens in Elst, maar welk Elst")
    assert "Elst" in case.answers["Plaats"]
    assert case.tags == ("niet op programma’s gecontroleerd",)  # no script did a sum, and Ada did not wait a minute


def test_the_english_form_leads_to_the_same_desk(tipster: Callable[..., Ada], noor: Coordinator) -> None:
    ada = tipster("en")
    ada.opens_region_page("eindhoven")
    ada.goes_to_the_form()
    code = ada.reports("5611 AZ", "He said “don’t tell”.\nEvery <i>Friday</i>", still_going_on="yes")
    noor.opens_the_desk()
    case = noor.reads("He said “don’t tell”.")
    assert case.answers["Wat ziet of hoort u?"] == "He said “don’t tell”.\nEvery <i>Friday</i>"
    assert "Engelse" in noor.page.locator('#view [data-slot="language"]').inner_text()
    noor.answers("Thank you.")
    ada.comes_back_with(code)
    assert ada.reads_answers() == ["Thank you."]


def test_what_is_missing_is_said_and_nothing_typed_is_lost(ada: Ada) -> None:
    ada.opens("tip_start")
    ada.gives_place("Qwzx")
    assert ada.page.title().startswith("Fout:")
    assert ada.page.locator("#place").input_value() == "Qwzx"
    ada.gives_place("Eindhoven")
    ada.goes_on()
    ada.tells("", others="Een man")
    assert ada.is_at("tip_story")
    assert ada.page.title().startswith("Fout:")
    assert ada.page.locator("#others").input_value() == "Een man"

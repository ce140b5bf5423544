"""A case goes to another care point, is refused, goes again, is taken, and comes back; and one is shared. Ada, who
told, reads and adds all the while."""

from collections.abc import Callable

import pytest
from looking import faults, misfits
from people import Ada, Coordinator
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

ZVH, LUMENS = "zvh-groningen", "lumens-emp"


def texts(coordinator: Coordinator) -> list[str]:
    return [text for _, text in coordinator.sees_the_case().messages]


def looks_well(person: Coordinator) -> None:
    """axe finds nothing, and nothing is wider than a narrow window."""
    page = person.page
    assert faults(page) == []
    page.set_viewport_size({"width": 320, "height": 640})
    assert misfits(page) == []
    page.set_viewport_size({"width": 1280, "height": 900})


def sees_who_else_reads_before_it_is_sent(tipster: Ada, care_point: str, text: str) -> None:
    """What was begun before others were given the case goes to nobody until she has seen who they are."""
    assert care_point not in tipster.page.locator("main").inner_text()
    tipster.adds(text)
    expect(tipster.page.locator("#errors")).to_contain_text("Kijk op deze pagina wie uw melding nu leest.")
    expect(tipster.page.locator("#addition")).to_have_value(text)
    expect(tipster.page.locator("main")).to_contain_text(care_point)
    tipster.adds(text)
    expect(tipster.page.locator("#said")).to_be_visible()


def test_a_case_is_refused_then_taken_answered_and_given_back(
    ada: Ada, noor: Coordinator, sam: Coordinator, tipster: Callable[..., Ada]
) -> None:
    with_script = tipster("nl", script=True)
    code = ada.reports("5611", "Hij reist elke week naar Groningen", danger="soon")
    noor.opens_the_desk()
    noor.reads("Hij reist elke week")
    noor.answers("Weet u waar hij dan slaapt?")
    ada.comes_back_with(code)
    ada.adds("In een flat bij het station")
    ada.is_done()

    noor.reads("Hij reist elke week")
    looks_well(noor)
    noor.offers(ZVH, "Alles gebeurt bij u.")
    looks_well(noor)
    sam.opens_the_desk()
    sam.reads("Hij reist elke week")
    looks_well(sam)
    seen = texts(sam)
    assert seen[:2] == ["Weet u waar hij dan slaapt?", "In een flat bij het station"]
    assert seen[2].endswith("Noor van Lumens: Alles gebeurt bij u.")
    sam.refuses_the_case("Hij woont toch bij u?")
    sam.finds_no_case("Hij reist elke week")

    noor.looks_for_new_tips()
    noor.reads("Hij reist elke week")
    assert any(text.endswith("Hij woont toch bij u?") for text in texts(noor))
    for each in (ada, with_script):
        each.comes_back_with(code)
    noor.offers(ZVH, "Hij is verhuisd.")
    sees_who_else_reads_before_it_is_sent(with_script, "Groningen", "Ik sla mijn woorden op slot op")
    sees_who_else_reads_before_it_is_sent(ada, "Groningen", "Nu is hij er de hele week")
    expect(ada.page.locator("main")).to_contain_text("Lumens")
    ada.is_done()

    sam.looks_for_new_tips()
    sam.reads("Hij reist elke week")
    sam.takes_the_case()
    assert texts(sam)[2:4] == ["Ik sla mijn woorden op slot op", "Nu is hij er de hele week"]
    sam.answers("Wij gaan erheen.")
    noor.finds_no_case("Hij reist elke week")
    ada.comes_back_with(code)
    assert sorted(ada.reads_answers()) == ["Weet u waar hij dan slaapt?", "Wij gaan erheen."]
    ada.adds("Dank u")
    ada.is_done()

    sam.looks_for_new_tips()
    sam.reads("Hij reist elke week")
    assert "Dank u" in texts(sam)
    sam.offers(LUMENS, "Hij is weer bij u.")
    noor.looks_for_new_tips()
    noor.reads("Hij reist elke week")
    noor.takes_the_case()
    assert {"Wij gaan erheen.", "Weet u waar hij dan slaapt?", "Dank u"} <= set(texts(noor))
    sam.finds_no_case("Hij reist elke week")


def test_a_case_is_shared_and_both_answer(ada: Ada, noor: Coordinator, sam: Coordinator) -> None:
    code = ada.reports("Veldhoven", "Twee steden, een jongen")
    noor.opens_the_desk()
    noor.reads("Twee steden")
    noor.offers(ZVH, "Hij is in beide steden.", shared=True)
    noor.withdraws_the_offer()
    sam.opens_the_desk()
    sam.finds_no_case("Twee steden")
    noor.reads("Twee steden")
    noor.offers(ZVH, "Hij is in beide steden.", shared=True)
    sam.looks_for_new_tips()
    sam.reads("Twee steden")
    sam.takes_the_case()
    sam.answers("Van Groningen")
    noor.reads("Twee steden")
    noor.answers("Van Eindhoven")
    ada.comes_back_with(code)
    assert ada.reads_answers() == ["Van Groningen", "Van Eindhoven"]
    sam.reads("Twee steden")
    assert texts(sam)[:2] == ["Van Groningen", "Van Eindhoven"]

"""A case goes to another care point, is refused, goes again, is taken, and comes back; and one is shared. Ada, who
told, reads and adds all the while."""

import pytest
from looking import faults, misfits
from people import Ada, Coordinator

pytestmark = pytest.mark.browser

ZVH, LUMENS = "zvh-groningen", "lumens-emp"


def texts(coordinator: Coordinator) -> list[str]:
    return [text for _, text in coordinator.sees_the_case().messages]


def looks_well(coordinator: Coordinator) -> None:
    """axe finds nothing, and nothing is wider than a narrow window."""
    page = coordinator.page
    assert faults(page) == []
    page.set_viewport_size({"width": 320, "height": 640})
    assert misfits(page) == []
    page.set_viewport_size({"width": 1280, "height": 900})


def test_a_case_is_refused_then_taken_answered_and_given_back(ada: Ada, noor: Coordinator, sam: Coordinator) -> None:
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
    noor.offers(ZVH, "Hij is verhuisd.")
    ada.comes_back_with(code)
    for name in ("Lumens", "Groningen"):
        assert name in ada.page.locator("main").inner_text()
    ada.adds("Nu is hij er de hele week")
    ada.is_done()

    sam.looks_for_new_tips()
    sam.reads("Hij reist elke week")
    sam.takes_the_case()
    assert "Nu is hij er de hele week" in texts(sam)
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

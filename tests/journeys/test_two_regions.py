"""It happens in one region and he lives in another: both care points read, answer and are answered. And one that the
tipster leaves out reads nothing."""

import pytest
from looking import faults
from people import Ada, Coordinator
from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

STORY = "Elke vrijdag wordt hij in Eindhoven afgezet"


@pytest.fixture(scope="module")
def browser(whole_browser: Browser) -> Browser:
    return whole_browser


def texts(coordinator: Coordinator) -> list[str]:
    return sorted(text for _, text in coordinator.sees_the_case().messages)


def test_a_joint_tip_is_read_answered_and_added_to_at_both_points(
    ada: Ada, noor: Coordinator, sam: Coordinator
) -> None:
    ada.opens("tip_start")
    ada.gives_place("5611", lives="9711")
    told = ada.is_told_the_care_point()
    assert "Lumens" in told
    assert "Groningen" in told
    ada.goes_on()
    ada.tells(STORY)
    ada.sends()
    code = ada.gets_a_code()
    thanks = ada.page.locator("main").inner_text()
    assert "Lumens" in thanks
    assert "Groningen" in thanks

    noor.opens_the_desk()
    assert "gezamenlijk, leidt" in noor.sees_in_the_inbox(STORY).inner_text()
    case = noor.reads(STORY)
    assert "gezamenlijk, leidt" in case.tags
    assert case.answers["Woont ergens anders"] == "Groningen (getypt: 9711)"
    sam.opens_the_desk()
    assert "gezamenlijk, Lumens leidt" in sam.sees_in_the_inbox(STORY).inner_text()
    assert "gezamenlijk, Lumens leidt" in sam.reads(STORY).tags
    assert "Lumens" in sam.page.locator('[data-slot="others-now"]').inner_text()
    assert faults(sam.page) == []
    sam.notes("Alleen voor Groningen")

    noor.answers("Weet u waar hij dan slaapt?")
    assert "Weet u waar hij dan slaapt?" in texts(noor)
    sam.reads(STORY)
    assert texts(sam) == ["Alleen voor Groningen", "Weet u waar hij dan slaapt?"]

    ada.comes_back_with(code)
    assert ada.reads_answers() == ["Weet u waar hij dan slaapt?"]
    ada.adds("In een flat bij het station")
    ada.is_done()
    for coordinator in (noor, sam):
        coordinator.looks_for_new_tips()
        coordinator.reads(STORY)
        assert "In een flat bij het station" in texts(coordinator)
    assert "Alleen voor Groningen" not in texts(noor)


def test_a_point_that_is_left_out_reads_nothing_and_is_warned_of_at_the_national_desk(
    ada: Ada, noor: Coordinator, mira: Coordinator
) -> None:
    ada.opens("tip_start")
    ada.gives_place("5611")
    ada.leaves_out("lumens-emp")
    assert "CoMensha" in ada.is_told_the_care_point()
    ada.takes_back_in("lumens-emp")
    assert "CoMensha" not in ada.is_told_the_care_point()
    ada.goes_on()
    ada.tells("Mijn buurvrouw werkt daar")
    ada.leaves_out("lumens-emp")
    assert "CoMensha" in ada.is_told_the_care_point()
    ada.sends()
    ada.gets_a_code()

    mira.opens_the_desk()
    case = mira.reads("Mijn buurvrouw werkt daar")
    assert "niet voor Lumens" in case.tags
    mira.page.locator('#view [data-slot="handover"]').click()
    warning = mira.page.locator('#view [data-slot="left-out"]')
    for point, warns in (("zvh-groningen", False), ("lumens-emp", True)):
        mira.page.locator("#handover-point").select_option(point)
        assert warning.is_visible() == warns
    noor.opens_the_desk()
    noor.finds_no_case("Mijn buurvrouw werkt daar")

"""The addresses of the tipster's side, by name and language. `routes` turns them into rows, templates into links.

They are stable: people print and share them. A receipt never stands in one."""

from collections.abc import Mapping

ADDRESSES: Mapping[str, Mapping[str, str]] = {
    "tip_start": {"nl": "/nl/melden", "en": "/en/report"},
    "follow_up": {"nl": "/nl/melden/vervolg", "en": "/en/report/follow-up"},
    "open_sealed": {"nl": "/nl/melden/vervolg/open", "en": "/en/report/follow-up/open"},
    "add_sealed": {"nl": "/nl/melden/vervolg/voeg-toe", "en": "/en/report/follow-up/add"},
    "see_sealed": {"nl": "/nl/melden/vervolg/gezien", "en": "/en/report/follow-up/seen"},
    "delete_sealed": {"nl": "/nl/melden/vervolg/wis", "en": "/en/report/follow-up/delete"},
    "conversation": {"nl": "/nl/melden/vervolg/{draft}", "en": "/en/report/follow-up/{draft}"},
    "delete_answer": {"nl": "/nl/melden/vervolg/{draft}/wis", "en": "/en/report/follow-up/{draft}/delete"},
    "close_conversation": {"nl": "/nl/melden/vervolg/{draft}/klaar", "en": "/en/report/follow-up/{draft}/done"},
    "tip_puzzle": {"nl": "/nl/melden/toets", "en": "/en/report/check"},
    "tip_waiting": {"nl": "/nl/melden/wachten/{draft}", "en": "/en/report/wait/{draft}"},
    "tip_carry": {"nl": "/nl/melden/meenemen", "en": "/en/report/take-along"},
    "tip_first": {"nl": "/nl/melden/{draft}/begin", "en": "/en/report/{draft}/start"},
    "tip_place": {"nl": "/nl/melden/{draft}/plaats", "en": "/en/report/{draft}/place"},
    "tip_receivers": {"nl": "/nl/melden/{draft}/ontvanger", "en": "/en/report/{draft}/receiver"},
    "tip_story": {"nl": "/nl/melden/{draft}/verhaal", "en": "/en/report/{draft}/story"},
    "tip_sealed": {"nl": "/nl/melden/{draft}/verzegeld", "en": "/en/report/{draft}/sealed"},
    "tip_brought": {"nl": "/nl/melden/{draft}/bewijs", "en": "/en/report/{draft}/proof"},
    "tip_check": {"nl": "/nl/melden/{draft}/controle", "en": "/en/report/{draft}/check"},
    "tip_code": {"nl": "/nl/melden/{draft}/code", "en": "/en/report/{draft}/code"},
}
LEAVE = "/weg"


def address(name: str, language: str, draft: str = "") -> str:
    return ADDRESSES[name][language].format(draft=draft)

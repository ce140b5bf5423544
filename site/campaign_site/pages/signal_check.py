"""The signal check: where someone knows a boy from, what he noticed, and what is advised.

The first page is the same for everyone. The other two depend on what was chosen; they are made on request, from a
`Noticed` that travels in a token and is kept nowhere.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from campaign_site.library.entries import Guide, Reader, Signal
from campaign_site.library.signal_check import ASKED, advice_for
from campaign_site.pages.material import Material, PublicPage


class Step(StrEnum):
    """What of the check is on the screen; `parts/check_<step>.html` draws it."""

    SETTING = "setting"
    CHOOSE = "choose"
    ANSWER = "answer"


@dataclass(frozen=True)
class Noticed:
    """What a visitor told the check. `setting` is the name of a guide, `signals` are names in it, in its order."""

    setting: str
    step: Step
    signals: tuple[str, ...] = ()
    in_danger: bool = False


def has_check(material: Material) -> bool:
    """Whether there is a check: while it may ask about no guide, no page has it and no link leads to it."""
    return bool(_asked(material))


def check_pages(material: Material, language: str) -> Iterator[PublicPage]:
    """Where the check begins; nothing while there is none."""
    if has_check(material):
        asked = [(name, texts[language]) for name, texts in _asked(material).items()]
        settings = [(name, guide) for reader in ASKED for name, guide in asked if guide.reader is reader]
        yield material.page(
            "check", language, {**_common(material, language, Step.SETTING, Reader.ADULT), "settings": settings}
        )


def noticed(material: Material, setting: str, step: Step, names: Sequence[str], *, in_danger: bool) -> Noticed | None:
    """What was told, without what its guide does not have; None when the check does not know the setting."""
    texts = _asked(material).get(setting)
    if texts is None:
        return None
    [guide, *_] = texts.values()
    known = tuple(signal.name for signal in guide.signals if signal.name in set(names))
    return Noticed(setting, step, known, in_danger)


def told(material: Material, what: Noticed, language: str) -> Mapping[str, object]:
    """The values of the page that follows on what was told."""
    guide = _asked(material)[what.setting][language]
    check = material.library.checks[guide.reader][language]
    signals = [signal for signal in guide.signals if signal.name in what.signals]
    advice = advice_for(guide, what.signals, in_danger=what.in_danger)
    return {
        **_common(material, language, what.step, guide.reader),
        "guide": guide,
        "noticed": what,
        "signals": signals,
        "outcomes": [(each, check.outcomes[each]) for each in advice],
        "story": _story(check.story, signals),
    }


def _story(above: str, signals: Sequence[Signal]) -> str:
    # Not where he is known from: that would point to who writes it.
    return "\n".join([above, *(f"- {signal.change}" for signal in signals)]) if signals else ""


def _asked(material: Material) -> Mapping[str, Mapping[str, Guide]]:
    return material.library.asked_guides(is_demo=material.is_demo)


def _common(material: Material, language: str, step: Step, reader: Reader) -> Mapping[str, object]:
    check = material.library.checks[reader][language]
    return {"section": "guides", "is_section_page": False, "check": check, "step": step}

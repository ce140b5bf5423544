"""The languages that everything for the public exists in, one to one, and which of them a visitor gets."""

LANGUAGES = ("nl", "en")
"""The first one is spoken where nothing else was asked for."""


def other(language: str) -> str:
    """The language to change to."""
    return next(each for each in LANGUAGES if each != language)


def of_path(path: str) -> str:
    """The language that an address begins with."""
    first = path.removeprefix("/").partition("/")[0]
    return first if first in LANGUAGES else LANGUAGES[0]


def best_of(accept_language: str) -> str:
    """The language that an Accept-Language header wants most; of equals the one it names first."""
    wishes = [_wish(part) for part in accept_language.split(",")]
    known = [(weight, name) for name, weight in wishes if name in LANGUAGES and weight > 0]
    return max(known, key=lambda wish: wish[0], default=(1.0, LANGUAGES[0]))[1]


def _wish(part: str) -> tuple[str, float]:
    """The language of `en-GB;q=0.8` and how much it is wanted; not at all where that can't be read."""
    tag, _, weight = part.partition(";")
    name = tag.strip().lower().partition("-")[0]
    try:
        return name, float(weight.replace(" ", "").removeprefix("q=")) if weight else 1.0
    except ValueError:
        return name, 0.0

"""What the tip line's pages are given to work with: one value, built by the composition root, another one in a test."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from tipline.care_points import CarePoints
from tipline.geography import Geography
from tipline.settings import TiplineSettings
from tipline.storage import Store


class Rendering(Protocol):
    """Turns a template into a page in one language."""

    def page(self, template: str, language: str, **context: object) -> str: ...


@dataclass(frozen=True)
class DemoPerson:
    """A coordinator of a demonstration: its secrets are meant to be shown."""

    name: str
    login: str
    organisation: str
    passphrase: str
    totp_secret: str


@dataclass(frozen=True)
class World:
    settings: TiplineSettings
    store: Store
    geography: Geography
    care_points: Callable[[], CarePoints]
    """The content as it is now: key files are read again when they change."""
    rendering: Rendering
    clock: Callable[[], datetime]
    """The time now, in UTC."""
    demo_people: Sequence[DemoPerson] = ()

"""What the environment says, and how what is wrong with it is told.

`NAME_FILE` gives the file that holds the value of `NAME`. What is missing or wrong is said in one sentence."""

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path

LOOPBACK = ("localhost", "127.0.0.1", "::1")


class SettingsFaultError(Exception):
    """The settings can't be used; each sentence says what is wrong and how to mend it."""

    def __init__(self, *sentences: str) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = sentences


class Faults:
    """Collects what is wrong, so that all of it is told at once."""

    def __init__(self) -> None:
        self._sentences: list[str] = []

    @contextlib.contextmanager
    def kept(self) -> Iterator[None]:
        """What is wrong in here is kept, to be told later."""
        try:
            yield
        except SettingsFaultError as fault:
            self._sentences += fault.sentences

    def tell(self) -> None:
        """Raises `SettingsFaultError` when there is anything to tell."""
        if self._sentences:
            raise SettingsFaultError(*self._sentences)


def value(environment: Mapping[str, str], name: str, default: str) -> str:
    """The value of this name, or the default where there is none. Raises `SettingsFaultError`."""
    file = environment.get(f"{name}_FILE")
    if file:
        try:
            return Path(file).read_text("utf-8").strip()
        except (OSError, UnicodeError) as reason:
            raise SettingsFaultError(f"{name}_FILE: {file} can't be read ({type(reason).__name__})") from reason
    return environment.get(name) or default

"""Asks hCaptcha whether its puzzle was passed. Only loaded where the operator switched it on: the package `hcaptcha`,
and the web client below it, weigh more than all else here.

The package's own answer is a dictionary, true whatever it says; it would wait five minutes, send the visitor's address
along if it were given one, and write the secret to a logger. So it gets neither address nor logger, a short time, and
only `success is True` counts. Whatever goes wrong means "not passed", and that refuses nobody."""

import asyncio
import logging

from hcaptcha.hcaptcha import HCaptchaVerifier  # type: ignore[import-untyped]  # the package has no types

from tipline.settings import Abuse

SECONDS = 5.0
"""How long a visitor waits for somebody else's answer."""
AT_ONCE = 20
"""Questions under way at a time; in a flood of made-up answers the others count as not passed."""
LONGEST = 10_000
"""Characters; hCaptcha's have some thousand."""

log = logging.getLogger("signaallijn")


class HCaptcha:
    def __init__(self, abuse: Abuse, seconds: float = SECONDS) -> None:
        self._verifier = HCaptchaVerifier(abuse.hcaptcha_secret)
        self._verifier.verification_url = abuse.hcaptcha_verify_url
        self._seconds = seconds
        self._under_way = 0
        self._is_down = False

    async def is_passed(self, solved: str) -> bool:
        """Whether hCaptcha says so. Never raises."""
        if not solved or len(solved) > LONGEST or self._under_way >= AT_ONCE:
            return False
        self._under_way += 1
        try:
            async with asyncio.timeout(self._seconds):
                told = await self._verifier.verify(solved)
            self._is_down = False
            return isinstance(told, dict) and told.get("success") is True
        except Exception as error:  # the package passes on whatever its client, JSON or a missing key raise
            self._say_once(error)
            return False
        finally:
            self._under_way -= 1

    def _say_once(self, error: Exception) -> None:
        # Its kind only: the words quote the address, and the package's own the answer.
        if not self._is_down:
            log.warning(
                "hCaptcha gave no answer that counts (%s); until it does, puzzles count for nothing", _kind(error)
            )
        self._is_down = True


def _kind(error: Exception) -> str:
    return type(error).__name__

"""Security headers for every answer, from the application itself, so that no proxy has to be set up right.

A response that sets one of them itself keeps it: tip and desk pages set stricter ones. What says nothing about
caching is not cached: only the public pages and static files say otherwise.
"""

from collections.abc import Awaitable, Sequence
from functools import lru_cache

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from campaign_site.served import Header

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "browsing-topics",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "payment",
        "usb",
    )
)
TWO_YEARS = 63072000
HIDDEN = frozenset({b"server", b"x-powered-by"})
"""What would tell an attacker which program to look up. The server program names itself where nothing stands, so every
answer has an empty `server`."""
KINDS_KEPT = 128
"""Kinds of answers, by the names of their headers, of which is kept what they lack. All names are our own: no visitor
can add one."""


def default_headers(*, is_https: bool) -> tuple[Header, ...]:
    """The headers of a response that sets none itself."""
    headers = {
        "content-security-policy": CONTENT_SECURITY_POLICY,
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "permissions-policy": PERMISSIONS_POLICY,
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "cache-control": "no-store",
        "server": "",
    }
    if is_https:
        headers["strict-transport-security"] = f"max-age={TWO_YEARS}; includeSubDomains"
    return tuple((name.encode(), value.encode()) for name, value in headers.items())


class SecurityHeaders:
    """The outermost layer: adds what a response did not set itself."""

    def __init__(self, app: ASGIApp, *, is_https: bool) -> None:
        self._app = app
        self._defaults = default_headers(is_https=is_https)
        self._lacking = lru_cache(KINDS_KEPT)(self._find_lacking)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        # Not a coroutine of its own: every message of every answer passes through here.
        def send_with_headers(message: Message) -> Awaitable[None]:
            if message["type"] == "http.response.start":
                message = {**message, "headers": self._completed(message.get("headers", ()))}
            return send(message)

        await self._app(scope, receive, send_with_headers)

    def _completed(self, headers: Sequence[Header]) -> list[Header]:
        lacking = self._lacking(tuple([name for name, _ in headers]))
        own = [header for header in headers if header[0] not in HIDDEN]
        return own + lacking

    def _find_lacking(self, names: tuple[bytes, ...]) -> list[Header]:
        """The headers that an answer with these does not have."""
        return [header for header in self._defaults if header[0] in HIDDEN or header[0] not in names]

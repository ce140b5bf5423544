"""What the environment says of the tip line: the mail server, what stands against a flood, and the slots."""

from collections.abc import Mapping
from importlib.util import find_spec
from urllib.parse import unquote, urlsplit

from campaign_site.environment import LOOPBACK, SettingsFaultError, value
from tipline.settings import HCAPTCHA_VERIFY_URL, SMTP_PORTS, Abuse, AbuseMode, MailServer, Security

SLOT_MINUTES = (0, 60)
"""When tips become visible, where nothing is set: in a demonstration at once, else on the hour."""
MINUTES_A_DAY = 24 * 60


def slot_minutes(environment: Mapping[str, str], *, is_demo: bool) -> int:
    """How long a slot is, in minutes; 0 when tips become visible at once. Raises `SettingsFaultError`."""
    text = value(environment, "SIGNAALLIJN_SLOT_MINUTES", str(SLOT_MINUTES[not is_demo]))
    minutes = int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(MINUTES_A_DAY)) else -1
    # A divisor of the day, so that slots are the same every day and on every node.
    if minutes < 0 or (minutes and MINUTES_A_DAY % minutes):
        raise SettingsFaultError(
            "SIGNAALLIJN_SLOT_MINUTES must be a number of minutes that divides a day, such as 15 or 60; 0 is at once"
        )
    return minutes


def mail_server(environment: Mapping[str, str]) -> MailServer | None:
    """Where notices are handed over, if anywhere. Raises `SettingsFaultError`."""
    text = value(environment, "SIGNAALLIJN_SMTP_URL", "")
    if not text:
        return None
    try:
        url = urlsplit(text)
        known = Security(url.scheme)
        if not url.hostname or url.path.strip("/") or url.query or url.fragment or (url.username and not url.password):
            raise ValueError
        port = url.port or SMTP_PORTS[known]
    except ValueError:
        # Raised again without the cause: it quotes the value, and a password stands in it.
        raise SettingsFaultError(
            "SIGNAALLIJN_SMTP_URL must be like smtp+starttls://user:password@host:587 or smtps://user:password@host"
        ) from None
    if known is Security.NONE and url.hostname not in LOOPBACK:
        raise SettingsFaultError(
            "SIGNAALLIJN_SMTP_URL must begin with smtps:// or smtp+starttls:// outside this machine"
        )
    return MailServer(known, url.hostname, port, unquote(url.username or ""), unquote(url.password or ""))


def has_mail(environment: Mapping[str, str], *, is_demo: bool) -> bool:
    """Whether coordinators are told by e-mail. A demonstration prints its mails."""
    return is_demo or bool(value(environment, "SIGNAALLIJN_SMTP_URL", ""))


def has_puzzle(environment: Mapping[str, str]) -> bool:
    """Whether hCaptcha stands before the tip form."""
    return value(environment, "SIGNAALLIJN_ABUSE", "") == AbuseMode.HCAPTCHA


def abuse(environment: Mapping[str, str]) -> Abuse:
    """What a visitor is asked against a flood. Raises `SettingsFaultError`."""
    text = value(environment, "SIGNAALLIJN_ABUSE", AbuseMode.PROOF_OF_WORK)
    if text not in list(AbuseMode):
        raise SettingsFaultError("SIGNAALLIJN_ABUSE must be off, proof-of-work or hcaptcha")
    mode = AbuseMode(text)
    key, secret, url = (
        value(environment, f"SIGNAALLIJN_HCAPTCHA_{name}", default)
        for name, default in (("SITEKEY", ""), ("SECRET", ""), ("VERIFY_URL", HCAPTCHA_VERIFY_URL))
    )
    if mode is AbuseMode.HCAPTCHA and not (key and secret):
        raise SettingsFaultError(
            "SIGNAALLIJN_ABUSE is hcaptcha; set SIGNAALLIJN_HCAPTCHA_SITEKEY and SIGNAALLIJN_HCAPTCHA_SECRET too"
        )
    if mode is not AbuseMode.HCAPTCHA and (key or secret or url != HCAPTCHA_VERIFY_URL):
        raise SettingsFaultError("SIGNAALLIJN_HCAPTCHA_… counts only with SIGNAALLIJN_ABUSE=hcaptcha")
    if mode is AbuseMode.HCAPTCHA and urlsplit(url).scheme != "https" and urlsplit(url).hostname not in LOOPBACK:
        raise SettingsFaultError("SIGNAALLIJN_HCAPTCHA_VERIFY_URL must begin with https:// outside this machine")
    if mode is AbuseMode.HCAPTCHA and find_spec("hcaptcha") is None:
        raise SettingsFaultError("SIGNAALLIJN_ABUSE is hcaptcha, whose package is missing; run `make install`")
    return Abuse(mode, key, secret, url)

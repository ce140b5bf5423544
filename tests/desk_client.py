"""A browser at the desk without a screen: posts what its scripts would post."""

from collections.abc import Mapping
from http import HTTPStatus

from desk_world import DeskWorld
from starlette.testclient import TestClient

from tipline.desk.second_way import unused_code

FORM = "application/x-www-form-urlencoded"
SAME_SITE = {"Sec-Fetch-Site": "same-origin"}


class Browser:
    """A browser at the desk, as a script of the desk or a form would use it."""

    def __init__(self, desk) -> None:
        self.desk = desk
        self.client = TestClient(
            desk.app(),
            base_url="https://desk.localhost",
            headers={"Accept": "application/json"},
            follow_redirects=False,
        )

    def get(self, path: str, **headers: str):
        return self.client.get(path, headers=headers)

    def post(self, path: str, fields: Mapping[str, str] | None = None, headers: Mapping[str, str] = SAME_SITE):
        return self.client.post(path, data=dict(fields or {}), headers={"Content-Type": FORM, **headers})

    def signs_in(self, who: str, **other: str):
        """Signs in; `half` and `code` may be others than the right ones."""
        person = self.desk.people[who]
        used = self.desk.store.coordinators.by_login(who).totp_used
        code = unused_code(person.totp_secret, used, self.desk.clock())
        fields = {"login": who, "half": self.desk.half(who), "code": code or "", **other}
        return self.post("/login", fields)


def signed_in(desk: DeskWorld, who: str) -> Browser:
    """The browser of someone who came in by the second way."""
    browser = Browser(desk)
    assert browser.signs_in(who).status_code == HTTPStatus.OK
    return browser


def id_of(desk: DeskWorld, who: str) -> str:
    """The coordinator's id."""
    return desk.people[who].coordinator.id

"""A throw-away instance to look at: its own copy of the content, three open care points, six coordinators, a sink that
prints. Its key files are marked `demo`, and every page says that reports go nowhere."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from campaign_site.settings import Settings, make_data_directory, read_settings, shipped
from tipline.care_points import CarePoints, confirm_care_point, load_care_points
from tipline.desk.keys import CarePointKey, Enrolled, Newcomer, enrol
from tipline.desk.roles import Role
from tipline.geography import load_geography
from tipline.key_files import Holder, PublishedKey, write_key_file
from tipline.sealing import Identity, fingerprint
from tipline.storage import Store
from tipline.world import DemoPerson

FIRST_KEY = 1
COORDINATORS = {
    "lumens-emp": ("Noor", "Bilal"),
    "zvh-groningen": ("Sam", "Femke"),
    "comensha": ("Mira", "Joost"),
}
"""Care point -> its two coordinators, the lead first; the organisations exist, these people don't."""


@dataclass(frozen=True)
class Demo:
    settings: Settings
    people: Sequence[DemoPerson]


def make_demo(data: Path, base_url: str, desk_url: str, now: datetime, source: Path | None = None) -> Demo:
    """Makes the instance in an empty folder. Raises `SettingsFaultError` when it is not empty."""
    make_data_directory(data)
    content = data / "content"
    shutil.copytree(source or shipped("content"), content)
    environment = {
        "SIGNAALLIJN_DATA": str(data),
        "SIGNAALLIJN_CONTENT": str(content),
        "SIGNAALLIJN_BASE_URL": base_url,
        "SIGNAALLIJN_DESK_URL": desk_url,
    }
    settings = read_settings(environment, is_demo=True)
    care_points = load_care_points(settings.tipline.content, load_geography(settings.tipline.content))
    store = Store(settings.tipline.database_url)
    store.migrate()
    people = [
        person
        for care_point, names in COORDINATORS.items()
        for person in open_care_point(settings, store, care_points, care_point, names, now.date())
    ]
    store.close()
    return Demo(settings, people)


def open_care_point(
    settings: Settings, store: Store, care_points: CarePoints, care_point: str, names: Sequence[str], today: date
) -> list[DemoPerson]:
    """Opens one care point: key, two enrolled holders, both proved, key file written, entry confirmed."""
    organisation = care_points.points[care_point].organisation
    key = CarePointKey(FIRST_KEY, Identity.new())
    enrolled = [
        enrol(
            settings.tipline,
            store.coordinators,
            Newcomer(
                name.lower(),
                name,
                f"{name.lower()}@example.nl",
                care_point,
                role=_role(care_points, care_point, is_first=name == names[0]),
            ),
            key,
        )
        for name in names
    ]
    for person in enrolled:
        store.coordinators.prove(person.coordinator.id, care_point, FIRST_KEY, today)
    recipient = key.identity.recipient
    published = PublishedKey(
        care_point=care_point,
        number=FIRST_KEY,
        recipient=recipient,
        fingerprint=fingerprint(recipient),
        made_on=today,
        is_demo=True,
        holders=tuple(Holder(person.coordinator.name, person.fingerprint, today) for person in enrolled),
        recovery_sheet=None,
    )
    write_key_file(settings.tipline.content / "keys" / f"{care_point}.toml", published)
    confirm_care_point(settings.tipline.content, care_point, today)
    return [_shown(person, organisation) for person in enrolled]


def _role(care_points: CarePoints, care_point: str, *, is_first: bool) -> Role:
    if not is_first:
        return Role.coordinator
    return Role.national if care_points.points[care_point].is_national else Role.lead


def _shown(person: Enrolled, organisation: str) -> DemoPerson:
    return DemoPerson(
        person.coordinator.name, person.coordinator.login, organisation, person.passphrase, person.totp_secret
    )

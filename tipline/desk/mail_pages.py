"""Whether mail tells of something new at a care point, and whom it does not reach. Never what a mail server said."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from tipline.desk.answering import Value, json_answer
from tipline.desk.recording import record
from tipline.desk.requests import day, incoming_of, not_found, world_of
from tipline.storage.coordinators import Coordinator

YES = "yes"


def mail(request: Request, coordinator: Coordinator) -> Response:
    """What is wrong with mail, for everyone at this care point: that none is sent, since when the server can't be used,
    whom it does not reach, and that nobody wants any."""
    world = world_of(request)
    outage = world.store.outbox.outage()
    here = [each for each in world.store.coordinators.of(coordinator.care_point) if each.ended_on is None]
    names = {each.id: each.name for each in here}
    undelivered: list[Value] = [
        _person(each.coordinator, names)
        for each in world.store.outbox.dead(coordinator.care_point)
        if each.coordinator in names
    ]
    return json_answer(
        {
            "is_sent": world.settings.smtp is not None or world.settings.is_demo,
            "outage": day(outage) if outage else None,
            "undelivered": undelivered,
            "nobody_wants": not any(each.wants_mail for each in here),
        }
    )


def try_again(request: Request, coordinator: Coordinator) -> Response:
    """Sends what was given up for a colleague, or for oneself, once more."""
    to = request.path_params["coordinator"]
    if not world_of(request).store.outbox.try_again(coordinator.care_point, to):
        return not_found()
    record(request, coordinator, "mail_tried_again", about=to)
    return json_answer({})


def set_wanted(request: Request, coordinator: Coordinator) -> Response:
    """Whether mail comes to who asks. To nobody else: each decides for himself."""
    wants = incoming_of(request).one("wanted") == YES
    world_of(request).store.coordinators.set_wants_mail(coordinator.id, wants=wants)
    record(request, coordinator, "mail_wanted" if wants else "mail_not_wanted")
    return json_answer({"wants_mail": wants})


def _person(coordinator: str, names: Mapping[str, str]) -> Value:
    return {"id": coordinator, "name": names[coordinator]}

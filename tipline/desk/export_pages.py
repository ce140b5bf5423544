"""Taking a case along: as sealed files, or on paper. Both ask for a proof anew, and both are written down."""

from starlette.requests import Request
from starlette.responses import Response

from tipline.desk.answering import json_answer
from tipline.desk.export import archive_of
from tipline.desk.recording import record
from tipline.desk.requests import base64url, not_found, world_of
from tipline.storage.cases import StoredCase
from tipline.storage.coordinators import Coordinator


def export(request: Request, coordinator: Coordinator) -> Response:
    """All sealed files of a case in one archive."""
    case = _own_case(request, coordinator)
    if case is None:
        return not_found()
    record(request, coordinator, "exported", case.tip)
    messages = world_of(request).store.tips.messages(case.tip, coordinator.care_point)
    return json_answer({"name": f"{case.tip[:8]}.zip", "file": base64url(archive_of(case, messages))})


def printed(request: Request, coordinator: Coordinator) -> Response:
    """The browser is about to print what it opened: that is written down first."""
    case = _own_case(request, coordinator)
    if case is None:
        return not_found()
    record(request, coordinator, "printed", case.tip)
    return json_answer({})


def _own_case(request: Request, coordinator: Coordinator) -> StoredCase | None:
    return world_of(request).store.cases.get(request.path_params["tip"], coordinator.care_point)

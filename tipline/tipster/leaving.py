"""Leave quickly: the draft is destroyed, the browser is asked to forget storage, an everyday site is shown."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from tipline.tipster.answers import form_of


def leave(request: Request) -> Response:
    headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    if "sec-purpose" in request.headers or request.method == "HEAD":
        # Who looks ahead has not been told to leave: nothing is destroyed, and nothing may be shown early.
        return Response(status_code=HTTPStatus.SERVICE_UNAVAILABLE, headers=headers)
    form = form_of(request)
    draft_id = request.path_params.get("draft")
    if draft_id:
        form.drafts.destroy(draft_id)
    if request.headers.get("sec-fetch-dest", "document") == "document":
        # Not cookies: they would sign a coordinator out of the desk.
        headers["Clear-Site-Data"] = '"storage"'
    return RedirectResponse(form.exit_target(), HTTPStatus.SEE_OTHER, headers=headers)

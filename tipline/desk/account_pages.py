"""How a coordinator himself comes in: his sessions, passkeys, passphrase, language. Never another's."""

import uuid
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from tipline.desk.access_pages import PASSKEY_REFUSALS
from tipline.desk.answering import json_answer, json_error
from tipline.desk.answers import NotAnAnswerError, sealed_file
from tipline.desk.invitations import TOTP_SECRET, is_a_name
from tipline.desk.passkeys import PasskeyError, kept
from tipline.desk.recording import record
from tipline.desk.requests import access_of, base64url, day, incoming_of, not_found, visit_in, world_of
from tipline.desk.second_way import TotpBox, digest_of_half, step_of_code
from tipline.languages import LANGUAGES
from tipline.storage.coordinators import Coordinator, NewSecondWay, WrappedKey
from tipline.storage.passkeys import LastUnlockerError


def account(request: Request, coordinator: Coordinator) -> Response:
    own = visit_in(request).session.digest
    sessions = access_of(request).sessions_of(coordinator)
    passkeys = world_of(request).store.passkeys.of(coordinator.id)
    return json_answer(
        {
            "login": coordinator.login,
            "name": coordinator.name,
            "email": coordinator.email,
            "role": coordinator.role,
            "language": coordinator.language,
            "wants_mail": coordinator.wants_mail,
            "sessions": [
                {
                    "id": each.digest.hex(),
                    "way": each.way,
                    "began": each.began.isoformat(),
                    "last_used": each.last_used.isoformat(),
                    "is_this": each.digest == own,
                }
                for each in sessions
            ],
            "passkeys": [{"id": each.id, "name": each.name, "added_on": day(each.added_on)} for each in passkeys],
        }
    )


def end_session(request: Request, coordinator: Coordinator) -> Response:
    try:
        digest = bytes.fromhex(request.path_params["session"])
    except ValueError:
        return not_found()
    return json_answer({}) if world_of(request).store.sessions.end_one_of(coordinator.id, digest) else not_found()


def set_language(request: Request, coordinator: Coordinator) -> Response:
    language = incoming_of(request).one("language")
    if language not in LANGUAGES:
        return _unprocessable()
    world_of(request).store.coordinators.set_language(coordinator.id, language)
    return json_answer({"language": language})


# Passkeys


def new_passkey(request: Request, coordinator: Coordinator) -> Response:
    """What the browser needs to make one: the challenge, and the passkeys that there are already."""
    passkeys = world_of(request).store.passkeys.of(coordinator.id)
    return json_answer(
        {
            "challenge": access_of(request).passkeys.challenge(_adding(coordinator)),
            "coordinator": coordinator.id,
            "passkeys": [base64url(each.credential) for each in passkeys],
        }
    )


def add_passkey(request: Request, coordinator: Coordinator) -> Response:
    incoming, world = incoming_of(request), world_of(request)
    name = incoming.one("name").strip()
    if not is_a_name(name):
        return _unprocessable()
    try:
        registered = access_of(request).passkeys.registered(incoming.one("credential"), _adding(coordinator))
        wrapped = sealed_file(incoming.one("wrapped"))
    except PasskeyError as refusal:
        return json_error(PASSKEY_REFUSALS[type(refusal)], HTTPStatus.UNPROCESSABLE_ENTITY)
    except NotAnAnswerError:
        return _unprocessable()
    passkey = kept(registered, str(uuid.uuid4()), coordinator.id, name, world.clock())
    opens = WrappedKey(str(uuid.uuid4()), coordinator.id, passkey.id, wrapped)
    if not world.store.passkeys.add(passkey, opens, registered.spent, world.clock()):
        return json_error("stale_challenge", HTTPStatus.UNPROCESSABLE_ENTITY)
    record(request, coordinator, "passkey_added")
    return json_answer({"id": passkey.id}, HTTPStatus.CREATED)


def name_passkey(request: Request, coordinator: Coordinator) -> Response:
    name = incoming_of(request).one("name").strip()
    if not is_a_name(name):
        return _unprocessable()
    is_named = world_of(request).store.passkeys.rename(coordinator.id, request.path_params["passkey"], name)
    return json_answer({"name": name}) if is_named else not_found()


def remove_passkey(request: Request, coordinator: Coordinator) -> Response:
    """Removes one of his own. His other sessions end: who lost a device may have left one open on it."""
    try:
        is_gone = world_of(request).store.passkeys.remove(coordinator.id, request.path_params["passkey"])
    except LastUnlockerError:
        return json_error("last_unlocker", HTTPStatus.CONFLICT)
    if not is_gone:
        return not_found()
    world_of(request).store.sessions.end_all_of(coordinator.id, but=visit_in(request).session.digest)
    record(request, coordinator, "passkey_removed")
    return json_answer({})


# The second way


def replace_second_way(request: Request, coordinator: Coordinator) -> Response:
    """Another passphrase and another secret of codes. His other sessions end: one of them may be another's."""
    incoming, world = incoming_of(request), world_of(request)
    secret, digest = incoming.one("totp_secret"), digest_of_half(incoming.one("half"))
    try:
        file = sealed_file(incoming.one("wrapped"))
    except NotAnAnswerError:
        return _unprocessable()
    if digest is None or not TOTP_SECRET.fullmatch(secret):
        return _unprocessable()
    step = step_of_code(secret, incoming.one("code"), world.clock())
    if step is None:
        return json_error("wrong_code", HTTPStatus.UNPROCESSABLE_ENTITY)
    box = TotpBox(world.settings).seal(secret, coordinator.login)
    wrapped = WrappedKey(str(uuid.uuid4()), coordinator.id, "passphrase", file)
    world.store.coordinators.replace_second_way(NewSecondWay(digest, box, step, wrapped))
    world.store.sessions.end_all_of(coordinator.id, but=visit_in(request).session.digest)
    record(request, coordinator, "passphrase_replaced")
    return json_answer({})


def _adding(coordinator: Coordinator) -> str:
    return f"add {coordinator.id}"


def _unprocessable() -> Response:
    return json_error("unprocessable", HTTPStatus.UNPROCESSABLE_ENTITY)

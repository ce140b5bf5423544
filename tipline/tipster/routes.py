"""Every address of the tipster's side, a row each and language by language."""

from collections.abc import Iterator
from functools import partial

from starlette.routing import Route

from tipline.languages import LANGUAGES
from tipline.tipster import follow_up, leaving, pages, puzzle, sealed, sealed_follow_up
from tipline.tipster.addresses import ADDRESSES, LEAVE
from tipline.tipster.answers import only_from_here

ROWS = (
    ("GET", "tip_start", pages.start),
    ("POST", "tip_start", pages.begin),
    ("POST", "tip_carry", pages.carry),
    ("GET", "tip_waiting", pages.waiting),
    ("GET", "tip_first", only_from_here(pages.for_report(pages.first))),
    ("GET", "follow_up", follow_up.ask_code),
    ("POST", "follow_up", follow_up.give_code),
    ("POST", "open_sealed", sealed_follow_up.open_sealed),
    ("POST", "add_sealed", sealed_follow_up.add_sealed),
    ("POST", "see_sealed", sealed_follow_up.see_sealed),
    ("POST", "delete_sealed", sealed_follow_up.delete_sealed),
    ("GET", "conversation", only_from_here(follow_up.conversation)),
    ("POST", "conversation", follow_up.add),
    ("POST", "delete_answer", follow_up.delete_answer),
    ("POST", "close_conversation", follow_up.close),
    ("GET", "tip_place", only_from_here(pages.for_report(pages.place))),
    ("POST", "tip_place", pages.for_report(pages.give_place)),
    ("POST", "tip_receivers", pages.for_report(pages.give_receivers)),
    ("GET", "tip_story", only_from_here(pages.for_report(pages.story))),
    ("POST", "tip_story", pages.for_report(pages.give_story)),
    ("GET", "tip_sealed", only_from_here(pages.for_report(sealed.steps))),
    ("POST", "tip_sealed", sealed.receive),
    ("POST", "tip_brought", pages.for_report(sealed.bring)),
    ("GET", "tip_check", only_from_here(pages.for_report(pages.check))),
    ("POST", "tip_check", pages.for_report(pages.send)),
    ("GET", "tip_code", only_from_here(pages.code)),
    ("POST", "tip_code", pages.acknowledge),
)


PUZZLE_ROWS = (("GET", "tip_puzzle", puzzle.show), ("POST", "tip_puzzle", puzzle.go_on))
"""Only where the operator switched it on."""


def tipster_routes(*, has_puzzle: bool) -> Iterator[Route]:
    for method, name, view in (*ROWS, *PUZZLE_ROWS * has_puzzle):
        for language in LANGUAGES:
            yield Route(ADDRESSES[name][language], partial(view, language=language), methods=[method])
    yield Route(LEAVE, leaving.leave, methods=["GET"])
    yield Route(LEAVE + "/{draft}", leaving.leave, methods=["GET"])

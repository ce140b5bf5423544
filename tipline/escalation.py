"""Tips that nobody reads. After one working day the care point's coordinators are reminded, after two all of them are
told, whether or not they want mail, and after three the national point, which telephones: the telling escalates, the
content does not. The national point also hears 30 days before a tip is deleted unread. Knows nothing of pages."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from tipline.retention import must_tell, nearly_unread_too_long
from tipline.storage import Store
from tipline.storage.escalations import Step, UnreadCase
from tipline.storage.figures import NATIONAL_TOLD
from tipline.storage.outbox import Audience, Who
from tipline.working_days import date_before, working_days_between

REMINDED, ALL_TOLD = 1, 2
"""How far a case is: so many working days it waited."""
DEEDS = {REMINDED: "reminded", ALL_TOLD: "all_told", NATIONAL_TOLD: "national_told"}
WARNED = "deletion_announced"


def escalate(store: Store, national: str, today: date) -> int:
    """Takes every step that is due, each once for a case, and leaves at most one notice for each person. Returns how
    many steps were taken. `national` is the id of the national point."""
    waiting = store.escalations.unread(date_before(today, REMINDED), NATIONAL_TOLD)
    taken = store.escalations.take([step for case in waiting for step in _steps(case, national, today)], today)
    idle = store.escalations.idle(nearly_unread_too_long(today))
    warnings = [_warning(case, national, today) for case in idle if must_tell(case, today)]
    return taken + store.escalations.take(warnings, today)


def waited(case: UnreadCase, today: date) -> int:
    """For how many working days nobody read it."""
    return working_days_between(case.came_on, today)


def _steps(case: UnreadCase, national: str, today: date) -> Iterable[Step]:
    """Usually one; more where the chores stood still for days. Each begins where the one before ends."""
    for number in range(case.escalated + 1, min(waited(case, today), NATIONAL_TOLD) + 1):
        before = replace(case, escalated=number - 1)
        yield Step(before, DEEDS[number], number, case.warned_on, _told(case, number, national))


def _told(case: UnreadCase, number: int, national: str) -> Audience:
    """Whom a step tells. Where the national point itself does not read, all of it hears it again."""
    if number == REMINDED:
        return Audience(case.care_point, Who.WILLING)
    if number == ALL_TOLD or case.care_point == national:
        return Audience(case.care_point, Who.EVERYONE)
    return Audience(national, Who.NATIONAL)


def _warning(case: UnreadCase, national: str, today: date) -> Step:
    return Step(case, WARNED, case.escalated, today, Audience(national, Who.NATIONAL))

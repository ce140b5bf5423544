"""What a coordinator, a lead and who sits at the national point may do: one table. Each is about his own care point
only; whose care point it is, is asked again by every query. Knows no requests."""

from collections.abc import Mapping
from enum import StrEnum

from tipline.storage.coordinators import Coordinator


class Role(StrEnum):
    coordinator = "coordinator"
    lead = "lead"
    """Answers for a care point: also invites colleagues, and reads the audit trail."""
    national = "national"
    """A lead at the national point, who is told of tips that other care points leave unread."""


class Right(StrEnum):
    """What an address of the desk may ask of who comes."""

    work = "work"
    """Read, answer, note, label, assign, close and hand over his own care point's cases; see who holds its key."""
    own_access = "own_access"
    """See and change how he himself comes in: sessions, passkeys, passphrase, language."""
    hold_key = "hold_key"
    """Make, hold, grant, rotate and recover his care point's key. That he holds it, his browser must prove."""
    export = "export"
    """Take cases along, as files or on paper."""
    colleagues = "colleagues"
    """Invite colleagues to his care point, and end their access."""
    trail = "trail"
    """Read the audit trail of his care point."""
    care_points = "care_points"
    """See how every care point does, in numbers that tell of no tip. Only at the national point."""


_EVERYONE = frozenset({Right.work, Right.own_access, Right.hold_key, Right.export})
_LEADS = _EVERYONE | {Right.colleagues, Right.trail}

MAY: Mapping[Role, frozenset[Right]] = {
    Role.coordinator: _EVERYONE,
    Role.lead: _LEADS,
    Role.national: _LEADS | {Right.care_points},
}


def may(coordinator: Coordinator, right: Right) -> bool:
    """Whether his role holds this right. A role that nobody knows holds none."""
    return coordinator.role in MAY and right in MAY[Role(coordinator.role)]

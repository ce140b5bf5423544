"""When campaigns change: phases, the campaign that leads, and the next instant at which anything differs.

Pure functions of content and an instant, so that every worker and node finds the same by its clock alone.
"""

from collections.abc import Iterable
from datetime import datetime

from campaign_site.library.entries import Campaign, Phase, PhaseName
from campaign_site.library.local import Local

LEADERS = (PhaseName.LIVE, PhaseName.AFTERCARE)
"""Phases in which a campaign may lead the site; one in the first goes before one in the second."""


def phase_at(campaign: Campaign, instant: datetime) -> Phase | None:
    """The phase a campaign is in; None before its first one, when nobody may know of it."""
    begun = [phase for phase in campaign.phases if phase.starts <= instant]
    return begun[-1] if begun else None


def leading(campaigns: Iterable[Campaign], instant: datetime) -> Campaign | None:
    """The campaign that the whole site shows first, None when there is none.

    Where campaigns overlap, one that is live goes before one in aftercare. Of two in the same phase the one that came
    into it last leads; at the same instant the first by slug.
    """
    candidates = [
        (LEADERS.index(phase.name), -phase.starts.timestamp(), campaign.slug, campaign)
        for campaign in campaigns
        if (phase := phase_at(campaign, instant)) and phase.name in LEADERS
    ]
    return min(candidates)[-1] if candidates else None


def known(campaigns: Iterable[Campaign], instant: datetime) -> tuple[tuple[Campaign, Phase], ...]:
    """The campaigns that may be known, each with its phase; the one that changed last comes first."""
    begun = [(campaign, phase) for campaign in campaigns if (phase := phase_at(campaign, instant))]
    return tuple(sorted(begun, key=lambda each: (-each[1].starts.timestamp(), each[0].slug)))


def next_change(campaigns: Iterable[Campaign], instant: datetime) -> datetime | None:
    """The first instant after this one at which a campaign changes phase; None when nothing changes any more."""
    later = [phase.starts for campaign in campaigns for phase in campaign.phases if phase.starts > instant]
    return min(later, default=None)


def event_ends(regions: Iterable[Local]) -> frozenset[datetime]:
    """The instants at which an event disappears from the page of its region."""
    return frozenset(event.gone_at for local in regions for event in local.events)

"""When campaigns change: phases, the campaign that leads, and the next instant at which anything differs."""

from collections.abc import Iterable
from datetime import datetime

from campaign_site.library.entries import Campaign, Phase, PhaseName


def phase_at(campaign: Campaign, instant: datetime) -> Phase | None:
    """The phase a campaign is in; None before its first one."""
    begun = [phase for phase in campaign.phases if phase.starts <= instant]
    return begun[-1] if begun else None


def leading(campaigns: Iterable[Campaign], instant: datetime) -> Campaign | None:
    """The live campaign; of several the one that went live last. None when none is live."""
    live = [
        (phase.starts, campaign.slug, campaign)
        for campaign in campaigns
        if (phase := phase_at(campaign, instant)) and phase.name is PhaseName.LIVE
    ]
    return max(live)[2] if live else None


def next_change(campaigns: Iterable[Campaign], instant: datetime) -> datetime | None:
    """The first instant after this one at which a campaign changes phase; None when nothing changes any more."""
    later = [phase.starts for campaign in campaigns for phase in campaign.phases if phase.starts > instant]
    return min(later, default=None)

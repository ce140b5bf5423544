"""A clock for tests, and the moment at which it stands."""

from datetime import UTC, datetime, timedelta

NOW = datetime(2026, 11, 21, 10, 2, 3, tzinfo=UTC)


class Clock:
    """Stands still until a test moves it."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)

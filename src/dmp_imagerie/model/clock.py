"""One clock: the runner owns it, the endpoint and the connectors are given it."""

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the scenario's time, always aware and in UTC."""

    def now(self) -> datetime: ...


class WallClock:
    """The machine's own time."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class ScenarioClock:
    """Follows the wall clock from an origin that a scenario may set, so that delays stay real and dates may not be."""

    def __init__(self) -> None:
        self._offset = timedelta()

    def set(self, at: datetime) -> None:
        """Make ``now()`` start from ``at`` (aware)."""
        self._offset = at.astimezone(UTC) - datetime.now(UTC)

    def reset(self) -> None:
        """Follow the wall clock again."""
        self._offset = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self._offset


def iso(moment: datetime) -> str:
    """Write ``moment`` as ISO 8601 in UTC with milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

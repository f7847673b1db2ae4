"""A clock that runs out, and that can be stopped."""

from collections.abc import Callable


class Countdown:
    """``total_s`` seconds from now, not counting pauses."""

    def __init__(self, total_s: float, now: Callable[[], float], *, paused: bool = False) -> None:
        self.total_s = total_s
        self._now = now
        self._began = now()
        self._paused_since = self._began if paused else None
        self._paused_s = 0.0

    @property
    def paused(self) -> bool:
        """Whether the clock is stopped."""
        return self._paused_since is not None

    def pause(self) -> None:
        """Stop the clock, if it runs."""
        if self._paused_since is None:
            self._paused_since = self._now()

    def go(self) -> None:
        """Start the clock again, if it is stopped."""
        self._paused_s, self._paused_since = self._stopped_s(), None

    def left(self) -> float:
        """Seconds left, never negative."""
        return max(0.0, self.total_s - (self._now() - self._began - self._stopped_s()))

    def over(self) -> bool:
        """Whether time is out."""
        return not self.paused and self.left() <= 0

    def _stopped_s(self) -> float:
        return self._paused_s + (self._now() - self._paused_since if self._paused_since is not None else 0.0)

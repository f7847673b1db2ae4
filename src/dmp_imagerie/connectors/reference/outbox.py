"""The outbox of the reference RIS: reports leave in their own thread, and are tried again when the DMP is away."""

import threading
import time
from collections.abc import Callable

from dmp_imagerie.connectors.reference.dmp_client import DmpUnreachableError
from dmp_imagerie.connectors.reference.records import QueuedReport, Records, ReportStatus

MAX_ATTEMPTS = 5
_FIRST_BACKOFF_S = 0.1
_STOP_S = 2.0


class Outbox:
    """Sends queued reports one at a time, oldest due first.

    Promises that a report never stays behind in silence: whatever ``send`` raises ends in ``give_up``, and whatever
    breaks the outbox itself is raised by ``settled``.

    Args:
        records: where the queue is kept.
        send: called with a report id and the number of earlier attempts; raises DmpUnreachableError to be called again
            later (5 attempts, waiting twice as long each time).
        give_up: called with a report id, its status and a reason when there will be no other attempt.
        delay_s: how long a report waits before its first attempt.
    """

    def __init__(
        self,
        records: Records,
        send: Callable[[str, int], None],
        give_up: Callable[[str, ReportStatus, str], None],
        delay_s: float = 0.0,
    ) -> None:
        self._records = records
        self._send = send
        self._give_up = give_up
        self._delay_s = delay_s
        self._changed = threading.Condition()
        self._in_flight = ""
        self._broken: Exception | None = None
        self._closing = False
        self._thread = threading.Thread(target=self._loop, name="boîte d'envoi", daemon=True)
        self._thread.start()

    def put(self, report_id: str) -> None:
        """Queue a report."""
        with self._changed:
            self._records.enqueue(report_id, time.monotonic() + self._delay_s)
            self._changed.notify_all()

    def cancel(self, report_id: str) -> bool:
        """Take a report out of the queue; False when it is leaving right now."""
        with self._changed:
            if self._in_flight == report_id:
                return False
            self._records.dequeue(report_id)
            self._changed.notify_all()
            return True

    def settled(self, timeout_s: float) -> bool:
        """Wait until nothing is queued or leaving, ``timeout_s`` at most; tell whether that is so.

        Raises whatever broke the outbox: it sends nothing any more.
        """
        with self._changed:
            quiet = self._changed.wait_for(lambda: self._broken is not None or self._is_quiet(), timeout_s)
            if self._broken is not None:
                raise self._broken
            return quiet

    def close(self) -> None:
        """Stop sending; what is queued stays queued."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join(_STOP_S)

    def _is_quiet(self) -> bool:
        return not self._in_flight and self._records.next_queued() is None

    def _loop(self) -> None:
        try:
            while (job := self._next_due()) is not None:
                try:
                    self._attempt(job)
                finally:
                    with self._changed:
                        self._in_flight = ""
                        self._changed.notify_all()
        except Exception as error:  # noqa: BLE001 - a thread that dies tells nobody: whoever waits is told
            with self._changed:
                self._broken = error
                self._changed.notify_all()

    def _next_due(self) -> QueuedReport | None:
        """Wait for the next report whose time has come; None when closing."""
        with self._changed:
            while not self._closing:
                job = self._records.next_queued()
                wait_s = None if job is None else job.due - time.monotonic()
                if job is not None and wait_s is not None and wait_s <= 0:
                    self._in_flight = job.report_id
                    return job
                self._changed.wait(wait_s)
        return None

    def _attempt(self, job: QueuedReport) -> None:
        try:
            self._send(job.report_id, job.attempts)
        except DmpUnreachableError as error:
            if job.attempts + 1 < MAX_ATTEMPTS:
                wait_s = _FIRST_BACKOFF_S * 2**job.attempts
                self._records.postpone(job.report_id, time.monotonic() + wait_s)
                return
            self._give_up(job.report_id, ReportStatus.UNREACHABLE, str(error))
        except Exception as error:  # noqa: BLE001 - one bad report must not stop the others
            self._give_up(job.report_id, ReportStatus.FAILED, f"{type(error).__name__} : {error}")
        self._records.dequeue(job.report_id)

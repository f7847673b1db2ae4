"""A journal in memory: events in order, indexed by scenario, with the bodies they name."""

import hashlib
import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from dmp_imagerie.model.events import AnyEvent, Attempt, Event, Footer, Header, Plan, Resumed

E = TypeVar("E", bound=Event)

PIECES = "pieces"
JOURNAL = "journal.jsonl"


class JournalError(Exception):
    """A journal that cannot be read: says which file and line, and what is wrong there."""


class Journal:
    """Events of a run, whole or still growing, and access to their pieces."""

    def __init__(self, folder: Path, events: Iterable[AnyEvent] = ()) -> None:
        self.folder = folder
        self._lock = threading.RLock()
        self._events: list[AnyEvent] = []
        self._by_seq: dict[int, AnyEvent] = {}
        self._by_scenario: dict[str, list[AnyEvent]] = defaultdict(list)
        self._attempts: dict[str, str] = {}
        self._piece = lru_cache(maxsize=64)(self._read_piece)
        for event in events:
            self.append(event)

    def append(self, event: AnyEvent) -> None:
        """Add ``event`` at the end."""
        with self._lock:
            self._events.append(event)
            self._by_seq[event.seq] = event
            self._by_scenario[event.scenario].append(event)
            if isinstance(event, Attempt):
                self._attempts[event.planned] = event.scenario

    @property
    def events(self) -> Sequence[AnyEvent]:
        """All events so far, in order."""
        with self._lock:
            return tuple(self._events)

    @property
    def last_seq(self) -> int:
        """Number of the last event, 0 when there is none."""
        with self._lock:
            return self._events[-1].seq if self._events else 0

    def of_scenario(self, key: str) -> Sequence[AnyEvent]:
        """The events of one scenario, in order."""
        with self._lock:
            return tuple(self._by_scenario.get(key, ()))

    def attempt(self, planned: str) -> str:
        """The key of the events that count for a scenario of the plan: those of its last attempt."""
        with self._lock:
            return self._attempts.get(planned, planned)

    def event(self, seq: int) -> AnyEvent | None:
        """The event of this number, None when the journal does not hold it."""
        with self._lock:
            return self._by_seq.get(seq)

    def all(self, kind: type[E]) -> tuple[E, ...]:
        """The events of one class, in order."""
        return tuple(event for event in self.events if isinstance(event, kind))

    @property
    def header(self) -> Header:
        """The first event. Raises JournalError when the journal has none."""
        for event in self.events:
            if isinstance(event, Header):
                return event
        raise JournalError(f"{self.folder / JOURNAL} : aucun en-tête, ce n'est pas le journal d'une exécution")

    @property
    def plan(self) -> Plan | None:
        """What the run meant to play, None when it stopped before knowing."""
        return next(iter(self.all(Plan)), None)

    @property
    def footer(self) -> Footer | None:
        """The last event, None when the run was cut. One that was resumed has the last sitting's."""
        last = [event for event in self.events if isinstance(event, Footer | Resumed)][-1:]
        return next((event for event in last if isinstance(event, Footer)), None)

    def piece(self, digest: str) -> bytes:
        """Return the body kept under ``digest`` (b"" for ""). Raises JournalError when it is missing or altered."""
        return self._piece(digest) if digest else b""

    def selected(self, events: Iterable[AnyEvent]) -> "Journal":
        """A journal of these events, with the same bodies."""
        return Journal(self.folder, events)

    def _read_piece(self, digest: str) -> bytes:
        try:
            content = (self.folder / PIECES / digest).read_bytes()
        except OSError as error:
            raise JournalError(f"pièce {digest} du journal illisible : {error.strerror}") from error
        if hashlib.sha256(content).hexdigest() != digest:
            raise JournalError(f"pièce {digest} du journal altérée : son contenu n'a plus cette empreinte")
        return content


class MemoryJournal(Journal):
    """A journal some of whose bodies were never written: ``pieces`` holds them, by their SHA-256."""

    def __init__(self, folder: Path, events: Iterable[AnyEvent], pieces: Mapping[str, bytes]) -> None:
        super().__init__(folder, events)
        self._pieces = pieces

    def piece(self, digest: str) -> bytes:
        """Return the body kept under ``digest``, in memory or on disk. Raises JournalError."""
        return self._pieces[digest] if digest in self._pieces else super().piece(digest)

    def selected(self, events: Iterable[AnyEvent]) -> Journal:
        """A journal of these events, with the same bodies."""
        return MemoryJournal(self.folder, events, self._pieces)

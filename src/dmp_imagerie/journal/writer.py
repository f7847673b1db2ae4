"""Writes a journal as the run goes: each event is on disk before the next thing happens."""

import hashlib
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

import msgspec

from dmp_imagerie.journal import redact
from dmp_imagerie.journal.owners import Owners
from dmp_imagerie.journal.reader import read_journal
from dmp_imagerie.journal.view import JOURNAL, PIECES, Journal
from dmp_imagerie.model.clock import Clock, WallClock, iso
from dmp_imagerie.model.events import Answered, Event, Exchange, Http, Verb, World

E = TypeVar("E", bound=Event)


class JournalWriter:
    """The Recorder of a run. Thread-safe; a crash loses at most the event being written.

    Exchanges are attributed to the scenario that owns the patient they speak of, never by time: ``World`` events of
    kind patient say who owns which INS and which local identifier.
    """

    def __init__(self, folder: Path, clock: Clock, *, resume: bool = False) -> None:
        """Open ``folder/journal.jsonl`` for writing; the folder is made if needed. Raises OSError.

        ``resume`` goes on after the events of a journal that is there already; half a line left by a crash is cut off.
        Raises JournalError when it cannot be read.
        """
        (folder / PIECES).mkdir(parents=True, exist_ok=True)
        self.journal = read_journal(folder) if resume else Journal(folder)
        self.scenario = ""
        self._clock = clock
        self._wall = WallClock()
        self._lock = threading.RLock()
        self._owners = Owners()
        self._pieces: set[str] = set()
        self._file = (folder / JOURNAL).open("r+b" if resume else "xb")
        self._encoder = msgspec.json.Encoder()
        if resume:
            self._take_over()

    def __enter__(self) -> "JournalWriter":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; recording afterwards is an error of the kit."""
        with self._lock:
            self._file.close()

    def _take_over(self) -> None:
        """Write after the last event that can be read, and know again whose each patient is."""
        written = self._file.read()
        if written.count(b"\n") < len(self.journal.events):  # the last event lacks its line feed only
            self._file.write(b"\n")
        else:
            self._file.seek(written.rfind(b"\n") + 1)
            self._file.truncate()
        for world in self.journal.all(World):
            if world.kind == "patient":
                self._owners.note(world)

    def piece(self, content: bytes) -> str:
        """Keep ``content``, its secrets masked, and return the SHA-256 of what is kept ("" for empty content)."""
        if not content:
            return ""
        kept = redact.body(content)
        digest = digest_of(kept)
        with self._lock:  # the same content may come from two threads: neither may read the other's half-written file
            if digest not in self._pieces:
                (self.journal.folder / PIECES / digest).write_bytes(kept)
                self._pieces.add(digest)
        return digest

    def record(self, kind: type[E], /, **fields: Any) -> E:
        """Append one event of class ``kind`` and return it. Raises TypeError on fields the class does not have."""
        if kind is Verb:
            fields["arguments"] = redact.arguments(fields["arguments"])
            if fields.get("outcome"):
                fields["outcome"] = redact.arguments(fields["outcome"])
        elif kind is Answered:
            fields["corrected"] = tuple(map(redact.arguments, fields.get("corrected", ())))
        elif kind is Exchange:
            fields["request"] = _without_secrets(fields["request"])
            fields["response"] = _without_secrets(fields["response"])
        with self._lock:
            fields.setdefault("scenario", self._owners.of(fields) if kind is Exchange else self.scenario)
            event = kind(seq=self.journal.last_seq + 1, wall=iso(self._wall.now()), at=iso(self._clock.now()), **fields)
            self._file.write(self._encoder.encode(event) + b"\n")
            self._file.flush()
            self.journal.append(event)  # type: ignore[arg-type]  # every concrete event is one of AnyEvent
            if isinstance(event, World) and event.kind == "patient":
                self._owners.note(event)
            return event


def _without_secrets(http: Http) -> Http:
    return msgspec.structs.replace(http, headers=redact.headers(http.headers))


def digest_of(content: bytes) -> str:
    """Return the name a piece is kept under."""
    return hashlib.sha256(content).hexdigest()

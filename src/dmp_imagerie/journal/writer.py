"""Writes a journal as the run goes: each event is on disk before the next thing happens."""

import hashlib
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

import msgspec

from dmp_imagerie.journal import redact
from dmp_imagerie.journal.view import JOURNAL, PIECES, Journal
from dmp_imagerie.model.clock import Clock, WallClock, iso
from dmp_imagerie.model.events import Event, Exchange, Http, Verb, World

E = TypeVar("E", bound=Event)


class JournalWriter:
    """The Recorder of a run. Thread-safe; a crash loses at most the event being written.

    Exchanges are attributed to the scenario that owns the patient they speak of, never by time: ``World`` events of
    kind patient say who owns which INS and which local identifier.
    """

    def __init__(self, folder: Path, clock: Clock) -> None:
        """Open ``folder/journal.jsonl`` for writing; the folder is made if needed. Raises OSError."""
        (folder / PIECES).mkdir(parents=True, exist_ok=True)
        self.journal = Journal(folder)
        self.scenario = ""
        self._clock = clock
        self._wall = WallClock()
        self._lock = threading.RLock()
        self._owners: dict[str, str] = {}
        self._pieces: set[str] = set()
        self._file = (folder / JOURNAL).open("xb")
        self._encoder = msgspec.json.Encoder()

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

    def piece(self, content: bytes) -> str:
        """Keep ``content``, its secrets masked, and return the SHA-256 of what is kept ("" for empty content)."""
        if not content:
            return ""
        kept = redact.body(content)
        digest = hashlib.sha256(kept).hexdigest()
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
        elif kind is Exchange:
            fields["request"] = _without_secrets(fields["request"])
            fields["response"] = _without_secrets(fields["response"])
        with self._lock:
            fields.setdefault("scenario", self._owner(fields) if kind is Exchange else self.scenario)
            event = kind(seq=self.journal.last_seq + 1, wall=iso(self._wall.now()), at=iso(self._clock.now()), **fields)
            self._file.write(self._encoder.encode(event) + b"\n")
            self._file.flush()
            self.journal.append(event)  # type: ignore[arg-type]  # every concrete event is one of AnyEvent
            if isinstance(event, World) and event.kind == "patient":
                self._own(event)
            return event

    def _own(self, world: World) -> None:
        ins = world.data.get("ins") or {}
        for identifier in (ins.get("value"), world.data.get("local_id")):
            if identifier:
                self._owners[identifier] = world.scenario

    def _owner(self, exchange: dict[str, Any]) -> str:
        seen = exchange["measures"].ins if "measures" in exchange else ()
        for identifier in (exchange.get("patient", ""), *(ins.value for ins in seen)):
            if identifier in self._owners:
                return self._owners[identifier]
        return ""


def _without_secrets(http: Http) -> Http:
    return msgspec.structs.replace(http, headers=redact.headers(http.headers))

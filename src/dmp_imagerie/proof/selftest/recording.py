"""One recorded run of the reference, changed request by request and judged again: breadth at the price of a judgement.

A rewrite is applied to the requests as they left; each one it changes is received again by a simulated DMP of its own,
which measures it by the very code of a real run. Everything else is the recording: a change that would have made the
DMP answer otherwise cannot be seen so, and `NotRepeatableError` says that it must be played.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

from dmp_imagerie.connectors.altered import altered
from dmp_imagerie.connectors.reference.decisions.wire import Outgoing, Rewrite
from dmp_imagerie.connectors.reference.dmp_client import TEST_HOMOLOGATION
from dmp_imagerie.endpoint.dmp import SimulatedDmp
from dmp_imagerie.endpoint.http import Request
from dmp_imagerie.journal import redact
from dmp_imagerie.journal.owners import Owners
from dmp_imagerie.journal.reader import read_journal
from dmp_imagerie.journal.view import Journal
from dmp_imagerie.journal.writer import digest_of
from dmp_imagerie.model.clock import ScenarioClock
from dmp_imagerie.model.events import AnyEvent, Exchange, Plan, World
from dmp_imagerie.model.values import Patient
from dmp_imagerie.runner.sandbox_keys import sandbox_pki
from dmp_imagerie.wire.codes import ACTIONS


class NotRepeatableError(Exception):
    """What a recording cannot say: the product must be played. The text (French) says why."""


class ChangedJournal(Journal):
    """A journal in memory, some of whose pieces were never written."""

    def __init__(self, folder: Path, events: Iterable[AnyEvent], pieces: Mapping[str, bytes]) -> None:
        super().__init__(folder, events)
        self._changed = pieces

    def piece(self, digest: str) -> bytes:
        """Return the body kept under ``digest``, in memory or on disk. Raises JournalError."""
        return self._changed[digest] if digest in self._changed else super().piece(digest)


@dataclass
class _Reception:
    """A recorder of one request: the exchange it came to, and its pieces."""

    fields: dict[str, Any] = field(default_factory=dict)
    pieces: dict[str, bytes] = field(default_factory=dict)

    def piece(self, content: bytes) -> str:
        if not content:
            return ""
        kept = redact.body(content)
        digest = digest_of(kept)
        self.pieces[digest] = kept
        return digest

    def record(self, kind: type[Any], /, **fields: Any) -> None:
        if kind is Exchange:
            self.fields = fields


class Recording:
    """A run of the reference connector, kept in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.journal = read_journal(folder)
        self._trust = sandbox_pki().trust
        self._sent: dict[int, Outgoing] = {}
        self._first: dict[int, _Reception] = {}

    def changed(self, names: Iterable[str], rules: Collection[str] = ()) -> Journal:
        """Return the journal that a run on ``rules`` (all when empty) would have left with the rewrites of the faults
        and variants ``names``.

        Raises NotRepeatableError: a rewrite changes no request, fails on one, or changes what the DMP would answer.
        """
        rewrites = altered(names).rewrites
        events: list[AnyEvent] = []
        pieces: dict[str, bytes] = {}
        for event in self._events(rules):
            again = self._again(event, rewrites) if isinstance(event, Exchange) else None
            events.append(self._exchange(event, again) if again and isinstance(event, Exchange) else event)
            pieces |= again.pieces if again else {}
        if not pieces:
            raise NotRepeatableError("aucune requête de la référence n'en est changée")
        return ChangedJournal(self.journal.folder, events, pieces)

    def _events(self, rules: Collection[str]) -> Iterator[AnyEvent]:
        """The events of the scenarios of ``rules`` (all when empty), and those of none."""
        planned = self.journal.plan.scenarios if self.journal.plan else ()
        kept = tuple(scenario for scenario in planned if not rules or scenario.rule in rules)
        keys = {"", *(scenario.key for scenario in kept)}
        for event in self.journal.events:
            if isinstance(event, Plan):
                yield msgspec.structs.replace(event, scenarios=kept)
            elif event.scenario in keys:
                yield event

    def _again(self, exchange: Exchange, rewrites: Iterable[Rewrite]) -> _Reception | None:
        """The exchange received again once rewritten; None when the rewrites leave it alone."""
        sent = changed = self._outgoing(exchange)
        for rewrite in rewrites:
            try:
                changed = rewrite(changed)
            except Exception as error:
                raise NotRepeatableError(f"réécriture impossible : {type(error).__name__} : {error}") from error
        if changed == sent:
            return None
        before, after = self._as_recorded(exchange), self._received(exchange, changed)
        if before.fields["refusal"] != after.fields["refusal"]:
            told = after.fields["refusal"] or "servi"
            raise NotRepeatableError(f"le DMP répondrait autrement à {exchange.transaction} ({told})")
        return after

    def _exchange(self, exchange: Exchange, again: _Reception) -> Exchange:
        """The recorded exchange with its request measured again; the answer stays the one recorded."""
        fields, before = again.fields, self._as_recorded(exchange).fields
        standing = [alert for alert in exchange.alerts if alert not in before["alerts"]]
        return msgspec.structs.replace(
            exchange,
            scenario=self._owners.of(fields),
            transaction=fields["transaction"],
            request=msgspec.structs.replace(fields["request"], headers=redact.headers(fields["request"].headers)),
            patient=fields["patient"],
            action=fields["action"],
            alerts=(*standing, *fields["alerts"]),
            measures=fields["measures"],
        )

    def _as_recorded(self, exchange: Exchange) -> _Reception:
        """The exchange received again as it was. Raises NotRepeatableError when it is not measured as it was then."""
        if exchange.seq not in self._first:
            again = self._received(exchange, self._outgoing(exchange))
            if again.fields["measures"] != exchange.measures:
                raise NotRepeatableError(f"échange {exchange.seq} : mesuré autrement qu'à sa réception")
            self._first[exchange.seq] = again
        return self._first[exchange.seq]

    def _received(self, exchange: Exchange, sent: Outgoing) -> _Reception:
        """Have the request received by a DMP where the patients it first spoke of have a record."""
        reception = _Reception()
        dmp = SimulatedDmp(reception, ScenarioClock(), self._trust)
        for ins in {seen.value for seen in exchange.measures.ins} & self._patients.keys():
            dmp.control.open_dmp(self._patients[ins])
        method, _, path = exchange.request.start.partition(" ")
        headers = tuple(
            (name, sent.content_type if name.lower() == "content-type" else value)
            for name, value in exchange.request.headers
        )
        dmp.handle(Request(method=method, path=path, headers=headers, body=sent.body, tls=exchange.tls))
        return reception

    def _outgoing(self, exchange: Exchange) -> Outgoing:
        """The request as it left. The kit's own test number, masked like any other, is put back: it is signed."""
        if exchange.seq not in self._sent:
            kept = self.journal.piece(exchange.request.body)
            content_type = next((v for n, v in exchange.request.headers if n.lower() == "content-type"), "")
            self._sent[exchange.seq] = Outgoing(
                transaction=next((name for name, action in ACTIONS.items() if action == exchange.action), ""),
                content_type=content_type,
                body=kept.replace(redact.MASK_IN_XML, TEST_HOMOLOGATION.encode()),
            )
        return self._sent[exchange.seq]

    @cached_property
    def _owners(self) -> Owners:
        owners = Owners()
        for world in self._people:
            owners.note(world)
        return owners

    @cached_property
    def _patients(self) -> Mapping[str, Patient]:
        found = (msgspec.convert(world.data, Patient) for world in self._people)
        return {patient.ins.value: patient for patient in found if patient.ins}

    @cached_property
    def _people(self) -> tuple[World, ...]:
        return tuple(world for world in self.journal.all(World) if world.kind == "patient")

"""What the simulated DMP received, in the words of a person who works the product."""

from datetime import datetime

from dmp_imagerie.journal.view import Journal
from dmp_imagerie.judge.evidence import LABELS
from dmp_imagerie.model.events import Alert, AnyEvent, Exchange
from dmp_imagerie.runner.guided.screens import Received
from dmp_imagerie.runner.sandbox_advice import advice


def received_since(journal: Journal, seq: int) -> tuple[Received, ...]:
    """Return what came after event number ``seq``, oldest first: messages, and alerts such as a refused handshake."""
    return tuple(
        _received(event) for event in journal.events if event.seq > seq and isinstance(event, Exchange | Alert)
    )


def _received(event: AnyEvent) -> Received:
    time = f"{datetime.fromisoformat(event.wall).astimezone():%H:%M:%S}"
    if isinstance(event, Exchange):
        name = event.transaction or "message illisible"
        label = LABELS.get(event.transaction, "")
        return Received(
            seq=event.seq,
            time=time,
            what=f"{name} ({label})" if label else name,
            patient=event.patient,
            served=not event.refusal,
            refusal=event.refusal,
            advice=advice(event.refusal).meaning if event.refusal else "",
        )
    return Received(seq=event.seq, time=time, what=event.message if isinstance(event, Alert) else "")

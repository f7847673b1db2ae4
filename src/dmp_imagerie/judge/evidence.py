"""One French line for one event of the journal: what a reader of the report sees of the evidence."""

from collections.abc import Iterable, Iterator

from dmp_imagerie.journal.view import Journal
from dmp_imagerie.judge.results import Evidence
from dmp_imagerie.model.events import HL7, Alert, Answered, AnyEvent, Barrier, Declared, Exchange, State, Verb

LABELS = {
    "TD0.2": "test d'existence",
    "TD0.3": "déclaration d'autorisation",
    "TD2.1": "dépôt",
    "TD3.1": "recherche",
    "TD3.2": "ouverture d'un document",
    "TD3.3": "changement d'un document",
}
MESSAGES = {
    "ADT^A28": "nouvelle identité",
    "ADT^A31": "changement d'identité",
    "ADT^A04": "arrivée du patient",
    "MDM^T02": "nouveau compte rendu",
    "MDM^T10": "compte rendu remplacé",
    "MDM^T04": "compte rendu retiré",
    "ORU^R01": "compte rendu",
}
"""HL7v2 messages, by type and trigger."""


def evidence_of(journal: Journal, numbers: Iterable[int]) -> tuple[Evidence, ...]:
    """The evidence that events of these numbers are; one that the platform sent is followed by the message it sent it
    for, which is the product's; a call is followed by what the operator added to their answer."""
    found: dict[int, AnyEvent] = {}
    for number in numbers:
        event = journal.event(number)
        message = _message_behind(journal, event) if isinstance(event, Exchange) and event.relayed else None
        added = _added(journal, event) if isinstance(event, Verb) else ()
        found |= {one.seq: one for one in (event, message, *added) if one is not None}
    return tuple(map(describe, found.values()))


def _message_behind(journal: Journal, exchange: Exchange) -> Exchange | None:
    """The HL7 message that a relayed exchange was sent for: it is answered, and so recorded, after it."""
    for event in journal.of_scenario(exchange.scenario):
        if isinstance(event, Exchange) and event.seq > exchange.seq and event.control_id == exchange.relayed:
            return event
    return None


def _added(journal: Journal, verb: Verb) -> Iterator[Answered]:
    """What the operator said beside the outcome: recorded during the call."""
    for event in journal.of_scenario(verb.scenario):
        if isinstance(event, Answered) and verb.since < event.seq < verb.seq and _beside(event):
            yield event


def describe(event: AnyEvent) -> Evidence:
    """Return the evidence ``event`` is, with its number and the time of the scenario."""
    refusal = event.refusal if isinstance(event, Exchange) else ""
    return Evidence(seq=event.seq, at=event.at, summary=_summary(event), refusal=refusal)


def _summary(event: AnyEvent) -> str:
    match event:
        case Exchange():
            return _exchange(event)
        case Verb():
            status = event.fault or event.skipped or (event.outcome or {}).get("status", "sans réponse")
            told = " ; ".join((event.outcome or {}).get("messages", ()))
            return f"appel {event.name} : {status} (« {told} »)" if told else f"appel {event.name} : {status}"
        case Answered():
            return f"l'opérateur ajoute à {event.verb} : {_beside(event)}"
        case State():
            documents = event.data.get("documents", ())
            codes = [" + ".join(document["confidentiality"]) for document in documents]
            held = f"{len(documents)} document(s)"
            known = (event.data.get("dmp", ""), f"{held} ({' ; '.join(codes)})" if codes else held)
            return f"DMP {event.subject} : {', '.join(known)}"
        case Barrier():
            return f"attente {event.kind} ({event.waited_s:.2f} s)"
        case Declared():
            answer = "se conformer" if event.answer else "ne pas se conformer"
            return f"{event.by}, le {event.on}, déclare {answer} à {event.rule} ; pièce {event.evidence_name}"
        case Alert():
            return event.message
        case _:
            return type(event).__name__


def _beside(event: Answered) -> str:
    """What an answer holds beside the outcome, "" when it holds nothing more."""
    told = (
        f"« {event.comment} »" if event.comment else "",
        f"capture {event.screenshot_name} (SHA-256 {event.screenshot})" if event.screenshot else "",
        f"réponse corrigée {len(event.corrected)} fois" if event.corrected else "",
    )
    return " ; ".join(filter(None, told))


def _exchange(event: Exchange) -> str:
    patient = f", patient {event.patient}" if event.patient else ""
    if event.transaction == HL7:
        return f"{_message(event)}{patient} — {_acknowledged(event)}"
    name = event.transaction or "appel illisible"
    vihf = event.measures.vihf
    known = (
        f"{name} ({LABELS[name]})" if name in LABELS else name,
        f"patient {event.patient}" if event.patient else "",
        f"au nom de {vihf.name_id} ({vihf.mode})" if vihf else "",
        f"envoyé par la PFI pour le message HL7 {event.relayed}" if event.relayed else "",
    )
    return f"{', '.join(filter(None, known))} — {_answer(event)}"


def _message(event: Exchange) -> str:
    """An HL7v2 message by its type, its control id and what it is for."""
    label = f" ({MESSAGES[event.action]})" if event.action in MESSAGES else ""
    number = f" {event.control_id}" if event.control_id else ""
    return f"message HL7 {event.action or 'illisible'}{number}{label}"


def _acknowledged(event: Exchange) -> str:
    told = f"acquittement {event.response.start}" if event.response.start else "sans acquittement"
    return f"refusé : {event.refusal} ({told})" if event.refusal else f"accepté ({told})"


def _answer(event: Exchange) -> str:
    waived = ", ".join(waived.code for waived in event.waived)
    if waived and event.refusal:
        return f"refusé : {event.refusal}, malgré {waived} (diagnostic)"
    if waived:
        return f"servi malgré {waived} (diagnostic)"
    return f"refusé : {event.refusal}" if event.refusal else "servi"

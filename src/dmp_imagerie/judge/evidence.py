"""One French line for one event of the journal: what a reader of the report sees of the evidence."""

from dmp_imagerie.judge.results import Evidence
from dmp_imagerie.model.events import Alert, AnyEvent, Barrier, Declared, Exchange, State, Verb

LABELS = {
    "TD0.2": "test d'existence",
    "TD0.3": "déclaration d'autorisation",
    "TD2.1": "dépôt",
    "TD3.1": "recherche",
    "TD3.2": "ouverture d'un document",
    "TD3.3": "changement d'un document",
}


def describe(event: AnyEvent) -> Evidence:
    """Return the evidence ``event`` is, with its number and the time of the scenario."""
    refusal = event.refusal if isinstance(event, Exchange) else ""
    return Evidence(seq=event.seq, at=event.at, summary=_summary(event), refusal=refusal)


def _summary(event: AnyEvent) -> str:
    match event:
        case Exchange():
            return _exchange(event)
        case Verb():
            status = event.fault or (event.outcome or {}).get("status", "sans réponse")
            told = " ; ".join((event.outcome or {}).get("messages", ()))
            return f"appel {event.name} : {status} (« {told} »)" if told else f"appel {event.name} : {status}"
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


def _exchange(event: Exchange) -> str:
    name = event.transaction or "appel illisible"
    vihf = event.measures.vihf
    known = (
        f"{name} ({LABELS[name]})" if name in LABELS else name,
        f"patient {event.patient}" if event.patient else "",
        f"au nom de {vihf.name_id} ({vihf.mode})" if vihf else "",
    )
    return f"{', '.join(filter(None, known))} — {_answer(event)}"


def _answer(event: Exchange) -> str:
    waived = ", ".join(waived.code for waived in event.waived)
    if waived and event.refusal:
        return f"refusé : {event.refusal}, malgré {waived} (diagnostic)"
    if waived:
        return f"servi malgré {waived} (diagnostic)"
    return f"refusé : {event.refusal}" if event.refusal else "servi"

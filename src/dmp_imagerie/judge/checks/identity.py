"""Checks on the record a document goes to: the INS said in the VIHF, the submission, the entries and the CDA."""

from collections.abc import Iterable
from typing import Any

from dmp_imagerie.judge.checks.feeding import SUBMISSION, nothing_to_judge, sendings, served_submissions, state_since
from dmp_imagerie.judge.finding import Finding, failed, inconclusive, passed
from dmp_imagerie.judge.registry import check, invariant
from dmp_imagerie.judge.scene import Scene
from dmp_imagerie.model.events import Exchange, InsSeen, State, World
from dmp_imagerie.wire.xades import SIGNATURE_TYPE

PLACES = {
    "vihf": "VIHF",
    "lot": "lot de soumission",
    "fiche": "fiche du document",
    "cda": "CDA",
    "requête": "requête",
    "pid": "PID-3",
}
SUBMISSION_PLACES = frozenset({"vihf", "lot", "fiche", "cda"})
_HINT = "L'INS vient-elle du dossier de l'examen, ou du dernier dossier ouvert à l'écran ?"


def _key(seen: InsSeen) -> tuple[str, str]:
    return seen.value, seen.oid


def _listing(seen: Iterable[InsSeen]) -> str:
    return " ; ".join(dict.fromkeys(f"{PLACES.get(i.place, i.place)} : {i.value or 'vide'} ({i.oid})" for i in seen))


@check("ins-de-la-patiente-partout")
def patient_everywhere(scene: Scene) -> Finding:
    """L'INS de la patiente, et elle seule, est dans le VIHF, le lot, la fiche et le CDA. Source : feuillet ❶."""
    patient = scene.patient()
    expected = "l'INS et l'OID de la patiente dans le VIHF, le lot, la fiche et le CDA"
    submissions = scene.exchanges(SUBMISSION)
    if not submissions or patient.ins is None:
        return nothing_to_judge(scene, expected)
    wanted = (patient.ins.value, patient.ins.oid)
    for exchange in submissions:
        others = [seen for seen in exchange.measures.ins if _key(seen) != wanted]
        if others:
            return failed(expected, _listing(others), [exchange], hint=_HINT)
        missing = SUBMISSION_PLACES - {seen.place for seen in exchange.measures.ins}
        if missing and not exchange.refusal:  # what the DMP could not open is not what the product meant
            places = ", ".join(sorted(PLACES[place] for place in missing))
            return failed(expected, f"aucune INS lue dans : {places}", [exchange], hint=_HINT)
    if not served_submissions(scene):
        return nothing_to_judge(scene, expected)
    return passed(expected, "la même INS partout", submissions)


@check("dossier-de-la-patiente-alimente")
def in_her_record(scene: Scene) -> Finding:
    """Le DMP de la patiente contient le compte rendu déposé."""
    expected = "le document déposé est dans le DMP de la patiente"
    state = state_since(scene, expected)
    if not isinstance(state, State):
        return state
    sent = served_submissions(scene)
    held = _filed(state, sent)
    if not held:
        return failed(expected, "un dépôt accepté, mais rien dans son DMP", [*sent, state], hint=_HINT)
    return passed(expected, f"{len(held)} document(s) déposé(s) dans son DMP", [*sent, state])


@check("dossier-de-l-homonyme-intact", absence=True)
def not_in_the_other(scene: Scene) -> Finding:
    """Le DMP de l'homonyme n'a rien reçu, pas même un essai refusé."""
    expected = "aucun document ni essai dans le DMP de l'homonyme"
    other = scene.patient("homonyme")
    value = other.ins.value if other.ins else ""
    strays = [e for e in sendings(scene) if any(seen.value == value for seen in e.measures.ins)]
    if strays:
        return failed(expected, f"{len(strays)} dépôt(s) au nom de l'homonyme", strays, hint=_HINT)
    return passed(expected, "rien n'a été déposé")


@check("chacune-son-compte-rendu", absence=True)
def each_her_own(scene: Scene) -> Finding:
    """Aucun DMP ne reçoit le compte rendu de l'examen d'une autre.

    Params: ``aliases``, whose DMP are looked at.
    A report that never arrives went to nobody: that is no business of this rule. One that says of no exam known whose
    it is may be either's: nothing is concluded from where it went.
    """
    expected = "dans chaque DMP, le compte rendu de cette patiente, et lui seul"
    nobody_s = []
    for exchange in scene.exchanges(SUBMISSION):
        named, owner = {seen.value for seen in exchange.measures.ins}, _owner_of(scene, exchange)
        if len(named) > 1 or (owner and named != {owner}):
            return failed(expected, _listing(exchange.measures.ins), [exchange], hint=_HINT)
        if not (owner or exchange.refusal):
            nobody_s.append(exchange)
    sent = served_submissions(scene)
    counts: dict[str, int] = {}
    for alias in scene.params["aliases"]:
        state = state_since(scene, expected, alias)
        if not isinstance(state, State):
            return state
        counts[alias] = len(_filed(state, sent))
    told = ", ".join(f"{alias} : {count}" for alias, count in counts.items())
    if max(counts.values()) > 1:
        return failed(expected, f"comptes rendus par DMP ({told})", sent, hint=_HINT)
    if nobody_s:
        return inconclusive(expected, "un dépôt ne dit pas de quel examen est son compte rendu", nobody_s)
    return passed(expected, f"comptes rendus par DMP ({told})", sent)


def _filed(state: State, sent: Iterable[Exchange]) -> list[dict[str, Any]]:
    """The documents these submissions left in a DMP, their signatures apart."""
    ids = {measure.unique_id for exchange in sent for measure in exchange.measures.documents}
    documents = (document for document in state.data["documents"] if document["unique_id"] in ids)
    return [document for document in documents if document.get("type") != SIGNATURE_TYPE.code]


def _owner_of(scene: Scene, exchange: Exchange) -> str:
    """INS of the patient whose exam the report is about, "" when its CDA names no exam of the scenario.

    A CDA given to the product whole is about the patient it names: what it says of an exam is another's.
    """
    if scene.report_was_given:
        return next((seen.value for seen in exchange.measures.ins if seen.place == "cda"), "")
    owners: dict[str, str] = {}
    for event in scene.of(World):
        ins = scene.patient(event.alias).ins if event.kind == "exam" else None
        if ins is not None:
            owners |= {event.data["accession_number"]: ins.value, event.data["study_uid"]: ins.value}
    named = (
        name
        for cda in scene.reports(exchange).values()
        for name in (*(value for _, value in cda.accession_numbers), *cda.study_uids)
    )
    return next((owners[name] for name in named if name in owners), "")


@invariant("ins-concordante", rule="DMP-INS-18")
def same_ins_everywhere(scene: Scene) -> Finding | None:
    """Dans un même dépôt, une seule INS et un seul OID. Source : volet de transmission d'un CDA en HL7v2."""
    expected = "une seule INS, sous un seul OID, dans chaque dépôt"
    submissions = [exchange for exchange in scene.exchanges(SUBMISSION) if exchange.measures.ins]
    for exchange in submissions:
        if len({_key(seen) for seen in exchange.measures.ins}) > 1:
            return failed(expected, _listing(exchange.measures.ins), [exchange], hint=_HINT)
    return passed(expected, f"{len(submissions)} dépôt(s)", submissions) if submissions else None


def of_patient(scene: Scene, exchanges: Iterable[Exchange]) -> tuple[Exchange, ...]:
    """The exchanges that speak of the scenario's patient, anywhere in the message."""
    ins = scene.patient().ins
    return tuple(exchange for exchange in exchanges if ins is not None and ins.value in scene.named(exchange))

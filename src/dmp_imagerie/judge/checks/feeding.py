"""Checks on the feeding of the DMP: was a report sent, how many times, to whom."""

from collections.abc import Iterable

from dmp_imagerie.judge.engine import taken
from dmp_imagerie.judge.finding import Finding, failed, inconclusive, passed
from dmp_imagerie.judge.registry import check
from dmp_imagerie.judge.scene import MAIN_PATIENT, Scene
from dmp_imagerie.model.events import HL7, Exchange, State

SUBMISSION = "TD2.1"


def sendings(scene: Scene) -> tuple[Exchange, ...]:
    """All that was sent to feed the DMP: submissions, and HL7 messages meant for it that the platform made none of."""
    submissions, messages = scene.exchanges(SUBMISSION), scene.exchanges(HL7)
    lost = (one for one in messages if scene.asks_to_file(one) and not _carried(one, messages, submissions))
    return tuple(sorted((*submissions, *lost), key=lambda exchange: exchange.seq))


def _carried(message: Exchange, messages: Iterable[Exchange], submissions: Iterable[Exchange]) -> bool:
    """Whether the platform submitted something for ``message``: before it answered it, and after the one before it of
    the same control id, which some products never change."""
    since = max(
        (one.seq for one in messages if one.control_id == message.control_id and one.seq < message.seq), default=0
    )
    return any(one.relayed == message.control_id and since < one.seq < message.seq for one in submissions)


def served_submissions(scene: Scene) -> tuple[Exchange, ...]:
    """The submissions the DMP took."""
    return scene.exchanges(SUBMISSION, served=True)


def nothing_to_judge(scene: Scene, expected: str) -> Finding:
    """What to say when no submission was taken: the reason the DMP gave, or that none came."""
    refused = scene.exchanges(SUBMISSION, served=False)
    if refused:
        codes = ", ".join(dict.fromkeys(exchange.refusal for exchange in refused))
        return inconclusive(expected, f"le DMP a refusé le dépôt : {codes}", refused)
    messages = scene.exchanges(HL7, served=False)
    if messages:
        codes = ", ".join(dict.fromkeys(exchange.refusal for exchange in messages))
        return inconclusive(expected, f"la PFI a refusé le message HL7 : {codes}", messages)
    alerts = scene.exchanges("TD0.2", served=False)
    if alerts:
        return inconclusive(expected, f"aucun dépôt ; le DMP a refusé TD0.2 : {alerts[-1].refusal}", alerts)
    return inconclusive(expected, "aucun dépôt reçu par le DMP")


def state_since(scene: Scene, expected: str, alias: str = MAIN_PATIENT) -> State | Finding:
    """What the DMP held of a patient once it had taken the last submission, or why nothing can be said."""
    sent = served_submissions(scene)
    if not sent:
        return nothing_to_judge(scene, expected)
    state = scene.dmp_of(scene.patient(alias))
    if state is None or state.seq < sent[-1].seq:
        return inconclusive(expected, "l'état du DMP n'a pas été relevé depuis le dépôt", sent)
    return state


@check("depot-recu-une-fois")
def received_once(scene: Scene) -> Finding:
    """Le DMP a reçu le compte rendu, une seule fois."""
    expected = "un dépôt (TD2.1) accepté par le DMP, un seul"
    received = served_submissions(scene)
    if not received:
        return nothing_to_judge(scene, expected)
    if len(received) > 1:
        return failed(expected, f"{len(received)} dépôts acceptés", received, hint="La file d'envoi rejoue-t-elle ?")
    return passed(expected, "un dépôt accepté", received)


@check("aucun-depot", absence=True)
def no_submission(scene: Scene) -> Finding:
    """Aucun document n'a été envoyé au DMP, accepté ou non. Source : feuillet, « Alimenter » 1."""
    expected = "aucun dépôt (TD2.1)"
    received = sendings(scene)
    if not received:
        return passed(expected, "aucun dépôt")
    status = scene.patient().identity_status.value
    return failed(
        expected,
        f"{len(received)} dépôt(s), identité « {status} »",
        received,
        hint="L'envoi ne regarde pas le statut local de l'identité (PID-32) avant la mise en file.",
    )


@check("aucun-depot-une-fois-declassee", absence=True)
def no_submission_since(scene: Scene) -> Finding:
    """Une fois l'identité déclassée dans le produit, plus aucun document n'arrive au DMP. Source : feuillet ❶.

    What a DMP that is away refuses may have been decided before: only what it takes counts.
    """
    expected = "aucun dépôt (TD2.1) pris par le DMP une fois l'identité déclassée"
    changes = [verb for verb in scene.verbs("update_patient") if taken(verb)]
    if not changes:
        return inconclusive(expected, "le produit n'a pas enregistré le changement d'identité", scene.verbs())
    late = [exchange for exchange in served_submissions(scene) if exchange.seq > changes[-1].seq]
    if not late:
        return passed(expected, "aucun dépôt depuis", changes)
    return failed(
        expected,
        f"{len(late)} dépôt(s), identité « {scene.patient().identity_status.value} »",
        [*changes, *late],
        hint="L'identité est-elle relue au moment de l'envoi, ou seulement à la validation ?",
    )

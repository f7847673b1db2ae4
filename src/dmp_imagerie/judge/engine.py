"""Judges one recorded judgement: the same code during a run, in a replay and under another policy."""

from dmp_imagerie.catalogue.policy import Policy
from dmp_imagerie.journal.view import Journal
from dmp_imagerie.judge import finding as say
from dmp_imagerie.judge.finding import Finding
from dmp_imagerie.judge.registry import CHECKS, Check
from dmp_imagerie.judge.scene import Scene, SceneError
from dmp_imagerie.model.events import Alert, Barrier, Exchange, Judgement, ScenarioEnd, Verb
from dmp_imagerie.model.verdicts import Outcome

CONTROL = "temoin"
KIT_ALERT = "banc"


def judge(journal: Journal, judgement: Judgement, policy: Policy) -> Finding:
    """Return the finding of ``judgement`` over what ``journal`` held up to its moment. Never raises.

    A prerequisite that failed, a means that is missing and a fault of the kit are told apart from the rule itself; a
    control that fails is inconclusive, never red; what arrives after the end of its scenario still counts.
    """
    check = CHECKS.get(judgement.check)
    if check is None:
        return say.kit_error("", f"contrôle inconnu de cette version : {judgement.check}")
    scene = Scene(journal, judgement.scenario, judgement.upto, policy=policy, params=judgement.params)
    found = _prerequisites(journal, scene, check) or _ask(check, scene)
    if found.outcome is Outcome.CONFORME and check.absence:
        found = _late(journal, judgement, policy, check) or found
    if found.outcome is Outcome.NON_CONFORME and judgement.role == CONTROL:
        return say.inconclusive(found.expected, f"témoin en échec : {found.observed}", found.evidence, hint=found.hint)
    return found


def status_of(verb: Verb) -> str:
    """Status the connector gave a verb ("" when it gave none)."""
    return str((verb.outcome or {}).get("status", ""))


def _ask(check: Check, scene: Scene) -> Finding:
    try:
        return check.function(scene)
    except SceneError as error:
        return say.kit_error(check.doc, str(error))
    except Exception as error:  # noqa: BLE001 - a broken check is the kit's fault, and must be said, not raised
        return say.kit_error(check.doc, f"le contrôle {check.name} a échoué : {type(error).__name__} : {error}")


def _prerequisites(journal: Journal, scene: Scene, check: Check) -> Finding | None:
    alerts = [alert for alert in scene.of(Alert) if alert.kind == KIT_ALERT]
    if alerts:
        return say.kit_error(check.doc, alerts[0].message, alerts)
    for verb in scene.verbs():
        if verb.fault:
            return say.kit_error(check.doc, f"{verb.name} : {verb.fault}", [verb])
        if verb.phase != "bench" and status_of(verb) == "unsupported":
            return say.unverifiable(check.doc, f"le connecteur n'offre pas « {verb.name} »", verb.name)
        if verb.phase == "given" and status_of(verb) in ("refused", "failed"):
            told = " ; ".join((verb.outcome or {}).get("messages", ())) or "sans message"
            return say.inconclusive(check.doc, f"préalable non tenu, {verb.name} : {told}", [verb])
    if "tls" in check.needs and journal.header.transport != "https":
        return say.unverifiable(check.doc, "aucune session TLS dans ce mode", "tls")
    if check.absence:
        return _quiet(scene, check)
    return None


def _quiet(scene: Scene, check: Check) -> Finding | None:
    acts = [verb.seq for verb in scene.verbs() if verb.phase == "when"]
    if not acts:
        return say.inconclusive(check.doc, "rien n'a été demandé au produit : une absence ne prouve rien")
    barrier = scene.barrier
    if barrier is None or barrier.seq < acts[-1] or barrier.kind == "none":
        reason = barrier.reason if isinstance(barrier, Barrier) and barrier.reason else "aucune attente de fin d'envoi"
        return say.inconclusive(check.doc, f"une absence ne peut être constatée : {reason}")
    return None


def _late(journal: Journal, judgement: Judgement, policy: Policy, check: Check) -> Finding | None:
    """A forbidden exchange that arrives once its scenario is over is still the product's."""
    events = journal.of_scenario(judgement.scenario)
    ended = next((event.seq for event in events if isinstance(event, ScenarioEnd)), None)
    if ended is None or not any(isinstance(event, Exchange) and event.seq > ended for event in events):
        return None
    found = _ask(check, Scene(journal, judgement.scenario, events[-1].seq, policy=policy, params=judgement.params))
    if found.outcome is not Outcome.NON_CONFORME:
        return None
    return say.failed(found.expected, f"{found.observed} (après la fin du scénario)", found.evidence, hint=found.hint)

"""Judges one recorded judgement: the same code during a run, in a replay and under another policy."""

import msgspec

from dmp_imagerie.catalogue.policy import Policy
from dmp_imagerie.journal.view import Journal
from dmp_imagerie.judge import finding as say
from dmp_imagerie.judge.finding import Finding
from dmp_imagerie.judge.registry import CHECKS, Check
from dmp_imagerie.judge.scene import Scene, SceneError
from dmp_imagerie.judge.unsupported import lacking
from dmp_imagerie.judge.words import first_excuse, words_of
from dmp_imagerie.model.events import CONTROL, Alert, Barrier, Exchange, Judgement, ScenarioEnd, Verb
from dmp_imagerie.model.verdicts import Outcome

KIT_ALERT = "banc"


def judge(journal: Journal, judgement: Judgement, policy: Policy) -> Finding:
    """Return the finding of ``judgement`` over what ``journal`` held up to its moment. Never raises.

    A prerequisite that failed, a means that is missing and a fault of the kit are told apart from the rule itself; a
    control that fails is inconclusive, never red; what arrives later still counts, until the product is asked
    something else. An absence needs quiet, and no exchange left without name or owner; what was seen needs neither.
    When nothing can be concluded, the reason that the product gave its user is quoted.
    """
    check = CHECKS.get(judgement.check)
    if check is None:
        return say.kit_error("", f"contrôle inconnu de cette version : {judgement.check}")
    scene = Scene(journal, judgement.scenario, judgement.upto, policy=policy, params=judgement.params)
    found = _aside(check, scene) or _prerequisites(journal, scene, check)
    found = found or _excused(scene, judgement, _ask(check, scene))
    if found.outcome is Outcome.CONFORME:
        found = _late(journal, judgement, policy, check) or found
    if found.outcome is Outcome.CONFORME and check.absence:
        found = _quiet(scene, check) or _unknown(scene, check) or _stray(journal, check) or found
    if found.outcome is Outcome.NON_CONFORME and judgement.role == CONTROL:
        return say.inconclusive(found.expected, f"témoin en échec : {found.observed}", found.evidence, hint=found.hint)
    return found


def _excused(scene: Scene, judgement: Judgement, found: Finding) -> Finding:
    """Quote the product's words beside what did not happen; what is red without a doubt needs none."""
    open_ended = found.outcome is Outcome.INCONCLUSIF
    failed_control = found.outcome is Outcome.NON_CONFORME and judgement.role == CONTROL
    verb = first_excuse(scene) if open_ended or failed_control else None
    if verb is None:
        return found
    told = f"{found.observed} ; le produit a répondu : {status_of(verb)}, « {words_of(verb)} »"
    return msgspec.structs.replace(found, observed=told, evidence=(*found.evidence, verb.seq))


def began(verb: Verb) -> int:
    """Number of the last event before ``verb`` was called; its own number when that is not known."""
    return verb.since or verb.seq


def status_of(verb: Verb) -> str:
    """Status the connector gave a verb ("" when it gave none)."""
    return str((verb.outcome or {}).get("status", ""))


def taken(verb: Verb) -> bool:
    """Whether the product took what was asked of it, now or for later."""
    return status_of(verb) in ("done", "accepted")


def _aside(check: Check, scene: Scene) -> Finding | None:
    why = check.aside(scene)
    return say.not_applicable(check.doc, why) if why else None


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
            return say.driver_error(check.doc, f"{verb.name} : {verb.fault}", [verb])
        if verb.skipped:
            return say.unverifiable(check.doc, f"« {verb.name} » n'a pas été fait : {verb.skipped}", verb.name)
        if verb.phase != "bench" and status_of(verb) == "unsupported":
            return say.unverifiable(check.doc, lacking(scene, verb), verb.name)
        if verb.phase == "given" and status_of(verb) in ("refused", "failed"):
            told = f"« {words_of(verb)} »" if words_of(verb) else "sans message"
            return say.inconclusive(check.doc, f"préalable non tenu, {verb.name} : {told}", [verb])
    if "tls" in check.needs and journal.header.transport != "https":
        return say.unverifiable(check.doc, "aucune session TLS dans ce mode", "tls")
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
    """A forbidden exchange that arrives once the check was asked is still the product's, if no other act caused it."""
    after = [event for event in journal.of_scenario(judgement.scenario) if event.seq > judgement.upto]
    acts = (began(event) for event in after if isinstance(event, Verb) and event.phase == "when")
    until = min(acts, default=journal.last_seq)
    late = [event.seq for event in after if isinstance(event, Exchange) and event.seq <= until]
    if not late:
        return None
    found = _ask(check, Scene(journal, judgement.scenario, late[-1], policy=policy, params=judgement.params))
    if found.outcome is not Outcome.NON_CONFORME:
        return None
    ended = any(isinstance(event, ScenarioEnd) and event.seq < late[-1] for event in after)
    told = f"{found.observed} (après la fin du scénario)" if ended else f"{found.observed} (après le constat)"
    return say.failed(found.expected, told, found.evidence, hint=found.hint)


def _unknown(scene: Scene, check: Check) -> Finding | None:
    """A message about the patient that the DMP could not name may be the very one that must be absent."""
    unnamed = scene.exchanges("")
    if not unnamed:
        return None
    told = f"une absence ne peut être constatée : {len(unnamed)} message(s) que le DMP simulé n'a pas reconnu(s)"
    return say.inconclusive(check.doc, told, unnamed)


def _stray(journal: Journal, check: Check) -> Finding | None:
    """A message nobody owns may be the very one that must be absent."""
    strays = [
        event
        for event in journal.of_scenario("")
        if isinstance(event, Exchange) and (event.request.body or event.request.size)
    ]
    if not strays:
        return None
    told = f"une absence ne peut être constatée : {len(strays)} message(s) reçu(s) sans patient connu"
    return say.inconclusive(check.doc, told, strays)

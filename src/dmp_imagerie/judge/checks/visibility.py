"""Checks on who may see a document: what the submission says, and what the DMP then shows to whom."""

from dmp_imagerie.judge.checks.feeding import SUBMISSION, nothing_to_judge, served_submissions, state_since
from dmp_imagerie.judge.finding import Finding, failed, inconclusive, passed
from dmp_imagerie.judge.registry import check
from dmp_imagerie.judge.scene import Scene
from dmp_imagerie.model.events import State
from dmp_imagerie.model.values import Visibility
from dmp_imagerie.wire.metadata import Code

CODES = frozenset(visibility.value for visibility in Visibility)
SYSTEM = "1.2.250.1.213.1.1.4.13"
"""Code system of the DMP's restrictions (TRE_A07)."""
LEVELS = frozenset({"N", "R", "V"})
_HINT = "Comparez les confidentialityCode de la fiche avec le choix fait avant la validation."


def _shown_to(scene: Scene, reader: str, *, wanted: bool, expected: str) -> Finding:
    state = state_since(scene, expected)
    if not isinstance(state, State):
        return state
    sent = served_submissions(scene)
    ids = {entry.unique_id for exchange in sent for entry in scene.entries(exchange)}
    held = [document for document in state.data["documents"] if document["unique_id"] in ids]
    if not held:
        return inconclusive(expected, "le document déposé n'est pas dans le DMP de la patiente", [*sent, state])
    wrong = [document for document in held if document[f"visible_to_{reader}"] is not wanted]
    if wrong:
        codes = ", ".join(wrong[0]["confidentiality"]) or "aucun code"
        return failed(expected, f"codes déposés : {codes}", [*sent, state], hint=_HINT)
    return passed(expected, evidence=[*sent, state])


@check("visible-de-la-patiente")
def visible_to_patient(scene: Scene) -> Finding:
    """Le compte rendu déposé est visible de la patiente."""
    return _shown_to(scene, "patient", wanted=True, expected="le document déposé est visible de la patiente")


@check("invisible-a-la-patiente")
def hidden_from_patient(scene: Scene) -> Finding:
    """Le compte rendu déposé est invisible à la patiente. Source : feuillet ❸."""
    return _shown_to(scene, "patient", wanted=False, expected="le document déposé est invisible à la patiente")


@check("visible-des-professionnels")
def visible_to_professionals(scene: Scene) -> Finding:
    """Le compte rendu déposé reste visible des professionnels. Source : feuillet ❸."""
    return _shown_to(scene, "professionals", wanted=True, expected="le document déposé est visible des professionnels")


@check("masque-aux-professionnels")
def masked_from_professionals(scene: Scene) -> Finding:
    """Le compte rendu déposé est masqué aux professionnels, hors son auteur. Source : feuillet ❸."""
    return _shown_to(scene, "professionals", wanted=False, expected="le document déposé est masqué aux professionnels")


@check("visible-des-representants")
def visible_to_representatives(scene: Scene) -> Finding:
    """Le compte rendu déposé est visible des représentants légaux."""
    return _shown_to(
        scene, "representatives", wanted=True, expected="le document déposé est visible des représentants légaux"
    )


@check("invisible-aux-representants")
def hidden_from_representatives(scene: Scene) -> Finding:
    """Le compte rendu déposé est invisible aux représentants légaux. Source : feuillet ❸."""
    return _shown_to(
        scene, "representatives", wanted=False, expected="le document déposé est invisible aux représentants légaux"
    )


@check("choix-dans-le-premier-depot")
def choice_in_first_submission(scene: Scene) -> Finding:
    """Le premier dépôt porte exactement le choix de visibilité fait avant l'envoi. Source : feuillet ❸, EX_2.1-1050.

    Params: ``codes``, the restriction codes chosen. Codes that are no restriction of the DMP are wrong too, and so are
    the DMP's words under another code system.
    """
    chosen = set(scene.params["codes"])
    expected = "le premier dépôt porte : " + (", ".join(sorted(chosen)) or "aucune restriction")
    attempts = scene.exchanges(SUBMISSION)
    if not attempts:
        return nothing_to_judge(scene, expected)
    first = attempts[0]
    entries = scene.entries(first)
    if not entries:
        return inconclusive(expected, "aucune fiche de document lisible dans le premier dépôt", [first])
    for entry in entries:
        sent = {_restriction(code) for code in entry.confidentiality if code.code not in LEVELS}
        if sent != chosen:
            observed = "le premier dépôt porte : " + (", ".join(sorted(sent)) or "aucune restriction")
            unknown = sent - CODES
            hint = f"Code inconnu du DMP : {', '.join(sorted(unknown))}." if unknown else _HINT
            return failed(expected, observed, [first], hint=hint)
    if first.refusal:
        return nothing_to_judge(scene, expected)
    return passed(expected, evidence=[first])


def _restriction(code: Code) -> str:
    """A restriction as it is compared: by its code, and by its code system too when that is not the DMP's."""
    return f"{code.code} ({code.scheme})" if code.code in CODES and code.scheme != SYSTEM else code.code

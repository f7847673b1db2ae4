"""What a declaration is worth: a statement with its evidence, then someone's signed decision. Never « conforme »."""

from datetime import datetime

from dmp_imagerie.judge.finding import Finding, failed
from dmp_imagerie.judge.registry import check
from dmp_imagerie.judge.scene import Scene
from dmp_imagerie.model.events import Acceptance, Declared
from dmp_imagerie.model.verdicts import Outcome


@check("declaration")
def declaration(scene: Scene) -> Finding:
    """Le centre déclare se conformer à la règle : date, signataire, pièce ; quelqu'un de nommé l'a acceptée ou non."""
    expected = "une déclaration datée, signée, avec sa pièce, acceptée par une personne nommée"
    told = scene.declaration()
    if told is None:
        return Finding(outcome=Outcome.A_ATTESTER, expected=expected, observed="aucune déclaration")
    piece = f"{told.evidence_name} ({told.evidence[:12]}…)"
    said = f"« {told.statement} », déclaré par {told.by}, le {told.on}, pièce {piece}"
    if told.answer and not scene.kept(told.evidence):
        return _found(Outcome.A_ATTESTER, expected, f"« {told.statement} », sans pièce", told)
    if not told.answer:
        return failed(expected, f"le centre déclare ne pas s'y conformer : {said}", [told])
    decided = told.acceptance
    if decided is None:
        return _found(Outcome.DECLARE, expected, f"{said} ; pas encore acceptée", told)
    if wrong := _wrong(told, decided):
        return failed(expected, f"{said} ; {wrong}", [told])
    today = datetime.fromisoformat(told.wall).date().isoformat()
    if not decided.on <= today <= decided.until:
        span = f"du {decided.on} au {decided.until}"
        return _found(Outcome.DECLARE, expected, f"{said} ; acceptation hors validité ({span})", told)
    return _found(
        Outcome.ATTESTE, expected, f"{said} ; acceptée par {decided.by} le {decided.on}, jusqu'au {decided.until}", told
    )


def _wrong(told: Declared, decided: Acceptance) -> str:
    """Why this decision settles the rule the other way, or cannot be what it says; "" when it holds."""
    if not decided.accepted:
        return f"refusée par {decided.by} le {decided.on}"
    if _name(decided.by) == _name(told.by):
        return f"acceptée par qui l'a faite ({decided.by})"
    if decided.on < told.on:
        return f"acceptée le {decided.on}, avant d'être faite"
    if decided.evidence and decided.evidence != told.evidence:
        return f"acceptée par {decided.by} sur une autre pièce ({decided.evidence[:12]}…)"
    return ""


def _name(signature: str) -> str:
    """Someone's name without their function (« Prénom Nom, fonction »), as it is compared."""
    return " ".join(signature.partition(",")[0].casefold().split())


def _found(outcome: Outcome, expected: str, observed: str, told: Declared) -> Finding:
    return Finding(outcome=outcome, expected=expected, observed=observed, evidence=(told.seq,))

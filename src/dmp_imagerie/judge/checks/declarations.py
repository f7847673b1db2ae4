"""What a declaration is worth: a statement with its evidence, then someone's signed decision. Never « conforme »."""

from datetime import datetime

from dmp_imagerie.judge.finding import Finding, failed
from dmp_imagerie.judge.registry import check
from dmp_imagerie.judge.scene import Scene
from dmp_imagerie.model.events import Declared
from dmp_imagerie.model.verdicts import Outcome


@check("declaration")
def declaration(scene: Scene) -> Finding:
    """Le centre déclare se conformer à la règle : date, signataire, pièce ; quelqu'un de nommé l'a acceptée ou non."""
    expected = "une déclaration datée, signée, avec sa pièce, acceptée par une personne nommée"
    told = scene.declaration()
    if told is None:
        return Finding(outcome=Outcome.A_ATTESTER, expected=expected, observed="aucune déclaration")
    said = f"« {told.statement} » — {told.by}, le {told.on} ; pièce {told.evidence_name} ({told.evidence[:12]}…)"
    if told.answer and not scene.kept(told.evidence):
        return _found(Outcome.A_ATTESTER, expected, f"« {told.statement} », sans pièce", told)
    if not told.answer:
        return failed(expected, f"le centre déclare ne pas s'y conformer : {said}", [told])
    decided = told.acceptance
    if decided is None:
        return _found(Outcome.DECLARE, expected, f"{said} ; pas encore acceptée", told)
    if not decided.accepted:
        return _found(Outcome.DECLARE, expected, f"{said} ; refusée par {decided.by} le {decided.on}", told)
    today = datetime.fromisoformat(told.wall).date().isoformat()
    if not told.on <= decided.on <= today <= decided.until:
        span = f"du {decided.on} au {decided.until}"
        return _found(Outcome.DECLARE, expected, f"{said} ; acceptation hors validité ({span})", told)
    return _found(
        Outcome.ATTESTE, expected, f"{said} ; acceptée par {decided.by} le {decided.on}, jusqu'au {decided.until}", told
    )


def _found(outcome: Outcome, expected: str, observed: str, told: Declared) -> Finding:
    return Finding(outcome=outcome, expected=expected, observed=observed, evidence=(told.seq,))

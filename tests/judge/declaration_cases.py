"""Cases of the check on what the centre declares."""

import hashlib

from judge_cases import RED, Case, Tell, nothing

from dmp_imagerie.model.events import Acceptance
from dmp_imagerie.model.verdicts import Outcome


def centre(
    *,
    accepted: bool | None = None,
    answer: bool = True,
    evidence: bytes = b"affiche",
    looked_at: bytes = b"",
    **decision: str,
) -> Tell:
    """The centre's declaration, made on the first of November 2020, and what someone decided of it."""
    values = {"by": "Alix ESSAI, référente", "on": "2020-11-10", "until": "9999-12-31"} | decision
    values |= {"evidence": hashlib.sha256(looked_at).hexdigest()} if looked_at else {}
    decided = None if accepted is None else Acceptance(accepted=accepted, **values)
    return lambda story: story.declared(answer=answer, evidence=evidence, accepted=decided)


CASES = (
    Case("declaration", "acceptée", Outcome.ATTESTE, centre(accepted=True), "acceptée par Alix ESSAI"),
    Case("declaration", "pas encore acceptée", Outcome.DECLARE, centre(), "pas encore"),
    Case("declaration", "refusée", RED, centre(accepted=False), "refusée par Alix ESSAI"),
    Case("declaration", "refusée, il y a longtemps", RED, centre(accepted=False, until="2021-01-01"), "refusée par"),
    Case("declaration", "acceptée par qui l'a faite", RED, centre(accepted=True, by="sacha  essai, gérant"), "par qui"),
    Case("declaration", "sur cette pièce", Outcome.ATTESTE, centre(accepted=True, looked_at=b"affiche")),
    Case("declaration", "sur une autre pièce", RED, centre(accepted=True, looked_at=b"autre"), "autre pièce"),
    Case("declaration", "périmée", Outcome.DECLARE, centre(accepted=True, until="2021-01-01"), "hors validité"),
    Case("declaration", "pas encore valable", Outcome.DECLARE, centre(accepted=True, on="9999-01-01"), "hors validité"),
    Case("declaration", "acceptée avant d'être faite", RED, centre(accepted=True, on="2020-10-01"), "avant d'être"),
    Case("declaration", "acceptée le jour même", Outcome.ATTESTE, centre(accepted=True, on="2020-11-01")),
    Case("declaration", "le centre dit non", RED, centre(answer=False), "ne pas s'y conformer"),
    Case("declaration", "il dit non, et on l'accepte", RED, centre(answer=False, accepted=True), "ne pas s'y"),
    Case("declaration", "sans pièce", Outcome.A_ATTESTER, centre(evidence=b"", accepted=True), "sans pièce"),
    Case("declaration", "aucune", Outcome.A_ATTESTER, nothing, "aucune déclaration"),
)

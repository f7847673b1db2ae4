"""Who may read, and who owns, what is in a DMP.

Promises transactions one answer to "may this caller?": the patient's authorisation, block and oppositions, what is
masked, and the access matrix by the roles of the VIHF (never by the NameID).
Source: DMP interface §5 (authorisations, emergency modes), §6.1 (footnotes) and §6.2 (matrix).
"""

from dataclasses import dataclass

from dmp_imagerie.catalogue.habilitation import Decision, Right, allowed
from dmp_imagerie.endpoint import refusals
from dmp_imagerie.endpoint.admission import EMERGENCIES, specialty_of
from dmp_imagerie.endpoint.refusals import Refusal
from dmp_imagerie.endpoint.store import Document, Opposition, Record
from dmp_imagerie.endpoint.transactions.base import Call
from dmp_imagerie.model.values import AuthorisationStatus, Visibility

INDIRECT = "INDIRECTE"
_OPPOSITIONS = {"bris_de_glace": Opposition.BREAK_GLASS, "centre_15": Opposition.EMERGENCY_CALL}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """Documents a caller may read, by uniqueId, and what is to be known of those they may not."""

    documents: dict[str, Document]
    alerts: tuple[str, ...] = ()


def access_refusal(record: Record, call: Call) -> Refusal | None:
    """Why the caller may not read this DMP; None when they may. A block always holds.

    Emergency modes do without an authorisation, unless the patient refused them. Any other purpose is the normal one.
    """
    status, purpose = record.authorisation(call.vihf.name_id), call.vihf.purpose
    if status is AuthorisationStatus.BLOCKED:
        return Refusal(refusals.BLOCKED, "Le patient a bloqué l'accès de ce professionnel à son DMP")
    if purpose in EMERGENCIES:
        if _OPPOSITIONS[purpose] in record.oppositions:
            return Refusal(refusals.OPPOSED, f"Le patient s'est opposé à l'accès en mode {purpose}")
        return None
    if status is AuthorisationStatus.VALID:
        return None
    return Refusal(
        refusals.NOT_AUTHORISED,
        f"Autorisation d'accès {status.value} pour ce professionnel : la déclarer (TD0.3) après accord du patient",
    )


def require_access(record: Record, call: Call) -> None:
    """Refuse a professional who may not read this DMP."""
    refusal = access_refusal(record, call)
    if refusal is not None:
        raise refusal


def sight(record: Record, call: Call) -> Sight:
    """What a caller whom the DMP is open to may read in it. What is not settled in the matrix is not open."""
    profession, specialty = specialty_of(call.vihf)
    shown: dict[str, Document] = {}
    alerts: list[str] = []
    for unique_id, document in record.documents.items():
        if document.deleted or not _unmasked(document, record, call):
            continue
        type_code, class_code = _codes(document)
        right = allowed(profession, specialty, type_code, class_code)
        if right.decision is Decision.YES:
            shown[unique_id] = document
        else:
            alerts.append(_withheld(right, profession, type_code))
    return Sight(documents=shown, alerts=tuple(dict.fromkeys(alerts)))


def owns(document: Document, call: Call) -> bool:
    """Whether the document is the caller's own: they, or their structure, wrote it or submitted it.

    The submission counts because a CDA that the product only carries keeps its own authors. In INDIRECTE mode the
    structure alone speaks.
    """
    structure = call.vihf.structure_id
    by_structure = document.written_in(structure) or document.submitted_from(structure)
    return by_structure or (call.vihf.mode != INDIRECT and document.written_by(call.vihf.name_id))


def _unmasked(document: Document, record: Record, call: Call) -> bool:
    """What is masked from professionals shows to its author, and in emergencies if the patient allowed it."""
    if not document.hidden(Visibility.MASKED_FROM_PROFESSIONALS) or document.written_by(call.vihf.name_id):
        return True
    return call.vihf.purpose in EMERGENCIES and record.shows_masked


def _codes(document: Document) -> tuple[str, str]:
    type_code, class_code = document.entry.type_code, document.entry.class_code
    return type_code.code if type_code else "", class_code.code if class_code else ""


def _withheld(right: Right, profession: str, type_code: str) -> str:
    settled = right.decision is Decision.NO
    reason = "non ouvert" if settled else "droit à confirmer, traité comme non ouvert"
    return (
        f"Habilitation : document de type {type_code or 'inconnu'} non rendu à la profession "
        f"« {profession or 'inconnue'} » : {reason} (source : « {right.source} » ; relevé du {right.as_of})"
    )

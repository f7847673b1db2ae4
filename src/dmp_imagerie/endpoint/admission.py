"""At the door of the DMP: WS-Addressing, then the VIHF, then what its authentication mode may do.

Promises `endpoint.dmp` that a request admitted has a speaker, a patient and a right to the transaction, and that each
reason to turn one away has its own answer.
Source: DMP interface §1, §2 and §6.1; answers observed on the DMP, survey of real connectors §4.3.
"""

from collections.abc import Iterator, Mapping

from dmp_imagerie.endpoint import refusals
from dmp_imagerie.endpoint.refusals import Refusal
from dmp_imagerie.model.events import VihfMeasure
from dmp_imagerie.wire.codes import ACTIONS
from dmp_imagerie.wire.namespaces import WSSE
from dmp_imagerie.wire.read.signature import SignatureMeasure
from dmp_imagerie.wire.read.soap import SoapMessage
from dmp_imagerie.wire.read.vihf import Vihf

DIRECT = "DIRECTE"
RIGHTS: Mapping[str, frozenset[str]] = {
    DIRECT: frozenset({"TD0.2", "TD0.3", "TD2.1", "TD3.1", "TD3.2"}),
    # TD3.1 by reference only: the transaction itself refuses the list of documents.
    "INDIRECTE": frozenset({"TD0.2", "TD2.1", "TD3.1"}),
    "INDIRECTE_RENFORCEE": frozenset({"TD0.2", "TD0.3", "TD3.1", "TD3.2"}),
}
"""What each authentication mode may do. Source: functional rights v1.8, DMP interface §6.1."""

_WITH_SPECIALTY = frozenset({"10", "21"})  # doctors and pharmacists


def require_addressing(message: SoapMessage, *, lenient: bool) -> None:
    """Refuse what the DMP refuses in the headers; an empty To is accepted, and no ReplyTo when ``lenient``."""
    addressing = message.addressing
    if message.duplicated_headers:
        names = ", ".join(message.duplicated_headers)
        raise Refusal(refusals.HEADER_INVALID, f"A header is repeated: {names}")
    absent = addressing.to is None or (addressing.reply_to is None and not lenient)
    if absent or not addressing.message_id or not addressing.action:
        raise Refusal(
            refusals.HEADER_REQUIRED, "A required header representing a Message Addressing Property is not present"
        )
    if message.security_must_understand:
        reason = f"MustUnderstand headers: [{{{WSSE}}}Security] are not understood"
        raise Refusal(refusals.MUST_UNDERSTAND, reason, fault="MustUnderstand")


def require_vihf(vihf: Vihf | None, problem: str, signature: SignatureMeasure) -> Vihf:
    """Refuse a VIHF that is absent, unreadable (``problem`` says why), badly signed or incomplete."""
    if vihf is None:
        raise Refusal(refusals.VIHF_MISSING, problem or "Aucun en-tête wsse:Security : le VIHF est obligatoire")
    if signature.status == "absente" and vihf.mode != DIRECT:
        raise Refusal(refusals.VIHF_UNSIGNED, f"VIHF non signé : refusé en authentification {vihf.mode or 'inconnue'}")
    if signature.status == "invalide":
        raise _invalid_certificate(signature.reason)
    if signature.status == "valide" and signature.signer_purpose != "signature":
        raise _invalid_certificate("Not a valid signature certificate")
    if not vihf.name_id or not vihf.ins:
        absent = "NameID (identifiant du professionnel)" if not vihf.name_id else "resource-id (INS du patient)"
        raise Refusal(refusals.VIHF_INCOMPLETE, f"VIHF incomplet : {absent} absent ou illisible")
    if vihf.roles and vihf.roles[0].code in _WITH_SPECIALTY and len(vihf.roles) == 1:
        raise Refusal(
            refusals.SPECIALTY_MISSING, "Aucune spécialité dans le vihf. Spécialité obligatoire pour les Médecins"
        )
    return vihf


def require_right(vihf: Vihf, transaction: str) -> None:
    """Refuse a transaction that the authentication mode does not open."""
    rights = RIGHTS.get(vihf.mode)
    if rights is None:
        raise Refusal(refusals.VIHF_INCOMPLETE, f"Mode d'authentification « {vihf.mode} » inconnu")
    if transaction not in rights:
        raise Refusal(refusals.MODE_FORBIDDEN, f"{transaction} n'est pas ouverte à l'authentification {vihf.mode}")


def oddities(message: SoapMessage, vihf: Vihf | None, signature: SignatureMeasure, transaction: str) -> Iterator[str]:
    """What the DMP puts up with and a vendor should know."""
    yield from message.warnings
    action = message.addressing.action
    if transaction and action and action != ACTIONS[transaction]:
        yield f"wsa:Action « {action} » au lieu de {ACTIONS[transaction]}"
    if message.addressing.reply_to is None:
        yield "wsa:ReplyTo absent : une seule source dit que le DMP l'exige"
    if vihf is not None:
        yield from vihf.warnings
        if signature.status == "absente" and vihf.mode == DIRECT:
            yield "VIHF non signé accepté en mode DIRECTE : tolérance du DMP à confirmer"


def measured_vihf(vihf: Vihf, signature: SignatureMeasure) -> VihfMeasure:
    """What the recorder keeps of a VIHF."""
    return VihfMeasure(
        name_id=vihf.name_id,
        mode=vihf.mode,
        structure_id=vihf.structure_id,
        roles=tuple(role.code for role in vihf.roles),
        signature=signature.status,
        signature_reason=signature.reason,
        signer=signature.signer_subject,
        purpose=signature.signer_purpose,
        algorithm=signature.algorithm,
    )


def _invalid_certificate(reason: str) -> Refusal:
    return Refusal(refusals.INVALID_CERTIFICATE, f"Le certificat ayant signé le VIHF est invalide : {reason}")

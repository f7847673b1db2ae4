"""At the door of the DMP: WS-Addressing, then the VIHF, then what its authentication mode may do.

Promises `endpoint.dmp` that a request admitted has a speaker, a patient and a right to the transaction, and that each
reason to turn one away has its own answer.
Source: DMP interface §1, §2 and §6.1; answers observed on the DMP, survey of real connectors §4.3.
"""

from collections.abc import Iterator, Mapping

from dmp_imagerie.catalogue.habilitation import PROFESSIONS
from dmp_imagerie.endpoint import refusals
from dmp_imagerie.endpoint.refusals import Refusal
from dmp_imagerie.model.events import VihfMeasure
from dmp_imagerie.wire.codes import ACTIONS
from dmp_imagerie.wire.namespaces import WSSE
from dmp_imagerie.wire.read.signature import SignatureMeasure
from dmp_imagerie.wire.read.soap import SoapMessage
from dmp_imagerie.wire.read.vihf import Vihf

DIRECT = "DIRECTE"
_UPDATES = frozenset({"TD3.3", "TD3.3a", "TD3.3b", "TD3.3c", "TD3.3d"})
RIGHTS: Mapping[str, frozenset[str]] = {
    DIRECT: frozenset({"TD0.2", "TD0.3", "TD0.4", "TD2.1", "TD3.1", "TD3.2"}) | _UPDATES,
    # TD3.1 by reference only: the transaction itself refuses the list of documents. TD0.4 is open in a limited scope
    # that no source describes: it is not simulated.
    "INDIRECTE": frozenset({"TD0.2", "TD2.1", "TD3.1", "TD3.3c"}),
    "INDIRECTE_RENFORCEE": frozenset({"TD0.2", "TD0.3", "TD0.4", "TD3.1", "TD3.2"}) | _UPDATES,
}
"""What each authentication mode may do. Source: functional rights v1.8, DMP interface §6.1."""

EMERGENCIES = frozenset({"bris_de_glace", "centre_15"})
NORMAL_ONLY = frozenset({"TD0.3", "TD3.3a", "TD3.3b"})
"""What emergency modes may not do. Source: ibidem."""

_WITH_SPECIALTY = frozenset({"10", "21"})  # doctors and pharmacists


def addressing_refusals(message: SoapMessage, *, lenient: bool) -> Iterator[Refusal]:
    """What the DMP refuses in the headers; an empty To is accepted, and no ReplyTo when ``lenient``."""
    addressing = message.addressing
    if message.version != "1.2":
        reason = f"SOAP {message.version} envelope: this service speaks SOAP 1.2"
        yield Refusal(refusals.VERSION_MISMATCH, reason, fault="VersionMismatch")
    if message.duplicated_headers:
        names = ", ".join(message.duplicated_headers)
        yield Refusal(refusals.HEADER_INVALID, f"A header is repeated: {names}")
    absent = addressing.to is None or (addressing.reply_to is None and not lenient)
    if absent or not addressing.message_id or not addressing.action:
        reason = "A required header representing a Message Addressing Property is not present"
        yield Refusal(refusals.HEADER_REQUIRED, reason)
    if message.security_must_understand:
        reason = f"MustUnderstand headers: [{{{WSSE}}}Security] are not understood"
        yield Refusal(refusals.MUST_UNDERSTAND, reason, fault="MustUnderstand")


def vihf_refusals(
    vihf: Vihf | None, problem: str, signature: SignatureMeasure, *, with_patient: bool
) -> Iterator[Refusal]:
    """What the DMP refuses in a VIHF: absent, unreadable (``problem`` says why), badly signed or incomplete."""
    if vihf is None:
        reason = problem or "Aucun en-tête wsse:Security : le VIHF est obligatoire"
        yield Refusal(refusals.VIHF_MISSING, reason, final=True)
        return
    if signature.status == "absente" and vihf.mode != DIRECT:
        yield Refusal(refusals.VIHF_UNSIGNED, f"VIHF non signé : refusé en authentification {vihf.mode or 'inconnue'}")
    if signature.status == "invalide":
        yield _invalid_certificate(signature.reason)
    if signature.status == "valide" and signature.signer_purpose != "signature":
        yield _invalid_certificate("Not a valid signature certificate")
    if not vihf.name_id:
        reason = "VIHF incomplet : NameID (identifiant du professionnel) absent ou illisible"
        yield Refusal(refusals.VIHF_INCOMPLETE, reason)
    if with_patient and not vihf.ins:
        reason = "VIHF incomplet : resource-id (INS du patient) absent ou illisible"
        yield Refusal(refusals.VIHF_INCOMPLETE, reason, final=True)
    if vihf.roles and vihf.roles[0].code in _WITH_SPECIALTY and len(vihf.roles) == 1:
        reason = "Aucune spécialité dans le vihf. Spécialité obligatoire pour les Médecins"
        yield Refusal(refusals.SPECIALTY_MISSING, reason)


def right_refusals(vihf: Vihf, transaction: str) -> Iterator[Refusal]:
    """A transaction that the authentication mode or the access mode does not open."""
    rights = RIGHTS.get(vihf.mode)
    if rights is None:
        yield Refusal(refusals.VIHF_INCOMPLETE, f"Mode d'authentification « {vihf.mode} » inconnu")
    elif transaction not in rights:
        yield Refusal(refusals.MODE_FORBIDDEN, f"{transaction} n'est pas ouverte à l'authentification {vihf.mode}")
    if vihf.purpose in EMERGENCIES and transaction in NORMAL_ONLY:
        yield Refusal(refusals.PURPOSE_FORBIDDEN, f"{transaction} n'est pas ouverte en mode {vihf.purpose}")


def specialty_of(vihf: Vihf) -> tuple[str, str | None]:
    """Profession and specialty that the roles of a VIHF claim: "" for no profession, None for no specialty."""
    if not vihf.roles or vihf.roles[0].code_system != PROFESSIONS:
        return "", None
    return vihf.roles[0].code, vihf.roles[1].code if len(vihf.roles) > 1 else None


def oddities(message: SoapMessage, vihf: Vihf | None, signature: SignatureMeasure, transaction: str) -> Iterator[str]:
    """What the DMP puts up with and a vendor should know; ``transaction`` is "" when it is not known."""
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

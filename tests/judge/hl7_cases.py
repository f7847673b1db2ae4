"""The invariants on messages to a platform (PFI), as scenes they must find red, green, open, or say nothing of."""

from collections.abc import Callable, Mapping
from typing import Any

from judge_cases import GREEN, RED, UNSPOKEN, Case, Tell, do, nothing, sent
from judge_documents import report
from message_cases import UNVERIFIABLE
from story import CENTRE, RADIOLOGIST_ID

from dmp_imagerie.connectors.faults.fault import OTHER_INS
from dmp_imagerie.connectors.hl7_rewriting import on_each, on_field, on_indicators, on_segments
from dmp_imagerie.model.events import HL7
from dmp_imagerie.wire.build.cda import ReportPatient
from dmp_imagerie.wire.build.hl7v2_documents import mdm, oru
from dmp_imagerie.wire.cda_codes import IMAGING_REPORT
from dmp_imagerie.wire.hl7v2 import DocumentRequest, Envelope, Flag, Identity, Order, PatientId, Sender, Visit

Change = Callable[[bytes], bytes]
INS_OID, LOCAL_OID = "1.2.250.1.213.1.4.10", f"{CENTRE.oid_root}.3"
INS = "279035121518989"
DOCUMENT = "1.2.250.1.999.1.1"
ENVELOPE = Envelope(
    application="RIS", facility="C", to_application="PFI", to_facility="P", control_id="42", sent_at="20260310"
)


def identity(**changes: Any) -> Identity:
    """Who the report of ``message_cases`` is about."""
    known: dict[str, Any] = {"ids": (PatientId(value=INS, kind="INS", oid=INS_OID),), "reliability": "VALI"}
    return Identity(family_name="ESSAI", **(known | changes))


def message(
    *changes: Change,
    form: Callable[[Envelope, DocumentRequest], bytes] = mdm,
    flags: Mapping[Flag, bool] | None = None,
    **fields: Any,
) -> bytes:
    """An MDM that is right, then changed; ``flags`` are those that say otherwise than « to the DMP, for all »."""
    known: dict[str, Any] = {
        "order": Order.NEW,
        "identity": identity(),
        "visit": Visit(patient_class="O", number="EP1"),
        "type": IMAGING_REPORT,
        "content": report(),
        "document_id": DOCUMENT,
        "sender": Sender(person_id=RADIOLOGIST_ID, structure_id=CENTRE.structure_id),
        "flags": dict.fromkeys(Flag, False) | {Flag.TO_DMP: True} | (flags or {}),
    }
    content = form(ENVELOPE, DocumentRequest(**(known | fields)))
    for change in changes:
        content = change(content)
    return content


def asked(*changes: Change, **fields: Any) -> Tell:
    """The platform received this message."""
    return received(message(*changes, **fields))


def received(content: bytes) -> Tell:
    """The platform received these bytes."""
    return lambda story: story.exchange(HL7, ins=(), vihf=None, body=content)


def field(name: str, number: int, value: str) -> Change:
    """This field written so, wherever it is."""
    return on_field(name, number, value)


def document(*parts: str) -> Change:
    """OBX-5 of the document with these components before its base64."""
    return on_each("OBX", lambda one: [*one[:5], _with(one[5], parts), *one[6:]] if one[2] == "ED" else one)


def _with(written: str, parts: tuple[str, ...]) -> str:
    return "^".join((*parts, written.rpartition("^")[2]))


def without(name: str) -> Change:
    """No such segment."""
    return on_segments(lambda segments: [one for one in segments if one[0] != name])


def mails(*yes: Flag, to_dmp: bool = True) -> dict[str, Any]:
    """Only these indicators say Y, beside DESTDMP."""
    return {"flags": {Flag.TO_DMP: to_dmp, **dict.fromkeys(yes, True)}}


def recipient(segments: list[list[str]]) -> list[list[str]]:
    """Someone to send a mail to."""
    to = ["PRT", "", "UC", "", "RCT^Result Copies To^participation", *[""] * 10, "^^X.400^a@essai.mssante.invalid"]
    return [*segments, to]


def of_other_ids(*more: tuple[str, str], number: str = INS) -> bytes:
    """The report of a patient of these identifiers."""
    ids = ((INS_OID, number), *more) if number else more
    return report(
        patient=ReportPatient(
            ids=ids, family_name="ESSAI", given_names=("A",), birth_date="19790328", sex="F", birth_place=""
        )
    )


def local(value: str = "IPP1", oid: str = LOCAL_OID) -> Identity:
    """The patient with an identifier of the centre's."""
    return identity(
        ids=(PatientId(value=value, kind="PI", oid=oid), PatientId(value=INS, kind="INS", oid=INS_OID)),
    )


OTHER_VOLET = field("MSH", 21, "1.1^CISIS_CDA_HL7_LPS")
NO_MESSAGE = sent()
LABORATORY = b"MSH|^~\\&|LABO||RIS||2026||ORU^R01|7|P|2.3\rPID|1||12\rOBX|1|NM|718-7||13.2\r"

_STRUCTURE, _ORDER, _FLAGS, _TYPES = (
    "message-hl7-du-volet",
    "ordre-hl7-coherent",
    "indicateurs-dmp-mssante",
    "types-des-indicateurs",
)
_DMP, _NUMBER, _PEOPLE = "destdmp-permis", "identifiant-du-document-hl7", "demandeur-et-destinataires-hl7"
_MAIL, _VISIT, _SAME = "combinaison-mssante", "venue-numerotee", "pid-3-et-cda"

CASES = (
    Case(_STRUCTURE, "un message d'identité", UNSPOKEN, asked(field("MSH", 9, "ADT^A31"))),
    Case(_STRUCTURE, "profil sans espace de noms", RED, asked(field("MSH", 21, "2.1")), "MSH-21 « 2.1^ »"),
    Case(_STRUCTURE, "aucun message HL7", UNSPOKEN, NO_MESSAGE),
    Case(_STRUCTURE, "MDM", GREEN, asked()),
    Case(_STRUCTURE, "ORU", GREEN, asked(form=oru)),
    Case(_STRUCTURE, "résultat de laboratoire", UNSPOKEN, received(LABORATORY)),
    Case(_STRUCTURE, "compte rendu reçu par courriel", UNSPOKEN, asked(OTHER_VOLET)),
    Case(_STRUCTURE, "illisible", UNSPOKEN, received(b"compte rendu")),
    Case(_STRUCTURE, "type répété, profil second", GREEN, asked(field("MSH", 21, "X^Y~2.1^ CISIS_CDA_HL7_V2"))),
    Case(_STRUCTURE, "MDM en 2.5", RED, asked(field("MSH", 12, "2.5")), "MSH-12 « 2.5 »"),
    Case(_STRUCTURE, "ORU en 2.6", RED, asked(field("MSH", 12, "2.6"), form=oru), "MSH-12"),
    Case(_STRUCTURE, "autre événement", RED, asked(field("MSH", 9, "MDM^T08^MDM_T02")), "MDM^T08"),
    Case(_STRUCTURE, "événement absent", RED, asked(field("MSH", 9, "MDM")), "MSH-9 « MDM »"),
    Case(_STRUCTURE, "édition 2.0", RED, asked(field("MSH", 21, "2.0^CISIS_CDA_HL7_V2")), "2.0"),
    Case(_STRUCTURE, "sans profil", RED, asked(field("MSH", 21, "")), "absent"),
    Case(_STRUCTURE, "base64 seul", RED, asked(document()), "OBX[1]-5.2"),
    Case(_STRUCTURE, "minuscules et majuscules", GREEN, asked(document("", "Text", "xml", "BASE64"))),
    Case(_STRUCTURE, "base64 faux", RED, asked(on_each("OBX", lambda one: [*one[:5], f"{one[5]}!", *one[6:]]))),
    Case(_STRUCTURE, "PDF nu", RED, asked(content=b"%PDF-1.4"), "ce n'est pas un CDA"),
    Case(_STRUCTURE, "aucun document", RED, asked(without("OBX")), "aucun CDA"),
    Case(_ORDER, "nouveau", GREEN, asked()),
    Case(_ORDER, "remplacement", GREEN, asked(order=Order.REPLACE, replaces="1.2")),
    Case(_ORDER, "retrait", GREEN, asked(order=Order.CANCEL)),
    Case(_ORDER, "retrait par ORU", GREEN, asked(order=Order.CANCEL, form=oru)),
    Case(_ORDER, "mot d'une autre édition", RED, asked(field("ORC", 1, "SC")), "ORC-1 « SC »"),
    Case(_ORDER, "sans ORC", RED, asked(without("ORC")), "ORC-1 absent"),
    Case(_ORDER, "T10 pour un nouveau", RED, asked(field("MSH", 9, "MDM^T10^MDM_T02")), "MDM^T10"),
    Case(_ORDER, "statut d'un remplacement", RED, asked(field("OBX", 11, "C"), form=oru), "OBX-11 « C »"),
    Case(_ORDER, "autre volet", UNSPOKEN, asked(OTHER_VOLET, field("ORC", 1, "SC"))),
    Case(_FLAGS, "les dix", GREEN, asked()),
    Case(_FLAGS, "un de moins", RED, asked(on_indicators(lambda all_: all_[1:])), "MASQUE_PS"),
    Case(_FLAGS, "aucun", RED, asked(on_indicators(lambda _all: [])), "absents"),
    Case(_FLAGS, "deux intervertis", RED, asked(on_indicators(lambda all_: [all_[1], all_[0], *all_[2:]])), "ordre"),
    Case(_FLAGS, "dit deux fois", RED, asked(on_indicators(lambda all_: [all_[0], *all_])), "ordre"),
    Case(_FLAGS, "O ou N", RED, asked(on_indicators(lambda all_: [[*all_[0][:5], "O"], *all_[1:]])), "ni Y ni N"),
    Case(
        _FLAGS,
        "nom du DMP",
        RED,
        asked(lambda m: m.replace(b"INVISIBLE_REP_LEGAUX", b"INVISIBLE_REPRESENTANTS_LEGAUX")),
        "inconnus : INVISIBLE_REPRESENTANTS_LEGAUX",
    ),
    Case(_FLAGS, "sans accusés", UNVERIFIABLE, asked(on_indicators(lambda all_: all_[:-2])), "facultatifs"),
    Case(_TYPES, "MDM", GREEN, asked()),
    Case(_TYPES, "ORU", GREEN, asked(form=oru)),
    Case(_TYPES, "aucun indicateur", UNSPOKEN, asked(on_indicators(lambda _all: []))),
    Case(_TYPES, "CE en MDM", RED, asked(lambda m: m.replace(b"|CWE|", b"|CE|")), "OBX[2]-2 « CE »"),
    Case(_TYPES, "CWE en ORU", RED, asked(lambda m: m.replace(b"|CE|", b"|CWE|"), form=oru), "« CWE »"),
    Case(_TYPES, "sans table", RED, asked(lambda m: m.replace(b"^^expandedYes-NoIndicator", b"")), "OBX[2]-5.3 absent"),
    Case(
        _TYPES,
        "statut provisoire",
        RED,
        asked(on_indicators(lambda all_: [[*one[:11], "P"] for one in all_])),
        "OBX[2]-11 « P »",
    ),
    Case(_DMP, "identité validée", GREEN, asked()),
    Case(_DMP, "pas pour le DMP", UNSPOKEN, asked(flags={Flag.TO_DMP: False}, identity=identity(ids=()))),
    Case(_DMP, "identité provisoire", RED, asked(identity=identity(reliability="PROV")), "PROV"),
    Case(_DMP, "validée et homonyme", GREEN, asked(field("PID", 32, "VALI~HOMA"))),
    Case(
        _DMP, "sans INS", RED, asked(identity=identity(ids=(PatientId(value="1", kind="PI", oid="1.2"),))), "aucune INS"
    ),
    Case(_DMP, "sans PID", RED, asked(without("PID")), "aucune INS"),
    Case(_DMP, "fiabilité non dite", UNVERIFIABLE, asked(identity=identity(reliability="")), "PID-32"),
    Case(_DMP, "retrait", UNSPOKEN, asked(order=Order.CANCEL, identity=identity(reliability="PROV"))),
    Case(_DMP, "autre volet", UNSPOKEN, asked(OTHER_VOLET, identity=identity(reliability="PROV"))),
    Case(_NUMBER, "le même", GREEN, asked()),
    Case(_NUMBER, "avec un espace de noms", GREEN, asked(field("TXA", 12, f"{DOCUMENT}^Centre"))),
    Case(_NUMBER, "un autre", RED, asked(document_id="1.2.3"), "TXA-12 « 1.2.3 »"),
    Case(_NUMBER, "vide", RED, asked(document_id=""), "TXA-12 absent"),
    Case(_NUMBER, "sans TXA", RED, asked(without("TXA")), "segment TXA absent"),
    Case(_NUMBER, "remplacement sans parent", RED, asked(order=Order.REPLACE), "TXA-13 absent"),
    Case(_NUMBER, "remplacement", GREEN, asked(order=Order.REPLACE, replaces="1.2.9")),
    Case(_NUMBER, "ORU", UNSPOKEN, asked(form=oru)),
    Case(_NUMBER, "CDA illisible", UNVERIFIABLE, asked(content=b"%PDF"), "identifiant lisible"),
    Case(
        _NUMBER,
        "racine et extension, au DMP",
        UNVERIFIABLE,
        asked(content=report(document_id=("1.2", "7")), document_id="1.2^7"),
        "OID^extension",
    ),
    Case(
        _NUMBER,
        "racine et extension, ailleurs",
        GREEN,
        asked(content=report(document_id=("1.2", "7")), document_id="1.2^7", flags={Flag.TO_DMP: False}),
    ),
    Case(_PEOPLE, "qui demande", GREEN, asked()),
    Case(_PEOPLE, "un dispositif", GREEN, asked(sender=Sender(device_id="IRM1", structure_id="1"))),
    Case(_PEOPLE, "personne", RED, asked(sender=None), "SB attendu"),
    Case(_PEOPLE, "un autre d'abord", RED, asked(field("PRT", 4, "RCT")), "« RCT »"),
    Case(_PEOPLE, "sans identifiant", RED, asked(sender=Sender(structure_id="1")), "PRT-5 et PRT-10"),
    Case(_PEOPLE, "sans structure", RED, asked(sender=Sender(person_id="1")), "PRT-8.10"),
    Case(_PEOPLE, "envoi sans adresse", RED, asked(**mails(Flag.TO_PATIENT, Flag.TO_PROFESSIONALS)), "adresse"),
    Case(_PEOPLE, "envoi au patient sans adresse", RED, asked(**mails(Flag.TO_PATIENT, to_dmp=False)), "adresse"),
    Case(_PEOPLE, "envoi à un confrère sans adresse", RED, asked(**mails(Flag.TO_PROFESSIONALS)), "adresse"),
    Case(_PEOPLE, "envoi et adresse", GREEN, asked(on_segments(recipient), **mails(Flag.TO_PROFESSIONALS))),
    Case(_PEOPLE, "ni DMP ni MSSanté", UNSPOKEN, asked(sender=None, flags={Flag.TO_DMP: False})),
    Case(_MAIL, "aucun envoi", UNSPOKEN, asked()),
    Case(_MAIL, "à tous", GREEN, asked(**mails(Flag.TO_PATIENT, Flag.TO_PROFESSIONALS))),
    Case(
        _MAIL,
        "caché au patient, aux professionnels",
        GREEN,
        asked(**mails(Flag.HIDDEN_FROM_PATIENT, Flag.TO_PROFESSIONALS)),
    ),
    Case(_MAIL, "masqué, au patient seul", GREEN, asked(**mails(Flag.MASKED, Flag.TO_PATIENT, to_dmp=False))),
    Case(_MAIL, "caché au patient, au patient", RED, asked(**mails(Flag.HIDDEN_FROM_PATIENT, Flag.TO_PATIENT))),
    Case(
        _MAIL,
        "masqué, aux professionnels : l'interdit a été levé",
        UNVERIFIABLE,
        asked(**mails(Flag.MASKED, Flag.TO_PROFESSIONALS)),
        "MASQUE_PS à Y et DESTMSSANTEPS à Y",
    ),
    Case(
        _MAIL,
        "masqué, aux professionnels, et caché au patient à qui il part",
        RED,
        asked(**mails(Flag.MASKED, Flag.TO_PROFESSIONALS, Flag.HIDDEN_FROM_PATIENT, Flag.TO_PATIENT)),
        "INVISIBLE_PATIENT à Y et DESTMSSANTEPAT à Y",
    ),
    Case(_MAIL, "hors de la matrice", UNVERIFIABLE, asked(**mails(Flag.TO_PROFESSIONALS)), "hors de la matrice"),
    Case(_VISIT, "numérotée", GREEN, asked()),
    Case(_VISIT, "hors venue", UNSPOKEN, asked(visit=Visit())),
    Case(_VISIT, "hospitalisation sans numéro", RED, asked(visit=Visit(patient_class="I")), "PV1-2 « I »"),
    Case(_VISIT, "sans PV1", UNSPOKEN, asked(without("PV1"))),
    Case(_SAME, "l'INS des deux côtés", GREEN, asked()),
    Case(_SAME, "rien", UNSPOKEN, nothing),
    Case(_SAME, "sans document lisible", UNSPOKEN, asked(content=b"%PDF")),
    Case(
        _SAME, "l'INS et l'identifiant local", GREEN, asked(content=of_other_ids((LOCAL_OID, "IPP1")), identity=local())
    ),
    Case(
        _SAME,
        "même valeur, autorité nommée autrement",
        GREEN,
        asked(content=of_other_ids((LOCAL_OID, "IPP1")), identity=local(oid="")),
    ),
    Case(
        _SAME,
        "autre identifiant local",
        RED,
        asked(content=of_other_ids((LOCAL_OID, "IPP2")), identity=local()),
        f"identifiant sous {LOCAL_OID} : PID-3 « IPP1 », CDA « IPP2 »",
    ),
    Case(
        _SAME,
        "un second identifiant local",
        UNVERIFIABLE,
        asked(content=of_other_ids((LOCAL_OID, "IPP1"), (LOCAL_OID, "IPP0")), identity=local()),
    ),
    Case(
        _SAME,
        "autre INS",
        RED,
        asked(content=of_other_ids(number=OTHER_INS.value)),
        f"INS sous {INS_OID} : PID-3 « {INS} », CDA « {OTHER_INS.value} »",
    ),
    Case(
        _SAME,
        "INS dans le CDA seul",
        RED,
        asked(identity=identity(ids=(PatientId(value="1", kind="PI"),))),
        "PID-3 absent",
    ),
    Case(_SAME, "INS dans PID-3 seul", RED, asked(content=of_other_ids((LOCAL_OID, "1"), number="")), "CDA absent"),
    Case(_SAME, "identifiant local dans PID-3 seul", UNVERIFIABLE, asked(identity=local()), "d'un seul côté"),
    Case(_SAME, "deux messages, le second faux", RED, do(asked(), asked(content=of_other_ids(number=OTHER_INS.value)))),
)

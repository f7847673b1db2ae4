"""Invariants on the HL7v2 messages by which a product asks a platform (PFI) to file, replace or withdraw a report.

Each looks at one message alone. What the edition 2.1 of the volet asks is red for a product of wave 2 and for a message
that claims this edition; for any other nothing is concluded, nor where the volet and its own examples disagree.
Source: CI-SIS volet « Transmission de documents CDA R2 en HL7v2 » 2.1.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from dmp_imagerie.judge.finding import Finding, failed, passed, unverifiable
from dmp_imagerie.judge.hl7 import WAVE_OF_2_1, Transmission, transmissions
from dmp_imagerie.judge.registry import invariant
from dmp_imagerie.judge.scene import Scene
from dmp_imagerie.wire.cda_codes import INS_OIDS
from dmp_imagerie.wire.errors import WireError
from dmp_imagerie.wire.hl7v2 import (
    CDA_PROFILE,
    ORDERS,
    SENDER_ROLE,
    VALIDATED,
    YES_NO_TABLE,
    Flag,
    Order,
    PatientId,
)
from dmp_imagerie.wire.read.cda import unique_id
from dmp_imagerie.wire.read.hl7v2 import Segment, component, components, embedded_document, repetitions
from dmp_imagerie.wire.read.hl7v2_messages import document_id, read_identity

VERSIONS = {"MDM^T02": "2.6", "MDM^T10": "2.6", "MDM^T04": "2.6", "ORU^R01": "2.5"}
"""The messages of the volet, each with the version of the standard it belongs to."""
VISIT_CLASSES = frozenset({"E", "I", "O", "R"})
"""Classes of visit (PV1-2) that have a number."""
RECIPIENT_ROLE = "RCT"

_ABSENT = "absent"
_LATE_FLAGS = frozenset({Flag.RECEIPT, Flag.READING_RECEIPT})
"""The volet calls them required in its text and optional in their own tables."""
_MAILED_TO_ALL = {Flag.MASKED: "N", Flag.HIDDEN_FROM_PATIENT: "N", Flag.HIDDEN_FROM_REPRESENTATIVES: "N"}
_MAILS = (
    {**_MAILED_TO_ALL, Flag.SECRET: "N", Flag.TO_PROFESSIONALS: "Y", Flag.TO_PATIENT: "Y"},
    {
        **_MAILED_TO_ALL,
        Flag.HIDDEN_FROM_PATIENT: "Y",
        Flag.SECRET: "N",
        Flag.TO_PROFESSIONALS: "Y",
        Flag.TO_PATIENT: "N",
    },
    {
        Flag.HIDDEN_FROM_PATIENT: "N",
        Flag.SECRET: "N",
        Flag.TO_DMP: "N",
        Flag.TO_PROFESSIONALS: "N",
        Flag.TO_PATIENT: "Y",
    },
)
"""The three rows of the matrix: what an indicator that is not named says does not matter."""


class Doubt(NamedTuple):
    """Why nothing can be said of a message, and what is missing to do so."""

    reason: str
    needs: str


Said = str | Doubt | None
"""What is wrong with a message: "" nothing, None when it shows nothing of the rule."""
OTHER_EDITION = Doubt("ni MSH-21 ni la vague du produit ne tiennent le message à l'édition 2.1 du volet", "vague")


def _judge(
    scene: Scene, expected: str, look: Callable[[Transmission], Said], *, edition: bool = True, hint: str = ""
) -> Finding | None:
    """What ``look`` says of each message; ``edition``: of those that must be written as the edition 2.1 says."""
    right, doubts = [], []
    for exchange, sent in transmissions(scene):
        said = _looked(look, sent)
        if edition and said is not None and not sent.held(scene.wave):
            said = OTHER_EDITION
        if isinstance(said, Doubt):
            doubts.append(said)
        elif said:
            return failed(expected, said, [exchange], hint=hint)
        elif said is not None:
            right.append(exchange)
    if right:
        return passed(expected, f"{len(right)} message(s)", right)
    return unverifiable(expected, *doubts[0]) if doubts else None


def _looked(look: Callable[[Transmission], Said], sent: Transmission) -> Said:
    try:
        return look(sent)
    except WireError as error:
        return Doubt(str(error), "message")


def _shown(value: str) -> str:
    return f"« {value} »" if value else _ABSENT


@invariant("message-hl7-du-volet", rule="DMP-HL7-01")
def structure(scene: Scene) -> Finding | None:
    """Un MDM (2.6) ou un ORU^R01 (2.5) du volet porte le CDA en base64. Source : volet, MSH et OBX du document."""

    def look(sent: Transmission) -> Said:
        wrong = " ; ".join((*_header(sent), *_document(sent)))
        if wrong or CDA_PROFILE in sent.profiles:
            return wrong
        if scene.wave == WAVE_OF_2_1:
            return f"MSH-21 {_shown(' ; '.join('^'.join(one) for one in sent.profiles))}"
        return OTHER_EDITION

    expected = f"MDM (HL7 2.6) ou ORU^R01 (2.5), MSH-21 {'^'.join(CDA_PROFILE)}, CDA en base64 dans un OBX de type ED"
    return _judge(scene, expected, look, edition=False)


def _header(sent: Transmission) -> Iterator[str]:
    if sent.kind not in VERSIONS:
        yield f"MSH-9 {_shown(sent.kind)}"
    elif (version := sent.value("MSH", 12)) != VERSIONS[sent.kind]:
        yield f"MSH-12 {_shown(version)} pour {sent.kind}"


def _document(sent: Transmission) -> Iterator[str]:
    if not sent.documents:
        yield next((f"document illisible : {why}" for obx in sent.carriers if (why := _why(obx))), "aucun CDA en ED")
    for obx, _ in sent.documents:
        said = (*components(obx, 5)[1:4], "", "", "")
        for position, (found, wanted) in enumerate(zip(said, ("TEXT", "XML", "BASE64"), strict=False), start=2):
            if found.strip().upper() != wanted:
                yield f"OBX[{obx.index}]-5.{position} {_shown(found)}"


def _why(obx: Segment) -> str:
    """Why no CDA can be read in this OBX."""
    try:
        return "" if embedded_document(obx) else "ce n'est pas un CDA"
    except WireError as error:
        return str(error)


@invariant("ordre-hl7-coherent", rule="DMP-HL7-02")
def coherent_order(scene: Scene) -> Finding | None:
    """ORC-1, l'événement d'un MDM et OBX-11 disent la même chose. Source : volet, segment ORC."""
    expected = "ORC-1, événement du MDM et OBX-11 cohérents : NW T02 F, RO T10 C, CA T04 D"

    def look(sent: Transmission) -> Said:
        asked = sent.value("ORC", 1)
        if asked not in set(Order):
            return f"ORC-1 {_shown(asked)}"
        words = ORDERS[Order(asked)]
        kind, _, trigger = sent.kind.partition("^")
        told = {component(obx, 11, 1) for obx in sent.carriers}
        if (kind == "MDM" and trigger != words.trigger) or told - {words.status}:
            return f"ORC-1 « {asked} », {sent.kind}, OBX-11 {_shown(', '.join(sorted(told)))}"
        return ""

    return _judge(scene, expected, look, hint="En cas d'incohérence, la plateforme rejette le message.")


@invariant("indicateurs-dmp-mssante", rule="DMP-HL7-03")
def ten_indicators(scene: Scene) -> Finding | None:
    """Les dix indicateurs sont là, dans l'ordre, à Y ou N. Source : volet, métadonnées DMP/MSSanté."""
    return _judge(scene, "les dix indicateurs MetaDMPMSS, dans l'ordre, à Y ou N", _indicators)


def _indicators(sent: Transmission) -> Said:
    codes = [component(obx, 3, 1).strip() for obx in sent.indicators]
    known = [Flag(code) for code in codes if code in set(Flag)]
    missing = [flag for flag in Flag if flag not in known]
    neither = [f"{flag} {_shown(value)}" for flag, value in sent.flags.items() if value not in {"Y", "N"}]
    if [flag for flag in missing if flag not in _LATE_FLAGS]:
        unknown = [code for code in codes if code not in set(Flag)]
        return f"absents : {', '.join(missing)}" + (f" ; inconnus : {', '.join(unknown)}" if unknown else "")
    if neither:
        return f"ni Y ni N : {', '.join(neither)}"
    if known != [flag for flag in Flag if flag in known]:
        return f"ordre : {', '.join(known)}"
    return Doubt(f"absents : {', '.join(missing)}, que le volet dit requis et facultatifs", "source") if missing else ""


@invariant("types-des-indicateurs", rule="DMP-HL7-04")
def indicator_types(scene: Scene) -> Finding | None:
    """Chaque indicateur est un CWE (MDM) ou un CE (ORU), de la table dite, au statut F. Source : volet, OBX."""
    expected = f"OBX-2 CWE en MDM, CE en ORU ; OBX-5.3 {YES_NO_TABLE} ; OBX-11 F"

    def look(sent: Transmission) -> Said:
        wrong = [text for obx in sent.indicators for text in _mistyped(obx, "CE" if "ORU" in sent.kind else "CWE")]
        return " ; ".join(wrong[:3]) if sent.indicators else None

    return _judge(scene, expected, look)


def _mistyped(obx: Segment, coded: str) -> Iterator[str]:
    place = f"OBX[{obx.index}]"
    for number, position, wanted in ((2, 1, coded), (5, 3, YES_NO_TABLE), (11, 1, "F")):
        found = component(obx, number, position).strip()
        if found != wanted:
            yield f"{place}-{number}{f'.{position}' if position > 1 else ''} {_shown(found)}"


@invariant("destdmp-permis", rule="DMP-HL7-05")
def allowed_to_the_dmp(scene: Scene) -> Finding | None:
    """DESTDMP n'est à Y que pour une identité validée qui porte l'INS. Source : volet, PID ; RNIV."""
    expected = (
        f"DESTDMP à Y seulement pour une INS d'identité validée (PID-32 {VALIDATED}) ; "
        "opposition et blocage ne se voient pas dans un message"
    )
    hint = "DESTDMP est-il mis à Y sans regarder le statut local de l'identité ?"
    return _judge(scene, expected, _destination, edition=False, hint=hint)


def _destination(sent: Transmission) -> Said:
    if not sent.says(Flag.TO_DMP) or sent.value("ORC", 1) == Order.CANCEL:
        return None  # what is withdrawn may be so whatever became of the identity
    pid = sent.first("PID")
    if pid is None or read_identity(sent.message).ins is None:
        return "DESTDMP à Y, aucune INS dans PID-3"
    told = {one.partition(pid.separators.component)[0].strip() for one in repetitions(pid, 32)}
    if not told:
        return Doubt("DESTDMP à Y, PID-32 n'est pas rempli", "PID-32")
    return "" if VALIDATED in told else f"DESTDMP à Y, identité « {', '.join(sorted(told))} » (PID-32)"


@invariant("identifiant-du-document-hl7", rule="DMP-HL7-06")
def document_number(scene: Scene) -> Finding | None:
    """TXA-12 est l'identifiant du CDA ; TXA-13 dit celui qui est remplacé. Source : volet, segment TXA."""
    expected = "TXA-12 égal à l'identifiant du CDA, TXA-13 rempli au remplacement"
    return _judge(scene, expected, _numbers)


def _numbers(sent: Transmission) -> Said:
    if not sent.kind.startswith("MDM"):
        return None
    txa = sent.first("TXA")
    if txa is None:
        return "segment TXA absent"
    written, own = document_id(txa, 12), [unique_id(cda) for _, cda in sent.documents]
    if not written:
        return "TXA-12 absent"
    if sent.value("ORC", 1) == Order.REPLACE and not document_id(txa, 13):
        return "TXA-13 absent, le document en remplace un autre"
    if not any(own):
        return Doubt("le CDA n'a pas d'identifiant lisible", "CDA")
    if written not in own:
        return f"TXA-12 « {written} », CDA « {', '.join(own)} »"
    if "^" in written and sent.says(Flag.TO_DMP):
        return Doubt(f"« {written} » : le volet avertit que le DMP ne prend pas OID^extension, et le décrit", "source")
    return ""


@invariant("demandeur-et-destinataires-hl7", rule="DMP-HL7-07")
def participants(scene: Scene) -> Finding | None:
    """Le premier PRT dit qui demande, et de quelle structure ; un envoi a ses adresses. Source : volet, PRT."""
    return _judge(scene, "premier PRT : SB, avec sa structure ; un PRT RCT avec adresse pour la MSSanté", _participants)


def _participants(sent: Transmission) -> Said:
    people = sent.message.segments("PRT")
    mails = sent.says(Flag.TO_PROFESSIONALS) or sent.says(Flag.TO_PATIENT)
    if not (sent.says(Flag.TO_DMP) or mails):
        return None
    if sent.says(Flag.TO_DMP):
        if not people or component(people[0], 4, 1) != SENDER_ROLE:
            return f"premier PRT {_shown(component(people[0], 4, 1)) if people else _ABSENT}, {SENDER_ROLE} attendu"
        if not (component(people[0], 5, 1) or component(people[0], 10, 1).strip()):
            return "PRT-5 et PRT-10 absents : ni professionnel ni dispositif"
        if not component(people[0], 8, 10).strip():
            return "PRT-8.10 absent : structure inconnue"
    to = [component(one, 15, 4).strip() for one in people if component(one, 4, 1) == RECIPIENT_ROLE]
    return "aucun destinataire (PRT RCT) n'a d'adresse MSSanté (PRT-15)" if mails and not any(to) else ""


@invariant("combinaison-mssante", rule="DMP-HL7-08")
def mailing(scene: Scene) -> Finding | None:
    """Un document caché au patient ne lui est pas envoyé par MSSanté. Source : volet, gestion MSSanté.

    One masked from professionals may be mailed to them: the edition 2.1.1 took the prohibition away (DMP-VIS-15), and
    left its matrix as it was.
    """
    return _judge(scene, "une combinaison de la matrice MSSanté", _mailing)


def _mailing(sent: Transmission) -> Said:
    if not (sent.says(Flag.TO_PROFESSIONALS) or sent.says(Flag.TO_PATIENT)):
        return None
    if sent.says(Flag.HIDDEN_FROM_PATIENT) and sent.says(Flag.TO_PATIENT):
        return f"{Flag.HIDDEN_FROM_PATIENT} à Y et {Flag.TO_PATIENT} à Y"
    if sent.says(Flag.MASKED) and sent.says(Flag.TO_PROFESSIONALS):
        told = f"{Flag.MASKED} à Y et {Flag.TO_PROFESSIONALS} à Y"
        return Doubt(f"{told} : hors de la matrice, mais l'édition 2.1.1 ne l'interdit plus", "source")
    if any(all(sent.flags.get(flag) == value for flag, value in row.items()) for row in _MAILS):
        return ""
    said = ", ".join(f"{flag} {value}" for flag, value in sent.flags.items() if value == "Y")
    return Doubt(f"{said} : hors de la matrice, mais les exemples du volet en sortent aussi", "source")


@invariant("venue-numerotee", rule="DMP-HL7-11")
def numbered_visit(scene: Scene) -> Finding | None:
    """Une venue de classe E, I, O ou R a son numéro (PV1-19). Source : volet, segment PV1."""

    def look(sent: Transmission) -> Said:
        known = sent.value("PV1", 2)
        if known not in VISIT_CLASSES:
            return None
        return "" if sent.value("PV1", 19) else f"PV1-2 « {known} », PV1-19 absent"

    return _judge(scene, "PV1-19 rempli quand PV1-2 est E, I, O ou R", look)


@invariant("pid-3-et-cda", rule="DMP-INS-15")
def same_identifiers(scene: Scene) -> Finding | None:
    """Les identifiants du patient sont les mêmes dans PID-3 et dans le CDA. Source : volet, segment PID."""
    return _judge(scene, "les mêmes identifiants du patient dans PID-3 et dans le CDA", _identifiers)


def _identifiers(sent: Transmission) -> Said:
    """Red when they contradict each other, or when one side alone has an INS; any other that one side alone says is
    left open."""
    if sent.first("PID") is None or not sent.documents:
        return None
    written, alone = read_identity(sent.message).ids, 0
    for _, cda in sent.documents:
        own = tuple(PatientId(value=extension, kind="", oid=root) for root, extension in cda.patient_ids)
        for authority in dict.fromkeys(one.oid for one in (*written, *own) if one.oid):
            here, there = _given_by(authority, written), _given_by(authority, own)
            if here.isdisjoint(there) and ((here and there) or authority in INS_OIDS):
                label = "INS" if authority in INS_OIDS else "identifiant"
                return f"{label} sous {authority} : PID-3 {_listed(here)}, CDA {_listed(there)}"
        alone += len({one.value for one in written} ^ {one.value for one in own})
    return Doubt(f"{alone} identifiant(s) d'un seul côté, sans contradiction", "source") if alone else ""


def _given_by(authority: str, ids: tuple[PatientId, ...]) -> frozenset[str]:
    return frozenset(one.value for one in ids if one.oid == authority)


def _listed(values: frozenset[str]) -> str:
    return _shown(", ".join(sorted(values)))

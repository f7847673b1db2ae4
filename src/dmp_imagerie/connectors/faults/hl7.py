"""Defects on the messages sent to a platform (PFI): they only show on that route, on which they are played.

Those that a program or an official example was seen to have say so.
"""

import re
from collections.abc import Callable, Iterable

from dmp_imagerie.catalogue.identities import OID_INS_DEMO, OID_INS_TEST
from dmp_imagerie.connectors.faults.fault import Family, Fault
from dmp_imagerie.connectors.hl7_rewriting import (
    Change,
    Segment,
    Segments,
    code_of,
    field_of,
    on_each,
    on_field,
    on_indicators,
    on_segments,
    with_field,
)
from dmp_imagerie.wire.build.hl7v2_documents import mdm
from dmp_imagerie.wire.hl7v2 import SENDER_ROLE, VISIBILITY_FLAGS, Flag

THROUGH_PLATFORM = {"route": "pfi"}
_ADDRESS = "^^X.400^accueil@essai.mssante.invalid"
_MAILBOX = ["PRT", "", "UC", "", "RCT^Result Copies To^participation", *[""] * 10, _ADDRESS]


def _fault(
    name: str,
    rule: str,
    doc: str,
    change: Change,
    *,
    also: tuple[str, ...] = (),
    seen_in: str = "",
    of_mdm: bool = False,
) -> Fault:
    """``of_mdm``: the same in an ORU would be no defect, or would not be there."""
    return Fault(
        name=name,
        breaks=rule,
        also=also,
        family=Family.PROTOCOL,
        doc=doc,
        seen_in=seen_in,
        decisions={"message_sent": change, **({"message_form": mdm} if of_mdm else {})},
        options=THROUGH_PLATFORM,
    )


def _raised(found: Segments, flag: Flag) -> Segments:
    """The indicators with this one at Y."""
    return [with_field(one, 5, lambda told: f"Y{told[1:]}") if code_of(one) == flag else one for one in found]


def _with_mailbox(segments: Segments) -> Iterable[Segment]:
    """The address goes after who asks, where it belongs."""
    for one in segments:
        yield one
        if one[0] == "PRT" and field_of(one, 4).startswith(SENDER_ROLE):
            yield _MAILBOX


def _mailed(*to: Flag) -> Change:
    """Ask for a mail to these, whatever was chosen."""

    def raised(found: Segments) -> Segments:
        for flag in to:
            found = _raised(found, flag)
        return found

    addressed, asked = on_segments(_with_mailbox), on_indicators(raised)
    return lambda message: asked(addressed(message))


def _sent_to_visible_professionals(found: Segments) -> Segments:
    """Nothing is sent that is masked: that is another defect."""
    said = {code_of(one): field_of(one, 5)[:1] for one in found}
    return found if said.get(Flag.MASKED) == "Y" else _raised(found, Flag.TO_PROFESSIONALS)


def _bare_base64(written: str) -> str:
    """Only the last component: the base64 itself."""
    return written.rpartition("^")[2]


def _disordered(found: Segments) -> Segments:
    """By the names of the indicators, as a map sorts them; numbers (OBX-1) stay in order."""
    by_name = sorted(found, key=code_of)
    return [with_field(one, 1, field_of(first, 1)) for first, one in zip(found, by_name, strict=True)]


def _spelled_as_in_the_dmp(found: Segments) -> Segments:
    spelled = {flag.value: choice.value for choice, flag in VISIBILITY_FLAGS.items()}
    return [
        with_field(one, 3, lambda written: re.sub(r"^\w+", lambda m: spelled.get(m[0], m[0]), written)) for one in found
    ]


def _without_senders(segments: Segments) -> Segments:
    return [one for one in segments if not (one[0] == "PRT" and field_of(one, 4).startswith(SENDER_ROLE))]


def _without_ins(written: str) -> str:
    return "~".join(one for one in written.split("~") if not one.endswith("^INS"))


def _document_only(change: Callable[[Segment], Segment]) -> Change:
    """Change the OBX that carries the document."""
    return on_each("OBX", lambda one: change(one) if field_of(one, 2) == "ED" else one)


def _number_elsewhere(pv1: Segment) -> Segment:
    """The number of the visit as an alternate one (PV1-50)."""
    return with_field(with_field(pv1, 50, field_of(pv1, 19)), 19, "")


def _padded(written: str) -> str:
    """The local identifiers with zeros before, as another module of the product keeps them."""
    return re.sub(r"(?<![^~])(?=[^~]*\^PI(?:~|$))", "00", written)


FAULTS = (
    _fault(
        "hl7-sans-profil",
        "DMP-HL7-01",
        "Ne dit pas de quel profil sont ses messages (MSH-21).",
        on_field("MSH", 21, ""),
        seen_in="DRIMbox",
    ),
    _fault(
        "hl7-version-d-un-autre-message",
        "DMP-HL7-01",
        "Écrit la version 2.3.1 du standard dans ses MDM.",
        on_field("MSH", 12, "2.3.1"),
        seen_in="DRIMbox",
        of_mdm=True,
    ),
    _fault(
        "base64-sans-composants",
        "DMP-HL7-01",
        "Met le document en base64 seul dans OBX-5, sans dire ce que c'est.",
        _document_only(lambda one: with_field(one, 5, _bare_base64)),
        seen_in="DRIMbox",
    ),
    _fault(
        "ordre-d-une-autre-version",
        "DMP-HL7-02",
        "Écrit SC dans ORC-1, comme avant l'édition 2.1.",
        on_field("ORC", 1, "SC"),
        seen_in="exemples de l'édition 2.0",
    ),
    _fault(
        "document-annonce-provisoire",
        "DMP-HL7-02",
        "Annonce le document validé comme provisoire (OBX-11 = P).",
        _document_only(lambda one: with_field(one, 11, "P")),
    ),
    _fault(
        "indicateur-oublie",
        "DMP-HL7-03",
        "N'envoie pas l'indicateur de changement de visibilité.",
        on_indicators(lambda found: [one for one in found if code_of(one) != Flag.VISIBILITY_CHANGED]),
    ),
    _fault(
        "indicateurs-dans-le-desordre",
        "DMP-HL7-03",
        "Envoie les indicateurs dans l'ordre alphabétique.",
        on_indicators(_disordered),
    ),
    _fault(
        "indicateurs-aux-noms-du-dmp",
        "DMP-HL7-03",
        "Nomme les restrictions comme le DMP, et non comme la table HL7.",
        on_indicators(_spelled_as_in_the_dmp),
        seen_in="exemples de l'édition 1.2",
    ),
    _fault(
        "indicateurs-en-ce",
        "DMP-HL7-04",
        "Type les indicateurs d'un MDM en CE.",
        on_indicators(lambda found: [with_field(one, 2, "CE") for one in found]),
        of_mdm=True,
    ),
    _fault(
        "indicateurs-sans-table",
        "DMP-HL7-04",
        "Écrit Y ou N sans dire de quelle table.",
        on_indicators(lambda found: [with_field(one, 5, lambda written: written[:1]) for one in found]),
        seen_in="DRIMbox",
    ),
    _fault(
        "indicateurs-sans-statut",
        "DMP-HL7-04",
        "N'écrit pas le statut des indicateurs (OBX-11).",
        on_indicators(lambda found: [with_field(one, 11, "") for one in found]),
        seen_in="DRIMbox",
    ),
    _fault(
        "identite-toujours-provisoire",
        "DMP-HL7-05",
        "Envoie au DMP en disant l'identité provisoire (PID-32).",
        on_field("PID", 32, "PROV"),
    ),
    _fault(
        "ins-absente-de-pid-3",
        "DMP-HL7-05",
        "Envoie au DMP sans l'INS dans PID-3.",
        on_field("PID", 3, _without_ins),
        also=("DMP-INS-15",),
    ),
    _fault(
        "numero-de-document-interne",
        "DMP-HL7-06",
        "Écrit dans TXA-12 le numéro du document dans le RIS, non celui du CDA.",
        on_field("TXA", 12, "DOC-4711"),
        of_mdm=True,
    ),
    _fault(
        "numero-de-document-absent",
        "DMP-HL7-06",
        "Laisse TXA-12 vide.",
        on_field("TXA", 12, ""),
        of_mdm=True,
    ),
    _fault(
        "demandeur-absent",
        "DMP-HL7-07",
        "Ne dit pas qui demande l'envoi (PRT).",
        on_segments(_without_senders),
        seen_in="DRIMbox",
    ),
    _fault(
        "demandeur-sans-structure",
        "DMP-HL7-07",
        "Ne dit pas la structure de qui demande (PRT-8).",
        on_field("PRT", 8, ""),
    ),
    _fault(
        "mssante-sans-adresse",
        "DMP-HL7-07",
        "Demande l'envoi aux professionnels par MSSanté sans aucune adresse.",
        on_indicators(_sent_to_visible_professionals),
    ),
    _fault(
        "mssante-au-patient-malgre-tout",
        "DMP-HL7-08",
        "Envoie au patient par MSSanté même ce qui lui est caché.",
        _mailed(Flag.TO_PATIENT),
    ),
    _fault(
        "mssante-a-tous-par-habitude",
        "DMP-HL7-08",
        "Envoie par MSSanté, à tous, sans regarder à qui le document est caché.",
        _mailed(Flag.TO_PATIENT, Flag.TO_PROFESSIONALS),
    ),
    _fault(
        "venue-sans-numero",
        "DMP-HL7-11",
        "Dit la classe de la venue, non son numéro.",
        on_field("PV1", 19, ""),
    ),
    _fault(
        "numero-de-venue-ailleurs",
        "DMP-HL7-11",
        "Met le numéro de la venue en PV1-50.",
        on_each("PV1", _number_elsewhere),
    ),
    _fault(
        "identifiant-local-complete",
        "DMP-INS-15",
        "Écrit l'identifiant local avec des zéros dans PID-3, sans dans le CDA.",
        on_field("PID", 3, _padded),
    ),
    _fault(
        "ins-de-pid-3-sous-un-autre-oid",
        "DMP-INS-15",
        "Écrit l'INS de PID-3 sous l'OID de démonstration, celle du CDA sous l'OID de test.",
        on_field("PID", 3, lambda written: written.replace(OID_INS_TEST, OID_INS_DEMO)),
    ),
)

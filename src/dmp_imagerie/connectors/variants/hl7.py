"""Messages to a platform (PFI) that say the same thing otherwise; they are played on that route.

Source: what HL7 v2.5 and the volet allow, what official examples and real programs write.
"""

from collections.abc import Iterable

from dmp_imagerie.connectors.hl7_rewriting import (
    LATIN_9,
    Change,
    Segment,
    Segments,
    code_of,
    field_of,
    is_indicator,
    on_each,
    on_field,
    on_indicators,
    on_segments,
    with_field,
)
from dmp_imagerie.connectors.variants.variant import Variant
from dmp_imagerie.wire.build.hl7v2_documents import oru
from dmp_imagerie.wire.hl7v2 import META_TABLE, VISIBILITY_FLAGS, Flag

_THROUGH_PLATFORM = {"route": "pfi"}
_RECIPIENTS = (
    ("RCT^Result Copies To^participation", "^^X.400^confrere@essai.mssante.invalid"),
    ("REPLY^Reply to^participation", "^NET^X.400^accueil@essai.mssante.invalid"),
)


def _variant(name: str, doc: str, change: Change, seen_in: str = "") -> Variant:
    return Variant(name=name, doc=doc, seen_in=seen_in, decisions={"message_sent": change}, options=_THROUGH_PLATFORM)


def _in_latin_9(message: bytes) -> bytes:
    """Names and labels of the kit's people all have their place in that set."""
    return on_field("MSH", 18, "8859/15")(message).decode().encode(LATIN_9)


def _with_more_segments(segments: Segments) -> Iterable[Segment]:
    """A software segment, and a comment on the document with separators in it."""
    for one in segments:
        yield one
        if one[0] == "MSH":
            yield ["SFT", "Éditeur d'essai", "1.0", "RIS", "42"]
        if one[0] == "OBX" and not is_indicator(one):
            yield ["NTE", "1", "L", "Radio \\T\\ écho \\F\\ relu\\E\\signé, taille \\X31\\"]


def _with_a_mail(segments: Segments) -> Segments:
    """The body of the mail, which the volet puts after the indicators."""
    body = "^text^^Base64^Q29tcHRlIHJlbmR1IGpvaW50Lg=="
    number = str(1 + sum(one[0] == "OBX" for one in segments))
    mail = ["OBX", number, "ED", "CORPSMAIL_PS^Corps du mail pour un PS^MetaDMPMSS", "", body, *[""] * 5, "F"]
    return [*segments, mail]


def _mailed_to_all(segments: Segments) -> Segments:
    """What nobody is kept from is sent by MSSanté too, to the patient and to a colleague."""
    said = {code_of(one): field_of(one, 5)[:1] for one in segments if is_indicator(one)}
    if "Y" in {said.get(flag) for flag in VISIBILITY_FLAGS.values()}:
        return segments
    mailed = [_asked(one) if code_of(one) in {Flag.TO_PROFESSIONALS, Flag.TO_PATIENT} else one for one in segments]
    first = next((rank for rank, one in enumerate(mailed) if is_indicator(one)), len(mailed))
    people = [["PRT", "", "UC", "", role, *[""] * 10, address] for role, address in _RECIPIENTS]
    return [*mailed[:first], *people, *mailed[first:]]


def _asked(indicator: Segment) -> Segment:
    return with_field(indicator, 5, lambda written: f"Y{written[1:]}")


VARIANTS = (
    _variant("hl7-en-8859-15", "Écrit ses messages en ISO 8859-15, et le dit.", _in_latin_9, "volet, MSH-18"),
    Variant(
        name="hl7-en-oru",
        doc="Transmet le compte rendu par ORU^R01.",
        seen_in="volet",
        decisions={"message_form": oru},
        options=_THROUGH_PLATFORM,
    ),
    _variant(
        "hl7-segments-en-crlf",
        "Termine les segments par CR LF.",
        lambda message: message.replace(b"\r", b"\r\n"),
        "DRIMbox",
    ),
    _variant(
        "hl7-segments-en-plus",
        "Ajoute un segment sur le logiciel et un commentaire aux caractères échappés.",
        on_segments(_with_more_segments),
        "HL7 v2.5",
    ),
    _variant(
        "hl7-corps-de-courriel",
        "Propose le corps du courriel MSSanté.",
        on_segments(_with_a_mail),
        "exemple officiel",
    ),
    _variant(
        "hl7-ins-en-dernier",
        "Écrit l'identifiant local avant l'INS dans PID-3.",
        on_field("PID", 3, lambda written: "~".join(reversed(written.split("~")))),
    ),
    _variant(
        "hl7-profil-avec-espace",
        "Met une espace avant l'espace de noms du profil.",
        on_field("MSH", 21, lambda written: written.replace("^", "^ ")),
        "exemple du volet",
    ),
    _variant(
        "hl7-base64-sans-remplissage",
        "Omet le remplissage (=) du base64.",
        on_each("OBX", lambda one: with_field(one, 5, lambda written: written.rstrip("="))),
        "exemple officiel",
    ),
    _variant(
        "hl7-indicateurs-sans-libelle",
        "N'écrit pas le libellé des indicateurs.",
        on_indicators(lambda found: [with_field(one, 3, f"{code_of(one)}^^{META_TABLE}") for one in found]),
    ),
    _variant(
        "hl7-envoi-mssante",
        "Envoie aussi par MSSanté ce que tous peuvent voir.",
        on_segments(_mailed_to_all),
        "volet, matrice MSSanté",
    ),
)

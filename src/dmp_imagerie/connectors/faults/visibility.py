"""Defects on who may see a report: choices lost, mixed up, spelled otherwise or sent too late."""

from collections.abc import Callable

from msgspec.structs import replace

from dmp_imagerie.connectors.faults.fault import Family, Fault
from dmp_imagerie.connectors.reference.decisions.feeding import every_choice
from dmp_imagerie.connectors.reference.records import KeptReport
from dmp_imagerie.model.values import Visibility
from dmp_imagerie.wire.cda_codes import CONFIDENTIALITY
from dmp_imagerie.wire.metadata import Code, EntryMetadata

PATIENT, MASKED, GUARDIANS = (
    Visibility.HIDDEN_FROM_PATIENT,
    Visibility.MASKED_FROM_PROFESSIONALS,
    Visibility.HIDDEN_FROM_REPRESENTATIVES,
)
HL7V2_CODES = {GUARDIANS: "INVISIBLE_REP_LEGAUX"}
"""The one restriction that HL7v2 spells otherwise than the DMP (20-character limit)."""
LOWER_CASE = {PATIENT: "invisible_patient"}

Codes = Callable[[tuple[Visibility, ...]], tuple[str, ...]]


def _sending(instead: dict[Visibility, tuple[Visibility, ...]]) -> Codes:
    """Some choices sent as others."""
    return lambda hidden: every_choice(tuple(sent for choice in hidden for sent in instead.get(choice, (choice,))))


def _spelled(words: dict[Visibility, str]) -> Codes:
    return lambda hidden: tuple(words.get(choice, choice.value) for choice in hidden)


def _level_only(hidden: tuple[Visibility, ...]) -> tuple[str, ...]:
    return tuple("R" if choice is MASKED else choice.value for choice in hidden)


def _afterwards(restriction: Visibility) -> Callable[[KeptReport], tuple[Visibility, ...]]:
    return lambda kept: tuple(choice for choice in kept.hidden if choice is restriction)


def _choices(entry: EntryMetadata) -> tuple[Code, ...]:
    return tuple(code for code in entry.confidentiality if code.code in set(Visibility))


def _among_the_acts(entry: EntryMetadata) -> EntryMetadata:
    moved = _choices(entry)
    kept = tuple(code for code in entry.confidentiality if code not in moved)
    return replace(entry, confidentiality=kept, event_codes=(*entry.event_codes, *moved))


def _under_the_levels(entry: EntryMetadata) -> EntryMetadata:
    codes = tuple(replace(code, scheme=CONFIDENTIALITY) for code in entry.confidentiality)
    return replace(entry, confidentiality=codes)


_SAME_CODE = ("DMP-VIS-04", "DMP-ANN-01")
"""Who may see and what the first submission says are two rules on one code; so is the need for an announcement."""
_EVERY_CHOICE = ("DMP-VIS-01", "DMP-VIS-02", "DMP-VIS-03", "DMP-ANN-01")

FAULTS = (
    Fault(
        name="invisible-patient-oublie",
        breaks="DMP-VIS-01",
        also=_SAME_CODE,
        family=Family.CONTENT,
        doc="Envoie visible au patient un compte rendu que le radiologue lui a caché.",
        decisions={"confidentiality_codes": _sending({PATIENT: ()})},
    ),
    Fault(
        name="invisible-devient-masque",
        breaks="DMP-VIS-01",
        also=_SAME_CODE,
        family=Family.CONTENT,
        doc="Masque aux professionnels le compte rendu à cacher au patient.",
        decisions={"confidentiality_codes": _sending({PATIENT: (MASKED,)})},
    ),
    Fault(
        name="invisible-et-masque",
        breaks="DMP-VIS-01",
        also=_SAME_CODE,
        family=Family.CONTENT,
        doc="Masque aussi aux professionnels le compte rendu à cacher au patient.",
        decisions={"confidentiality_codes": _sending({PATIENT: (PATIENT, MASKED)})},
    ),
    Fault(
        name="invisible-en-minuscules",
        breaks="DMP-VIS-01",
        also=_SAME_CODE,
        family=Family.CONTENT,
        doc="Écrit le code INVISIBLE_PATIENT en minuscules : le DMP ne le connaît pas.",
        decisions={"confidentiality_codes": _spelled(LOWER_CASE)},
    ),
    Fault(
        name="invisible-apres-le-depot",
        breaks="DMP-VIS-01",
        also=("DMP-VIS-04",),
        family=Family.ORDER,
        doc="Dépose visible, demande ensuite au DMP de cacher au patient, et tait son refus.",
        decisions={"left_for_later": _afterwards(PATIENT)},
    ),
    Fault(
        name="masquage-oublie",
        breaks="DMP-VIS-02",
        also=("DMP-VIS-04",),
        family=Family.CONTENT,
        doc="Envoie visible des professionnels un compte rendu à leur masquer.",
        decisions={"confidentiality_codes": _sending({MASKED: ()})},
    ),
    Fault(
        name="masque-devient-invisible",
        breaks="DMP-VIS-02",
        also=("DMP-VIS-04",),
        family=Family.CONTENT,
        doc="Cache au patient le compte rendu à masquer aux professionnels.",
        decisions={"confidentiality_codes": _sending({MASKED: (PATIENT,)})},
    ),
    Fault(
        name="masque-a-tous",
        breaks="DMP-VIS-02",
        also=("DMP-VIS-04",),
        family=Family.CONTENT,
        doc="Cache aussi au patient le compte rendu qu'il demande de masquer aux professionnels.",
        decisions={"confidentiality_codes": _sending({MASKED: (MASKED, PATIENT)})},
    ),
    Fault(
        name="niveau-restreint-au-lieu-de-masque",
        breaks="DMP-VIS-02",
        also=("DMP-VIS-04",),
        family=Family.CONTENT,
        doc="Envoie le niveau de confidentialité « restreint » (R) au lieu du masquage du DMP.",
        decisions={"confidentiality_codes": _level_only},
    ),
    Fault(
        name="representants-oublies",
        breaks="DMP-VIS-03",
        also=("DMP-VIS-04",),
        family=Family.CONTENT,
        doc="Envoie visible des représentants légaux un compte rendu à leur cacher.",
        decisions={"confidentiality_codes": _sending({GUARDIANS: ()})},
    ),
    Fault(
        name="representants-confondus-avec-le-patient",
        breaks="DMP-VIS-03",
        also=("DMP-VIS-04",),
        family=Family.CONTENT,
        doc="Cache au patient le compte rendu à cacher à ses représentants légaux.",
        decisions={"confidentiality_codes": _sending({GUARDIANS: (PATIENT,)})},
    ),
    Fault(
        name="representants-et-patient",
        breaks="DMP-VIS-03",
        also=("DMP-VIS-04",),
        family=Family.CONTENT,
        doc="Une seule case cache au patient et à ses représentants légaux.",
        decisions={"confidentiality_codes": _sending({GUARDIANS: (GUARDIANS, PATIENT)})},
    ),
    Fault(
        name="representants-et-professionnels",
        breaks="DMP-VIS-03",
        also=("DMP-VIS-04",),
        family=Family.CONTENT,
        doc="Masque aussi aux professionnels le compte rendu à cacher aux représentants légaux.",
        decisions={"confidentiality_codes": _sending({GUARDIANS: (GUARDIANS, MASKED)})},
    ),
    Fault(
        name="representants-apres-le-depot",
        breaks="DMP-VIS-03",
        also=("DMP-VIS-04",),
        family=Family.ORDER,
        doc="Dépose visible, demande ensuite au DMP de cacher aux représentants légaux, et tait son refus.",
        decisions={"left_for_later": _afterwards(GUARDIANS)},
    ),
    Fault(
        name="visibilite-perdue-a-l-envoi",
        breaks="DMP-VIS-04",
        also=_EVERY_CHOICE,
        family=Family.SILENCE,
        doc="Garde les choix de visibilité dans le produit sans les envoyer.",
        decisions={"confidentiality_codes": lambda _hidden: ()},
    ),
    Fault(
        name="choix-dans-le-seul-cda",
        breaks="DMP-VIS-04",
        also=_EVERY_CHOICE,
        family=Family.CONTENT,
        doc="Dit le choix de visibilité dans l'en-tête du CDA (niveau R) et nulle part ailleurs.",
        decisions={
            "confidentiality_codes": lambda _hidden: (),
            "confidentiality_in_cda": lambda kept: "R" if kept.hidden or kept.needs_announcement else "N",
        },
    ),
    Fault(
        name="choix-parmi-les-actes",
        breaks="DMP-VIS-04",
        also=_EVERY_CHOICE,
        family=Family.CONTENT,
        doc="Écrit le choix de visibilité dans la liste des actes (eventCodeList).",
        decisions={"entry_sent": _among_the_acts},
    ),
    Fault(
        name="choix-sous-le-systeme-des-niveaux",
        breaks="DMP-VIS-04",
        family=Family.CONTENT,
        doc="Écrit le choix de visibilité sous le système de codes de HL7, qui ne connaît que N, R et V.",
        decisions={"entry_sent": _under_the_levels},
    ),
    Fault(
        name="code-hl7-au-lieu-du-code-dmp",
        breaks="DMP-VIS-04",
        also=("DMP-VIS-03",),
        family=Family.CONTENT,
        doc="Envoie le code HL7v2 INVISIBLE_REP_LEGAUX au lieu du code du DMP.",
        decisions={"confidentiality_codes": _spelled(HL7V2_CODES)},
    ),
    Fault(
        name="masquage-apres-le-depot",
        breaks="DMP-VIS-04",
        family=Family.ORDER,
        doc="Dépose visible des professionnels, puis masque dans un second message.",
        decisions={"left_for_later": _afterwards(MASKED)},
    ),
    Fault(
        name="choix-du-compte-rendu-precedent",
        breaks="DMP-VIS-04",
        family=Family.MEMORY,
        doc="Garde cochées, d'un compte rendu à l'autre, les cases de visibilité.",
        decisions={"choices_kept": lambda own, ticked_last: tuple(dict.fromkeys((*own, *ticked_last)))},
    ),
    Fault(
        name="choix-perdu-a-la-reprise",
        breaks="DMP-VIS-04",
        family=Family.SILENCE,
        doc="Oublie le choix de visibilité quand le compte rendu est repris avant d'être validé.",
        decisions={"when_rewritten": lambda kept: replace(kept, hidden=())},
    ),
    Fault(
        name="besoin-d-annonce-ignore",
        breaks="DMP-ANN-01",
        family=Family.DECISION,
        doc="Envoie visible au patient un compte rendu dont l'annonce reste à faire.",
        decisions={"hidden_until_announced": lambda _needed: ()},
    ),
    Fault(
        name="annonce-cachee-aux-representants",
        breaks="DMP-ANN-01",
        family=Family.CONTENT,
        doc="Cache à ses représentants légaux, non au patient, un compte rendu dont l'annonce reste à faire.",
        decisions={"hidden_until_announced": lambda needed: (GUARDIANS,) if needed else ()},
    ),
    Fault(
        name="annonce-masquee-aux-professionnels",
        breaks="DMP-ANN-01",
        family=Family.CONTENT,
        doc="Masque aux professionnels un compte rendu dont l'annonce reste à faire.",
        decisions={"hidden_until_announced": lambda needed: (MASKED,) if needed else ()},
    ),
    Fault(
        name="annonce-apres-le-depot",
        breaks="DMP-ANN-01",
        family=Family.ORDER,
        doc="Dépose visible, demande ensuite au DMP de cacher en attendant l'annonce, et tait son refus.",
        decisions={"left_for_later": lambda kept: (PATIENT,) if kept.needs_announcement else ()},
    ),
    Fault(
        name="annonce-apres-validation-seulement",
        breaks="DMP-ANN-01",
        family=Family.DECISION,
        doc="Refuse le besoin d'annonce tant que le compte rendu n'est pas validé.",
        decisions={"may_need_announcement": lambda kept: bool(kept.validated_at)},
    ),
    Fault(
        name="annonce-perdue-a-la-reprise",
        breaks="DMP-ANN-01",
        family=Family.SILENCE,
        doc="Oublie le besoin d'annonce quand le compte rendu est repris avant d'être validé.",
        decisions={"when_rewritten": lambda kept: replace(kept, needs_announcement=False)},
    ),
)

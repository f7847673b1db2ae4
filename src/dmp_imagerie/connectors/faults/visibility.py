"""Defects on who may see a report: choices lost, mixed up or sent too late."""

from collections.abc import Callable

from dmp_imagerie.connectors.faults.fault import Family, Fault
from dmp_imagerie.connectors.reference.decisions.feeding import every_choice
from dmp_imagerie.model.values import Visibility

HL7V2_CODES = {Visibility.HIDDEN_FROM_REPRESENTATIVES: "INVISIBLE_REP_LEGAUX"}
"""The one restriction that HL7v2 spells otherwise than the DMP (20-character limit)."""


def _without(forgotten: Visibility) -> Callable[[tuple[Visibility, ...]], tuple[str, ...]]:
    return lambda hidden: every_choice(tuple(choice for choice in hidden if choice is not forgotten))


def _masked_instead(hidden: tuple[Visibility, ...]) -> tuple[str, ...]:
    swap = {Visibility.HIDDEN_FROM_PATIENT: Visibility.MASKED_FROM_PROFESSIONALS}
    return every_choice(tuple(swap.get(choice, choice) for choice in hidden))


def _hl7v2_spelling(hidden: tuple[Visibility, ...]) -> tuple[str, ...]:
    return tuple(HL7V2_CODES.get(choice, choice.value) for choice in hidden)


FAULTS = (
    Fault(
        name="invisible-patient-oublie",
        breaks="DMP-VIS-01",
        # Who may see and what the first submission says are two rules on one code; so is the need for an announcement.
        also=("DMP-VIS-04", "DMP-ANN-01"),
        family=Family.CONTENT,
        doc="Envoie visible au patient un compte rendu que le radiologue lui a caché.",
        decisions={"confidentiality_codes": _without(Visibility.HIDDEN_FROM_PATIENT)},
    ),
    Fault(
        name="invisible-devient-masque",
        breaks="DMP-VIS-01",
        also=("DMP-VIS-04", "DMP-ANN-01"),
        family=Family.CONTENT,
        doc="Masque aux professionnels le compte rendu à cacher au patient.",
        decisions={"confidentiality_codes": _masked_instead},
    ),
    Fault(
        name="visibilite-perdue-a-l-envoi",
        breaks="DMP-VIS-04",
        also=("DMP-VIS-01", "DMP-VIS-02", "DMP-VIS-03", "DMP-ANN-01"),
        family=Family.CONTENT,
        doc="Garde les choix de visibilité dans le produit sans les envoyer.",
        decisions={"confidentiality_codes": lambda _hidden: ()},
    ),
    Fault(
        name="code-hl7-au-lieu-du-code-dmp",
        breaks="DMP-VIS-04",
        also=("DMP-VIS-03",),
        family=Family.CONTENT,
        doc="Envoie le code HL7v2 INVISIBLE_REP_LEGAUX au lieu du code du DMP.",
        decisions={"confidentiality_codes": _hl7v2_spelling},
    ),
    Fault(
        name="masquage-oublie",
        breaks="DMP-VIS-02",
        also=("DMP-VIS-04",),
        family=Family.CONTENT,
        doc="Envoie visible des professionnels un compte rendu à leur masquer.",
        decisions={"confidentiality_codes": _without(Visibility.MASKED_FROM_PROFESSIONALS)},
    ),
    Fault(
        name="representants-oublies",
        breaks="DMP-VIS-03",
        also=("DMP-VIS-04",),
        family=Family.CONTENT,
        doc="Envoie visible des représentants légaux un compte rendu à leur cacher.",
        decisions={"confidentiality_codes": _without(Visibility.HIDDEN_FROM_REPRESENTATIVES)},
    ),
    Fault(
        name="besoin-d-annonce-ignore",
        breaks="DMP-ANN-01",
        family=Family.DECISION,
        doc="Envoie visible au patient un compte rendu dont l'annonce reste à faire.",
        decisions={"hidden_until_announced": lambda _needed: ()},
    ),
)

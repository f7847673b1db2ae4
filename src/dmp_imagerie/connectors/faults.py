"""Defects that real products have, as data: each replaces entries of the reference connector's table of decisions.

Promises the self-test one product per defect, honest in everything else, so that each rule is shown to catch what it
forbids.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from dmp_imagerie.connectors.reference.decisions import HONEST, Decisions, every_choice, patient_agrees
from dmp_imagerie.connectors.reference.records import Consent
from dmp_imagerie.model.values import Agreement, Ins, Patient, Professional, Visibility

OTHER_INS = Ins(value="277076322082910")
"""INS of a fictional patient of the DMP's test list, unknown to the scenarios."""

HL7V2_CODES = {Visibility.HIDDEN_FROM_REPRESENTATIVES: "INVISIBLE_REP_LEGAUX"}
"""The one restriction that HL7v2 spells otherwise than the DMP (20-character limit)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One defect: the rule it breaks, one line on what it does, and the decisions it replaces, by name."""

    name: str
    breaks: str
    doc: str
    decisions: Mapping[str, Any]


def _ins_of_previous(patient: Patient, previous: Patient | None) -> Ins | None:
    return patient.ins if previous is None else previous.ins


def _unless_refused(consent: Consent | None) -> bool:
    return consent is None or consent.agreement is not Agreement.REFUSED


def _even_if_refused(consent: Consent | None) -> bool:
    return patient_agrees(consent) or (consent is not None and consent.agreement is Agreement.REFUSED)


def _visible_to_patient(hidden: tuple[Visibility, ...]) -> tuple[str, ...]:
    return every_choice(tuple(choice for choice in hidden if choice is not Visibility.HIDDEN_FROM_PATIENT))


def _masked_instead(hidden: tuple[Visibility, ...]) -> tuple[str, ...]:
    swap = {Visibility.HIDDEN_FROM_PATIENT: Visibility.MASKED_FROM_PROFESSIONALS}
    return every_choice(tuple(swap.get(choice, choice) for choice in hidden))


def _hl7v2_spelling(hidden: tuple[Visibility, ...]) -> tuple[str, ...]:
    return tuple(HL7V2_CODES.get(choice, choice.value) for choice in hidden)


def _shared_account(user: Professional) -> Professional:
    return msgspec.structs.replace(user, ps_id="3750100042/ACCUEIL", family_name="ACCUEIL", given_name="COMPTE")


_ALL = (
    Fault(
        name="envoie-sans-qualification",
        breaks="DMP-INS-01",
        doc="Envoie le compte rendu quel que soit le statut de l'identité.",
        decisions={"may_send": lambda patient: patient.ins is not None},
    ),
    Fault(
        name="ins-du-dossier-precedent",
        breaks="DMP-INS-18",
        doc="Envoie le compte rendu sous l'INS du dossier ouvert juste avant.",
        decisions={"ins_of_document": _ins_of_previous},
    ),
    Fault(
        name="ins-du-cda-perdu-ou-autre",
        breaks="DMP-INS-18",
        doc="Écrit dans le CDA un autre INS que celui de la soumission.",
        decisions={"ins_in_cda": lambda _ins: OTHER_INS},
    ),
    Fault(
        name="invisible-patient-oublie",
        breaks="DMP-VIS-01",
        doc="Envoie visible au patient un compte rendu que le radiologue lui a caché.",
        decisions={"confidentiality_codes": _visible_to_patient},
    ),
    Fault(
        name="invisible-devient-masque",
        breaks="DMP-VIS-01",
        doc="Masque aux professionnels le compte rendu à cacher au patient.",
        decisions={"confidentiality_codes": _masked_instead},
    ),
    Fault(
        name="visibilite-perdue-a-l-envoi",
        breaks="DMP-VIS-04",
        doc="Garde les choix de visibilité dans le produit sans les envoyer.",
        decisions={"confidentiality_codes": lambda _hidden: ()},
    ),
    Fault(
        name="code-hl7-au-lieu-du-code-dmp",
        breaks="DMP-VIS-04",
        doc="Envoie le code HL7v2 INVISIBLE_REP_LEGAUX au lieu du code du DMP.",
        decisions={"confidentiality_codes": _hl7v2_spelling},
    ),
    Fault(
        name="consulte-sans-accord",
        breaks="DMP-CON-01",
        doc="Ouvre le DMP sans que l'accord ait été demandé ; ne s'arrête que sur un refus.",
        decisions={"may_consult": _unless_refused},
    ),
    Fault(
        name="consulte-malgre-le-refus",
        breaks="DMP-CON-01",
        doc="Ouvre le DMP malgré le refus du patient, pourtant tracé.",
        decisions={"may_consult": _even_if_refused},
    ),
    Fault(
        name="autorisation-avant-accord",
        breaks="DMP-CON-19",
        doc="Déclare l'autorisation dès que l'utilisateur demande le DMP, avant de regarder l'accord.",
        decisions={"declares_before_consent": True},
    ),
    Fault(
        name="autorisation-jamais-declaree",
        breaks="DMP-CON-19",
        doc="Consulte sans jamais déclarer l'autorisation d'accès.",
        decisions={"must_declare_access": lambda _status: False},
    ),
    Fault(
        name="autorisation-au-nom-d-un-autre",
        breaks="DMP-CON-19",
        doc="Déclare l'autorisation au nom d'un compte partagé.",
        decisions={"declarant": _shared_account},
    ),
)

FAULTS: Mapping[str, Fault] = {fault.name: fault for fault in _ALL}


def faulty_decisions(names: Iterable[str]) -> Decisions:
    """Return the honest decisions with those of the faults ``names`` put in their place.

    Raises:
        ValueError: unknown fault, or two faults that replace the same decision (message in French).
    """
    replaced: dict[str, Any] = {}
    for name in names:
        if name not in FAULTS:
            raise ValueError(f"Défaut inconnu : « {name} ». Existants : {', '.join(FAULTS)}.")
        if clash := replaced.keys() & FAULTS[name].decisions.keys():
            raise ValueError(f"« {name} » contredit un autre défaut : tous deux remplacent {', '.join(clash)}.")
        replaced |= FAULTS[name].decisions
    return replace(HONEST, **replaced)

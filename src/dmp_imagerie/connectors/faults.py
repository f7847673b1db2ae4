"""Defects that real products have, as data: each replaces entries of the reference connector's table of decisions.

Promises the self-test one product per defect, honest in everything else, so that each rule is shown to catch what it
forbids.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from dmp_imagerie.connectors.reference.decisions import (
    HONEST,
    PROFESSIONS,
    SPECIALTIES,
    Decisions,
    every_choice,
    is_no_signature,
    patient_agrees,
)
from dmp_imagerie.connectors.reference.records import Consent, Trace
from dmp_imagerie.model.values import Agreement, Ins, Patient, Professional, Visibility
from dmp_imagerie.wire.build.vihf import VihfCode
from dmp_imagerie.wire.cda_codes import IMAGING_REPORT
from dmp_imagerie.wire.metadata import EntryMetadata

OTHER_INS = Ins(value="277076322082910")
"""INS of a fictional patient of the DMP's test list, unknown to the scenarios."""

HL7V2_CODES = {Visibility.HIDDEN_FROM_REPRESENTATIVES: "INVISIBLE_REP_LEGAUX"}
"""The one restriction that HL7v2 spells otherwise than the DMP (20-character limit)."""


RADIOLOGIST = (
    VihfCode(code="10", code_system=PROFESSIONS, display_name="Médecin"),
    VihfCode(code="SM44", code_system=SPECIALTIES, display_name="Radio-diagnostic (SM)"),
)
"""Roles that a product with one account for everybody writes in its settings."""


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


def _without(forgotten: Visibility) -> Callable[[tuple[Visibility, ...]], tuple[str, ...]]:
    return lambda hidden: every_choice(tuple(choice for choice in hidden if choice is not forgotten))


def _masked_instead(hidden: tuple[Visibility, ...]) -> tuple[str, ...]:
    swap = {Visibility.HIDDEN_FROM_PATIENT: Visibility.MASKED_FROM_PROFESSIONALS}
    return every_choice(tuple(swap.get(choice, choice) for choice in hidden))


def _hl7v2_spelling(hidden: tuple[Visibility, ...]) -> tuple[str, ...]:
    return tuple(HL7V2_CODES.get(choice, choice.value) for choice in hidden)


def _shared_account(user: Professional) -> Professional:
    return msgspec.structs.replace(user, ps_id="3750100042/ACCUEIL", family_name="ACCUEIL", given_name="COMPTE")


def _without_who(trace: Trace) -> Trace:
    return msgspec.structs.replace(trace, who="", result=trace.result.partition(", recueilli par")[0])


def _imaging_reports_only(entry: EntryMetadata) -> bool:
    return is_no_signature(entry) and entry.type_code is not None and entry.type_code.code == IMAGING_REPORT.code


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
        decisions={"confidentiality_codes": _without(Visibility.HIDDEN_FROM_PATIENT)},
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
    Fault(
        name="masquage-oublie",
        breaks="DMP-VIS-02",
        doc="Envoie visible des professionnels un compte rendu à leur masquer.",
        decisions={"confidentiality_codes": _without(Visibility.MASKED_FROM_PROFESSIONALS)},
    ),
    Fault(
        name="representants-oublies",
        breaks="DMP-VIS-03",
        doc="Envoie visible des représentants légaux un compte rendu à leur cacher.",
        decisions={"confidentiality_codes": _without(Visibility.HIDDEN_FROM_REPRESENTATIVES)},
    ),
    Fault(
        name="besoin-d-annonce-ignore",
        breaks="DMP-ANN-01",
        doc="Envoie visible au patient un compte rendu dont l'annonce reste à faire.",
        decisions={"hidden_until_announced": lambda _needed: ()},
    ),
    Fault(
        name="accord-sans-trace",
        breaks="DMP-CON-02",
        doc="Retient l'accord du patient sans en garder de trace.",
        decisions={"consent_trace": lambda _trace: None},
    ),
    Fault(
        name="accord-trace-sans-auteur",
        breaks="DMP-CON-02",
        doc="Trace l'accord du patient sans dire qui l'a recueilli.",
        decisions={"consent_trace": _without_who},
    ),
    Fault(
        name="role-fixe",
        breaks="DMP-HAB-01",
        doc="Dit de chaque utilisateur qu'il est radiologue.",
        decisions={"roles_of_user": lambda _user: RADIOLOGIST},
    ),
    Fault(
        name="liste-filtree",
        breaks="DMP-HAB-02",
        doc="Ne montre, de tout ce que le DMP ouvre au radiologue, que les comptes rendus d'imagerie.",
        decisions={"listed": _imaging_reports_only},
    ),
    Fault(
        name="copies-du-poste",
        breaks="DMP-HAB-03",
        doc="Sert à chacun les documents que d'autres ont ouverts sur le même poste.",
        decisions={"cache_key": lambda _user, patient_id: ("poste", patient_id)},
    ),
    Fault(
        name="web-dmp-du-dossier-precedent",
        breaks="DMP-AUT-01",
        doc="Ouvre le DMP sur le Web avec l'INS du dossier ouvert juste avant.",
        decisions={"ins_of_web_dmp": _ins_of_previous},
    ),
    Fault(
        name="consulte-sans-moyen-fort",
        breaks="DMP-AUT-03",
        doc="Consulte avec le certificat du centre, sans carte CPS ni e-CPS.",
        decisions={"means_accepted": lambda _means: True},
    ),
    Fault(
        name="recherche-cachee",
        breaks="DMP-TRA-01",
        doc="Cherche dans le DMP après chaque envoi, sans que personne le demande, au nom d'un compte partagé.",
        decisions={"searches_after_feeding_as": _shared_account},
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

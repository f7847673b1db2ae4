"""Defects on who speaks and what each user is shown: roles, identities, lists and copies of others."""

import msgspec

from dmp_imagerie.connectors.faults.fault import Family, Fault, shared_account
from dmp_imagerie.connectors.reference.decisions.consultation import PROFESSIONS, SPECIALTIES, is_no_signature
from dmp_imagerie.model.values import Professional
from dmp_imagerie.wire.build.vihf import VihfCode
from dmp_imagerie.wire.cda_codes import IMAGING_REPORT
from dmp_imagerie.wire.metadata import EntryMetadata

RADIOLOGIST = (
    VihfCode(code="10", code_system=PROFESSIONS, display_name="Médecin"),
    VihfCode(code="SM44", code_system=SPECIALTIES, display_name="Radio-diagnostic (SM)"),
)
"""Roles that a product with one account for everybody writes in its settings."""
MANIPULATEUR = (VihfCode(code="98", code_system=PROFESSIONS, display_name="Manipulateur ERM"),)


def _imaging_reports_only(entry: EntryMetadata) -> bool:
    return is_no_signature(entry) and entry.type_code is not None and entry.type_code.code == IMAGING_REPORT.code


def _no_operative_reports(entry: EntryMetadata) -> bool:
    return is_no_signature(entry) and "opératoire" not in entry.title


def _imaging_class_only(entry: EntryMetadata) -> bool:
    return is_no_signature(entry) and entry.class_code is not None and entry.class_code.code == "31"


def _no_hospital_reports(entry: EntryMetadata) -> bool:
    return is_no_signature(entry) and "hospitalier" not in entry.title


def _by_name(user: Professional, _previous: Professional | None) -> Professional:
    return msgspec.structs.replace(user, ps_id=f"{user.given_name} {user.family_name}")


def _whoever_had_it_before(user: Professional, previous: Professional | None) -> Professional:
    return previous or user


def _former_speciality(user: Professional, _previous: Professional | None) -> Professional:
    return msgspec.structs.replace(user, specialty=user.specialty and "SM26", specialty_label="Médecine générale")


FAULTS = (
    Fault(
        name="role-fixe",
        breaks="DMP-HAB-01",
        # Who is said to be a radiologist is shown what the matrix opens to a radiologist.
        also=("DMP-HAB-03",),
        family=Family.USER,
        doc="Dit de chaque utilisateur qu'il est radiologue.",
        seen_in="DRIMbox",
        decisions={"roles_of_user": lambda _user: RADIOLOGIST},
    ),
    Fault(
        name="specialite-d-avant",
        breaks="DMP-HAB-01",
        family=Family.CONTENT,
        doc="Envoie la spécialité que le praticien avait avant de devenir radiologue.",
        decisions={"roles_read": _former_speciality},
    ),
    Fault(
        name="role-de-manipulateur-pour-tous",
        breaks="DMP-HAB-01",
        # The platform shows a radiologist said to be a manipulateur what it shows a manipulateur.
        also=("DMP-HAB-02",),
        family=Family.USER,
        doc="Dit de chaque utilisateur qu'il est manipulateur.",
        decisions={"roles_of_user": lambda _user: MANIPULATEUR},
    ),
    Fault(
        name="nom-au-lieu-de-l-identifiant",
        breaks="DMP-HAB-01",
        # The authorisation is declared for, and the calls made by, someone the DMP does not know.
        also=("DMP-AUT-04", "DMP-CON-19"),
        family=Family.USER,
        doc="Envoie le nom de l'utilisateur où son identifiant national est attendu.",
        decisions={"speaks_as": _by_name},
    ),
    Fault(
        name="compte-partage",
        breaks="DMP-HAB-01",
        # One account is one authorisation and one set of copies for everybody.
        also=("DMP-CON-19", "DMP-HAB-03"),
        family=Family.USER,
        doc="Consulte pour tous au nom du compte de l'accueil.",
        decisions={"speaks_as": lambda user, _previous: shared_account(user)},
    ),
    Fault(
        name="liste-filtree",
        breaks="DMP-HAB-02",
        family=Family.DECISION,
        doc="Ne montre, de tout ce que le DMP ouvre au radiologue, que les comptes rendus d'imagerie.",
        decisions={"listed": _imaging_reports_only},
    ),
    Fault(
        name="sans-operatoire",
        breaks="DMP-HAB-02",
        family=Family.DECISION,
        doc="Laisse les comptes rendus opératoires hors de la liste.",
        decisions={"listed": _no_operative_reports},
    ),
    Fault(
        name="liste-par-classe",
        breaks="DMP-HAB-02",
        family=Family.DECISION,
        doc="Ne montre que la classe des documents d'imagerie.",
        decisions={"listed": _imaging_class_only},
    ),
    Fault(
        name="sans-hospitalier",
        breaks="DMP-HAB-02",
        family=Family.DECISION,
        doc="Laisse les comptes rendus hospitaliers hors de la liste.",
        decisions={"listed": _no_hospital_reports},
    ),
    Fault(
        name="copies-du-poste",
        breaks="DMP-HAB-03",
        family=Family.MEMORY,
        doc="Sert à chacun les documents que d'autres ont ouverts sur le même poste.",
        decisions={"cache_key": lambda _user, patient_id: ("poste", patient_id)},
    ),
    Fault(
        name="liste-du-poste",
        breaks="DMP-HAB-03",
        family=Family.MEMORY,
        doc="Montre à chacun la liste déjà montrée à un autre sur le même poste.",
        decisions={"lists_kept": True},
    ),
    Fault(
        name="session-du-precedent",
        breaks="DMP-HAB-03",
        family=Family.MEMORY,
        doc="Interroge le DMP au nom de l'utilisateur précédent du poste.",
        decisions={"speaks_as": _whoever_had_it_before, "roles_read": _whoever_had_it_before},
    ),
    Fault(
        name="roles-du-precedent",
        breaks="DMP-HAB-03",
        family=Family.MEMORY,
        doc="Garde la profession et la spécialité de l'utilisateur précédent du poste.",
        decisions={"roles_read": _whoever_had_it_before},
    ),
)

"""Defects on whose rights are used: who speaks, with which roles, and what is shown that was opened to another."""

from dmp_imagerie.connectors.faults.fault import Family, Fault, shared_account
from dmp_imagerie.connectors.reference.decisions.consultation import (
    PROFESSIONS,
    SPECIALTIES,
    Entries,
    all_but_signatures,
    real_roles,
)
from dmp_imagerie.model.values import Professional
from dmp_imagerie.wire.build.vihf import VihfCode
from dmp_imagerie.wire.cda_codes import IMAGING_REPORT
from dmp_imagerie.wire.metadata import EntryMetadata

RADIOLOGIST = (
    VihfCode(code="10", code_system=PROFESSIONS, display_name="Médecin"),
    VihfCode(code="SM44", code_system=SPECIALTIES, display_name="Radio-diagnostic (SM)"),
)
"""Roles that a product with one account for everybody writes in its settings."""
FORMER = VihfCode(code="SM26", code_system=SPECIALTIES, display_name="Qualifié en Médecine Générale (SM)")


def _with_former_specialty(user: Professional) -> tuple[VihfCode, ...]:
    profession, *specialty = real_roles(user)
    return (profession, *(FORMER for _ in specialty))


def _shared(user: Professional, _previous: Professional | None) -> Professional:
    return shared_account(user)


def _user_before(user: Professional, previous: Professional | None) -> Professional:
    return previous or user


def _is_imaging(entry: EntryMetadata) -> bool:
    return entry.type_code is not None and entry.type_code.code == IMAGING_REPORT.code


def _imaging_only(found: Entries, _listed_last: Entries) -> Entries:
    return tuple(entry for entry in found if _is_imaging(entry))


def _first_page(found: Entries, listed_last: Entries) -> Entries:
    return all_but_signatures(found, listed_last)[:2]


def _added_to_last(found: Entries, listed_last: Entries) -> Entries:
    shown = {entry.unique_id: entry for entry in (*listed_last, *all_but_signatures(found, ()))}
    return tuple(shown.values())


FAULTS = (
    Fault(
        name="role-fixe",
        breaks="DMP-HAB-01",
        # Who is said to be a radiologist is shown what the matrix opens to a radiologist.
        also=("DMP-HAB-03",),
        family=Family.USER,
        doc="Dit de chaque utilisateur qu'il est radiologue.",
        decisions={"roles_of_user": lambda _user: RADIOLOGIST},
        seen_in="DRIMbox",
    ),
    Fault(
        name="ancienne-specialite",
        breaks="DMP-HAB-01",
        family=Family.CONTENT,
        doc="Envoie la spécialité que l'utilisateur avait quand son compte a été créé.",
        decisions={"roles_of_user": _with_former_specialty},
    ),
    Fault(
        name="compte-partage",
        breaks="DMP-HAB-01",
        # The authorisation is declared in the name of the account, and the user's own stays as it was.
        also=("DMP-CON-19",),
        family=Family.USER,
        doc="Consulte au nom d'un compte partagé par tout le service.",
        decisions={"speaks_for": _shared},
    ),
    Fault(
        name="utilisateur-courant-partage",
        breaks="DMP-HAB-01",
        # Whoever speaks under another's name sees what is opened to the other, under the other's authorisation.
        also=("DMP-HAB-03", "DMP-CON-19"),
        family=Family.LOAD,
        doc="Garde un utilisateur courant pour tout le poste : le suivant consulte sous le nom du précédent.",
        decisions={"speaks_for": _user_before, "whose_roles": _user_before},
    ),
    Fault(
        name="liste-filtree",
        breaks="DMP-HAB-02",
        family=Family.DECISION,
        doc="Ne montre, de tout ce que le DMP ouvre au radiologue, que les comptes rendus d'imagerie.",
        decisions={"listed": _imaging_only},
    ),
    Fault(
        name="recherche-filtree",
        breaks="DMP-HAB-02",
        family=Family.CONTENT,
        doc="Ne demande au DMP que les documents de la classe imagerie.",
        decisions={"search_filters": {"$XDSDocumentEntryClassCode": ("31^^1.2.250.1.213.1.1.4.1",)}},
    ),
    Fault(
        name="premiere-page-seule",
        breaks="DMP-HAB-02",
        family=Family.SILENCE,
        doc="Ne montre que les premiers documents de la liste, sans dire qu'il y en a d'autres.",
        decisions={"listed": _first_page},
    ),
    Fault(
        name="lecture-d-imagerie-seule",
        breaks="DMP-HAB-02",
        family=Family.DECISION,
        doc="Liste tous les documents, et n'ouvre que les comptes rendus d'imagerie.",
        decisions={"read_here": _is_imaging},
    ),
    Fault(
        name="copies-du-poste",
        breaks="DMP-HAB-03",
        family=Family.MEMORY,
        doc="Sert à chacun les documents que d'autres ont ouverts sur le même poste.",
        decisions={"cache_key": lambda _user, patient_id: ("poste", patient_id)},
    ),
    Fault(
        name="liste-qui-s-accumule",
        breaks="DMP-HAB-03",
        # What the matrix refuses the next user is served from the memory of the one before.
        also=("DMP-HAB-01",),
        family=Family.MEMORY,
        doc="Ajoute à la liste de l'utilisateur celle qu'un autre a vue du même patient.",
        decisions={"listed": _added_to_last},
    ),
    Fault(
        name="droits-du-precedent",
        breaks="DMP-HAB-03",
        # The next user's own name, under the roles of the one before.
        also=("DMP-HAB-01",),
        family=Family.MEMORY,
        doc="Garde en mémoire la profession du premier qui a consulté, et la dit du suivant.",
        decisions={"whose_roles": _user_before},
    ),
    Fault(
        name="refus-cache-par-la-memoire",
        breaks="DMP-HAB-03",
        # A list shown from memory once the agreement is withdrawn, or the session closed, is a consultation too.
        also=("DMP-CON-01", "DMP-AUT-03"),
        family=Family.SILENCE,
        doc="Avale le refus et montre à la place la dernière liste vue de ce patient, par qui que ce soit.",
        decisions={"listed_after_refusal": lambda listed_last: listed_last},
    ),
)

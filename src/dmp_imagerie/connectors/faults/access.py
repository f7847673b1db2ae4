"""Defects on who consults and what they are shown: roles, means, copies, web DMP, hidden actions."""

from dmp_imagerie.connectors.faults.fault import Family, Fault, shared_account
from dmp_imagerie.connectors.faults.identity import ins_of_previous
from dmp_imagerie.connectors.reference.decisions.consultation import PROFESSIONS, SPECIALTIES, is_no_signature
from dmp_imagerie.wire.build.vihf import VihfCode
from dmp_imagerie.wire.cda_codes import IMAGING_REPORT
from dmp_imagerie.wire.metadata import EntryMetadata

RADIOLOGIST = (
    VihfCode(code="10", code_system=PROFESSIONS, display_name="Médecin"),
    VihfCode(code="SM44", code_system=SPECIALTIES, display_name="Radio-diagnostic (SM)"),
)
"""Roles that a product with one account for everybody writes in its settings."""


def _imaging_reports_only(entry: EntryMetadata) -> bool:
    return is_no_signature(entry) and entry.type_code is not None and entry.type_code.code == IMAGING_REPORT.code


FAULTS = (
    Fault(
        name="role-fixe",
        breaks="DMP-HAB-01",
        # Who is said to be a radiologist is shown what the matrix opens to a radiologist.
        also=("DMP-HAB-03",),
        family=Family.USER,
        doc="Dit de chaque utilisateur qu'il est radiologue.",
        decisions={"roles_of_user": lambda _user: RADIOLOGIST},
    ),
    Fault(
        name="liste-filtree",
        breaks="DMP-HAB-02",
        family=Family.DECISION,
        doc="Ne montre, de tout ce que le DMP ouvre au radiologue, que les comptes rendus d'imagerie.",
        decisions={"listed": _imaging_reports_only},
    ),
    Fault(
        name="copies-du-poste",
        breaks="DMP-HAB-03",
        family=Family.MEMORY,
        doc="Sert à chacun les documents que d'autres ont ouverts sur le même poste.",
        decisions={"cache_key": lambda _user, patient_id: ("poste", patient_id)},
    ),
    Fault(
        name="web-dmp-du-dossier-precedent",
        breaks="DMP-AUT-01",
        family=Family.MEMORY,
        doc="Ouvre le DMP sur le Web avec l'INS du dossier ouvert juste avant.",
        decisions={"ins_of_web_dmp": ins_of_previous},
    ),
    Fault(
        name="consulte-sans-moyen-fort",
        breaks="DMP-AUT-03",
        family=Family.DECISION,
        doc="Consulte avec le certificat du centre, sans carte CPS ni e-CPS.",
        decisions={"means_accepted": lambda _means: True},
    ),
    Fault(
        name="recherche-cachee",
        breaks="DMP-TRA-01",
        # A search that nobody asked for is a consultation without agreement.
        also=("DMP-CON-01",),
        family=Family.DECISION,
        doc="Cherche dans le DMP après chaque envoi, sans que personne le demande, au nom d'un compte partagé.",
        decisions={"searches_after_feeding_as": shared_account},
    ),
)

"""Defects on whose record is fed: what INS a report travels under, and with what identity."""

from dmp_imagerie.connectors.faults.fault import OTHER_INS, Family, Fault
from dmp_imagerie.model.values import Ins, Patient


def ins_of_previous(patient: Patient, previous: Patient | None) -> Ins | None:
    return patient.ins if previous is None else previous.ins


FAULTS = (
    Fault(
        name="envoie-sans-qualification",
        breaks="DMP-INS-01",
        also=("DMP-INS-02",),
        family=Family.DECISION,
        doc="Envoie le compte rendu quel que soit le statut de l'identité.",
        decisions={"may_send": lambda patient: patient.ins is not None},
    ),
    Fault(
        name="ins-du-dossier-precedent",
        breaks="DMP-INS-18",
        family=Family.MEMORY,
        doc="Envoie le compte rendu sous l'INS du dossier ouvert juste avant.",
        decisions={"ins_of_document": ins_of_previous},
    ),
    Fault(
        name="ins-du-cda-perdu-ou-autre",
        breaks="DMP-INS-18",
        family=Family.CONTENT,
        doc="Écrit dans le CDA un autre INS que celui de la soumission.",
        decisions={"ins_in_cda": lambda _ins: OTHER_INS},
    ),
)

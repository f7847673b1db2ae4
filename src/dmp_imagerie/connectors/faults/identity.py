"""Defects on whose record is fed: what INS a report travels under, and with what identity."""

from collections.abc import Callable

from msgspec.structs import replace

from dmp_imagerie.connectors.faults.fault import OTHER_INS, Family, Fault
from dmp_imagerie.connectors.reference.decisions.feeding import AT_RECEPTION, AT_VALIDATION
from dmp_imagerie.model.values import IdentityStatus, Ins, Patient
from dmp_imagerie.wire.metadata import EntryMetadata
from dmp_imagerie.wire.xds_values import ins_cx

OTHER_AUTHORITY = "1.2.250.1.213.1.4.8"
"""Authority of an INS of the NIR kind in production: the same number under it is another identifier."""


def ins_of_previous(patient: Patient, previous: Patient | None) -> Ins | None:
    return patient.ins if previous is None else previous.ins


def _also_accepting(status: IdentityStatus) -> Callable[[Patient], bool]:
    return lambda patient: patient.ins is not None and patient.identity_status in (IdentityStatus.QUALIFIED, status)


def _with_other_in_traits(entry: EntryMetadata) -> EntryMetadata:
    return replace(entry, source_patient_info=(f"PID-3|{ins_cx(OTHER_INS)}", *entry.source_patient_info))


FAULTS = (
    Fault(
        name="envoie-sans-qualification",
        breaks="DMP-INS-01",
        # What is sent without qualification carries the INS out.
        also=("DMP-INS-02",),
        family=Family.DECISION,
        doc="Envoie le compte rendu quel que soit le statut de l'identité.",
        decisions={"may_send": lambda patient: patient.ins is not None},
    ),
    Fault(
        name="identite-validee-suffit",
        breaks="DMP-INS-01",
        also=("DMP-INS-02",),
        family=Family.DECISION,
        doc="Tient une identité validée sur pièce pour une identité qualifiée.",
        decisions={"may_send": _also_accepting(IdentityStatus.VALIDATED)},
    ),
    Fault(
        name="identite-recuperee-suffit",
        breaks="DMP-INS-01",
        also=("DMP-INS-02",),
        family=Family.DECISION,
        doc="Tient une identité récupérée par le téléservice pour une identité qualifiée.",
        decisions={"may_send": _also_accepting(IdentityStatus.RETRIEVED)},
    ),
    Fault(
        name="statut-d-hier",
        breaks="DMP-INS-01",
        also=("DMP-INS-02",),
        family=Family.MEMORY,
        doc="Juge l'identité sur le statut qu'elle avait quand le compte rendu a été écrit.",
        decisions={"identity_read": lambda now, as_written: replace(now, identity_status=as_written.identity_status)},
    ),
    Fault(
        name="dmp-cherche-a-l-accueil",
        breaks="DMP-INS-02",
        shown_in=("DMP-INS-01",),
        family=Family.ORDER,
        doc="Demande si le patient a un DMP dès l'accueil, sous tout INS qu'il connaît, vérifié ou non.",
        decisions={"asks_early": frozenset({AT_RECEPTION})},
    ),
    Fault(
        name="dmp-cherche-avant-de-verifier",
        breaks="DMP-INS-02",
        shown_in=("DMP-INS-01",),
        family=Family.ORDER,
        doc="Demande à la validation si le patient a un DMP, et ne regarde son statut d'identité qu'ensuite.",
        decisions={"asks_early": frozenset({AT_VALIDATION})},
    ),
    Fault(
        name="statut-juge-a-la-validation",
        breaks="DMP-INS-01",
        also=("DMP-INS-02",),
        family=Family.ORDER,
        doc="Juge l'identité à la validation, et ne la relit pas quand le compte rendu part.",
        decisions={"decides_again": False},
    ),
    Fault(
        name="ins-du-dossier-precedent",
        breaks="DMP-INS-18",
        family=Family.MEMORY,
        doc="Envoie le compte rendu sous l'INS du dossier ouvert juste avant.",
        decisions={"ins_of_document": ins_of_previous},
    ),
    Fault(
        name="ins-d-hier",
        breaks="DMP-INS-18",
        family=Family.MEMORY,
        doc="Envoie le compte rendu sous l'INS que la patiente avait quand il a été écrit.",
        decisions={"identity_read": lambda now, as_written: replace(now, ins=as_written.ins)},
    ),
    Fault(
        name="patient-courant-partage",
        breaks="DMP-INS-18",
        family=Family.LOAD,
        doc="Envoie ce qui attend sous l'identité du dernier patient validé, sur quelque poste que ce soit.",
        decisions={"patient_at_hand": lambda _own, validated_last: validated_last},
    ),
    Fault(
        name="lot-du-patient-courant",
        breaks="DMP-INS-18",
        # The DMP refuses a set that is not its documents'.
        also=("DMP-ALI-01",),
        family=Family.LOAD,
        doc="Dépose le document sous l'INS de sa patiente, et son lot sous celle du dernier patient validé.",
        decisions={"ins_of_set": lambda ins, validated_last: validated_last.ins or ins},
    ),
    Fault(
        name="ins-du-cda-perdu-ou-autre",
        breaks="DMP-INS-18",
        family=Family.CONTENT,
        doc="Écrit dans le CDA un autre INS que celui de la soumission.",
        decisions={"ins_in_cda": lambda _ins: OTHER_INS},
    ),
    Fault(
        name="cda-sans-ins",
        breaks="DMP-INS-18",
        family=Family.CONTENT,
        doc="N'écrit dans le CDA que l'identifiant du centre.",
        decisions={"ins_in_cda": lambda _ins: None},
    ),
    Fault(
        name="oid-de-l-ins-du-cda",
        breaks="DMP-INS-18",
        family=Family.CONTENT,
        doc="Écrit dans le CDA le bon matricule sous un autre OID.",
        decisions={"ins_in_cda": lambda ins: replace(ins, oid=OTHER_AUTHORITY)},
    ),
    Fault(
        name="ins-d-une-autre-dans-les-traits",
        breaks="DMP-INS-18",
        family=Family.CONTENT,
        doc="Joint aux traits de la patiente (sourcePatientInfo) l'INS d'une autre.",
        decisions={"entry_sent": _with_other_in_traits},
    ),
)

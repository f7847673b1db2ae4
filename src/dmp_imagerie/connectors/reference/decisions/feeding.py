"""What a RIS decides when a report is to feed the DMP."""

from collections.abc import Callable
from dataclasses import dataclass

from dmp_imagerie.connectors.reference.records import Information
from dmp_imagerie.model.values import IdentityStatus, Ins, Patient, Professional, Visibility


def identity_is_qualified(patient: Patient) -> bool:
    """Only a qualified identity, which has an INS, may feed the DMP. Source: RNIV; leaflet, « Alimenter » 1."""
    return patient.identity_status is IdentityStatus.QUALIFIED and patient.ins is not None


def patient_does_not_object(information: Information | None) -> bool:
    """An objection that was recorded keeps every report of the patient out of the DMP."""
    return information is None or not information.opposed


def own_ins(patient: Patient, _previous: Patient | None) -> Ins | None:
    """A report travels under the INS of its own patient, whatever record was on screen before."""
    return patient.ins


def same_ins(ins: Ins) -> Ins:
    """The CDA carries the INS of the submission."""
    return ins


def every_choice(hidden: tuple[Visibility, ...]) -> tuple[str, ...]:
    """Each choice of visibility is sent, in the DMP's own code. Source: DMP interface, confidentialityCode."""
    return tuple(choice.value for choice in hidden)


def hidden_from_patient(needed: bool) -> tuple[Visibility, ...]:
    """What the patient must first be told in person, they do not read alone. Source: REM RIS CRI/va1.02."""
    return (Visibility.HIDDEN_FROM_PATIENT,) if needed else ()


def nobody(_author: Professional) -> Professional | None:
    """The feeding reads nothing: no search follows it. Source: EX_3.1-2030."""
    return None


@dataclass(frozen=True, kw_only=True)
class FeedingDecisions:
    """Choices from the identity to the submission. The defaults are the honest ones.

    Attributes:
        may_send: whether this identity may feed the DMP.
        may_feed: whether what the patient was told and answered lets their DMP be fed.
        ins_of_document: INS a report is sent under, from its patient and the patient on screen before, if any.
        ins_in_cda: INS written in the CDA, from that of the submission.
        confidentiality_codes: codes added to N, from the choices of visibility.
        hidden_until_announced: restrictions added while the report needs an announcement.
        searches_after_feeding_as: in whose name the DMP is searched once a report of this author has left.
    """

    may_send: Callable[[Patient], bool] = identity_is_qualified
    may_feed: Callable[[Information | None], bool] = patient_does_not_object
    ins_of_document: Callable[[Patient, Patient | None], Ins | None] = own_ins
    ins_in_cda: Callable[[Ins], Ins] = same_ins
    confidentiality_codes: Callable[[tuple[Visibility, ...]], tuple[str, ...]] = every_choice
    hidden_until_announced: Callable[[bool], tuple[Visibility, ...]] = hidden_from_patient
    searches_after_feeding_as: Callable[[Professional], Professional | None] = nobody

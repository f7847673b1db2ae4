"""The choices a RIS makes about the DMP, one named entry each: what a fault replaces, and nothing else is."""

from collections.abc import Callable
from dataclasses import dataclass

from dmp_imagerie.connectors.reference.records import Consent, Information
from dmp_imagerie.model.values import (
    Agreement,
    AuthorisationStatus,
    IdentityStatus,
    Ins,
    Patient,
    Professional,
    Visibility,
)


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


def patient_agrees(consent: Consent | None) -> bool:
    """Consultation needs the agreement of an informed patient, for the episode of the exam."""
    return consent is not None and consent.informed and consent.agreement is Agreement.GIVEN


def access_is_not_valid(status: AuthorisationStatus) -> bool:
    """The agreement is declared to the DMP unless the user's authorisation is already valid (TD0.3)."""
    return status is not AuthorisationStatus.VALID


def user_in_person(user: Professional) -> Professional:
    """The authorisation is declared in the name of the user who asks for it."""
    return user


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """What the product decides. The defaults are the honest ones.

    Attributes:
        may_send: whether this identity may feed the DMP.
        may_feed: whether what the patient was told and answered lets their DMP be fed.
        ins_of_document: INS a report is sent under, from its patient and the patient on screen before, if any.
        ins_in_cda: INS written in the CDA, from that of the submission.
        confidentiality_codes: codes added to N, from the choices of visibility.
        may_consult: whether this consent (None: not asked) opens the DMP.
        must_declare_access: whether the user's authorisation, as TD0.2 gives it, calls for TD0.3.
        declares_before_consent: declare the authorisation before looking at the consent.
        declarant: in whose name TD0.3 speaks, from the signed-in user.
    """

    may_send: Callable[[Patient], bool] = identity_is_qualified
    may_feed: Callable[[Information | None], bool] = patient_does_not_object
    ins_of_document: Callable[[Patient, Patient | None], Ins | None] = own_ins
    ins_in_cda: Callable[[Ins], Ins] = same_ins
    confidentiality_codes: Callable[[tuple[Visibility, ...]], tuple[str, ...]] = every_choice
    may_consult: Callable[[Consent | None], bool] = patient_agrees
    must_declare_access: Callable[[AuthorisationStatus], bool] = access_is_not_valid
    declares_before_consent: bool = False
    declarant: Callable[[Professional], Professional] = user_in_person


HONEST = Decisions()

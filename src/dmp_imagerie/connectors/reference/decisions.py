"""The choices a RIS makes about the DMP, one named entry each: what a fault replaces, and nothing else is."""

from collections.abc import Callable
from dataclasses import dataclass

from dmp_imagerie.connectors.reference.records import Consent, Information, Trace
from dmp_imagerie.model.values import (
    Agreement,
    AuthorisationStatus,
    IdentityStatus,
    Ins,
    Means,
    Patient,
    Professional,
    Visibility,
)
from dmp_imagerie.wire.build.vihf import VihfCode
from dmp_imagerie.wire.metadata import EntryMetadata
from dmp_imagerie.wire.xades import SIGNATURE_CLASS

PROFESSIONS = "1.2.250.1.71.1.2.7"
SPECIALTIES = "1.2.250.1.71.4.2.5"
STRONG_MEANS = (Means.CPS, Means.E_CPS)


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


def hidden_from_patient(needed: bool) -> tuple[Visibility, ...]:
    """What the patient must first be told in person, they do not read alone. Source: REM RIS CRI/va1.02."""
    return (Visibility.HIDDEN_FROM_PATIENT,) if needed else ()


def real_roles(user: Professional) -> tuple[VihfCode, ...]:
    """Profession first, then the speciality of those who have one. Source: DMP interface §2, subject:role."""
    roles = [VihfCode(code=user.profession, code_system=PROFESSIONS, display_name=user.profession_label)]
    if user.specialty:
        label = user.specialty_label or user.specialty
        roles.append(VihfCode(code=user.specialty, code_system=SPECIALTIES, display_name=label))
    return tuple(roles)


def is_strong(means: Means) -> bool:
    """Only a CPS or an e-CPS opens the consultation."""
    return means in STRONG_MEANS


def own_copies(user: Professional, patient_id: str) -> tuple[str, str]:
    """Copies of documents opened are each user's own: what the DMP showed one, it may refuse another."""
    return user.ps_id, patient_id


def is_no_signature(entry: EntryMetadata) -> bool:
    """All that the DMP lists to the user, except the signatures that come with submissions."""
    return entry.class_code is None or entry.class_code.code != SIGNATURE_CLASS.code


def nobody(_author: Professional) -> Professional | None:
    """The feeding reads nothing: no search follows it. Source: EX_3.1-2030."""
    return None


def whole_trace(trace: Trace) -> Trace | None:
    """The agreement is traced with its date, its form and who collected it."""
    return trace


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
        hidden_until_announced: restrictions added while the report needs an announcement.
        consent_trace: what is kept of the trace of an agreement; None for nothing.
        roles_of_user: what the VIHF of a consultation says of the user's profession and speciality.
        means_accepted: whether a session opened with this means may consult.
        cache_key: whose copies of the patient's documents (by local id) this user is served from.
        listed: whether a document that the DMP lists is shown.
        ins_of_web_dmp: INS the web DMP is opened on, from the patient and the patient on screen before, if any.
        searches_after_feeding_as: in whose name the DMP is searched once a report of this author has left.
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
    hidden_until_announced: Callable[[bool], tuple[Visibility, ...]] = hidden_from_patient
    consent_trace: Callable[[Trace], Trace | None] = whole_trace
    roles_of_user: Callable[[Professional], tuple[VihfCode, ...]] = real_roles
    means_accepted: Callable[[Means], bool] = is_strong
    cache_key: Callable[[Professional, str], tuple[str, str]] = own_copies
    listed: Callable[[EntryMetadata], bool] = is_no_signature
    ins_of_web_dmp: Callable[[Patient, Patient | None], Ins | None] = own_ins
    searches_after_feeding_as: Callable[[Professional], Professional | None] = nobody


HONEST = Decisions()

"""What a RIS decides when a DMP is to be consulted: for whom, in whose name, what is shown and kept."""

from collections.abc import Callable
from dataclasses import dataclass

from dmp_imagerie.connectors.reference.decisions.feeding import own_ins
from dmp_imagerie.connectors.reference.records import Consent, Trace
from dmp_imagerie.model.values import Agreement, AuthorisationStatus, Ins, Means, Patient, Professional
from dmp_imagerie.wire.build.vihf import VihfCode
from dmp_imagerie.wire.metadata import EntryMetadata
from dmp_imagerie.wire.xades import SIGNATURE_CLASS

PROFESSIONS = "1.2.250.1.71.1.2.7"
SPECIALTIES = "1.2.250.1.71.4.2.5"
STRONG_MEANS = (Means.CPS, Means.E_CPS)


def patient_agrees(consent: Consent | None) -> bool:
    """Consultation needs the agreement of an informed patient, for the episode of the exam."""
    return consent is not None and consent.informed and consent.agreement is Agreement.GIVEN


def access_is_not_valid(status: AuthorisationStatus) -> bool:
    """The agreement is declared to the DMP unless the user's authorisation is already valid (TD0.3)."""
    return status is not AuthorisationStatus.VALID


def user_in_person(user: Professional) -> Professional:
    """The authorisation is declared in the name of the user who asks for it."""
    return user


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


def whole_trace(trace: Trace) -> Trace | None:
    """The agreement is traced with its date, its form and who collected it."""
    return trace


@dataclass(frozen=True, kw_only=True)
class ConsultationDecisions:
    """Choices from the agreement to what is on screen. The defaults are the honest ones.

    Attributes:
        may_consult: whether this consent (None: not asked) opens the DMP.
        must_declare_access: whether the user's authorisation, as TD0.2 gives it, calls for TD0.3.
        declares_before_consent: declare the authorisation before looking at the consent.
        declarant: in whose name TD0.3 speaks, from the signed-in user.
        consent_trace: what is kept of the trace of an agreement; None for nothing.
        roles_of_user: what the VIHF of a consultation says of the user's profession and speciality.
        means_accepted: whether a session opened with this means may consult.
        cache_key: whose copies of the patient's documents (by local id) this user is served from.
        listed: whether a document that the DMP lists is shown.
        ins_of_web_dmp: INS the web DMP is opened on, from the patient and the patient on screen before, if any.
    """

    may_consult: Callable[[Consent | None], bool] = patient_agrees
    must_declare_access: Callable[[AuthorisationStatus], bool] = access_is_not_valid
    declares_before_consent: bool = False
    declarant: Callable[[Professional], Professional] = user_in_person
    consent_trace: Callable[[Trace], Trace | None] = whole_trace
    roles_of_user: Callable[[Professional], tuple[VihfCode, ...]] = real_roles
    means_accepted: Callable[[Means], bool] = is_strong
    cache_key: Callable[[Professional, str], tuple[str, str]] = own_copies
    listed: Callable[[EntryMetadata], bool] = is_no_signature
    ins_of_web_dmp: Callable[[Patient, Patient | None], Ins | None] = own_ins

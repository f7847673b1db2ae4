"""What a RIS decides when a DMP is to be consulted: for whom, in whose name, what is shown, kept and traced."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from dmp_imagerie.connectors.reference.decisions.feeding import own_ins
from dmp_imagerie.connectors.reference.records import Consent, Trace
from dmp_imagerie.model.values import Agreement, AuthorisationStatus, Ins, Means, Patient, Professional
from dmp_imagerie.wire.build.vihf import NORMAL_ACCESS, VihfCode
from dmp_imagerie.wire.metadata import EntryMetadata
from dmp_imagerie.wire.xades import SIGNATURE_CLASS

PROFESSIONS = "1.2.250.1.71.1.2.7"
SPECIALTIES = "1.2.250.1.71.4.2.5"
STRONG_MEANS = (Means.CPS, Means.E_CPS)
PATIENT_PAGE = "AccesDirect/DossierPatient"
"""Page of the web DMP that a contextual call opens (TD0.9), followed by the INS."""

Entries = tuple[EntryMetadata, ...]
Row = Mapping[str, str]


class Step(Enum):
    """What opening a DMP is made of."""

    AGREEMENT = auto()
    EXISTENCE = auto()
    DECLARATION = auto()
    SEARCH = auto()


def own_answers(patient: Patient, _previous: Patient | None) -> Patient:
    """A patient answers for themselves, whatever record was on screen before."""
    return patient


def last_of_episode(answers: Iterable[Consent], episode: str) -> Consent | None:
    """The answer that holds is the last one given for the episode under way."""
    return next((answer for answer in reversed(tuple(answers)) if answer.episode == episode), None)


def patient_agrees(consent: Consent | None) -> bool:
    """Consultation needs the agreement of an informed patient, for the episode of the exam."""
    return consent is not None and consent.informed and consent.agreement is Agreement.GIVEN


def normal_access(_consent: Consent | None) -> VihfCode:
    """The product has no emergency mode."""
    return NORMAL_ACCESS


def access_is_not_valid(status: AuthorisationStatus, _opened_before: bool) -> bool:
    """The agreement is declared to the DMP unless the user's own authorisation is already valid (TD0.3)."""
    return status is not AuthorisationStatus.VALID


def same_user(user: Professional) -> Professional:
    """The authorisation is declared in the name of the user who asks for it."""
    return user


def same_means(means: Means) -> Means:
    """The authorisation is declared with the means of the consultation."""
    return means


def means_of_session(means: Means, _before: Means | None) -> Means:
    """The DMP hears of the means that opened the session, whatever opened the one before."""
    return means


def user_in_person(user: Professional, _previous: Professional | None) -> Professional:
    """The user speaks for themselves, whoever was signed in before."""
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


def own_screen(patient_id: str, _opened_last: str) -> str:
    """A patient's screen shows their own DMP, whichever was opened last."""
    return patient_id


def all_but_signatures(found: Entries, _listed_last: Entries) -> Entries:
    """All that the DMP lists to the user, except the signatures that come with submissions; nothing from memory."""
    return tuple(entry for entry in found if entry.class_code is None or entry.class_code.code != SIGNATURE_CLASS.code)


def nothing_from_memory(_listed_last: Entries) -> Entries:
    """What the DMP refuses is not shown."""
    return ()


def every_document(_entry: EntryMetadata) -> bool:
    """Every document listed can be opened in the product."""
    return True


def its_own_row(row: Row, _shown_last: Row | None) -> Sequence[Row]:
    """The document opened is the one shown."""
    return (row,)


def host_given(given: str) -> str:
    """The web DMP is where the DMP is: host and port of its services."""
    return given


def page_of_patient(ins: Ins) -> str:
    """The button opens the patient's record. Source: DMP interface, TD0.9."""
    return f"{PATIENT_PAGE}/{ins.value}"


def whole_trace(trace: Trace) -> Trace | None:
    """Information and agreement are traced with their date, their form and who collected them."""
    return trace


def actor_in_person(actor: str, _previous: Professional | None) -> str:
    """Whoever is signed in collects the agreement."""
    return actor


def traced_for_all(_trace: Trace, _reader: Professional | None) -> bool:
    """Every user reads every trace."""
    return True


@dataclass(frozen=True, kw_only=True)
class ConsultationDecisions:
    """Choices from the agreement to what is on screen. The defaults are the honest ones.

    « The one before » is who or what came before at this workstation, None when there is none.

    Attributes:
        whose_answers: whose answers are looked up, from the patient and the one on screen before.
        answer_that_holds: which of these answers, oldest first, holds for the episode of the latest exam.
        may_consult: whether this consent (None: not asked) opens the DMP.
        access_mode: mode of access that this consent calls for; one of emergency does without agreement.
        opening: what opening a DMP does, in order.
        agreement_asked_again: whether each search and each document looks at the agreement again.
        must_declare_access: whether the user's authorisation, as TD0.2 gives it, calls for TD0.3; the second value
            tells whether someone opened this DMP here before.
        declarant, declares_with: in whose name TD0.3 speaks, from the signed-in user, and with which means.
        speaks_for: whom the VIHF names, from the signed-in user and the one before.
        whose_roles, roles_of_user: whose profession and speciality it tells, from the same two, and how.
        speaks_with, means_accepted: the means it shows, from that of the session and of the one before, and whether
            this means may consult.
        session_ends: whether signing out ends the session.
        cache_key: whose copies of the patient's documents (by local id) this user is served from.
        screen_of: whose DMP the patient's screen shows, by local id, from the patient's and the one opened last.
        search_filters: what narrows the search (TD3.1).
        listed: what is listed, from what the DMP gives and what was listed of this patient last, to anyone.
        listed_after_refusal: what is listed when the DMP or the product says no, from the same memory.
        read_here: whether this document can be opened in the product.
        document_shown: what is shown of the document opened, from its row and that of the one shown before.
        ins_of_web_dmp: INS the web DMP is opened on, from the patient and the one on screen before.
        web_host, web_page: host of the web DMP that is opened, from the one given with the services, and its page on
            this INS.
        consent_trace, information_trace: what is kept of the trace of an agreement, of an information; None: nothing.
        collected_by: who is said to have collected them, from the actor and the user before.
        trace_shown: whether this reader is shown this trace.
    """

    whose_answers: Callable[[Patient, Patient | None], Patient] = own_answers
    answer_that_holds: Callable[[Iterable[Consent], str], Consent | None] = last_of_episode
    may_consult: Callable[[Consent | None], bool] = patient_agrees
    access_mode: Callable[[Consent | None], VihfCode] = normal_access
    opening: Sequence[Step] = (Step.AGREEMENT, Step.EXISTENCE, Step.DECLARATION)
    agreement_asked_again: bool = True
    must_declare_access: Callable[[AuthorisationStatus, bool], bool] = access_is_not_valid
    declarant: Callable[[Professional], Professional] = same_user
    declares_with: Callable[[Means], Means] = same_means
    speaks_for: Callable[[Professional, Professional | None], Professional] = user_in_person
    whose_roles: Callable[[Professional, Professional | None], Professional] = user_in_person
    roles_of_user: Callable[[Professional], tuple[VihfCode, ...]] = real_roles
    speaks_with: Callable[[Means, Means | None], Means] = means_of_session
    means_accepted: Callable[[Means], bool] = is_strong
    session_ends: bool = True
    cache_key: Callable[[Professional, str], tuple[str, str]] = own_copies
    screen_of: Callable[[str, str], str] = own_screen
    search_filters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    listed: Callable[[Entries, Entries], Entries] = all_but_signatures
    listed_after_refusal: Callable[[Entries], Entries] = nothing_from_memory
    read_here: Callable[[EntryMetadata], bool] = every_document
    document_shown: Callable[[Row, Row | None], Sequence[Row]] = its_own_row
    ins_of_web_dmp: Callable[[Patient, Patient | None], Ins | None] = own_ins
    web_host: Callable[[str], str] = host_given
    web_page: Callable[[Ins], str] = page_of_patient
    consent_trace: Callable[[Trace], Trace | None] = whole_trace
    information_trace: Callable[[Trace], Trace | None] = whole_trace
    collected_by: Callable[[str, Professional | None], str] = actor_in_person
    trace_shown: Callable[[Trace, Professional | None], bool] = traced_for_all

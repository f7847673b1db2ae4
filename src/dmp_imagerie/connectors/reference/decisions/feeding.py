"""What a RIS decides when a report is to feed the DMP."""

from collections.abc import Callable
from dataclasses import dataclass

from dmp_imagerie.connectors.reference.records import Information, KeptReport, ReportStatus
from dmp_imagerie.model.values import IdentityStatus, Ins, Patient, Professional, Visibility

AT_RECEPTION, AT_VALIDATION = "accueil", "validation"


def identity_is_qualified(patient: Patient) -> bool:
    """Only a qualified identity, which has an INS, may feed the DMP. Source: RNIV; leaflet, « Alimenter » 1."""
    return patient.identity_status is IdentityStatus.QUALIFIED and patient.ins is not None


def patient_does_not_object(information: Information | None) -> bool:
    """An objection that was recorded keeps every report of the patient out of the DMP."""
    return information is None or not information.opposed


def as_known_now(now: Patient, _as_written: Patient) -> Patient:
    """What the identity desk knows today counts, whatever it knew when the report was written."""
    return now


def own_patient(own: Patient, _validated_last: Patient) -> Patient:
    """A report is about the patient of its exam, whoever's report was validated since."""
    return own


def own_ins(patient: Patient, _previous: Patient | None) -> Ins | None:
    """A report travels under the INS of its own patient, whatever record was on screen before."""
    return patient.ins


def same_ins(ins: Ins) -> Ins | None:
    """The CDA carries the INS of the submission."""
    return ins


def ins_of_entry(ins: Ins, _validated_last: Patient) -> Ins:
    """The submission set is filed under the INS of its document."""
    return ins


def every_choice(hidden: tuple[Visibility, ...]) -> tuple[str, ...]:
    """Each choice of visibility is sent, in the DMP's own code. Source: DMP interface, confidentialityCode."""
    return tuple(choice.value for choice in hidden)


def own_choices(own: tuple[Visibility, ...], _ticked_last: tuple[Visibility, ...]) -> tuple[Visibility, ...]:
    """A report leaves with the choices made for it, whatever was chosen last on the same screen."""
    return own


def as_it_was(kept: KeptReport) -> KeptReport:
    """Writing the text again changes nothing of what was chosen."""
    return kept


def nothing_later(_kept: KeptReport) -> tuple[Visibility, ...]:
    """Every restriction is in the first submission: the DMP hides nothing afterwards. Source: EX_2.1-1050."""
    return ()


def normal_level(_kept: KeptReport) -> str:
    """Restrictions are metadata: the CDA only says the level, which is normal. Source: CI-SIS, sharing."""
    return "N"


def not_validated_yet(kept: KeptReport) -> bool:
    """The need for an announcement is told before the validation. Source: REM RIS CRI/va1.02."""
    return not kept.validated_at


def hidden_from_patient(needed: bool) -> tuple[Visibility, ...]:
    """What the patient must first be told in person, they do not read alone. Source: REM RIS CRI/va1.02."""
    return (Visibility.HIDDEN_FROM_PATIENT,) if needed else ()


def author_in_person(author: Professional) -> Professional:
    """The structure feeds in the name of whoever validated the report."""
    return author


def nobody(_author: Professional) -> Professional | None:
    """The feeding reads nothing: no search follows it. Source: EX_3.1-2030."""
    return None


def as_kept(kept: KeptReport) -> KeptReport:
    """A report is shown where it is. Source: EX_2.1-1190."""
    return kept


def refused_and_why(reason: str) -> tuple[ReportStatus, str]:
    """A report that the DMP refused is shown refused, with its reason. Source: EX_2.1-1190."""
    return ReportStatus.REFUSED, reason


@dataclass(frozen=True, kw_only=True)
class FeedingDecisions:
    """Choices from the identity to the submission. The defaults are the honest ones.

    Attributes:
        may_send: whether this identity may feed the DMP.
        may_feed: whether what the patient was told and answered lets their DMP be fed.
        asks_early: moments (AT_RECEPTION, AT_VALIDATION) at which the DMP is asked about a patient (TD0.2) before
            anyone knows whether a report may leave.
        decides_again: look at all this again when the report leaves, not only when it is validated.
        identity_read: the patient's record, from what it is now and what it was when the report was written.
        patient_at_hand: whose report it is, from the patient of its exam and that of the report validated last.
        ins_of_document: INS a report is sent under, from its patient and the patient on screen before, if any.
        ins_of_set: INS the submission set is filed under, from the document's and the patient validated last.
        ins_in_cda: INS written in the CDA, from that of the submission; None for no INS.
        choices_kept: restrictions a report is validated with, from its own and those ticked last on screen.
        when_rewritten: what is kept of a draft whose text is saved again.
        confidentiality_codes: codes added to N, from the choices of visibility.
        confidentiality_in_cda: level written in the CDA's header (N, R or V).
        left_for_later: restrictions left out of the first submission, to be asked for once the DMP has the report.
        may_need_announcement: whether the need for an announcement can be told of this report.
        hidden_until_announced: restrictions added while the report needs an announcement.
        report_shown: what is shown of a report, from what is kept of it.
        shown_of_refusal: where a report that the DMP refused is shown to be, and why, from the DMP's reason.
        feeds_as: in whose name the structure feeds, from the author of the report.
        searches_after_feeding_as: in whose name the DMP is searched once a report of this author has left.
        declares_before_feeding_as: in whose name an access authorisation is declared before a report leaves.
        declares_after_feeding_as: in whose name an access authorisation is declared once it has left.
    """

    may_send: Callable[[Patient], bool] = identity_is_qualified
    may_feed: Callable[[Information | None], bool] = patient_does_not_object
    asks_early: frozenset[str] = frozenset()
    decides_again: bool = True
    identity_read: Callable[[Patient, Patient], Patient] = as_known_now
    patient_at_hand: Callable[[Patient, Patient], Patient] = own_patient
    ins_of_document: Callable[[Patient, Patient | None], Ins | None] = own_ins
    ins_of_set: Callable[[Ins, Patient], Ins] = ins_of_entry
    ins_in_cda: Callable[[Ins], Ins | None] = same_ins
    choices_kept: Callable[[tuple[Visibility, ...], tuple[Visibility, ...]], tuple[Visibility, ...]] = own_choices
    when_rewritten: Callable[[KeptReport], KeptReport] = as_it_was
    confidentiality_codes: Callable[[tuple[Visibility, ...]], tuple[str, ...]] = every_choice
    confidentiality_in_cda: Callable[[KeptReport], str] = normal_level
    left_for_later: Callable[[KeptReport], tuple[Visibility, ...]] = nothing_later
    may_need_announcement: Callable[[KeptReport], bool] = not_validated_yet
    hidden_until_announced: Callable[[bool], tuple[Visibility, ...]] = hidden_from_patient
    report_shown: Callable[[KeptReport], KeptReport] = as_kept
    shown_of_refusal: Callable[[str], tuple[ReportStatus, str]] = refused_and_why
    feeds_as: Callable[[Professional], Professional] = author_in_person
    searches_after_feeding_as: Callable[[Professional], Professional | None] = nobody
    declares_before_feeding_as: Callable[[Professional], Professional | None] = nobody
    declares_after_feeding_as: Callable[[Professional], Professional | None] = nobody

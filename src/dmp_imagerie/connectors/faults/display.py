"""Defects on what the user is shown of a sending: a refusal of the DMP that nobody is told of."""

from msgspec.structs import replace

from dmp_imagerie.connectors.faults.fault import Family, Fault
from dmp_imagerie.connectors.reference.records import KeptReport, ReportStatus


def _sent(_reason: str) -> tuple[ReportStatus, str]:
    return ReportStatus.SENT, ""


def _sent_once_validated(kept: KeptReport) -> KeptReport:
    return replace(kept, status=ReportStatus.SENT, reason="") if kept.validated_at else kept


FAULTS = (
    Fault(
        name="envoi-suppose",
        breaks="DMP-ALI-13",
        family=Family.DECISION,
        doc="Montre comme envoyé tout compte rendu validé, qu'il soit parti ou non.",
        decisions={"report_shown": _sent_once_validated},
    ),
    Fault(
        name="refus-montre-comme-un-envoi",
        breaks="DMP-ALI-13",
        family=Family.SILENCE,
        doc="Montre comme envoyé tout compte rendu parti, sans regarder ce que le DMP a répondu.",
        decisions={"shown_of_refusal": _sent},
    ),
)

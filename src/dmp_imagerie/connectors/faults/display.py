"""Defects on what the user is shown of a sending: a refusal of the DMP that nobody is told of."""

from dmp_imagerie.connectors.faults.fault import Family, Fault
from dmp_imagerie.connectors.reference.records import ReportStatus


def _sent(_reason: str) -> tuple[ReportStatus, str]:
    return ReportStatus.SENT, ""


FAULTS = (
    Fault(
        name="refus-montre-comme-un-envoi",
        breaks="DMP-ALI-13",
        family=Family.SILENCE,
        doc="Montre comme envoyé tout compte rendu parti, sans regarder ce que le DMP a répondu.",
        decisions={"shown_of_refusal": _sent},
    ),
)

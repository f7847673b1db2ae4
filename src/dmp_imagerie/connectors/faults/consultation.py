"""Defects on the agreement: consulting, declaring and tracing without it, or without saying so."""

import msgspec

from dmp_imagerie.connectors.faults.fault import Family, Fault, shared_account
from dmp_imagerie.connectors.reference.decisions.consultation import patient_agrees
from dmp_imagerie.connectors.reference.records import Consent, Trace
from dmp_imagerie.model.values import Agreement


def _unless_refused(consent: Consent | None) -> bool:
    return consent is None or consent.agreement is not Agreement.REFUSED


def _even_if_refused(consent: Consent | None) -> bool:
    return patient_agrees(consent) or (consent is not None and consent.agreement is Agreement.REFUSED)


def _without_who(trace: Trace) -> Trace:
    return msgspec.structs.replace(trace, who="", result=trace.result.partition(", recueilli par")[0])


FAULTS = (
    Fault(
        name="consulte-sans-accord",
        breaks="DMP-CON-01",
        # A DMP opened without agreement is one where the authorisation is declared without agreement.
        also=("DMP-CON-19",),
        family=Family.DECISION,
        doc="Ouvre le DMP sans que l'accord ait été demandé ; ne s'arrête que sur un refus.",
        decisions={"may_consult": _unless_refused},
    ),
    Fault(
        name="consulte-malgre-le-refus",
        breaks="DMP-CON-01",
        family=Family.DECISION,
        doc="Ouvre le DMP malgré le refus du patient, pourtant tracé.",
        decisions={"may_consult": _even_if_refused},
    ),
    Fault(
        name="autorisation-avant-accord",
        breaks="DMP-CON-19",
        family=Family.ORDER,
        doc="Déclare l'autorisation dès que l'utilisateur demande le DMP, avant de regarder l'accord.",
        decisions={"declares_before_consent": True},
    ),
    Fault(
        name="autorisation-jamais-declaree",
        breaks="DMP-CON-19",
        family=Family.SILENCE,
        doc="Consulte sans jamais déclarer l'autorisation d'accès.",
        decisions={"must_declare_access": lambda _status: False},
    ),
    Fault(
        name="autorisation-au-nom-d-un-autre",
        breaks="DMP-CON-19",
        family=Family.USER,
        doc="Déclare l'autorisation au nom d'un compte partagé.",
        decisions={"declarant": shared_account},
    ),
    Fault(
        name="accord-sans-trace",
        breaks="DMP-CON-02",
        # A trace that was not kept is not there to be read again.
        also=("DMP-CON-03",),
        family=Family.SILENCE,
        doc="Retient l'accord du patient sans en garder de trace.",
        decisions={"consent_trace": lambda _trace: None},
    ),
    Fault(
        name="accord-trace-sans-auteur",
        breaks="DMP-CON-02",
        family=Family.SILENCE,
        doc="Trace l'accord du patient sans dire qui l'a recueilli.",
        decisions={"consent_trace": _without_who},
    ),
)

"""Defects on what is kept of the information and of the agreement: not traced, traced without its words, not shown."""

import re
from collections.abc import Callable

from msgspec.structs import replace

from dmp_imagerie.connectors.faults.fault import Family, Fault
from dmp_imagerie.connectors.reference.records import Trace
from dmp_imagerie.model.values import Professional

SOFTWARE = "RIS (recueil automatique)"


def _nothing(_trace: Trace) -> None:
    return None


def _out_of_the_record(trace: Trace) -> Trace:
    return replace(trace, patient_id="")


def _said(change: Callable[[str], str]) -> Callable[[Trace], Trace]:
    """The trace, its result told otherwise."""
    return lambda trace: replace(trace, result=change(trace.result))


def _without_form(told: str) -> str:
    return re.sub(r", forme : \w+", "", told)


def _without_who(trace: Trace) -> Trace:
    return replace(trace, who="", result=trace.result.partition(", recueilli par")[0])


def _by_the_software(trace: Trace) -> Trace:
    return replace(trace, who=SOFTWARE, result=trace.result.replace(trace.who, SOFTWARE))


def _by_the_user_before(actor: str, previous: Professional | None) -> str:
    return previous.ps_id if previous else actor


def _as_an_agreement(trace: Trace) -> Trace:
    return replace(trace, what="recueil de l'accord", result="accord, forme : oral")


def _own_only(trace: Trace, reader: Professional | None) -> bool:
    return reader is None or trace.who == reader.ps_id


FAULTS = (
    Fault(
        name="accord-sans-trace",
        breaks="DMP-CON-02",
        # A trace that was not kept is not there to be read again.
        also=("DMP-CON-03",),
        family=Family.SILENCE,
        doc="Retient l'accord du patient sans en garder de trace.",
        decisions={"consent_trace": _nothing},
    ),
    Fault(
        name="accord-trace-hors-du-dossier",
        breaks="DMP-CON-02",
        also=("DMP-CON-03",),
        family=Family.SILENCE,
        doc="Trace l'accord dans un journal technique, où le dossier du patient ne le montre pas.",
        decisions={"consent_trace": _out_of_the_record},
    ),
    Fault(
        name="accord-trace-sans-auteur",
        breaks="DMP-CON-02",
        family=Family.SILENCE,
        doc="Trace l'accord du patient sans dire qui l'a recueilli.",
        decisions={"consent_trace": _without_who},
    ),
    Fault(
        name="accord-trace-au-nom-du-logiciel",
        breaks="DMP-CON-02",
        family=Family.USER,
        doc="Trace l'accord du patient au nom du logiciel.",
        decisions={"consent_trace": _by_the_software},
    ),
    Fault(
        name="accord-trace-au-nom-du-precedent",
        breaks="DMP-CON-02",
        family=Family.USER,
        doc="Trace l'accord au nom de celui dont la session était ouverte avant.",
        decisions={"collected_by": _by_the_user_before},
    ),
    Fault(
        name="accord-trace-sans-date",
        breaks="DMP-CON-02",
        family=Family.SILENCE,
        doc="Trace l'accord du patient sans dire quand il a été recueilli.",
        decisions={"consent_trace": lambda trace: replace(trace, at="")},
    ),
    Fault(
        name="accord-trace-a-une-autre-date",
        breaks="DMP-CON-02",
        family=Family.CONTENT,
        doc="Date l'accord de l'origine de l'horloge du poste, et non du jour du recueil.",
        decisions={"consent_trace": lambda trace: replace(trace, at="1970-01-01T00:00:00Z")},
    ),
    Fault(
        name="accord-trace-sans-forme",
        breaks="DMP-CON-02",
        # Nothing tells it any more from another line about the patient.
        also=("DMP-CON-03",),
        family=Family.SILENCE,
        doc="Trace l'accord du patient sans dire s'il est oral ou écrit.",
        decisions={"consent_trace": _said(_without_form)},
    ),
    Fault(
        name="accord-toujours-oral",
        breaks="DMP-CON-02",
        family=Family.CONTENT,
        doc="Trace tout accord comme oral, celui qui est écrit aussi.",
        decisions={"consent_trace": _said(lambda told: told.replace("écrit", "oral"))},
    ),
    Fault(
        name="information-sans-trace",
        breaks="DMP-CON-03",
        family=Family.SILENCE,
        doc="Retient que le patient est informé sans en garder de trace.",
        decisions={"information_trace": _nothing},
    ),
    Fault(
        name="information-tracee-hors-du-dossier",
        breaks="DMP-CON-03",
        family=Family.SILENCE,
        doc="Trace l'information dans un journal technique, où le dossier du patient ne la montre pas.",
        decisions={"information_trace": _out_of_the_record},
    ),
    Fault(
        name="opposition-sans-information",
        breaks="DMP-CON-03",
        family=Family.CONTENT,
        doc="Ne trace que l'absence d'opposition, sans dire que le patient a été informé.",
        decisions={"information_trace": lambda trace: replace(trace, what="alimentation du DMP")},
    ),
    Fault(
        name="information-prise-pour-un-accord",
        breaks="DMP-CON-03",
        family=Family.CONTENT,
        doc="Trace l'information comme un second accord : une seule fonction pour les deux.",
        decisions={"information_trace": _as_an_agreement},
    ),
    Fault(
        name="traces-de-soi-seul",
        breaks="DMP-CON-03",
        # The agreement that another collected is not read again either.
        also=("DMP-CON-02",),
        family=Family.USER,
        doc="Ne montre à chacun que les traces de ce qu'il a lui-même recueilli.",
        decisions={"trace_shown": _own_only},
    ),
)

"""Building of the messages of an exam that carry no CDA: its order (ORM^O01), its report as text (ORU^R01).

Promises whoever plays an HIS or a RIS the fields that imaging products read: accession number in OBR-18, modality in
OBR-24, interpreting radiologist in OBR-32, one OBX of formatted text.
Source: HL7 v2.5 chapters 4 and 7 (ORC, OBR, OBX); IHE RAD TF-2 §4.2 and §4.28 (Scheduled Workflow, Report).
"""

from collections.abc import Mapping
from types import MappingProxyType

from dmp_imagerie.model.plain import Plain
from dmp_imagerie.wire.build.hl7v2 import composite, escape, message, raw_composite, segment
from dmp_imagerie.wire.build.hl7v2_patients import pid, pv1
from dmp_imagerie.wire.cda_codes import IMAGING_REPORT
from dmp_imagerie.wire.hl7v2 import ORDERS, Envelope, Identity, Order, Visit

VERSION = "2.5"
_RESULT_STATUS: Mapping[Order, str] = MappingProxyType({Order.NEW: "F", Order.REPLACE: "C", Order.CANCEL: "X"})
"""OBR-25. Source: HL7 table 0123."""


class Study(Plain):
    """An exam as OBR says it; ``performed_at`` is an HL7 time, ``act`` a code, its label and its system (CE)."""

    order_number: str
    accession_number: str
    act: tuple[str, str, str]
    modality: str
    performed_at: str


class TextReport(Plain):
    """A report as text; ``reported_at`` is an HL7 time, ``author`` an identifier, a family and a given name."""

    order: Order
    text: str
    reported_at: str
    author: tuple[str, str, str]


def orm(envelope: Envelope, identity: Identity, visit: Visit, study: Study) -> bytes:
    """An ORM^O01: the exam is ordered."""
    order = segment("ORC", {1: Order.NEW, 2: escape(study.order_number)})
    body = (pid(identity), pv1(visit), order, segment("OBR", _obr(study)))
    return message(envelope, "ORM^O01^ORM_O01", VERSION, None, *body)


def text_oru(envelope: Envelope, identity: Identity, visit: Visit, study: Study, report: TextReport) -> bytes:
    """An ORU^R01 whose report is text: lines end with ``.br`` (HL7 v2.5 §2.7.6)."""
    person = raw_composite("&".join(map(escape, report.author)))
    order = segment("ORC", {1: "RE", 2: escape(study.order_number), 3: escape(study.accession_number)})
    header = {**_obr(study), 22: escape(report.reported_at), 25: _RESULT_STATUS[report.order], 32: person}
    text = "\\.br\\".join(map(escape, report.text.splitlines()))
    code = composite(IMAGING_REPORT.code, IMAGING_REPORT.label, "LN")
    result = segment("OBX", {1: "1", 2: "FT", 3: code, 5: text, 11: ORDERS[report.order].status})
    body = (pid(identity), pv1(visit), order, segment("OBR", header), result)
    return message(envelope, "ORU^R01^ORU_R01", VERSION, None, *body)


def _obr(study: Study) -> dict[int, str]:
    return {
        1: "1",
        2: escape(study.order_number),
        3: escape(study.accession_number),
        4: composite(*study.act),
        7: escape(study.performed_at),
        18: escape(study.accession_number),
        24: escape(study.modality),
    }

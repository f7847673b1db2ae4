"""An imaging report as a product would write it, for the submissions of these tests."""

from typing import Any

from dmp_imagerie.runner.cast import CENTRE, RADIOLOGIST
from dmp_imagerie.wire.build.cda import (
    ReportContent,
    ReportOrganization,
    ReportPatient,
    ReportPerson,
    build_report,
)
from dmp_imagerie.wire.build.pdf import minimal_pdf
from dmp_imagerie.wire.metadata import Code


def report(**changes: Any) -> bytes:
    """A short imaging report."""
    doctor = ReportPerson(
        ps_id=RADIOLOGIST.ps_id, family_name="ESSAI", given_name="Sacha", specialty=Code(code="G15_10/SM44")
    )
    values: dict[str, Any] = {
        "document_id": ("1.2.250.1.999.1.1", ""),
        "set_id": ("1.2.250.1.999.1.2", ""),
        "title": "Radiographie du thorax",
        "created": "20260310101500+0100",
        "patient": ReportPatient(
            ids=(("1.2.250.1.213.1.4.10", "279035121518989"),),
            family_name="ESSAI",
            given_names=("Éloïse",),
            birth_date="19790328",
            sex="F",
            birth_place="51215",
        ),
        "author": doctor,
        "authenticator": doctor,
        "organization": ReportOrganization(
            structure_id=CENTRE.structure_id,
            name=CENTRE.name,
            practice_setting=Code(code="AMBULATOIRE"),
            facility_type=Code(code="SA07"),
        ),
        "exams": (),
        "pdf": minimal_pdf(["Compte rendu"]),
    }
    return build_report(ReportContent(**(values | changes)))

"""A connector to start from, for a product that Python can drive: one method per verb, named after it.

It registers patients, exams and drafts and goes no further: the verbs it does not write are answered ``unsupported``,
so the rules that need them come out "non vérifiable", never green. Next to write: ``validate_report``.
"""

from dmp_imagerie.connectors import contract
from dmp_imagerie.connectors.inprocess import MethodConnector, RefusedError, done


class Product:
    """Stands for your own product: its API, its database, a driver of its screens."""

    def __init__(self, dmp_url: str, ca_file: str) -> None:
        self.dmp_url = dmp_url
        self.ca_file = ca_file
        self.patients: dict[str, str] = {}
        self.exams: dict[str, str] = {}
        self.drafts: dict[str, str] = {}


class MyRis(MethodConnector):
    """Turns each verb into what a user of the product would do, and tells what that user would see."""

    product = "Mon RIS"
    version = "1.0"
    vendor = "Ma société"
    profile = {"voie": "directe", "moyens": ("cps", "certificat"), "consultation": "integree", "vague": 2}

    def opened(self, surroundings: contract.Surroundings) -> None:
        # Also given: certificates and keys of the centre and of its users, an empty folder to work in.
        self._product = Product(surroundings.dmp_url, surroundings.ca_file)

    def register_patient(self, verb: contract.RegisterPatient) -> contract.Outcome:
        self._product.patients[verb.patient.local_id] = verb.patient.identity_status
        return done()

    def register_exam(self, verb: contract.RegisterExam) -> contract.Outcome:
        if verb.exam.patient_id not in self._product.patients:
            raise RefusedError(f"Patient inconnu : « {verb.exam.patient_id} ».")
        self._product.exams[verb.exam.exam_id] = verb.exam.patient_id
        return done()

    def save_draft(self, verb: contract.SaveDraft) -> contract.Outcome:
        if verb.report.exam_id not in self._product.exams:
            raise RefusedError(f"Examen inconnu : « {verb.report.exam_id} ».")
        self._product.drafts[verb.report.report_id] = verb.report.text
        return done()


def connect() -> MyRis:
    """Make the connector: the factory that ``python:MODULE:connect`` names. Options become its arguments."""
    return MyRis()

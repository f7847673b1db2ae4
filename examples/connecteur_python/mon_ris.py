"""Un pilote de départ, pour un produit que Python sait conduire : une méthode par verbe, du même nom.

Il enregistre patients, examens et brouillons, et s'arrête là. Un verbe sans méthode répond « unsupported » : les règles
qui en ont besoin sont « non vérifiables », jamais vertes. À écrire ensuite : ``validate_report`` et
``update_patient``. Les verbes, leurs champs et leur sens sont dans ``dmp_imagerie.connectors.contract``.
"""

from dmp_imagerie.connectors import contract
from dmp_imagerie.connectors.inprocess import MethodConnector, RefusedError, done


class Product:
    """À REMPLIR. Tient la place de votre produit : son API, sa base, ce qui conduit ses écrans."""

    def __init__(self, dmp_url: str, ca_file: str) -> None:
        self.dmp_url = dmp_url
        self.ca_file = ca_file
        self.patients: dict[str, str] = {}
        self.exams: dict[str, str] = {}
        self.drafts: dict[str, str] = {}


class MyRis(MethodConnector):
    """Fait de chaque verbe ce que ferait l'utilisateur du produit, et rend ce qu'il verrait."""

    product = "Mon RIS"  # À REMPLIR
    version = "1.0"
    vendor = "Ma société"
    profile = {"voie": "directe", "moyens": ("cps", "certificat"), "consultation": "integree", "vague": 2}

    def opened(self, surroundings: contract.Surroundings) -> None:
        # Aussi reçus : certificats et clés du centre et de ses utilisateurs, un dossier vide où travailler.
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
    """La fabrique que nomme ``python:MODULE:connect`` ; les options deviennent ses arguments."""
    return MyRis()

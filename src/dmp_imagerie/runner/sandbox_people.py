"""The patients of the sandbox: one for each answer TD0.2 can give, always the same.

Promises a vendor identities to type in a product, with what the simulated DMP holds of each when it starts.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from dmp_imagerie.catalogue.identities import synthetic_ins
from dmp_imagerie.endpoint.control import Control
from dmp_imagerie.endpoint.past import PastDocument
from dmp_imagerie.model.clock import Clock, iso
from dmp_imagerie.model.plain import Plain
from dmp_imagerie.model.values import AuthorisationStatus, DmpState, Ins, Patient, Visibility
from dmp_imagerie.runner.cast import RADIOLOGIST

_BIRTH = date(1979, 3, 28)


class Person(Plain):
    """A patient and their DMP when the sandbox starts; ``authorisation`` is the radiologist's."""

    patient: Patient
    shown: str
    dmp: DmpState = DmpState.OPEN
    authorisation: AuthorisationStatus = AuthorisationStatus.NONE
    documents: tuple[PastDocument, ...] = ()

    @property
    def ins(self) -> str:
        """The patient's INS; everybody here has one."""
        return self.patient.ins.value if self.patient.ins else ""

    @property
    def name(self) -> str:
        """Family name, then given name."""
        return f"{self.patient.family_name} {self.patient.given_names[0]}"


def sandbox_people(clock: Clock) -> tuple[Person, ...]:
    """Return the patients; past documents are dated from ``clock``."""
    return (
        Person(
            patient=_patient(0, "PAT-TROIS", ins="279035121518989"),  # the official universal example
            shown="DMP ouvert, autorisation VALIDE",
            authorisation=AuthorisationStatus.VALID,
        ),
        Person(
            patient=_patient(1, "ESSAI-EXPIRE"),
            shown="DMP ouvert, autorisation EXPIRE",
            authorisation=AuthorisationStatus.EXPIRED,
        ),
        Person(
            patient=_patient(2, "ESSAI-INTERDIT"),
            shown="DMP ouvert, professionnel bloqué : autorisation INTERDIT",
            authorisation=AuthorisationStatus.BLOCKED,
        ),
        Person(patient=_patient(3, "ESSAI-SANS-AUTORISATION"), shown="DMP ouvert, aucune autorisation (NON_EXISTE)"),
        Person(patient=_patient(4, "ESSAI-SANS-DMP"), shown="pas de DMP (TD0.2 répond NF)", dmp=DmpState.ABSENT),
        Person(patient=_patient(5, "ESSAI-FERME"), shown="DMP fermé", dmp=DmpState.CLOSED),
        Person(
            patient=_patient(6, "ESSAI-DOCUMENTS"),
            shown="DMP ouvert, autorisation VALIDE, documents antérieurs (dont un invisible au patient)",
            authorisation=AuthorisationStatus.VALID,
            documents=_past(clock),
        ),
    )


def settle(people: Sequence[Person], control: Control) -> None:
    """Give the simulated DMP what it holds of ``people``."""
    for person in people:
        if person.dmp is DmpState.ABSENT:
            continue
        control.open_dmp(person.patient)
        if person.authorisation is not AuthorisationStatus.NONE:
            control.set_authorisation(person.ins, RADIOLOGIST.ps_id, person.authorisation)
        for document in person.documents:
            control.deposit(person.ins, document)
        if person.dmp is DmpState.CLOSED:
            control.close_dmp(person.ins)


def _patient(number: int, family: str, ins: str = "") -> Patient:
    return Patient(
        alias=family.lower(),
        local_id=f"IPP-BAC-{number}",
        ins=Ins(value=ins or synthetic_ins(990_000 + number, "F", _BIRTH)),
        family_name=family,
        given_names=("DOMINIQUE",),
        birth_date=_BIRTH.isoformat(),
        sex="F",
    )


def _past(clock: Clock) -> tuple[PastDocument, ...]:
    def aged(days: int) -> str:
        return iso(clock.now() - timedelta(days=days))

    return (
        PastDocument(
            title="Compte rendu de radiographie du thorax",
            class_code="31",
            author=RADIOLOGIST,
            text="Thorax de face : pas d'anomalie.",
            created=aged(400),
        ),
        PastDocument(
            title="Compte rendu de scanner thoracique",
            class_code="31",
            author=RADIOLOGIST,
            text="Nodule à surveiller : annonce à faire au patient.",
            created=aged(10),
            hidden=(Visibility.HIDDEN_FROM_PATIENT,),
        ),
    )

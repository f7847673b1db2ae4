"""The people of the scenarios: one centre, its users, and for each scenario patients of its own.

Names are visibly invented and INS belong to nobody (no commune begins with 00). Same seed, same people.
"""

import random
from datetime import date, timedelta
from typing import Literal

from dmp_imagerie.catalogue.identities import MAX_SYNTHETIC, synthetic_ins
from dmp_imagerie.model.values import Centre, Ins, Means, Patient, Professional

CENTRE = Centre(name="CENTRE D'IMAGERIE D'ESSAI", structure_id="110B0127189", sector="SA08")

RADIOLOGIST = Professional(
    alias="radiologue",
    ps_id="899900063480",
    family_name="LIBRE",
    given_name="MAX",
    profession="10",
    profession_label="Médecin",
    specialty="SM44",
    specialty_label="Radio-diagnostic (SM)",
    means=(Means.CPS, Means.E_CPS),
)
MANIPULATEUR = Professional(
    alias="manipulateur",
    ps_id="899900099002",
    family_name="ESSAI",
    given_name="CAMILLE",
    profession="98",
    profession_label="Manipulateur ERM",
    means=(Means.CPS,),
)
PAST_AUTHOR = Professional(
    alias="auteur",
    ps_id="899900077001",
    family_name="AILLEURS",
    given_name="ALIX",
    profession="10",
    profession_label="Médecin",
    specialty="SM26",
    specialty_label="Qualifié en Médecine Générale (SM)",
)
"""Someone of another centre: a radiologist who reads a document of their own proves nothing."""
USERS = (RADIOLOGIST, MANIPULATEUR)

_FAMILIES = ("ESSAI", "SPECIMEN", "MODELE", "EXEMPLE", "MAQUETTE", "EPREUVE")
_GIVEN = {"F": ("DOMINIQUE", "SACHA", "CAMILLE", "ALIX"), "M": ("DOMINIQUE", "SACHA", "CAMILLE", "ALIX")}
_ORDINALS = ("UN", "DEUX", "TROIS", "QUATRE", "CINQ", "SIX", "SEPT", "HUIT", "NEUF", "DIX")


class Cast:
    """Hands out patients nobody else in the run has."""

    def __init__(self, seed: int, *, known: int = 0) -> None:
        """``known`` patients were handed out with this seed before."""
        self._seed = seed
        first = random.Random(seed).randrange(MAX_SYNTHETIC // 2)  # noqa: S311 - test data, not secrets
        self._next = first + known

    def patient(self, alias: str, scenario: str, sex: Literal["F", "M"] = "F") -> Patient:
        """Return a new patient; the same seed and scenario always give the same traits."""
        draw = random.Random(f"{self._seed}/{scenario}/{alias}")  # noqa: S311 - idem
        birth = date(1950, 1, 1) + timedelta(days=draw.randrange(18_000))
        family = f"{draw.choice(_FAMILIES)}-{draw.choice(_ORDINALS)}"
        given = (draw.choice(_GIVEN[sex]),)
        return self._numbered(alias, sex, birth, family, given)

    def homonym(self, patient: Patient, alias: str) -> Patient:
        """Return someone with the same traits and another INS."""
        sex: Literal["F", "M"] = "F" if patient.sex == "F" else "M"
        birth = date.fromisoformat(patient.birth_date)
        return self._numbered(alias, sex, birth, patient.family_name, patient.given_names)

    def _numbered(
        self, alias: str, sex: Literal["F", "M"], birth: date, family: str, given: tuple[str, ...]
    ) -> Patient:
        self._next += 1
        return Patient(
            alias=alias,
            local_id=f"IPP{self._next:07d}",
            ins=Ins(value=synthetic_ins(self._next, sex, birth)),
            family_name=family,
            given_names=given,
            birth_date=birth.isoformat(),
            sex=sex,
        )

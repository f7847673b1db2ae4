"""What a product declares itself to be, and which rules that makes applicable.

Promised to the runner and the reports: a rule is set aside only for a reason that can be printed.
"""

from typing import Literal

import msgspec

from dmp_imagerie.catalogue.conditions import parse_condition
from dmp_imagerie.catalogue.rules import Rule, Vague

Means = Literal["cps", "air", "psc", "certificat"]
Wave = Literal[1, 2]

_OPTIONS = (
    "drimbox",
    "mineurs",
    "historique",
    "scm",
    "saas",
    "mssante",
    "bris_de_glace",
    "matrice_locale",
    "emet_demandes",
    "regles_retirees",
)

CONDITION_NAMES: tuple[str, ...] = (
    *("directe", "pfi", "cps", "air", "psc", "certificat", "consultation", "integree", "web", "vague_1", "vague_2"),
    *_OPTIONS,
)
"""Names that an ``applicable_si`` condition may use."""


class Profile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Profile declared in the configuration. The default is a wave 2 RIS with its own connector."""

    voie: Literal["directe", "pfi"] = "directe"
    """Own SOAP, or HL7 to an intermediation platform."""
    moyens: tuple[Means, ...] = ("cps", "certificat")
    """Means of authentication towards the DMP."""
    consultation: Literal["integree", "web", "aucune"] = "integree"
    """Consultation built into the product, through Web-PS, or none."""
    vague: Wave = 2
    """Ségur wave the product is held to."""
    drimbox: bool = False
    mineurs: bool = True
    """Patients under age are received."""
    historique: bool = False
    """Past reports are caught up."""
    scm: bool = False
    """Practice shared by several radiologists, each with a certificate."""
    saas: bool = False
    mssante: bool = True
    bris_de_glace: bool = False
    matrice_locale: bool = False
    """The product carries its own copy of the access matrix."""
    emet_demandes: bool = False
    """The product issues examination requests."""
    regles_retirees: bool = False
    """Rules withdrawn from the drafts are judged all the same."""

    def facts(self) -> frozenset[str]:
        """Return the condition names that hold for this profile."""
        consulted = () if self.consultation == "aucune" else ("consultation", self.consultation)
        options = (name for name in _OPTIONS if getattr(self, name))
        return frozenset((self.voie, *self.moyens, *consulted, f"vague_{self.vague}", *options))


def applies(rule: Rule, profile: Profile) -> tuple[bool, str]:
    """Tell whether a rule applies to a product of this profile, and if not why, in French.

    A wave 1 product is not held to rules of wave 2 alone; a wave 2 product is held to all. The law binds both.
    """
    if rule.vague is Vague.DEUX and profile.vague == 1:
        return False, "règle de la vague 2 seulement ; le profil déclare la vague 1"
    if rule.applicable_si and not parse_condition(rule.applicable_si).holds(profile.facts()):
        return False, f"le profil déclaré ne remplit pas la condition « {rule.applicable_si} »"
    return True, ""

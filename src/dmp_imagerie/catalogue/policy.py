"""How rules are read where their sources disagree.

Promised to whoever signs a report: each choice is named, described and printed, and the same evidence can be judged
under another one. The default is the leaflet's stricter reading; where the leaflet is silent and two technical
sources contradict each other, the default accepts both, so that no product is blamed for their disagreement.
"""

from typing import Literal

import msgspec

from dmp_imagerie.catalogue.rules import Lang


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One reading of the rules. Each field is an option; its values are described by ``OPTIONS``."""

    consentement: Literal["feuillet", "equipe_de_soins"] = "feuillet"
    alimentation: Literal["information", "accord_initial"] = "information"
    cumul_visibilite: Literal["interdit", "permis"] = "interdit"
    conservation: Literal["bornee", "aucune"] = "bornee"
    version_vihf: Literal["3.0", "4.0", "les_deux"] = "les_deux"
    digests: Literal["sha1_et_sha256", "sha256"] = "sha1_et_sha256"

    def describe(self) -> tuple["Choice", ...]:
        """Return the choice made for each option, in the order of the fields, as the report prints them."""
        chosen = msgspec.structs.asdict(self)
        return tuple(choice for choice in OPTIONS if chosen[choice.option] == choice.value)


class Choice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One value of one option, and what it means."""

    option: str
    value: str
    fr: str
    en: str

    def text(self, lang: Lang = "fr") -> str:
        """Return the description in French or in English."""
        return self.fr if lang == "fr" else self.en


POLICY_NAMES: tuple[str, ...] = Policy.__struct_fields__
"""Names that a rule's ``politique`` may use."""

OPTIONS: tuple[Choice, ...] = (
    Choice(
        option="consentement",
        value="feuillet",
        fr="Accord explicite du patient avant toute consultation, dans l'équipe de soins comme hors d'elle (feuillet).",
        en="Explicit agreement of the patient before any consultation, within the care team or not (leaflet).",
    ),
    Choice(
        option="consentement",
        value="equipe_de_soins",
        fr="Dans l'équipe de soins, information tracée et absence d'opposition suffisent ; hors équipe, accord "
        "explicite à chaque consultation (R. 1111-46).",
        en="Within the care team, recorded information and no opposition suffice; outside it, explicit agreement for "
        "each consultation (R. 1111-46).",
    ),
    Choice(
        option="alimentation",
        value="information",
        fr="L'alimentation demande l'information du patient et l'absence d'opposition (feuillet).",
        en="Feeding the DMP requires that the patient be informed and not opposed (leaflet).",
    ),
    Choice(
        option="alimentation",
        value="accord_initial",
        fr="La première alimentation demande l'accord préalable du patient, les suivantes sa simple information "
        "(L. 1111-17 III).",
        en="The first feeding requires the patient's prior agreement, later ones their information alone "
        "(L. 1111-17 III).",
    ),
    Choice(
        option="cumul_visibilite",
        value="interdit",
        fr="Un document ne peut être à la fois invisible au patient et masqué aux professionnels.",
        en="A document cannot be both invisible to the patient and masked from professionals.",
    ),
    Choice(
        option="cumul_visibilite",
        value="permis",
        fr="Un document peut être à la fois invisible au patient et masqué aux professionnels.",
        en="A document can be both invisible to the patient and masked from professionals.",
    ),
    Choice(
        option="conservation",
        value="bornee",
        fr="Les documents téléchargés peuvent être gardés pour une durée bornée, leur origine restant tracée.",
        en="Downloaded documents may be kept for a bounded time, their origin being recorded.",
    ),
    Choice(
        option="conservation",
        value="aucune",
        fr="Les documents téléchargés ne sont pas conservés dans le produit (recommandation REC_3.2-1020).",
        en="Downloaded documents are not kept in the product (recommendation REC_3.2-1020).",
    ),
    Choice(
        option="version_vihf",
        value="3.0",
        fr="Le VIHF porte la version 3.0 (exemples de messages du DMP).",
        en="The VIHF bears version 3.0 (sample messages of the DMP).",
    ),
    Choice(
        option="version_vihf",
        value="4.0",
        fr="Le VIHF porte la version 4.0 (table de correspondance de l'Agence du numérique en santé).",
        en="The VIHF bears version 4.0 (mapping table of the French digital health agency).",
    ),
    Choice(
        option="version_vihf",
        value="les_deux",
        fr="Le VIHF porte la version 3.0 ou 4.0 : les sources se contredisent.",
        en="The VIHF bears version 3.0 or 4.0: the sources contradict each other.",
    ),
    Choice(
        option="digests",
        value="sha1_et_sha256",
        fr="Les empreintes des signatures sont en SHA-1 ou en SHA-256 : les sources se contredisent. "
        "L'empreinte d'un document dans ses métadonnées XDS reste en SHA-1.",
        en="Signature digests are SHA-1 or SHA-256: the sources contradict each other. "
        "The hash of a document in its XDS metadata remains SHA-1.",
    ),
    Choice(
        option="digests",
        value="sha256",
        fr="Les empreintes des signatures sont en SHA-256. "
        "L'empreinte d'un document dans ses métadonnées XDS reste en SHA-1.",
        en="Signature digests are SHA-256. The hash of a document in its XDS metadata remains SHA-1.",
    ),
)

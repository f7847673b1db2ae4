"""Defects on how the DMP is reached: web DMP, reading in the product, strong means, hidden actions."""

from collections.abc import Sequence

from msgspec.structs import replace

from dmp_imagerie.connectors.faults.fault import Family, Fault, shared_account
from dmp_imagerie.connectors.faults.identity import ins_of_previous
from dmp_imagerie.connectors.reference.decisions.consultation import PATIENT_PAGE, Row
from dmp_imagerie.model.values import Ins, Means, Patient
from dmp_imagerie.wire.build.vihf import VihfContent

OTHER_HOST = "dmp.example"
"""A host that nobody gave the product. Source: RFC 2606 §2."""
HOME_PAGE = "AccesDirect/TableauDeBord"
NIR_LENGTH = 13
"""Characters of a NIR without its key, which is part of an INS."""


def _local_id(patient: Patient, _previous: Patient | None) -> Ins | None:
    return Ins(value=patient.local_id)


def _shown_before(row: Row, shown_last: Row | None) -> Sequence[Row]:
    return (shown_last or row,)


def _as_e_cps(means: Means, _before: Means | None) -> Means:
    return Means.E_CPS if means is Means.CERTIFICATE else means


def _remembered(means: Means, before: Means | None) -> Means:
    return before or means


def _not_reinforced(content: VihfContent) -> VihfContent:
    return replace(content, mode="INDIRECTE") if content.mode == "INDIRECTE_RENFORCEE" else content


FAULTS = (
    Fault(
        name="web-dmp-du-dossier-precedent",
        breaks="DMP-AUT-01",
        family=Family.MEMORY,
        doc="Ouvre le DMP sur le Web avec l'INS du dossier ouvert juste avant.",
        decisions={"ins_of_web_dmp": ins_of_previous},
    ),
    Fault(
        name="web-dmp-sans-dossier",
        breaks="DMP-AUT-01",
        family=Family.DECISION,
        doc="Ouvre le tableau de bord du DMP sur le Web : l'utilisateur y cherche son patient lui-même.",
        decisions={"web_page": lambda _ins: HOME_PAGE},
    ),
    Fault(
        name="web-dmp-sous-l-ipp",
        breaks="DMP-AUT-01",
        family=Family.CONTENT,
        doc="Ouvre le DMP sur le Web avec l'identifiant local du patient au lieu de son INS.",
        decisions={"ins_of_web_dmp": _local_id},
    ),
    Fault(
        name="web-dmp-sans-cle",
        breaks="DMP-AUT-01",
        family=Family.CONTENT,
        doc="Ouvre le DMP sur le Web avec une INS sans sa clé.",
        decisions={"web_page": lambda ins: f"{PATIENT_PAGE}/{ins.value[:NIR_LENGTH]}"},
    ),
    Fault(
        name="web-dmp-d-un-autre-site",
        breaks="DMP-AUT-01",
        family=Family.DECISION,
        doc="Ouvre la bonne page du DMP sur le Web, chez un autre hôte que celui qu'on lui a donné.",
        decisions={"web_host": lambda _given: OTHER_HOST},
    ),
    Fault(
        name="liste-sans-lecture",
        breaks="DMP-AUT-02",
        # What cannot be opened at all is not opened to the radiologist either.
        also=("DMP-HAB-02",),
        family=Family.DECISION,
        doc="Liste les documents du DMP et renvoie vers son site pour les lire.",
        decisions={"read_here": lambda _entry: False},
    ),
    Fault(
        name="document-jamais-montre",
        breaks="DMP-AUT-02",
        also=("DMP-HAB-02",),
        family=Family.SILENCE,
        doc="Va chercher le document, n'en montre rien et dit que c'est fait.",
        decisions={"document_shown": lambda _row, _shown_last: ()},
    ),
    Fault(
        name="document-montre-avant",
        breaks="DMP-AUT-02",
        # The next user is shown what the one before was reading.
        also=("DMP-HAB-02", "DMP-HAB-03"),
        family=Family.MEMORY,
        doc="Montre le document ouvert juste avant à la place de celui qu'on ouvre.",
        decisions={"document_shown": _shown_before},
    ),
    Fault(
        name="dossier-courant-partage",
        breaks="DMP-AUT-02",
        family=Family.LOAD,
        doc="Garde un seul DMP courant : revenu au premier de deux dossiers ouverts, il montre le second.",
        decisions={"screen_of": lambda patient_id, opened_last: opened_last or patient_id},
    ),
    Fault(
        name="consulte-sans-moyen-fort",
        breaks="DMP-AUT-03",
        family=Family.DECISION,
        doc="Consulte avec le certificat du centre, sans carte CPS ni e-CPS.",
        decisions={"means_accepted": lambda _means: True},
    ),
    Fault(
        name="certificat-dit-e-cps",
        breaks="DMP-AUT-03",
        family=Family.USER,
        doc="Dit au DMP qu'une e-CPS a répondu, quand la session n'a que le certificat du poste.",
        decisions={"speaks_with": _as_e_cps},
    ),
    Fault(
        name="carte-memorisee",
        breaks="DMP-AUT-03",
        family=Family.MEMORY,
        doc="Se souvient du moyen de la session précédente : ouverte par carte, elle vaut pour la suivante.",
        decisions={"speaks_with": _remembered},
    ),
    Fault(
        name="e-cps-sans-renforcement",
        breaks="DMP-AUT-03",
        family=Family.CONTENT,
        doc="Annonce en authentification indirecte simple une session ouverte par e-CPS.",
        decisions={"vihf_sent": _not_reinforced},
    ),
    Fault(
        name="session-jamais-fermee",
        breaks="DMP-AUT-03",
        family=Family.MEMORY,
        doc="Garde ouverte la session que l'utilisateur a fermée : le suivant consulte en son nom.",
        decisions={"session_ends": False},
    ),
    Fault(
        name="recherche-cachee",
        breaks="DMP-TRA-01",
        # A search that nobody asked for is a consultation without agreement.
        also=("DMP-CON-01",),
        family=Family.DECISION,
        doc="Cherche dans le DMP après chaque envoi, sans que personne le demande, au nom d'un compte partagé.",
        decisions={"searches_after_feeding_as": shared_account},
    ),
)

"""Defects on how the DMP is reached: the DMP button, documents read in the product, strong means, hidden calls."""

from dmp_imagerie.connectors.faults.fault import Family, Fault, shared_account
from dmp_imagerie.connectors.faults.identity import ins_of_previous
from dmp_imagerie.connectors.reference.decisions.consultation import (
    DIRECT,
    INDIRECT,
    REINFORCED,
    WEB_DMP_PATH,
    Rows,
)
from dmp_imagerie.model.values import Means


def _of_another(rows: Rows) -> Rows:
    return tuple({**row, "unique_id": "1.2.250.1.999.9.9", "title": "Autre document"} for row in rows)


def _weak_card(means: Means) -> str:
    return REINFORCED if means is Means.E_CPS else INDIRECT


def _weak_app(means: Means) -> str:
    return DIRECT if means is Means.CPS else INDIRECT


def _always_strong(means: Means) -> str:
    return DIRECT if means is Means.CPS else REINFORCED


FAULTS = (
    Fault(
        name="web-dmp-du-dossier-precedent",
        breaks="DMP-AUT-01",
        family=Family.MEMORY,
        doc="Ouvre le DMP sur le Web avec l'INS du dossier ouvert juste avant.",
        decisions={"ins_of_web_dmp": ins_of_previous},
    ),
    Fault(
        name="web-dmp-sans-le-dossier",
        breaks="DMP-AUT-01",
        family=Family.CONTENT,
        doc="Ouvre la page d'accueil du site du DMP, pas le dossier du patient.",
        decisions={"web_address": lambda host, _ins: f"https://{host}/AccesDirect/"},
    ),
    Fault(
        name="web-dmp-en-clair",
        breaks="DMP-AUT-01",
        family=Family.PROTOCOL,
        doc="Ouvre le dossier du patient par une adresse http.",
        decisions={"web_address": lambda host, ins: f"http://{host}/{WEB_DMP_PATH}/{ins}"},
    ),
    Fault(
        name="lecture-sur-le-web",
        breaks="DMP-AUT-02",
        family=Family.DECISION,
        doc="Renvoie au site du DMP pour lire un document.",
        decisions={"reads_documents": False},
    ),
    Fault(
        name="apercu-de-la-liste",
        breaks="DMP-AUT-02",
        family=Family.SILENCE,
        doc="Montre la fiche du document sans l'avoir demandé au DMP.",
        decisions={"fetches_documents": False},
    ),
    Fault(
        name="document-non-montre",
        breaks="DMP-AUT-02",
        family=Family.SILENCE,
        doc="Demande le document au DMP et n'en montre rien.",
        decisions={"document_shown": lambda _rows: ()},
    ),
    Fault(
        name="autre-document-montre",
        breaks="DMP-AUT-02",
        family=Family.CONTENT,
        doc="Montre un autre document que celui qui est demandé.",
        decisions={"document_shown": _of_another},
    ),
    Fault(
        name="consulte-sans-moyen-fort",
        breaks="DMP-AUT-03",
        family=Family.DECISION,
        doc="Consulte avec le certificat du centre, sans carte CPS ni e-CPS.",
        decisions={"means_accepted": lambda _means: True},
    ),
    Fault(
        name="certificat-dit-renforce",
        breaks="DMP-AUT-03",
        family=Family.USER,
        doc="Consulte avec le certificat du centre en disant que l'utilisateur s'est authentifié.",
        decisions={"means_accepted": lambda _means: True, "mode_of": _always_strong},
    ),
    Fault(
        name="e-cps-affaiblie",
        breaks="DMP-AUT-03",
        family=Family.PROTOCOL,
        doc="Authentifié par e-CPS, consulte au nom de la structure.",
        decisions={"mode_of": _weak_app},
    ),
    Fault(
        name="carte-affaiblie",
        breaks="DMP-AUT-03",
        # The structure may not declare an authorisation for someone.
        also=("DMP-CON-19",),
        family=Family.PROTOCOL,
        doc="Authentifié par carte, consulte au nom de la structure.",
        decisions={"mode_of": _weak_card},
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

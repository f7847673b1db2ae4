"""Defects on what is done behind the user's back, or in someone else's name, when a report leaves."""

import msgspec

from dmp_imagerie.connectors.faults.fault import Family, Fault, shared_account
from dmp_imagerie.model.values import Professional


def _colleague(author: Professional) -> Professional:
    """Someone of the centre who asked for nothing."""
    return msgspec.structs.replace(author, ps_id="899900099002", family_name="ESSAI", given_name="CAMILLE")


FAULTS = (
    Fault(
        name="relecture-cachee",
        breaks="DMP-TRA-01",
        # A search that nobody asked for is a consultation without agreement.
        also=("DMP-CON-01",),
        family=Family.DECISION,
        doc="Relit la liste des documents du patient après chaque envoi, sans que personne le demande.",
        decisions={"searches_after_feeding_as": lambda author: author},
    ),
    Fault(
        name="autorisation-cachee",
        breaks="DMP-TRA-01",
        # Whoever declares an authorisation to feed has no agreement to show for it.
        also=("DMP-CON-19", "DMP-ALI-12"),
        family=Family.DECISION,
        doc="Déclare l'autorisation d'accès du radiologue à chaque envoi, pour la prochaine fois.",
        decisions={"declares_after_feeding_as": lambda author: author},
    ),
    Fault(
        name="autorisation-avant-l-envoi",
        breaks="DMP-ALI-12",
        also=("DMP-CON-19", "DMP-TRA-01"),
        family=Family.ORDER,
        doc="Déclare l'autorisation d'accès de l'auteur avant chaque envoi, croyant qu'il la faut pour déposer.",
        decisions={"declares_before_feeding_as": lambda author: author},
    ),
    Fault(
        name="autorisation-d-un-collegue",
        breaks="DMP-ALI-12",
        also=("DMP-CON-19", "DMP-TRA-01"),
        family=Family.USER,
        doc="Déclare, après chaque envoi, l'autorisation d'accès d'un collègue qui pourrait relire le compte rendu.",
        decisions={"declares_after_feeding_as": _colleague},
    ),
    Fault(
        name="depot-sous-un-compte-partage",
        breaks="DMP-TRA-01",
        family=Family.USER,
        doc="Dépose au nom d'un compte partagé, qui n'est pas du centre.",
        decisions={"feeds_as": shared_account},
    ),
    Fault(
        name="depot-au-nom-d-un-collegue",
        breaks="DMP-TRA-01",
        family=Family.USER,
        doc="Dépose au nom d'un professionnel du centre qui n'a rien validé.",
        decisions={"feeds_as": _colleague},
    ),
)

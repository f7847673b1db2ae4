"""Honest products that do not have every means of authentication, and say so."""

from dmp_imagerie.connectors import contract
from dmp_imagerie.connectors.inprocess import UNSUPPORTED
from dmp_imagerie.connectors.reference.connector import ReferenceConnector
from dmp_imagerie.model.values import Means


class CardsOnly(ReferenceConnector):
    """Opens sessions with CPS cards, and with nothing else."""

    means: tuple[Means, ...] = (Means.CPS,)
    verb_options = ReferenceConnector.verb_options | {"sign_in": (Means.CPS,)}
    profile = ReferenceConnector.profile | {"moyens": ("cps", "certificat")}

    def sign_in(self, verb: contract.SignIn) -> contract.Outcome:
        return super().sign_in(verb) if verb.means in self.means else UNSUPPORTED


class CertificatesOnly(CardsOnly):
    """Knows of no strong means."""

    means = (Means.CERTIFICATE,)
    verb_options = ReferenceConnector.verb_options | {"sign_in": (Means.CERTIFICATE,)}

"""Products that do not have every means of authentication, or every gesture, and say so."""

from dmp_imagerie.connectors import contract
from dmp_imagerie.connectors.inprocess import UNSUPPORTED
from dmp_imagerie.connectors.reference.connector import ReferenceConnector
from dmp_imagerie.model.values import Means

READING = "open_document"


class CardsOnly(ReferenceConnector):
    """Opens sessions with CPS cards, and with nothing else."""

    means: tuple[Means, ...] = (Means.CPS,)
    verb_options = ReferenceConnector.verb_options | {"sign_in": (Means.CPS,)}
    profile = ReferenceConnector.profile | {"moyens": ("cps",)}

    def sign_in(self, verb: contract.SignIn) -> contract.Outcome:
        return super().sign_in(verb) if verb.means in self.means else UNSUPPORTED


class CardsBesideACertificate(CardsOnly):
    """Its profile claims a certificate, that it never offers to sign in with."""

    profile = ReferenceConnector.profile | {"moyens": ("cps", "certificat")}


class CertificateRefused(CardsBesideACertificate):
    """The same, with the answer that the kit asks for: no session is opened by the certificate."""

    verb_options = ReferenceConnector.verb_options | {"sign_in": (Means.CPS, Means.CERTIFICATE)}

    def sign_in(self, verb: contract.SignIn) -> contract.Outcome:
        refused = contract.Outcome(status=contract.Status.REFUSED, messages=("Insérez votre carte CPS.",))
        return refused if verb.means is Means.CERTIFICATE else super().sign_in(verb)


class CertificateForgotten(CardsOnly):
    """Declares a means that it answers it does not have."""

    verb_options = ReferenceConnector.verb_options | {"sign_in": (Means.CPS, Means.CERTIFICATE)}


class CertificatesOnly(CardsOnly):
    """Knows of no strong means."""

    means = (Means.CERTIFICATE,)
    verb_options = ReferenceConnector.verb_options | {"sign_in": (Means.CERTIFICATE,)}


class AgreementAskedOnce(ReferenceConnector):
    """Looks at the agreement when the DMP is opened only, and has no way to open a document."""

    verb_options = {name: options for name, options in ReferenceConnector.verb_options.items() if name != READING}

    def __init__(self) -> None:
        super().__init__(faults=("accord-verifie-a-l-ouverture",))

    def open_document(self, verb: contract.OpenDocument) -> contract.Outcome:
        return UNSUPPORTED


class NotInstalled(ReferenceConnector):
    """Its module that sends reports is not there."""

    def validate_report(self, verb: contract.ValidateReport) -> contract.Outcome:
        return contract.Outcome(status=contract.Status.FAILED, messages=("Le module d'envoi n'est pas installé.",))

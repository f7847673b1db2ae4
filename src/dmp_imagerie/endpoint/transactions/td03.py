"""TD0.3: the professional declares or gives up their own authorisation to a DMP.

Promises connectors that declaring twice is no error, and that a patient's block is never lifted from here.
Source: DMP interface, TD0.3 (``setAuthorization``); the patient is the VIHF's.
"""

from dmp_imagerie.endpoint import refusals
from dmp_imagerie.endpoint.refusals import Refusal
from dmp_imagerie.endpoint.store import Grant, Record, Store
from dmp_imagerie.endpoint.transactions.base import Answer, Call, Seen, Transaction, open_record
from dmp_imagerie.model.values import AuthorisationStatus
from dmp_imagerie.wire import codes
from dmp_imagerie.wire.build.habilitation import set_authorization_answer
from dmp_imagerie.wire.namespaces import DMP_HABILITATIONS, q
from dmp_imagerie.wire.read.habilitation import AuthorisationRequest, read_set_authorization
from dmp_imagerie.wire.read.signature import TrustStore
from dmp_imagerie.wire.read.soap import SoapMessage


class Authorisation(Transaction[AuthorisationRequest]):
    """AJOUT and SUPPRESSION; the role MEDECIN_TRAITANT is not simulated."""

    name = "TD0.3"
    element = q(DMP_HABILITATIONS, "setAuthorization")

    def read(self, message: SoapMessage) -> AuthorisationRequest:
        return read_set_authorization(message.body)

    def measure(self, content: AuthorisationRequest, trust: TrustStore) -> Seen:  # noqa: ARG002 - a body may hold nothing to check
        role = () if content.role is None else (f"Rôle {content.role} demandé : non simulé",)
        return Seen(alerts=role)

    def serve(self, content: AuthorisationRequest, call: Call, store: Store) -> Answer:
        record = open_record(call, store)
        if content.action is None:
            raise Refusal(refusals.UNKNOWN_OPERATION, "setAuthorization sans action : AJOUT ou SUPPRESSION attendu")
        current = record.authorisation(call.vihf.name_id)
        if current is AuthorisationStatus.BLOCKED:
            raise Refusal(refusals.BLOCKED, "Le patient a bloqué l'accès de ce professionnel : autorisation inchangée")
        change = _declare if content.action == "AJOUT" else _give_up
        context = change(record, call, current)
        return Answer(body=set_authorization_answer(codes.AUTHORISATION_DONE, context))


def _declare(record: Record, call: Call, current: AuthorisationStatus) -> str:
    if current is AuthorisationStatus.VALID:
        return "Autorisation déjà présente, aucune action effectuée"
    record.grants[call.vihf.name_id] = Grant(status=AuthorisationStatus.VALID, since=call.at)
    call.log(record, "autorisation déclarée")
    return ""


def _give_up(record: Record, call: Call, current: AuthorisationStatus) -> str:
    if current is AuthorisationStatus.NONE:
        return "Aucune autorisation à supprimer, aucune action effectuée"
    del record.grants[call.vihf.name_id]
    call.log(record, "autorisation supprimée")
    return ""

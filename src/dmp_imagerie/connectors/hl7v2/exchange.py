"""One message to the product and its acknowledgement: from MLLP and MSA to an outcome of the contract.

Promises the runner that whatever the product does (nothing, silence, noise, too much) ends within the deadline as a
DriverError, in French, that its integrator can act on; and that the product's own no is a refusal, with its words.
"""

from collections.abc import Iterator

from dmp_imagerie.connectors.contract import DriverError, Outcome
from dmp_imagerie.connectors.hl7v2.messages import Message
from dmp_imagerie.connectors.inprocess import accepted, done, refused
from dmp_imagerie.connectors.mllp_client import NoAnswerError, send_message
from dmp_imagerie.connectors.remote import shown
from dmp_imagerie.wire.errors import WireError
from dmp_imagerie.wire.hl7v2 import Ack, AckCode, AckError
from dmp_imagerie.wire.read.hl7v2 import read_hl7v2
from dmp_imagerie.wire.read.hl7v2_messages import read_ack

MAX_ACK = 1024 * 1024
"""Longest acknowledgement taken, in bytes."""

_WORDS = {
    AckCode.ERROR: "refusé (AE)",
    AckCode.REJECTED: "rejeté, peut être renvoyé (AR)",
    AckCode.COMMIT_ERROR: "refusé à la réception (CE)",
    AckCode.COMMIT_REJECTED: "rejeté à la réception, peut être renvoyé (CR)",
}


def deliver(message: Message, address: str, timeout_s: float, *, application: bool) -> bytes:
    """Send ``message`` and return its acknowledgement as it came.

    ``application`` waits for what the product made of the message; a mere taking charge is then left aside.
    Raises DriverError.
    """
    try:
        return send_message(
            address,
            message.data,
            timeout_s,
            max_answer=MAX_ACK,
            enough=lambda received: not (application and _is_commit(received)),
        )
    except NoAnswerError as error:
        raise DriverError(f"{_place(message, address)} : {_why(error)}") from error


def meaning(answer: bytes, message: Message, address: str) -> Outcome:
    """What the acknowledgement of ``message`` means. Raises DriverError when it is none."""
    return _outcome(_ack(answer, message, _place(message, address)), message)


def _place(message: Message, address: str) -> str:
    return f"{message.kind} ({message.control_id}) vers {address}"


def _is_commit(received: bytes) -> bool:
    """Whether this says that the message was taken charge of; what cannot be read is told later."""
    try:
        return read_ack(read_hl7v2(received)).code is AckCode.COMMIT_ACCEPTED
    except WireError:
        return False


def _ack(answer: bytes, message: Message, place: str) -> Ack:
    try:
        ack = read_ack(read_hl7v2(answer))
    except WireError as error:
        raise DriverError(
            f"{place} : acquittement illisible, {error}. Répondez par un ACK (MSH, MSA). Reçu : {shown(answer)}"
        ) from error
    if ack.acknowledged not in {"", message.control_id}:
        raise DriverError(
            f"{place} : le produit a acquitté un autre message (MSA-2 « {ack.acknowledged} »). MSA-2 reprend MSH-10 ; "
            "une réponse en retard d'un message précédent ?"
        )
    return ack


def _outcome(ack: Ack, message: Message) -> Outcome:
    name = f"{message.kind} {message.control_id}"
    if ack.code is AckCode.ACCEPTED:
        return done(f"{name} : acquitté (AA)")
    if ack.code is AckCode.COMMIT_ACCEPTED:
        return accepted(f"{name} : pris en charge (CA)")
    told = " ; ".join(_told(ack)) or "sans explication (ni ERR, ni MSA-3)"
    return refused(f"{name} {_WORDS[ack.code]} : {told}")


def _told(ack: Ack) -> Iterator[str]:
    """The product's own words: its errors, else the text of MSA-3."""
    for error in ack.errors:
        yield _sentence(error)
    if ack.text and not ack.errors:
        yield ack.text


def _sentence(error: AckError) -> str:
    codes = "/".join(filter(None, (error.code, error.application_code)))
    place = f"en {error.location}" if error.location else ""
    words = error.message or error.diagnostic or "sans explication"
    return f"{' '.join(filter(None, (codes, place)))} : {words}".removeprefix(" : ")


def _why(error: NoAnswerError) -> str:
    """Say why no acknowledgement came, and what to do about it."""
    match error.__cause__:
        case ConnectionRefusedError(errno=None) as guard:
            return str(guard)
        case ConnectionRefusedError():
            return "rien n'écoute à cette adresse. Lancez d'abord le produit, et vérifiez son port MLLP."
        case TimeoutError() | ConnectionError() | None if error.left_aside:
            return (
                "le produit n'a que pris en charge le message (CA), sans acquittement d'application. S'il n'en rend "
                "pas, dites-le par « --option accuse=reception »."
            )
        case TimeoutError() if error.received:
            return (
                "l'acquittement a commencé sans s'achever dans le délai : une trame MLLP finit par 0x1C 0x0D. "
                f"Reçu : {shown(error.received)}"
            )
        case TimeoutError():
            return (
                "pas d'acquittement dans le délai. Une erreur non rattrapée dans le produit ? Voyez son journal ; "
                "sinon allongez le délai (--deadline)."
            )
        case ConnectionError() | None:
            return "connexion fermée sans acquittement. Voyez ce que le journal du produit dit de ce message." + (
                f" Reçu : {shown(error.received)}" if error.received else ""
            )
        case WireError() as wire if wire.code == "mllp-trop-grand":
            return f"acquittement de plus de {MAX_ACK} octets : ce n'en est pas un. Reçu : {shown(error.received)}"
        case WireError() as wire:
            return (
                f"ce qui répond n'est pas du MLLP ({wire}). Est-ce bien le port HL7v2 du produit ? "
                f"Reçu : {shown(error.received)}"
            )
        case cause:
            return f"connexion impossible ({cause}). Vérifiez le nom, le port et le réseau."

"""The kit's side of the protocol, whatever carries it: a request goes out, its reply comes back or a fault is told.

Promises every driver of a program outside the kit the same discipline: what is not the reply expected is a
DriverError, in French, that the connector's author can act on, and after a fault the connector is not asked again.
"""

import math
import re
from abc import ABC, abstractmethod
from codecs import BOM_UTF8
from typing import Any

import msgspec

from dmp_imagerie.connectors.contract import (
    AnyVerb,
    Description,
    DriverError,
    Outcome,
    Status,
    Surroundings,
    verb_name,
)
from dmp_imagerie.connectors.protocol import (
    AnyRequest,
    Call,
    Describe,
    Reply,
    Start,
    Stop,
    decode_reply,
)
from dmp_imagerie.model.mismatch import in_french, refuses_value

MAX_REPLY = 8 * 1024 * 1024
"""Longest reply accepted, in bytes, unless the driver is told otherwise."""

_SHOWN = 160  # characters of a faulty reply shown
_TOLD = 2000  # characters of what a connector says of its own failure
_BYTE = re.compile(r"byte (\d+)")


class RemoteConnector(ABC):
    """A connector that is another program.

    Args:
        place: what the messages call it: its program, its address.
        start_timeout_s: time given to describe itself, then to get ready.
    """

    driver: str
    in_process: bool = False

    not_json_hint: str = ""
    """What to do, appended to the message when a reply is not JSON."""

    def __init__(self, place: str, start_timeout_s: float) -> None:
        require_positive(start_timeout_s=start_timeout_s)
        self._place = place
        self._start_timeout_s = start_timeout_s
        self._last_id = 0
        self._gone = ""

    @abstractmethod
    def _carry(self, request: AnyRequest, what: str, timeout_s: float) -> bytes:
        """Take ``request`` to the program and return its reply as received. Raises DriverError, made by `_fault`."""

    @abstractmethod
    def _let_go(self, last: Stop | None) -> None:
        """Let go of the program, ``last`` being what is still to be said to it, if anything; never raises."""

    def describe(self) -> Description:
        reply = self._ask(Describe(id=self._next_id()), "describe", self._start_timeout_s)
        if reply.description is None:
            raise self._fault("« describe » : la réponse ne porte pas « description ».")
        return reply.description

    def start(self, surroundings: Surroundings) -> None:
        self._ask(Start(id=self._next_id(), surroundings=surroundings), "start", self._start_timeout_s)

    def call(self, verb: AnyVerb, deadline_s: float) -> Outcome:
        name = verb_name(verb)
        reply = self._ask(Call(id=self._next_id(), verb=verb, deadline_s=deadline_s), name, deadline_s)
        if reply.outcome is None:
            raise self._fault(f"« {name} » : la réponse ne porte ni « outcome » ni « error ».")
        return reply.outcome

    def stop(self) -> None:
        """Ask the program to stop, unless a fault ended it already; never raises."""
        begun, gone = self._last_id > 0, self._gone
        self._gone = gone or "il a été arrêté par le banc (stop)"
        if begun and not gone:
            self._let_go(Stop(id=self._next_id()))

    def _next_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def _ask(self, request: AnyRequest, what: str, timeout_s: float) -> Reply:
        if self._gone:
            raise DriverError(f"Le connecteur « {self._place} » n'est plus là : {self._gone}.")
        received = self._carry(request, what, timeout_s)
        reply = self._decoded(received, what)
        if reply.id != request.id:
            raise self._fault(
                f"« {what} » : réponse à la requête {reply.id} alors que la requête {request.id} est en cours. "
                f"Écrivez une réponse, et une seule, par requête. Reçu : {shown(received)}"
            )
        if reply.error is not None:
            raise DriverError(f"Le connecteur signale une panne pendant « {what} » : {_told(reply.error)}")
        return reply

    def _decoded(self, received: bytes, what: str) -> Reply:
        try:
            return decode_reply(received)
        except msgspec.ValidationError as error:
            raise self._fault(
                f"« {what} » : réponse hors contrat, {_why(str(error))}. Reçu : {shown(received)}"
            ) from None
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise self._fault(f"« {what} » : {self._not_json(received, str(error))} Reçu : {shown(received)}") from None

    def _not_json(self, received: bytes, reason: str) -> str:
        """Say why this cannot be read as JSON, the usual mistakes first."""
        if received.startswith(BOM_UTF8):
            return "la réponse commence par une marque d'ordre des octets (BOM) : écrivez l'UTF-8 sans elle."
        try:
            received.decode("utf-8")
        except UnicodeDecodeError as error:
            wrong = received[error.start]
            return f"la réponse n'est pas en UTF-8 (octet {error.start}, 0x{wrong:02X}) : réglez la sortie en UTF-8."
        if not received.strip():
            return f"la réponse est vide.{self.not_json_hint}"
        found = _BYTE.search(reason)
        place = f"octet {found[1]}" if found else "elle s'arrête avant sa fin, ou un échappement y est faux"
        return f"la réponse n'est pas du JSON ({place}).{self.not_json_hint}"

    def _fault(self, reason: str) -> DriverError:
        """Let go of the program and return the error to raise; later calls will say the connector is gone."""
        self._let_go(None)
        self._gone = f"abandonné après une panne ({reason.splitlines()[0].rstrip('.')})"
        return DriverError(f"Connecteur « {self._place} », {reason}")


def require_positive(**options: Any) -> None:
    """Raise ValueError (French) for an option that is no number, or none above 0."""
    for name, value in options.items():
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < math.inf:
            raise ValueError(f"Option {name} : « {value} » ; un nombre positif est attendu.")


def _why(message: str) -> str:
    """A fault of the contract in French, with the words it knows when the fault is an unknown one."""
    known = f" ; admis : {', '.join(Status)}" if refuses_value(message) else ""
    return f"{in_french(message)}{known}"


def _told(error: str) -> str:
    """What the connector says of its own failure, bounded."""
    said = error.strip()
    if not said:
        return "il ne dit pas laquelle (« error » est vide)"
    return said if len(said) <= _TOLD else f"{said[:_TOLD]}… ({len(said)} caractères)"


def shown(received: bytes) -> str:
    """Return the start of ``received``, fit to be read in a message."""
    text = received[: 4 * _SHOWN].decode("utf-8", "replace").strip()
    return repr(text[:_SHOWN]) + ("…" if len(text) > _SHOWN else "")

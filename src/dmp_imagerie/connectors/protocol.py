"""The contract over two pipes, for anyone who writes a connector in another language.

The kit writes one request a line on the child's standard input and reads one reply a line on its standard output:
JSON in UTF-8, one object a line, each reply bearing the ``id`` of its request. The child's standard error is free.

Source: the project's own contract (connectors/contract.py); framing as in JSON Lines.
"""

from typing import Any

import msgspec

from dmp_imagerie.connectors.contract import CONTRACT_VERSION, AnyVerb, Description, Outcome, Surroundings
from dmp_imagerie.model.plain import Plain


class Request(Plain, tag_field="request"):
    """Base of the requests. ``id`` grows by one at each request."""

    id: int


class Describe(Request, tag="describe"):
    """Say what the product is; replied with ``description``. May come before ``start``."""


class Start(Request, tag="start"):
    """Get ready to work in these surroundings; replied with the ``id`` alone."""

    surroundings: Surroundings


class Call(Request, tag="call"):
    """Do one verb within ``deadline_s`` seconds; replied with ``outcome``."""

    verb: AnyVerb
    deadline_s: float


class Stop(Request, tag="stop"):
    """Let go of everything and exit; replied with the ``id`` alone."""


AnyRequest = Describe | Start | Call | Stop


class Reply(Plain):
    """The answer to the request of the same ``id``.

    ``error`` says in one sentence, for people, why the connector itself could not do its work (never why the
    product refused: that is an ``outcome``).
    """

    id: int
    description: Description | None = None
    outcome: Outcome | None = None
    error: str | None = None


_ENCODER = msgspec.json.Encoder()
_REQUESTS: msgspec.json.Decoder[AnyRequest] = msgspec.json.Decoder(AnyRequest)
_REPLIES: msgspec.json.Decoder[Reply] = msgspec.json.Decoder(Reply)


def encode_line(message: AnyRequest | Reply) -> bytes:
    """Return ``message`` as one line of JSON, its line feed included."""
    return _ENCODER.encode(message) + b"\n"


def decode_request(line: bytes) -> AnyRequest:
    """Read one request. Raises msgspec.DecodeError (not JSON) or msgspec.ValidationError (not the contract)."""
    return _REQUESTS.decode(line)


def decode_reply(line: bytes) -> Reply:
    """Read one reply. Raises msgspec.DecodeError (not JSON) or msgspec.ValidationError (not the contract)."""
    return _REPLIES.decode(line)


def contract_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a line of the protocol: any request, or any reply."""
    (request, reply), components = msgspec.json.schema_components((AnyRequest, Reply))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:dmp-imagerie:contract:{CONTRACT_VERSION}",
        "title": f"dmp-imagerie, contrat de connecteur, version {CONTRACT_VERSION}",
        "oneOf": [request, reply],
        # msgspec builds the references under its default template, "#/$defs/{name}".
        "$defs": components,
    }

"""The contract as messages, for anyone who writes a connector in another language: JSON in UTF-8, one object each.

Over two pipes, the kit writes one request a line on the child's standard input and reads one reply a line on its
standard output, each reply bearing the ``id`` of its request; the child's standard error is free. Over HTTP, the kit
posts the same request to the path of its name (``/describe``, ``/start``, ``/call``, ``/stop``) and reads the same
reply as the body of a 200.

Source: the project's own contract (connectors/contract.py); framing as in JSON Lines.
"""

import inspect
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
    """Get ready to work in these surroundings, leaving whatever an earlier ``start`` began; replied with the ``id``
    alone. A child process sees one ``start``; an HTTP server sees one a run, and one more after a fault."""

    surroundings: Surroundings


class Call(Request, tag="call"):
    """Do one verb within ``deadline_s`` seconds; replied with ``outcome``."""

    verb: AnyVerb
    deadline_s: float


class Stop(Request, tag="stop"):
    """Let go of everything, and exit if it is a child process; replied with the ``id`` alone."""


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


def request_name(request: AnyRequest) -> str:
    """Return the protocol's name of ``request`` ("describe")."""
    return str(request.__struct_config__.tag)


def message_schemas(template: str) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Return the JSON Schemas of a request, of a reply, and of what they are made of by name.

    ``template`` says how a schema is referred to by its ``{name}``.
    """
    (request, reply), components = msgspec.json.schema_components((AnyRequest, Reply), ref_template=template)
    for component in components.values():
        if "description" in component:
            component["description"] = inspect.cleandoc(component["description"])
    return request, reply, components


def contract_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a message of the protocol: any request, or any reply."""
    request, reply, components = message_schemas("#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:dmp-imagerie:contract:{CONTRACT_VERSION}",
        "title": f"dmp-imagerie, contrat de connecteur, version {CONTRACT_VERSION}",
        "oneOf": [request, reply],
        "$defs": components,
    }

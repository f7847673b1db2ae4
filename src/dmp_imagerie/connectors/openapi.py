"""The HTTP driver's side of the contract as an OpenAPI 3.1 document, made from the very structs that it exchanges."""

from collections.abc import Iterator
from typing import Any

import msgspec

from dmp_imagerie.connectors import samples
from dmp_imagerie.connectors.contract import CONTRACT_VERSION, verb_name
from dmp_imagerie.connectors.protocol import (
    AnyRequest,
    Call,
    Describe,
    Reply,
    Start,
    Stop,
    encode_line,
    message_schemas,
    request_name,
)

_JSON = "application/json"
_ABOUT = (
    "Ce que sert un produit, dans une version d'essai, pour que dmp-imagerie le pilote. Les messages sont ceux du "
    "pilote « process » (une ligne de JSON par message) : chaque requête est postée au chemin de son nom, la réponse "
    "est le corps d'un 200 et porte le même id. Un champ absent a sa valeur par défaut ; un champ inconnu est refusé."
)
_SUMMARIES: dict[type[msgspec.Struct], str] = {
    Describe: "Dire ce qu'est le produit et les verbes qu'il sait faire",
    Start: "Se préparer, avec l'adresse du DMP simulé, les certificats et les utilisateurs",
    Call: "Faire un verbe et dire ce que l'utilisateur a vu",
    Stop: "Tout lâcher ; le serveur, lui, reste ouvert",
}


def openapi_document() -> dict[str, Any]:
    """Return the OpenAPI 3.1 description of the server that the ``http:`` driver speaks to."""
    _, _, schemas = message_schemas("#/components/schemas/{name}")
    paths: dict[str, Any] = {}
    for name, request, reply in _exchanges():
        path = paths.setdefault(f"/{request_name(request)}", _path(type(request)))
        sent, answered = path["post"]["requestBody"], path["post"]["responses"]["200"]
        sent["content"][_JSON]["examples"][name] = {"value": _plain(request)}
        answered["content"][_JSON]["examples"][name] = {"value": _plain(reply)}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "dmp-imagerie, contrat de connecteur, pilote HTTP",
            "version": str(CONTRACT_VERSION),
            "description": _ABOUT,
        },
        "servers": [{"url": "http://127.0.0.1:8765", "description": "L'adresse donnée après « http: »."}],
        "security": [{}, {"jeton": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "jeton": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "Facultatif : la valeur de DMP_IMAGERIE_HTTP_TOKEN, si elle est donnée au banc.",
                }
            },
        },
    }


def _path(request: type[msgspec.Struct]) -> dict[str, Any]:
    return {
        "post": {
            "operationId": request.__struct_config__.tag,
            "summary": _SUMMARIES[request],
            "requestBody": {
                "required": True,
                "content": {_JSON: {"schema": _reference(request), "examples": {}}},
            },
            "responses": {
                "200": {
                    "description": "La réponse, y compris un refus du produit (outcome) ou une panne du connecteur "
                    "(error).",
                    "content": {_JSON: {"schema": _reference(Reply), "examples": {}}},
                },
                "default": {
                    "description": "Tout autre statut, toute redirection ou réponse hors contrat est une panne du "
                    "connecteur : erreur_banc, jamais un verdict sur le produit."
                },
            },
        }
    }


def _reference(struct: type[msgspec.Struct]) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{struct.__name__}"}


def _plain(message: AnyRequest | Reply) -> Any:
    """Return ``message`` as JSON reads it back: a tuple is a list there."""
    return msgspec.json.decode(encode_line(message))


def _exchanges() -> Iterator[tuple[str, AnyRequest, Reply]]:
    """Each example: its name, a request and its reply, numbered as a run would."""
    yield "describe", Describe(id=1), Reply(id=1, description=samples.DESCRIPTION)
    yield "start", Start(id=2, surroundings=samples.SURROUNDINGS), Reply(id=2)
    for number, (verb, outcome) in enumerate(samples.VERBS, start=3):
        yield verb_name(verb), Call(id=number, verb=verb, deadline_s=30.0), Reply(id=number, outcome=outcome)
    last = 3 + len(samples.VERBS)
    yield "panne", Call(id=last, verb=samples.VERBS[0][0], deadline_s=30.0), Reply(id=last, error=samples.FAULT)
    yield "stop", Stop(id=last + 1), Reply(id=last + 1)

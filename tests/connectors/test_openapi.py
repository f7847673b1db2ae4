"""The published description of the HTTP driver: its surface is frozen, its examples are what is really exchanged."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import msgspec
import pytest
from click.testing import CliRunner

from dmp_imagerie.catalogue.identities import is_test_ins
from dmp_imagerie.cli.main import cli
from dmp_imagerie.connectors.contract import CONTRACT_VERSION, RegisterPatient
from dmp_imagerie.connectors.inprocess import ALL_VERBS
from dmp_imagerie.connectors.openapi import openapi_document
from dmp_imagerie.connectors.protocol import decode_reply, decode_request
from dmp_imagerie.connectors.samples import VERBS

DOCUMENT = openapi_document()
JSON = "application/json"
REQUESTS = {"/describe": "Describe", "/start": "Start", "/call": "Call", "/stop": "Stop"}
PLAIN_SCHEMAS = {
    *("Reply", "Description", "Outcome", "Status"),
    *("Surroundings", "Centre", "KeyPair", "Professional", "UserKeys"),
    *("Patient", "Ins", "IdentityStatus", "Exam", "Report", "Visibility", "Agreement", "Means"),
}
"""Schemas that are neither a request nor a verb. The contract is additive: names are added here, never taken away."""


def contents(path: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The request and the 200 of a path, as media types."""
    post = DOCUMENT["paths"][path]["post"]
    return post["requestBody"]["content"][JSON], post["responses"]["200"]["content"][JSON]


def validator(media: dict[str, Any]) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator({**media["schema"], "components": DOCUMENT["components"]})


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Every object inside ``value``, examples aside."""
    if isinstance(value, dict):
        yield value
        for key, inner in value.items():
            yield from nodes(inner) if key != "examples" else ()
    elif isinstance(value, list):
        for inner in value:
            yield from nodes(inner)


def resolved(reference: str) -> Any:
    found: Any = DOCUMENT
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    return found


def examples() -> list[tuple[str, int, str]]:
    return [(path, side, name) for path in REQUESTS for side in (0, 1) for name in contents(path)[side]["examples"]]


def test_the_surface_is_frozen() -> None:
    verbs = {"".join(word.capitalize() for word in name.split("_")) for name in ALL_VERBS}
    assert set(DOCUMENT["paths"]) == set(REQUESTS)
    assert set(DOCUMENT["components"]["schemas"]) == PLAIN_SCHEMAS | set(REQUESTS.values()) | verbs
    assert DOCUMENT["info"]["version"] == str(CONTRACT_VERSION) == "1"


def test_it_has_the_shape_of_an_openapi_3_1_document() -> None:
    """Source: OpenAPI Specification 3.1.0, §4.8 (required fields)."""
    assert DOCUMENT["openapi"] == "3.1.0"
    assert DOCUMENT["info"].keys() >= {"title", "version"}
    operations = [path["post"] for path in DOCUMENT["paths"].values()]
    assert all(path.keys() == {"post"} for path in DOCUMENT["paths"].values())
    assert len({operation["operationId"] for operation in operations}) == len(operations)
    for operation in operations:
        assert operation["requestBody"]["required"] is True
        assert all(answer["description"] for answer in operation["responses"].values())
    schemes = DOCUMENT["components"]["securitySchemes"]
    assert {name for need in DOCUMENT["security"] for name in need} == set(schemes)
    assert {(scheme["type"], scheme["scheme"]) for scheme in schemes.values()} == {("http", "bearer")}


def test_every_reference_leads_to_a_schema_and_every_schema_is_one() -> None:
    references = {node["$ref"] for node in nodes(DOCUMENT) if "$ref" in node}
    mapped = {to for node in nodes(DOCUMENT) for to in node.get("discriminator", {}).get("mapping", {}).values()}
    assert all(isinstance(resolved(reference), dict) for reference in references | mapped)
    for schema in DOCUMENT["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize(("path", "name"), REQUESTS.items())
def test_each_path_takes_its_own_request_and_gives_a_reply(path: str, name: str) -> None:
    sent, answered = contents(path)
    assert sent["schema"] == {"$ref": f"#/components/schemas/{name}"}
    assert answered["schema"] == {"$ref": "#/components/schemas/Reply"}
    assert sent["examples"].keys() == answered["examples"].keys()


def test_each_verb_has_an_example_of_request_and_answer() -> None:
    sent, answered = (media["examples"] for media in contents("/call"))
    assert list(sent)[:-1] == list(ALL_VERBS)
    for name in ALL_VERBS:
        assert sent[name]["value"]["verb"]["verb"] == name
        assert sent[name]["value"]["id"] == answered[name]["value"]["id"]
        assert "outcome" in answered[name]["value"]
    assert "error" in answered["panne"]["value"]


@pytest.mark.parametrize(("path", "side", "name"), examples())
def test_every_example_is_accepted_by_its_schema_and_by_the_kit(path: str, side: int, name: str) -> None:
    media = contents(path)[side]
    value = media["examples"][name]["value"]
    validator(media).validate(value)
    read = (decode_request, decode_reply)[side](json.dumps(value).encode())
    assert msgspec.json.decode(msgspec.json.encode(read)) == value

    damaged = copy.deepcopy(value) | {"inconnu": 1}
    assert not validator(media).is_valid(damaged)


def test_no_example_names_a_real_person() -> None:
    (patient,) = {verb.patient.ins for verb, _ in VERBS if isinstance(verb, RegisterPatient) and verb.patient.ins}
    assert is_test_ins(patient.value, patient.oid)


def test_the_command_prints_it() -> None:
    done = CliRunner().invoke(cli, ["contract", "--openapi"], catch_exceptions=False)
    assert json.loads(done.stdout) == json.loads(json.dumps(DOCUMENT))

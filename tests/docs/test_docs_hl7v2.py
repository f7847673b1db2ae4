"""The guides of the HL7v2 driver name every option, with its default, and every verb and fact it knows."""

import re
import tomllib

import pytest
from pages import ROOT, blocks_of, prose_of

from dmp_imagerie.connectors.hl7v2.settings import FACTS, Settings, read_address, read_settings
from dmp_imagerie.connectors.registry import connect
from dmp_imagerie.runner.config import load_config

GUIDES = ("docs/fr/pilote-hl7v2.md", "docs/en/hl7v2-driver.md")


@pytest.mark.parametrize("page", GUIDES)
def test_the_options_printed_are_all_of_them_with_their_defaults(page: str) -> None:
    (printed,) = (tomllib.loads(block.body) for block in blocks_of(page) if block.kind == "toml")
    options = printed["connecteur"]["options"]
    assert set(options) == set(Settings.__struct_fields__)
    assert read_settings({**options, "champs": {}}) == Settings()
    assert read_address(printed["connecteur"]["spec"].removeprefix("hl7v2:"), distant=False) == "127.0.0.1:2575"


@pytest.mark.parametrize("page", GUIDES)
def test_every_verb_and_every_fact_is_named(page: str) -> None:
    named = set(re.findall(r"`([^`\n]+)`", prose_of(page)))
    assert set(connect("hl7v2:mllp://127.0.0.1:2575").describe().verbs) <= named
    assert {f"{{{fact}}}" for fact in FACTS} <= named


def test_the_example_s_configuration_is_one() -> None:
    section = load_config(ROOT / "examples" / "oru2xds" / "dmp-imagerie.toml").connecteur
    described = connect("hl7v2:mllp://127.0.0.1:2575", **section.options).describe()
    assert (described.product, described.version) == ("oru2xds", "2.0.25")
    assert "set_visibility" not in described.verbs

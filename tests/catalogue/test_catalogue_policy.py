"""Policies: the defaults are the announced ones, and every value of every option is described."""

from typing import get_args, get_type_hints

import msgspec
import pytest

from dmp_imagerie.catalogue.policy import OPTIONS, Policy
from dmp_imagerie.catalogue.rules import Catalogue


def test_the_default_is_the_leaflet_s_reading() -> None:
    assert msgspec.to_builtins(Policy()) == {
        "consentement": "feuillet",
        "alimentation": "information",
        "cumul_visibilite": "interdit",
        "conservation": "bornee",
        "version_vihf": "les_deux",
        "digests": "sha1_et_sha256",
    }


def test_every_value_of_every_option_is_described_once() -> None:
    values = [(name, value) for name, hint in get_type_hints(Policy).items() for value in get_args(hint)]
    assert [(choice.option, choice.value) for choice in OPTIONS] == values
    assert all(choice.text("fr") != choice.text("en") for choice in OPTIONS)


def test_a_policy_describes_the_choices_made() -> None:
    described = Policy(consentement="equipe_de_soins").describe()
    assert [choice.option for choice in described] == list(Policy.__struct_fields__)
    assert described[0].value == "equipe_de_soins"
    assert described[0].text("en").startswith("Within the care team")


def test_an_unknown_value_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="consentement"):
        msgspec.convert({"consentement": "oral"}, Policy)


def test_rules_name_the_options_that_change_their_reading(catalogue: Catalogue) -> None:
    named = {rule.politique for rule in catalogue.rules if rule.politique}
    assert named == {"consentement", "alimentation", "cumul_visibilite", "conservation", "version_vihf"}

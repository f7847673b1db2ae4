"""Declarations spoiled on purpose: the changes are what they say, and nothing is spoiled in silence."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from dmp_imagerie.catalogue.load import load_catalogue
from dmp_imagerie.runner.bench import Bench
from dmp_imagerie.runner.config import ConfigError, RunConfig
from dmp_imagerie.runner.declarations import load_declarations
from dmp_imagerie.runner.misdeclarations import MISDECLARATIONS, Misdeclaration, spoiled

DECLARATIONS = Path(__file__).resolve().parents[2] / "examples/centre-reference/declarations.toml"


@pytest.fixture
def tables() -> dict[str, Any]:
    """The reference centre's declarations, as TOML gives them."""
    return tomllib.loads(DECLARATIONS.read_text("utf-8"))


@pytest.mark.parametrize("one", MISDECLARATIONS.values(), ids=MISDECLARATIONS)
def test_one_declaration_changes_and_the_file_given_is_left_as_it_was(
    tables: dict[str, Any], one: Misdeclaration
) -> None:
    changed = spoiled(tables, [one.name])
    assert tables == tomllib.loads(DECLARATIONS.read_text("utf-8"))
    pairs = zip(tables["declaration"], changed["declaration"], strict=True)
    assert [before["regle"] for before, after in pairs if before != after] == [one.breaks]
    assert one.doc.endswith(".")


def test_a_key_goes_away_and_a_table_is_changed_within(tables: dict[str, Any]) -> None:
    first, second = spoiled(tables, ["sans-date", "sans-acceptation", "acceptee-d-avance"])["declaration"]
    assert first["acceptation"]["par"] == tables["declaration"][0]["acceptation"]["par"]
    assert "acceptation" not in second


@pytest.mark.parametrize(
    "name", [one.name for one in MISDECLARATIONS.values() if one.found is None], ids=lambda name: name
)
def test_what_is_said_to_be_refused_is(name: str) -> None:
    with pytest.raises(ConfigError, match=r"declarations\.toml"):
        load_declarations(DECLARATIONS, load_catalogue(), [name])


def test_a_name_or_a_rule_that_is_not_there_is_told(tables: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="« oubli »"):
        spoiled(tables, ["oubli"])
    with pytest.raises(ValueError, match="DMP-INF-01, qui n'est pas dans le fichier"):
        spoiled({"declaration": tables["declaration"][1:]}, ["sans-date"])


def test_a_run_says_in_its_header_what_was_planted_in_it(tmp_path: Path) -> None:
    planted = {"lapses": ("depot-tu",), "misdeclarations": ("declaration-refusee",)}
    config = RunConfig(connector="null:yes-man", out=tmp_path / "run", seed=1, declarations=DECLARATIONS, **planted)
    with Bench(config, load_catalogue()) as bench:
        options = bench.writer.journal.header.options
    assert (options["manquements"], options["fausses_declarations"]) == (["depot-tu"], ["declaration-refusee"])


@pytest.mark.parametrize("planted", [{"lapses": ("oubli",)}, {"misdeclarations": ("oubli",)}], ids=str)
def test_what_cannot_be_planted_is_a_fault_of_the_configuration(
    tmp_path: Path, planted: dict[str, tuple[str, ...]]
) -> None:
    config = RunConfig(connector="null:yes-man", out=tmp_path / "run", seed=1, declarations=DECLARATIONS, **planted)
    with pytest.raises(ConfigError, match="oubli"), Bench(config, load_catalogue()):
        pass

"""Links lead somewhere, and the guides name every key, verb and word there is."""

import re
import tomllib
from pathlib import Path

import pytest
from pages import PAGES, ROOT, blocks_of, prose_of, text_of

from dmp_imagerie.catalogue.load import load_catalogue
from dmp_imagerie.catalogue.policy import Policy
from dmp_imagerie.catalogue.profile import Profile
from dmp_imagerie.connectors.contract import Status, Surroundings
from dmp_imagerie.connectors.inprocess import ALL_VERBS
from dmp_imagerie.model.values import Means
from dmp_imagerie.model.verdicts import EXIT_CODES, Outcome, RunVerdict
from dmp_imagerie.proof.doctor.usage import verbs_by_rule
from dmp_imagerie.runner.config import ConfigFile, ConnectorSection, load_config
from dmp_imagerie.runner.declarations import AcceptanceTable, DeclarationTable, load_declarations

OTHER_PROFILE = ROOT / "examples" / "profil-web.toml"
EXAMPLE = ROOT / "examples" / "dmp-imagerie.toml"
REFERENCES = ("docs/fr/connecteur.md", "docs/en/connector.md")
AUDITOR_GUIDES = ("docs/fr/auditeur.md", "docs/en/auditor.md")
DECLARATION_GUIDES = ("docs/fr/declarations.md", "docs/en/declarations.md")
CI_GUIDES = ("docs/fr/ci.md", "docs/en/ci.md")
_LINK = re.compile(r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)")
_HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)


def _anchor(heading: str) -> str:
    """The anchor GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_to_a_file_of_the_repository(page: str) -> None:
    for target, anchor in _LINK.findall(prose_of(page)):
        path = (ROOT / page).parent / target if target else ROOT / page
        assert path.resolve().is_relative_to(ROOT), f"{page} : {target}"
        assert path.exists(), f"{page} : {target}"
        if anchor:
            headings = _HEADING.findall(path.read_text("utf-8"))
            assert anchor in map(_anchor, headings), f"{page} : #{anchor}"


def test_the_example_configuration_holds_every_key_with_its_default(tmp_path: Path) -> None:
    text = EXAMPLE.read_text("utf-8")
    whole = tmp_path / EXAMPLE.name
    whole.write_text(re.sub(r"^# (\w+ = )", r"\1", text, flags=re.MULTILINE), "utf-8")
    table = tomllib.loads(whole.read_text("utf-8"))

    assert tomllib.loads(text) == table | {"profil": {}}, "only what a person writes may contradict the driver"
    assert set(table) == set(ConfigFile.__struct_fields__)
    assert set(table["connecteur"]) == set(ConnectorSection.__struct_fields__)
    assert set(table["profil"]) == set(Profile.__struct_fields__)
    assert set(table["politique"]) == set(Policy.__struct_fields__)
    loaded = load_config(whole)
    assert (loaded.connecteur, loaded.politique) == (ConnectorSection(), Policy())
    assert Profile(**(loaded.profil | {"moyens": tuple(loaded.profil["moyens"])})) == Profile()


@pytest.mark.parametrize("page", REFERENCES)
def test_references_print_the_example_configuration(page: str) -> None:
    printed = [block.body for block in blocks_of(page) if block.kind == "toml"]

    assert printed == [EXAMPLE.read_text("utf-8")]


@pytest.mark.parametrize("page", AUDITOR_GUIDES)
def test_the_auditor_guides_print_the_example_of_another_profile(page: str) -> None:
    (printed,) = (block for block in blocks_of(page) if block.kind == "toml")

    assert printed.saved_as == OTHER_PROFILE.name
    assert printed.body == OTHER_PROFILE.read_text("utf-8")


@pytest.mark.parametrize("page", REFERENCES)
def test_references_say_which_verbs_to_begin_with(page: str) -> None:
    (told,) = (part for part in text_of(page).split("\n\n") if part.startswith(("Les scénarios actuels", "Today's")))

    used = frozenset[str]().union(*verbs_by_rule().values())
    assert set(re.findall(r"`(\w+)`", told)) - {"traces", "reports"} == used | {"settle", "reset"}


@pytest.mark.parametrize("page", REFERENCES)
def test_references_name_every_verb_outcome_and_surrounding(page: str) -> None:
    named = set(re.findall(r"`([^`\n]+)`", prose_of(page)))

    assert set(ALL_VERBS) <= named
    assert {status.value for status in Status} <= named
    assert set(Surroundings.__struct_fields__) <= named
    assert {means.value for means in Means} <= named


@pytest.mark.parametrize("page", DECLARATION_GUIDES)
def test_the_declaration_guides_print_works_and_every_key_is_explained(page: str, tmp_path: Path) -> None:
    (printed,) = (block.body for block in blocks_of(page) if block.kind == "toml")
    file = tmp_path / "declarations.toml"
    file.write_text(printed, "utf-8")
    named = set(re.findall(r"`([^`\n]+)`", prose_of(page)))
    (table,) = tomllib.loads(printed)["declaration"]
    (tmp_path / table["piece"]).write_text("SPÉCIMEN", "utf-8")

    assert len(load_declarations(file, load_catalogue())) == 1
    assert {*DeclarationTable.__struct_fields__, *AcceptanceTable.__struct_fields__} <= named
    assert {Outcome.A_ATTESTER.value, Outcome.DECLARE.value, Outcome.ATTESTE.value} <= named


@pytest.mark.parametrize("page", [*REFERENCES, *AUDITOR_GUIDES])
def test_guides_explain_every_word_of_a_rule(page: str) -> None:
    named = set(re.findall(r"`([^`\n]+)`", prose_of(page)))

    assert {outcome.value for outcome in Outcome} <= named


@pytest.mark.parametrize("page", ["README.md", "README.fr.md", *CI_GUIDES])
def test_tables_give_each_verdict_its_exit_code(page: str) -> None:
    rows = [line for line in text_of(page).splitlines() if line.startswith("|")]

    for verdict in RunVerdict:
        assert any(f"`{verdict.value}`" in row and str(EXIT_CODES[verdict]) in row for row in rows), verdict


def test_the_decisions_the_code_cites_exist() -> None:
    cited = {
        name
        for source in (ROOT / "src").rglob("*.py")
        for name in re.findall(r"docs/decisions/[\w-]+\.md", source.read_text("utf-8"))
    }

    assert cited
    assert all(Path(ROOT, name).is_file() for name in cited)

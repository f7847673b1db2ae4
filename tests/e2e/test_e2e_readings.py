"""One run, several readings side by side: what changes, because of which option, and nothing played again."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from e2e_runs import Run, in_process, play
from lxml import html

from dmp_imagerie.catalogue.load import load_catalogue
from dmp_imagerie.catalogue.suite import find_suite
from dmp_imagerie.model.verdicts import Outcome, RunVerdict
from dmp_imagerie.proof.compare import OWN, Alternative, compare
from dmp_imagerie.report.comparison import comparison_schema, page, terminal
from dmp_imagerie.report.comparison_data import Comparison, RuleRow

RULES = ("DMP-CON-01", "DMP-CON-19", "DMP-AUT-03")
TEAM = "consentement=equipe_de_soins"
SCHEMA = find_suite() / "reports" / "schemas" / "lectures.schema.json"


@pytest.fixture(scope="module")
def faulty(reference_run: Run, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A product that consults without waiting for an agreement."""
    out = tmp_path_factory.mktemp("lectures") / "run"
    return play(out, "faulty:consulte-sans-accord", reference=reference_run, rules=RULES)


def compared(run: Run, **alternatives: dict[str, Any]) -> Comparison:
    readings = tuple(Alternative(name=name, **changes) for name, changes in alternatives.items())
    return compare(run.folder, load_catalogue(), readings)


def row(comparison: Comparison, rule: str) -> RuleRow:
    return next(found for found in comparison.rules if found.id == rule)


def verdicts(found: RuleRow) -> list[Outcome]:
    return [cell.verdict for cell in found.cells]


def test_another_policy_changes_a_verdict_and_is_named_as_its_cause(faulty: Run) -> None:
    found = compared(faulty, equipe={"policy": {"consentement": "equipe_de_soins"}})
    assert [column.name for column in found.columns] == [OWN, "equipe"]
    assert [column.verdicts["produit"] for column in found.columns] == [RunVerdict.NON_PRET] * 2
    changed = row(found, "DMP-CON-19")
    assert verdicts(changed) == [Outcome.NON_CONFORME, Outcome.CONFORME]
    (cause,) = changed.causes
    assert [(change.kind, change.option, change.own, change.value) for change in cause.changes] == [
        ("politique", "consentement", "feuillet", "equipe_de_soins")
    ]
    asked = next(check for check in changed.checks if check.check == "aucune-autorisation-declaree")
    assert [cell.outcome for cell in asked.cells] == [Outcome.NON_CONFORME, Outcome.NON_APPLICABLE]
    assert found.same_verdict == ("DMP-CON-01",)


def test_a_profile_sets_rules_aside_and_only_the_option_that_does_is_a_cause(faulty: Run) -> None:
    profile = {"moyens": ["certificat"], "scm": True}
    found = compared(faulty, poste={"profile": profile, "policy": {"conservation": "aucune"}})
    assert len(found.columns[1].changes) == 3
    air = row(found, "DMP-AUT-05")
    assert verdicts(air) == [Outcome.NON_COUVERTE, Outcome.NON_APPLICABLE]
    assert "« air »" in air.cells[1].reason
    assert [change.option for change in air.causes[0].changes] == ["moyens"]
    shared = [one for one in found.rules if [c.option for c in one.causes[0].changes] == ["scm"]]
    assert shared
    assert all(verdicts(one)[0] is Outcome.NON_APPLICABLE for one in shared)


def test_the_run_s_own_reading_is_the_one_of_the_run(faulty: Run) -> None:
    before = sorted(path.name for path in faulty.folder.iterdir())
    found = compared(faulty, meme={})
    own, same = found.columns
    assert (own.changes, same.changes, found.rules, found.same_verdict) == ((), (), (), ())
    assert own.verdicts == faulty.results.verdicts
    assert sorted(path.name for path in faulty.folder.iterdir()) == before


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_page_stands_alone_and_shows_every_reading(faulty: Run, lang: str) -> None:
    found = compared(
        faulty, equipe={"policy": {"consentement": "equipe_de_soins"}}, poste={"profile": {"moyens": ["certificat"]}}
    )
    tree = html.document_fromstring(page(found, lang))
    assert tree.get("lang") == lang
    assert not tree.xpath("//script | //link | //img | //*[@src] | //@onclick")
    assert [cell.text for cell in tree.xpath("//table[@class='readings']//th/abbr")] == ["A", "B", "C"]
    heads = tree.xpath("//section[@id='rules']//thead/tr/th")
    rows = tree.xpath("//section[@id='rules']//tbody/tr")
    assert len(heads) == 4
    assert [one.xpath("string(th/a)") for one in rows] == [one.id for one in found.rules]
    assert all(len(one.xpath("td")) == 3 for one in rows)
    for table in tree.xpath("//table"):
        assert table.xpath("caption")
        assert not table.xpath(".//th[not(@scope)]")
    targets = {link[1:] for link in tree.xpath("//a/@href") if link.startswith("#")}
    assert targets <= set(tree.xpath("//@id"))
    assert any("DMP-CON-19" in line for line in terminal(found, lang))


def test_the_published_schema_is_the_one_of_the_structs() -> None:
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == comparison_schema()


def test_the_command_takes_several_readings_at_once(faulty: Run, tmp_path: Path) -> None:
    profile = tmp_path / "poste.toml"
    profile.write_text('[profil]\nmoyens = ["certificat"]\n[politique]\nversion_vihf = "3.0"\n', encoding="utf-8")
    done = in_process(
        *("report", str(faulty.folder), "--politique", TEAM, "--politique", f"{TEAM},version_vihf=4.0"),
        *("--profil", str(profile)),
    )
    assert done.returncode == 0, done.stderr
    assert "DMP-CON-19  Non conforme  Conforme" in done.stdout
    kept = json.loads((faulty.folder / "lectures.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(comparison_schema()).validate(kept)
    assert [column["name"] for column in kept["columns"]] == [OWN, TEAM, f"{TEAM}, version_vihf=4.0", "poste"]
    assert kept["columns"][3]["policy"]["version_vihf"] == "3.0"
    assert (faulty.folder / "lectures.html").is_file()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--politique", "consentement=jamais"), "equipe_de_soins"),
        (("--politique", "consentement"), "CLÉ=VALEUR"),
        (("--politique", TEAM, "--politique", TEAM), "deux lectures du même nom"),
        (("--politique", TEAM, "--formats", "pdf"), "Format inconnu d'une comparaison : pdf"),
        (("--profil", "absent.toml"), "illisible"),
    ],
)
def test_what_cannot_be_compared_is_told(faulty: Run, words: tuple[str, ...], told: str) -> None:
    done = in_process("report", str(faulty.folder), *words)
    assert (done.returncode, told in done.stderr) == (2, True), done.stderr


def test_a_profile_file_that_changes_nothing_is_refused(faulty: Run, tmp_path: Path) -> None:
    empty = tmp_path / "vide.toml"
    empty.write_text('transport = "respx"\n', encoding="utf-8")
    done = in_process("report", str(faulty.folder), "--profil", str(empty))
    assert (done.returncode, "ni [profil] ni [politique]" in done.stderr) == (2, True)

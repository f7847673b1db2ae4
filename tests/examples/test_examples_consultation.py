"""The Node example that consults the DMP: what it does is green, what it cannot do stays open, a defect is red."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from example_programs import CONSULTATION, ROOT, connector_of, dmp_imagerie, require

from dmp_imagerie.journal.reader import read_journal
from dmp_imagerie.model.events import Alert, Exchange

PAGES = {"fr/pilote-http.md": "conforme à ce qu'il fait", "en/http-driver.md": "conforms to what it does"}
"""The pages that say which rules the example is green on, and how they begin to say so."""

OPEN = {
    "DMP-AUT-03": "non_verifiable",  # a session is never closed
    "DMP-INS-01": "non_verifiable",  # sends no report
}


def promised(page: str) -> list[str]:
    """The rules that a page says the example conforms to."""
    text = " ".join((ROOT / "docs" / page).read_text("utf-8").split())
    named = re.search(re.escape(PAGES[page]) + r" \((DMP-[^)]*)\)", text)
    assert named, page
    return re.findall(r"DMP-\w+-\d+", named[1])


def run(words: list[str], driver: str, out: Path, rules: list[str]) -> tuple[int, dict[str, Any]]:
    """Play rules through the installed command; give its exit code and the verdicts."""
    with connector_of(words, driver) as spec:
        done = dmp_imagerie(
            *("run", "--connector", spec, "--rules", ",".join(rules), "--seed", "1", "--formats", "json"),
            *("--out", str(out)),
        )
    assert (out / "results.json").is_file(), done.stderr
    results = json.loads((out / "results.json").read_bytes())
    return done.returncode, {rule["id"]: rule["verdict"] for rule in results["rules"] if rule["id"] in rules}


def test_both_pages_name_the_same_rules() -> None:
    french, english = map(promised, PAGES)
    assert french == english
    assert french


@pytest.mark.parametrize("driver", ["process", "http"])
def test_it_conforms_to_what_the_page_says_and_to_nothing_else(tmp_path: Path, driver: str) -> None:
    expected = dict.fromkeys(promised("fr/pilote-http.md"), "conforme") | OPEN
    code, verdicts = run(require(CONSULTATION), driver, tmp_path / "run", list(expected))
    assert verdicts == expected
    assert code == 4

    journal = read_journal(tmp_path / "run")
    exchanges = journal.all(Exchange)
    assert {exchange.transaction for exchange in exchanges} == {"TD0.2", "TD0.3", "TD3.1", "TD3.2"}
    assert not journal.all(Alert)
    for exchange in exchanges:
        assert exchange.refusal == ""
        assert exchange.tls is not None
        assert exchange.measures.vihf is not None
        assert exchange.measures.vihf.signature == "valide"
        assert f"CN={exchange.measures.vihf.name_id}" in exchange.tls.client, "the user's own card"


@pytest.mark.parametrize(
    "careless",
    [
        {"if (!consent?.informed || consent.agreement !== 'accord')": "if (false)"},
        # The patient is asked once: whoever changes their mind while the DMP is on screen is not heard.
        {"    this.requireAgreement(patient_id, screen.episode)\n": "", "    this.opened.delete(patient_id)\n": ""},
    ],
    ids=["jamais-regarde", "regarde-a-l-ouverture-seulement"],
)
def test_a_defect_put_into_it_is_red(tmp_path: Path, careless: dict[str, str]) -> None:
    runtime, source = require(CONSULTATION)
    program = Path(source).read_text("utf-8")
    for honest, defect in careless.items():
        assert program.count(honest) == 1
        program = program.replace(honest, defect)
    (tmp_path / "consultation.mjs").write_text(program, "utf-8")
    (tmp_path / "connecteur.mjs").write_text((ROOT / "examples/node/connecteur.mjs").read_text("utf-8"), "utf-8")

    words = [runtime, str(tmp_path / "consultation.mjs")]
    code, verdicts = run(words, "process", tmp_path / "run", ["DMP-CON-01"])
    assert (code, verdicts) == (1, {"DMP-CON-01": "non_conforme"})

"""The Node example that consults the DMP: what it does is green, what it cannot do stays open, a defect is red."""

import json
from pathlib import Path
from typing import Any

import pytest
from example_programs import CONSULTATION, ROOT, connector_of, dmp_imagerie, require

from dmp_imagerie.journal.reader import read_journal
from dmp_imagerie.model.events import Alert, Exchange

EXPECTED = {
    "DMP-CON-19": "conforme",
    "DMP-HAB-01": "conforme",
    "DMP-HAB-02": "non_verifiable",  # opens no document
    "DMP-HAB-03": "non_verifiable",  # opens no document
    "DMP-AUT-02": "non_verifiable",  # opens no document
    "DMP-AUT-03": "non_verifiable",  # has no e-CPS
    "DMP-INS-01": "non_verifiable",  # sends no report
}


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


@pytest.mark.parametrize("driver", ["process", "http"])
def test_it_conforms_to_what_it_does_and_to_nothing_else(tmp_path: Path, driver: str) -> None:
    code, verdicts = run(require(CONSULTATION), driver, tmp_path / "run", list(EXPECTED))
    assert verdicts == EXPECTED
    assert code == 4

    journal = read_journal(tmp_path / "run")
    exchanges = journal.all(Exchange)
    assert {exchange.transaction for exchange in exchanges} == {"TD0.2", "TD0.3", "TD3.1"}
    assert not journal.all(Alert)
    for exchange in exchanges:
        assert exchange.refusal == ""
        assert exchange.tls is not None
        assert exchange.measures.vihf is not None
        assert exchange.measures.vihf.signature == "valide"
        assert f"CN={exchange.measures.vihf.name_id}" in exchange.tls.client, "the user's own card"


def test_a_defect_put_into_it_is_red(tmp_path: Path) -> None:
    runtime, source = require(CONSULTATION)
    honest = Path(source).read_text("utf-8")
    careless = honest.replace("if (!consent?.informed || consent.agreement !== 'accord')", "if (false)")
    assert careless != honest
    (tmp_path / "consultation.mjs").write_text(careless, "utf-8")
    (tmp_path / "connecteur.mjs").write_text((ROOT / "examples/node/connecteur.mjs").read_text("utf-8"), "utf-8")

    words = [runtime, str(tmp_path / "consultation.mjs")]
    code, verdicts = run(words, "process", tmp_path / "run", ["DMP-CON-01"])
    assert (code, verdicts) == (1, {"DMP-CON-01": "non_conforme"})

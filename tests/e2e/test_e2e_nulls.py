"""Connectors that do no work conform to nothing, in process and as child processes alike.

``does-nothing`` says it can do nothing: every rule is non_verifiable and names the verb that was missing.
``yes-man`` and ``echo`` say that all was done: no message came, so controls are inconclusive and with them every rule,
those that only ask that nothing be sent included. ``echo`` even displays back what it was told; a document shown
without a search that the DMP served counts for nothing. Where nothing wrong was seen they are not red: no rule is
broken by luck. What a rule wants shown is another matter: these two say that an agreement is traced and that the DMP
button opened something, and show no trace and no address; ``echo`` shows a user the documents of another, which it was
told of. That is red. ``crasher`` and ``hanger`` are accidents of the driver: erreur_banc, never the product's verdict.
"""

from pathlib import Path
from xml.etree import ElementTree

import pytest
from e2e_runs import LEAFLET, SERVE, dmp_imagerie, play

from dmp_imagerie.model.verdicts import Outcome

UNSHOWN = {"DMP-CON-02", "DMP-CON-03", "DMP-AUT-01"}
"""Rules whose evidence is what the product shows after it said done."""

RED: dict[str, set[str]] = {"yes-man": UNSHOWN, "echo": UNSHOWN | {"DMP-HAB-03"}}
EXPECTED = {
    "does-nothing": (Outcome.NON_VERIFIABLE, 4),
    "yes-man": (Outcome.INCONCLUSIF, 1),
    "echo": (Outcome.INCONCLUSIF, 1),
    "crasher": (Outcome.ERREUR_BANC, 3),
    "hanger": (Outcome.ERREUR_BANC, 3),
}


@pytest.mark.parametrize("driver", ["null:", f"{SERVE} null:"], ids=["in-process", "child"])
@pytest.mark.parametrize("name", EXPECTED)
def test_a_connector_that_does_no_work_conforms_to_nothing(tmp_path: Path, name: str, driver: str) -> None:
    run = play(tmp_path / "run", f"{driver}{name}", deadline_s=0.3, patience_s=0.2)
    outcome, exit_code = EXPECTED[name]
    red = RED.get(name, set())
    assert run.red() == red
    assert run.verdicts() == dict.fromkeys(LEAFLET, outcome) | dict.fromkeys(red, Outcome.NON_CONFORME)
    assert not {rule.id for rule in run.results.rules if rule.verdict in (Outcome.CONFORME, Outcome.ATTESTE)}
    assert run.results.exit_code == exit_code
    assert run.results.run.complete
    if name == "does-nothing":
        assert all("register_patient" in run.rule(rule_id).reason for rule_id in LEAFLET)
        assert {need for check in run.checks() for need in check.needs} == {"register_patient"}


def test_a_silent_product_is_shown_green_nowhere(tmp_path: Path) -> None:
    words = ("run", "--connector", "null:yes-man", "--seed", "1", "--formats", "json,junit", "--patience", "0.2")
    done = dmp_imagerie(*words, "--rules", "DMP-INS-01,DMP-CON-01", "--out", str(tmp_path / "run"))
    lines = [line for line in done.stderr.splitlines() if "DMP-" in line]
    assert lines
    assert not [line for line in lines if "  conforme " in line]
    assert any("rien vu (aucun témoin réussi)" in line for line in lines)
    cases = ElementTree.parse(tmp_path / "run" / "junit.xml").findall(".//testcase")
    assert cases
    assert [case.attrib["name"] for case in cases if not len(case)] == []

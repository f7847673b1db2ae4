"""oru2xds owes nothing to the kit and is fed by HL7v2: the report is right about what it does, well and badly.

oru2xds is GPL-3 and lives in an environment of its own, which ``examples/oru2xds/essayer.py`` makes with pip: named by
DMP_IMAGERIE_ORU2XDS, without which nothing is installed here.
"""

import hashlib
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from e2e_runs import finished

from dmp_imagerie.catalogue.load import load_catalogue
from dmp_imagerie.journal.reader import read_journal
from dmp_imagerie.journal.view import Journal
from dmp_imagerie.judge.results import CheckResult, Results
from dmp_imagerie.model.events import Exchange, Verb
from dmp_imagerie.model.verdicts import Outcome, RunVerdict
from dmp_imagerie.proof.replay import replay
from dmp_imagerie.wire.read.soap import read_soap, resolve_binary
from dmp_imagerie.wire.read.xds import document_elements

VARIABLE = "DMP_IMAGERIE_ORU2XDS"
SCRIPT = Path(__file__).resolve().parents[2] / "examples" / "oru2xds" / "essayer.py"
RULES = ("DMP-INS-01", "DMP-INS-18", "DMP-VIS-01", "DMP-CON-01", "DMP-HAB-01", "DMP-TRA-01")

pytestmark = pytest.mark.skipif(
    VARIABLE not in os.environ,
    reason=f"{VARIABLE} ne nomme pas le dossier où installer oru2xds (pip) : voir docs/fr/pilote-hl7v2.md",
)


@dataclass(frozen=True, slots=True)
class Tried:
    """What the example's script printed, and the run it left, judged again beside the reference."""

    printed: str
    journal: Journal
    results: Results

    def checks(self, rule_id: str) -> tuple[CheckResult, ...]:
        return next(rule for rule in self.results.rules if rule.id == rule_id).checks

    def observed(self, rule_id: str, outcome: Outcome) -> set[str]:
        """What was seen in the checks of this rule that ended so."""
        return {check.observed for check in self.checks(rule_id) if check.outcome is outcome}

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        return self.journal.all(Exchange)


@pytest.fixture(scope="module")
def tried(kit_home: None, tmp_path_factory: pytest.TempPathFactory) -> Tried:
    """The example as the documentation says to run it, on some rules."""
    out = tmp_path_factory.mktemp("oru2xds") / "run"
    words = [sys.executable, str(SCRIPT), "--rules", ",".join(RULES), "--seed", "1", "--formats", "json"]
    done = finished([*words, "--out", str(out)])
    if "l'installation d'oru2xds a échoué" in done.stderr:
        pytest.skip(done.stderr[-500:])
    assert done.returncode == 1, done.stderr
    return Tried(done.stderr, read_journal(out), replay(out, load_catalogue()))


def test_it_is_driven_from_one_end_to_the_other(tried: Tried) -> None:
    header = tried.journal.header
    assert (header.target.driver, header.target.name, header.target.version) == ("hl7v2", "oru2xds", "2.0.25")
    assert {dict(exchange.request.headers).get("user-agent") for exchange in tried.exchanges} == {"oru2xds/1.0.0"}
    assert {exchange.transaction for exchange in tried.exchanges} == {"TD2.1"}
    assert all(exchange.scenario for exchange in tried.exchanges), "each belongs to its patient's scenario"
    assert not any(verb.fault for verb in tried.journal.all(Verb)), "it acknowledges whatever happens"


def test_plain_http_is_printed_and_recorded(tried: Tried) -> None:
    assert tried.journal.header.transport == tried.results.run.transport == "http"
    assert "DMP simulé en HTTP, sans TLS, comme demandé" in tried.printed
    assert all(exchange.tls is None for exchange in tried.exchanges)


def test_it_is_not_ready_and_nothing_is_green(tried: Tried) -> None:
    assert tried.results.verdicts["produit"] is RunVerdict.NON_PRET
    assert [rule.id for rule in tried.results.rules if rule.verdict is Outcome.CONFORME] == []
    assert [rule.id for rule in tried.results.rules if rule.verdict is Outcome.ERREUR_BANC] == [], "the kit is right"


def test_it_sends_an_ins_that_is_not_qualified(tried: Tried) -> None:
    assert tried.observed("DMP-INS-01", Outcome.NON_CONFORME) == {"1 dépôt(s), identité « récupérée »"}
    assert tried.observed("DMP-INS-02", Outcome.NON_CONFORME) == {"INS envoyée (TD2.1), identité « récupérée »"}
    refused = [
        told
        for verb in tried.journal.all(Verb)
        if verb.name == "validate_report" and verb.outcome
        for told in verb.outcome["messages"]
    ]
    assert any("(AE) : no PID-3 repetition matches" in told for told in refused), "its own no, without an INS"
    held = tried.observed("DMP-INS-01", Outcome.INCONCLUSIF)
    assert any("une absence ne peut être constatée" in told for told in held), "which proves nothing without a control"


def test_it_speaks_without_a_vihf_so_that_the_dmp_takes_nothing(tried: Tried) -> None:
    assert all(exchange.refusal for exchange in tried.exchanges)
    assert all(exchange.measures.vihf is None for exchange in tried.exchanges)
    for rule in ("DMP-INS-18", "DMP-TRA-01", "DMP-VIS-01"):
        assert any("le DMP a refusé le dépôt" in told for told in tried.observed(rule, Outcome.INCONCLUSIF))
    unjudged = next(rule for rule in tried.results.rules if rule.id == "DMP-AUT-14")
    assert unjudged.verdict is not Outcome.CONFORME


def test_what_hl7_cannot_ask_of_it_is_not_held_against_it(tried: Tried) -> None:
    for rule, verb in (("DMP-VIS-01", "set_visibility"), ("DMP-CON-01", "sign_in"), ("DMP-HAB-01", "record_consent")):
        assert f"le connecteur n'offre pas « {verb} »" in tried.observed(rule, Outcome.NON_VERIFIABLE)


def test_its_metadata_and_its_cda_are_read_as_they_are(tried: Tried) -> None:
    assert tried.observed("DMP-ALI-01", Outcome.NON_CONFORME) == {
        "absent ou illisible : signataire (legalAuthenticator), titre (title)"
    }
    (told,) = tried.observed("DMP-ALI-20", Outcome.NON_CONFORME)
    assert told.startswith("setId : setId est absent ; versionNumber : versionNumber est absent")


def test_what_it_does_well_is_seen_too(tried: Tried) -> None:
    """One INS in the set, the entry and the CDA, each time; a multipart message whose document is found."""
    (concordant,) = [check for check in tried.checks("DMP-INS-18") if check.check == "ins-concordante"]
    assert concordant.outcome is Outcome.CONFORME
    assert {seen.place for exchange in tried.exchanges for seen in exchange.measures.ins} == {"lot", "fiche", "cda"}
    assert all(len(exchange.measures.documents) == 1 for exchange in tried.exchanges)


def test_its_document_changes_after_it_was_hashed(tried: Tried) -> None:
    """Its own log says what it hashed: line ends are changed afterwards. It declares no hash, so no rule accuses it."""
    log = Path(os.environ[VARIABLE], "journal", "sortie.txt").read_text("utf-8", "replace")
    hashed = set(re.findall(r"SHA1 of CDA document: ([0-9a-f]{40})", log))
    for exchange in tried.exchanges:
        (measure,) = exchange.measures.documents
        assert (measure.declared_hash, measure.sha1 in hashed) == ("", False)
        document = received(tried.journal, exchange)
        assert hashlib.sha1(document, usedforsecurity=False).hexdigest() == measure.sha1
        before = document.replace(b"\r\n", b"\n")
        assert hashlib.sha1(before, usedforsecurity=False).hexdigest() in hashed


def received(journal: Journal, exchange: Exchange) -> bytes:
    """The document of a submission, as it came."""
    content_type = {name.lower(): value for name, value in exchange.request.headers}["content-type"]
    message = read_soap(journal.piece(exchange.request.body), content_type)
    (element,) = document_elements(message.body).values()
    return resolve_binary(element, message)

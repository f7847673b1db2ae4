"""A realistic run, small enough to be read: six judged rules and a score of rules without scenario."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from dmp_imagerie.judge.results import (
    AlertInfo,
    CheckResult,
    Evidence,
    Results,
    RuleResult,
    Run,
    ScenarioRef,
    SourceRef,
    Suite,
    TargetInfo,
)
from dmp_imagerie.model.verdicts import Outcome, RunVerdict

TEST_INS = "279035121518989"
_CHAPTERS = {
    "01": ("INS", "Identité (INS)", "Identity (INS)"),
    "03": ("ALI", "Alimentation", "Feeding the DMP"),
    "10": ("AUT", "Authentification et VIHF", "Authentication and VIHF"),
}


def check(rule: str, name: str, outcome: Outcome, **fields: Any) -> CheckResult:
    """Build one judgement of ``rule``."""
    values: dict[str, Any] = {
        "scenario": "l'identité qualifiée laisse partir le compte rendu",
        "example": "",
        "role": "tentation",
        "step": "aucun document n'a été envoyé au DMP",
        "expected": "",
        "observed": "",
        "hint": "",
        "needs": (),
        "evidence": (),
    }
    values |= fields
    key = "/".join((rule, name, values["scenario"], values["example"]))
    return CheckResult(key=key, check=name, outcome=outcome, **values)


def rule(chapter: str, number: int, verdict: Outcome, **fields: Any) -> RuleResult:
    """Build one rule of ``chapter`` ("01", "03", "10"): blocking, borne by the product, unless said otherwise."""
    prefix, title, title_en = _CHAPTERS[chapter]
    identifier = f"DMP-{prefix}-{number:02d}"
    values: dict[str, Any] = {
        "text": f"Énoncé de la règle {identifier}, en une phrase assez longue pour passer à la ligne dans une liste",
        "text_en": f"Statement of rule {identifier}, in a sentence long enough to wrap in a list",
        "note": "",
        "note_en": "",
        "sources": (),
        "aliases": (),
        "gravite": "bloquant",
        "force": "referentiel",
        "porteur": "produit",
        "wave": "1+2",
        "origin": "extension",
        "a_confirmer": False,
        "verification": ("pilotage",),
        "blocking": "bloque",
        "reason": "",
        "cause": "",
        "redo": f"dmp-imagerie run --rules {identifier} --connector reference",
        "attestations": (),
        "scenarios": (),
        "checks": (),
    }
    return RuleResult(
        id=identifier,
        revision=1,
        chapter=chapter,
        chapter_title=title,
        chapter_title_en=title_en,
        verdict=verdict,
        **(values | fields),
    )


def _not_conformant() -> RuleResult:
    tempted = "l'identité <statut> retient le compte rendu"
    seen = f"1 dépôt (TD2.1) à 10:42:07, patient {TEST_INS}, identité « validée »"
    return rule(
        "01",
        1,
        Outcome.NON_CONFORME,
        text="Aucun document n'est envoyé au DMP si l'identité locale n'est pas au statut « **qualifiée** »",
        text_en="No document is sent to the DMP unless the local identity has the status “**qualified**”",
        force="feuillet",
        aliases=("INS/va1.59", "INS.37", "SC.DMP/HISTO.05"),
        sources=(
            SourceRef(
                text="SEED ❶",
                title="e-Santé Bretagne, feuillet",
                title_en="e-Santé Bretagne, leaflet",
                url="https://www.esante-bretagne.fr",
                level="D",
                draft=False,
            ),
            SourceRef(
                text="REM2 SC.DMP/HISTO.05",
                title="REM RIS vague 2",
                title_en="REM RIS wave 2",
                url="",
                level="C",
                draft=True,
            ),
        ),
        reason="1 constat sur 4 est non conforme",
        scenarios=(
            ScenarioRef(
                file="features/01-identite-ins/statuts.feature",
                line=9,
                name="l'identité qualifiée laisse partir le compte rendu",
                role="temoin",
            ),
            ScenarioRef(
                file="features/01-identite-ins/statuts.feature",
                line=15,
                name=tempted,
                role="tentation",
                examples=("provisoire", "récupérée", "validée"),
            ),
        ),
        checks=(
            check(
                "DMP-INS-01", "un-seul-depot", Outcome.CONFORME, role="temoin", expected="1 dépôt", observed="1 dépôt"
            ),
            check("DMP-INS-01", "aucune-soumission", Outcome.CONFORME, scenario=tempted, example="provisoire"),
            check(
                "DMP-INS-01",
                "aucune-soumission",
                Outcome.NON_CONFORME,
                scenario=tempted,
                example="validée",
                expected="aucun dépôt",
                observed=seen,
                hint="l'envoi ne regarde pas PID-32 / le statut local avant la mise en file",
                evidence=(
                    Evidence(seq=14, at="2026-11-22T10:42:07.120Z", summary="TD2.1, un document, réponse Success"),
                ),
            ),
            check("DMP-INS-01", "aucune-soumission", Outcome.CONFORME, scenario=tempted, example="récupérée"),
        ),
    )


def _others() -> tuple[RuleResult, ...]:
    return (
        rule(
            "01",
            4,
            Outcome.INCONCLUSIF,
            reason="le scénario témoin a échoué",
            checks=(
                check(
                    "DMP-INS-04",
                    "statut-initial",
                    Outcome.INCONCLUSIF,
                    expected="statut provisoire",
                    observed="le témoin n'a rien déposé",
                ),
            ),
        ),
        rule("03", 1, Outcome.CONFORME, checks=(check("DMP-ALI-01", "un-seul-depot", Outcome.CONFORME),)),
        rule(
            "03",
            2,
            Outcome.NON_CONFORME,
            force="projet_rem",
            blocking="a_surveiller",
            a_confirmer=True,
            reason="1 constat sur 1 est non conforme",
            checks=(
                check("DMP-ALI-02", "rattrapage", Outcome.NON_CONFORME, expected="< 24 h", observed="aucun envoi"),
            ),
        ),
        rule(
            "10",
            1,
            Outcome.NON_VERIFIABLE,
            reason="le transport n'a pas de TLS",
            checks=(check("DMP-AUT-01", "certificat", Outcome.NON_VERIFIABLE, needs=("tls",)),),
        ),
        rule("10", 2, Outcome.A_ATTESTER, porteur="centre", gravite="majeur", blocking="non", reason="pièce attendue"),
    )


def _uncovered() -> tuple[RuleResult, ...]:
    plain = [rule(chapter, number, Outcome.NON_COUVERTE) for chapter in _CHAPTERS for number in range(10, 16)]
    return (
        *plain,
        rule("01", 19, Outcome.NON_COUVERTE, gravite="mineur", blocking="non", verification=("declaration",)),
        rule("03", 20, Outcome.NON_APPLICABLE, reason="le profil déclaré ne remplit pas la condition « drimbox »"),
        rule("10", 20, Outcome.NON_COUVERTE, porteur="dmp"),
    )


def build_results(**fields: Any) -> Results:
    """Build the sample run; ``fields`` replace those of ``Results``."""
    rules = tuple(sorted((_not_conformant(), *_others(), *_uncovered()), key=lambda found: (found.chapter, found.id)))
    values: dict[str, Any] = {
        "suite": Suite(version="0.1.0", digest="3f9c2d41aa07" * 5 + "b0e1"),
        "target": TargetInfo(
            name="RIS Exemple",
            version="4.2.1",
            vendor="Éditeur Fictif SAS",
            driver="reference",
            profile={"voie": "directe", "vague": 2, "moyens": ["cps", "certificat"], "drimbox": False},
        ),
        "run": Run(
            id="20261122T104200Z-7f3a",
            started="2026-11-22T10:42:00.000Z",
            duration_s=3.21,
            transport="respx",
            seed=20261122,
            policy={"consentement": "feuillet", "conservation": "bornee"},
            complete=True,
            incomplete_reason="",
            partial=False,
            selection=(),
            documents=({"nom": "cr.pdf", "pdfa": "PDF/A-1b"},),
            command="dmp-imagerie run --connector reference --transport respx",
            diagnostic=False,
            unread=(),
        ),
        "verdicts": {"produit": RunVerdict.NON_PRET, "centre": RunVerdict.INCOMPLET},
        "exit_code": 1,
        "counts": {
            "produit": {"non_conforme": 2, "inconclusif": 1, "conforme": 1, "non_verifiable": 1, "non_couverte": 19},
            "centre": {"a_attester": 1},
        },
        "open_major": {"produit": 0, "centre": 1},
        "rules": rules,
        "alerts": (AlertInfo(seq=88, at="2026-11-22T10:42:09.000Z", kind="appel-egare", message="GET /favicon.ico"),),
        "waived": (),
    }
    return Results(**(values | fields))


def _with_rule(results: Results, identifier: str, **fields: Any) -> Results:
    rules = tuple(
        msgspec.structs.replace(found, **fields) if found.id == identifier else found for found in results.rules
    )
    return msgspec.structs.replace(results, rules=rules)


@pytest.fixture
def results() -> Results:
    """The sample run."""
    return build_results()


@pytest.fixture
def with_rule() -> Callable[..., Results]:
    """``with_rule(results, id, **fields)``: the same results with some fields of one rule replaced."""
    return _with_rule

"""``junit.xml``: the findings as a continuous integration server reads them.

One suite for each chapter, one case for each check. Only the product's own breaches are failures; what the bench could
not conclude is an error, what it was not meant to judge is skipped with its reason; so is an absence that no control
of its rule makes worth anything: a product that does nothing passes no case. Rules without scenario are no
cases: they are counted in the properties of their suite.
Source of the format: JUnit XML as written by Apache Ant and read by Jenkins and GitLab.
"""

from pathlib import Path

from lxml import etree

from dmp_imagerie.judge.results import CheckResult, Results, RuleResult, Run
from dmp_imagerie.model.events import CONTROL
from dmp_imagerie.model.verdicts import Outcome
from dmp_imagerie.report.english import results_in
from dmp_imagerie.report.files import atomic_write
from dmp_imagerie.report.mask import mask
from dmp_imagerie.report.text import visible
from dmp_imagerie.report.wording import Wording, wording

_ELEMENTS = {
    Outcome.NON_CONFORME: "failure",
    Outcome.ERREUR_BANC: "error",
    Outcome.INCONCLUSIF: "error",
    Outcome.NON_ATTEINT: "skipped",
    Outcome.NON_VERIFIABLE: "skipped",
    Outcome.A_ATTESTER: "skipped",
    Outcome.DECLARE: "skipped",
    Outcome.NON_APPLICABLE: "skipped",
    Outcome.NON_COUVERTE: "skipped",
}
"""What each outcome becomes; those absent have passed."""


def write_junit(results: Results, path: Path, lang: str = "fr") -> Path:
    """Write ``results`` as JUnit XML in ``path``, in ``lang``, and return it. The same results give the same bytes."""
    say, results = wording(lang), results_in(lang, results)
    name = f"dmp-imagerie · {results.target.name} {results.target.version}"
    root = etree.Element("testsuites", name=_clean(name, say), time=f"{results.run.duration_s:.3f}")
    chapters: dict[str, list[RuleResult]] = {}
    for rule in results.rules:
        chapters.setdefault(rule.chapter, []).append(rule)
    for key, rules in chapters.items():
        root.append(_suite(key, rules, results.run, say))
    _count(root)
    return atomic_write(path, etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _suite(key: str, rules: list[RuleResult], run: Run, say: Wording) -> etree._Element:
    suite = etree.Element(
        "testsuite", name=_clean(f"{key} {rules[0].chapter_title}", say), timestamp=_clean(run.started, say)
    )
    properties = etree.SubElement(suite, "properties")
    for outcome in (Outcome.NON_COUVERTE, Outcome.NON_APPLICABLE):
        n = sum(rule.verdict is outcome for rule in rules)
        etree.SubElement(properties, "property", name=outcome.value, value=str(n))
    if run.diagnostic:
        etree.SubElement(properties, "property", name="diagnostic", value="true")
    for rule in rules:
        for check in rule.checks:
            suite.append(_case(rule, check, say))
    _count(suite)
    return suite


def _case(rule: RuleResult, check: CheckResult, say: Wording) -> etree._Element:
    case = etree.Element("testcase", classname=_clean(rule.id, say), name=_clean(check.key, say), time="0")
    if _proves_nothing(rule, check):
        etree.SubElement(case, "skipped", message=_clean(say("rule.unseen"), say))
    elif element := _ELEMENTS.get(check.outcome):
        found = etree.SubElement(case, element, message=_clean(_reason(rule, check, say), say))
        if element != "skipped":
            found.set("type", check.outcome.value)
            found.text = _clean(_explain(rule, check, say), say)
    return case


def _proves_nothing(rule: RuleResult, check: CheckResult) -> bool:
    """Whether nothing was seen where no control of the rule showed that something could be."""
    held = any(one.role == CONTROL and one.outcome is Outcome.CONFORME for one in rule.checks)
    return check.absence and check.outcome is Outcome.CONFORME and not held


def _reason(rule: RuleResult, check: CheckResult, say: Wording) -> str:
    label = say.label("outcome", check.outcome)
    why = check.observed or ", ".join(check.needs) or rule.cause or rule.reason
    return say("pair", name=label, value=why) if why else label


def _explain(rule: RuleResult, check: CheckResult, say: Wording) -> str:
    evidence = [
        say("pair", name=say("rule.evidence_line", seq=piece.seq, at=piece.at), value=piece.summary)
        for piece in check.evidence
    ]
    parts = {
        "table.statement": rule.text,
        "rule.expected": check.expected,
        "rule.observed": check.observed,
        "rule.hint": check.hint,
        "rule.redo": rule.redo,
        "rule.evidence": "\n  ".join(evidence),
    }
    return "\n".join(say("pair", name=say(key), value=value) for key, value in parts.items() if value)


def _count(parent: etree._Element) -> None:
    """Write the totals of the cases found under ``parent``."""
    parent.set("tests", str(len(list(parent.iter("testcase")))))
    for attribute, element in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        parent.set(attribute, str(len(list(parent.iter(element)))))


def _clean(text: str, say: Wording) -> str:
    return visible(mask(text, say("mask.ins")))

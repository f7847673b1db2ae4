"""Results in the language of whoever reads them: what the kit says is put in English, what it quotes is not.

Scenario names, steps, documents, declarations and the words of products stay as they were written.
"""

from msgspec.structs import replace

from dmp_imagerie.catalogue.translation import FRENCH, translate
from dmp_imagerie.judge.results import CheckResult, Evidence, Results, RuleResult, SourceRef
from dmp_imagerie.judge.selftest import Planted, SelftestInfo
from dmp_imagerie.report.comparison_data import CheckRow, Comparison, RuleRow


def results_in(lang: str, results: Results) -> Results:
    """Return ``results`` as a reader of ``lang`` ("fr" or "en") should find them. Raises CatalogueError."""
    if lang == FRENCH:
        return results
    beside = results.selftest
    return replace(
        results,
        run=replace(results.run, incomplete_reason=_english(results.run.incomplete_reason)),
        rules=tuple(map(_rule, results.rules)),
        alerts=tuple(replace(alert, message=_english(alert.message)) for alert in results.alerts),
        waived=tuple(replace(refusal, reason=_english(refusal.reason)) for refusal in results.waived),
        selftest=beside and replace(beside, info=selftest_in(lang, beside.info)),
    )


def selftest_in(lang: str, info: SelftestInfo) -> SelftestInfo:
    """Return ``info`` as a reader of ``lang`` should find it: what defects do, and why they were not seen."""
    if lang == FRENCH:
        return info
    return replace(info, planted=tuple(map(_planted, info.planted)), mixed=tuple(map(_planted, info.mixed)))


def comparison_in(lang: str, comparison: Comparison) -> Comparison:
    """Return ``comparison`` as a reader of ``lang`` should find it. Raises CatalogueError."""
    if lang == FRENCH:
        return comparison
    return replace(
        comparison,
        run=replace(comparison.run, incomplete_reason=_english(comparison.run.incomplete_reason)),
        rules=tuple(map(_row, comparison.rules)),
    )


def _english(text: str) -> str:
    return translate(text, "en")


def _planted(fault: Planted) -> Planted:
    return replace(fault, doc=_english(fault.doc), why=_english(fault.why), reason=_english(fault.reason))


def _rule(rule: RuleResult) -> RuleResult:
    return replace(
        rule,
        text=rule.text_en or rule.text,
        note=rule.note_en or rule.note,
        chapter_title=rule.chapter_title_en or rule.chapter_title,
        sources=tuple(map(_source, rule.sources)),
        reason=_english(rule.reason),
        cause=_english(rule.cause),
        checks=tuple(map(_check, rule.checks)),
    )


def _source(source: SourceRef) -> SourceRef:
    return replace(source, text=_english(source.text), title=source.title_en or source.title)


def _check(check: CheckResult) -> CheckResult:
    return replace(
        check,
        expected=_english(check.expected),
        observed=_english(check.observed),
        hint=_english(check.hint),
        evidence=tuple(map(_evidence, check.evidence)),
    )


def _evidence(evidence: Evidence) -> Evidence:
    return replace(evidence, summary=_english(evidence.summary))


def _row(row: RuleRow) -> RuleRow:
    return replace(
        row,
        text=row.text_en or row.text,
        cells=tuple(replace(cell, reason=_english(cell.reason)) for cell in row.cells),
        checks=tuple(map(_check_row, row.checks)),
    )


def _check_row(row: CheckRow) -> CheckRow:
    return replace(row, cells=tuple(replace(cell, observed=_english(cell.observed)) for cell in row.cells))

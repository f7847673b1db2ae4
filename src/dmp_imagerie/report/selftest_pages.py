"""The self-test on paper: the kill matrix, and the page that says where the suite is weak.

Two HTML files that need nothing else: no script, no network, every string escaped by the template engine.
"""

from pathlib import Path

from msgspec.structs import replace

from dmp_imagerie.judge.selftest import Planted, PlayedRun, RuleSensitivity, Selftest, SelftestInfo, Way
from dmp_imagerie.model.plain import Plain
from dmp_imagerie.report.english import selftest_in
from dmp_imagerie.report.files import atomic_write
from dmp_imagerie.report.html import laid_out
from dmp_imagerie.report.trust import date_of, facts, rule_trust, weak_lists
from dmp_imagerie.report.wording import Wording, wording

MATRIX_FILE, WEAK_FILE = "selftest.html", "faiblesses.html"


class FaultRow(Plain):
    """A planted defect before the checks of one rule; ``marks`` are in the order of the rule's checks, "" where the
    check is not red. ``own`` is False for a defect of another rule that announces this one."""

    fault: Planted
    own: bool
    marks: tuple[str, ...]
    others: tuple[str, ...]
    played: str


class RuleGrid(Plain):
    """The kill matrix of one rule."""

    rule: str
    sentence: str
    checks: tuple[str, ...]
    rows: tuple[FaultRow, ...]


def write_pages(selftest: Selftest, folder: Path, lang: str) -> dict[str, Path]:
    """Write both pages in ``folder`` and return them by name."""
    pages = {MATRIX_FILE: matrix_page(selftest, lang), WEAK_FILE: weak_page(selftest.info, lang)}
    return {name: atomic_write(folder / name, page.encode()) for name, page in pages.items()}


def matrix_page(selftest: Selftest, lang: str = "fr") -> str:
    """Return the kill matrix: each rule, its defects, and the checks that saw them."""
    say = wording(lang)
    info = selftest_in(lang, selftest.info)
    selftest = replace(selftest, info=info)
    return laid_out(
        "selftest.html.j2",
        ("aptitude.css",),
        say,
        lang=lang,
        info=info,
        date=date_of(info, say),
        facts=facts(info, say),
        grids=tuple(_grid(rule, selftest, say) for rule in info.rules),
        not_seen=tuple(fault for fault in info.planted if fault.why),
    )


def weak_page(info: SelftestInfo, lang: str = "fr") -> str:
    """Return the page that says where the suite is weak."""
    say, info = wording(lang), selftest_in(lang, info)
    lists = weak_lists(info, say)
    return laid_out(
        "faiblesses.html.j2", ("aptitude.css",), say, lang=lang, info=info, date=date_of(info, say), lists=lists
    )


def _grid(rule: RuleSensitivity, selftest: Selftest, say: Wording) -> RuleGrid:
    seen = {name for check in rule.checks for name in check.faults}
    return RuleGrid(
        rule=rule.rule,
        sentence=rule_trust(rule, say).sentence,
        checks=tuple(check.check for check in rule.checks),
        rows=tuple(
            _row(fault, rule, selftest, say)
            for fault in sorted(selftest.info.planted, key=lambda fault: fault.breaks != rule.rule)
            if fault.breaks == rule.rule or fault.name in seen
        ),
    )


def _row(fault: Planted, rule: RuleSensitivity, selftest: Selftest, say: Wording) -> FaultRow:
    runs = [run for run in selftest.runs if run.name == fault.run]
    others = [*(rule_id for rule_id in fault.also if rule_id not in fault.missed)]
    others += [say("selftest.stray", rule=rule_id) for rule_id in fault.stray]
    others += [say("selftest.missed", rule=rule_id) for rule_id in fault.missed]
    suite = set(selftest.runs[0].played)
    played = max((len(suite.intersection(run.played)) for run in runs), default=0)
    return FaultRow(
        fault=fault,
        own=fault.breaks == rule.rule,
        marks=tuple(_mark(check.check, rule.rule, runs, say) for check in rule.checks),
        others=tuple(others),
        played=say("selftest.played_of", n=played, total=len(suite))
        if played < len(suite)
        else say("selftest.played_whole"),
    )


def _mark(check: str, rule: str, runs: list[PlayedRun], say: Wording) -> str:
    """How this check saw the defect: a run really played says more than a changed recording."""
    ways = {run.way for run in runs for cell in run.cells if cell.rule == rule and check in cell.red}
    if Way.PLAYED in ways:
        return say("selftest.red")
    return say("selftest.red_replayed") if ways else ""

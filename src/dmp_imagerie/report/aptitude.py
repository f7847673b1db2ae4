"""From results to readiness: what a run found, put in the order a vendor or an auditor reads it.

Pure functions, promised to the notebook and through it to every layout: the same results give the same report, and no
number that may be a real INS comes out of here.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import msgspec

from dmp_imagerie.catalogue.policy import OPTIONS
from dmp_imagerie.catalogue.translation import FRENCH
from dmp_imagerie.judge.results import Results, RuleResult, Run
from dmp_imagerie.model.verdicts import JUDGED, Outcome
from dmp_imagerie.report.aptitude_data import (
    PLATFORM,
    WEAK_FORCES,
    Aptitude,
    Cause,
    Chapter,
    Count,
    Fact,
    Gap,
    Line,
    Notice,
    Sheet,
    Task,
    TaskChapter,
    TaskRule,
    Waived,
)
from dmp_imagerie.report.english import results_in
from dmp_imagerie.report.headlines import headlines
from dmp_imagerie.report.limits import is_on_word, limits
from dmp_imagerie.report.mask import mask
from dmp_imagerie.report.results_file import read_results
from dmp_imagerie.report.text import map_strings, visible
from dmp_imagerie.report.trust import trust
from dmp_imagerie.report.wording import Wording, wording

GAPS = (Outcome.NON_CONFORME, Outcome.ERREUR_BANC, Outcome.INCONCLUSIF, Outcome.NON_ATTEINT)
"""Outcomes that something seen during the run explains, worst first; the others are work left to do."""

_UNJUDGED = (Outcome.NON_COUVERTE, Outcome.NON_APPLICABLE)
_TASKS = {
    Outcome.ERREUR_BANC: "rejouer",
    Outcome.INCONCLUSIF: "rejouer",
    Outcome.NON_ATTEINT: "rejouer",
    Outcome.DECLARE: "accepter",
    Outcome.A_ATTESTER: "attester",
    Outcome.NON_VERIFIABLE: "montrer",
}
_TASK_ORDER = ("rejouer", "accepter", "attester", "montrer", "filmer")


def load(path: str | Path, lang: str = "fr") -> Aptitude:
    """Read ``results.json`` and return its report in ``lang``. Raises ReportError."""
    return build(read_results(Path(path)), lang)


def build(results: Results, lang: str = "fr") -> Aptitude:
    """Return the report of ``results`` in ``lang`` ("fr" or "en"). Raises ReportError for another language."""
    say = wording(lang)
    results = results_in(lang, results)
    gaps = _gaps(results.rules, say)
    trusted = trust(results, say)
    report = Aptitude(
        lang=lang,
        product=results.target.name,
        version=results.target.version,
        vendor=results.target.vendor,
        date=_date(results.run.started, say),
        catalogue=f"{results.suite.version} · {results.suite.digest[:12]}",
        warnings=warnings_of(results.run, say),
        headlines=headlines(results, say),
        blocking=gaps["blocking"],
        watched=gaps["watched"],
        other=gaps["other"],
        causes=_causes(results.rules, say),
        waived=_waived(results, say),
        counts=count(results.rules),
        chapters=_chapters(results.rules, {rule.rule: rule.sentence for rule in trusted.rules}, say),
        tasks=_tasks(results.rules, say),
        limits=limits(results, say),
        trust=trusted,
        circumstances=_circumstances(results, say),
        alerts=results.alerts,
    )
    return _presentable(report, say)


def count(rules: Iterable[RuleResult]) -> tuple[Count, ...]:
    """Count the applicable rules by outcome, worst first; the platform's rules are left out."""
    found = [rule.verdict for rule in rules if _counted(rule)]
    return tuple(
        Count(outcome=outcome, n=n, share=round(n / len(found), 4))
        for outcome in Outcome
        if (n := found.count(outcome))
    )


def _counted(rule: RuleResult) -> bool:
    return rule.porteur != PLATFORM and rule.verdict is not Outcome.NON_APPLICABLE


def _presentable(report: Aptitude, say: Wording) -> Aptitude:
    """Pass every string through the mask and make every character visible."""
    hidden = say("mask.ins")
    plain = map_strings(msgspec.to_builtins(report), lambda text: visible(mask(text, hidden)))
    return msgspec.convert(plain, Aptitude)


def _cautions(rule: RuleResult, say: Wording) -> tuple[str, ...]:
    weak = [rule.force] if rule.force in WEAK_FORCES else []
    return tuple(say(f"caution.{key}") for key in weak + ["a_confirmer"] * rule.a_confirmer)


# --- Gaps -----------------------------------------------------------------------------------------------------------


def _gaps(rules: Iterable[RuleResult], say: Wording) -> dict[str, tuple[Gap, ...]]:
    """Return the gaps seen, by what they weigh, worst first and then in the order of the catalogue."""
    found: dict[str, list[Gap]] = {"blocking": [], "watched": [], "other": []}
    seen = (rule for rule in rules if rule.porteur != PLATFORM and rule.verdict in GAPS)
    for rule in sorted(seen, key=lambda rule: GAPS.index(rule.verdict)):
        found[_weight(rule)].append(_gap(rule, say))
    return {weight: tuple(gaps) for weight, gaps in found.items()}


def _weight(rule: RuleResult) -> str:
    if rule.blocking == "bloque":
        return "blocking"
    weak = rule.blocking == "a_surveiller" or rule.force in WEAK_FORCES or rule.a_confirmer
    return "watched" if weak else "other"


def _gap(rule: RuleResult, say: Wording) -> Gap:
    bad = [check for check in rule.checks if check.outcome is rule.verdict]
    worst = bad[0] if bad else None
    return Gap(
        id=rule.id,
        statement=rule.text,
        outcome=rule.verdict,
        gravite=rule.gravite,
        porteur=rule.porteur,
        cautions=_cautions(rule, say),
        scenario=_quoted(worst.title or worst.scenario, say) if worst else "",
        expected=worst.expected if worst else "",
        observed=(worst.observed if worst else "") or rule.reason,
        hint=worst.hint if worst else "",
        evidence=worst.evidence if worst else (),
        redo=rule.redo,
        more=max(len(bad) - 1, 0),
    )


def _quoted(scenario: str, say: Wording) -> str:
    """What stays French in another language is between guillemets."""
    return scenario if say.lang == FRENCH else f"« {scenario} »"


def _causes(rules: Iterable[RuleResult], say: Wording) -> tuple[Cause, ...]:
    """Group the rules that one failure kept from being reached, the largest group first."""
    groups: dict[str, list[str]] = defaultdict(list)
    for rule in rules:
        if rule.cause:
            groups[rule.cause].append(rule.id)
    shared = sorted(((cause, ids) for cause, ids in groups.items() if len(ids) > 1), key=lambda group: -len(group[1]))
    return tuple(Cause(sentence=say("cause", n=len(ids), cause=cause), rules=tuple(ids)) for cause, ids in shared)


def _waived(results: Results, say: Wording) -> tuple[Waived, ...]:
    return tuple(
        Waived(
            code=refusal.code,
            reason=refusal.reason,
            sentence=say("waived", exchanges=len(refusal.exchanges), checks=len(refusal.checks)),
            rules=refusal.rules,
        )
        for refusal in results.waived
    )


# --- Chapters -------------------------------------------------------------------------------------------------------


def _chapters(rules: Iterable[RuleResult], trusted: Mapping[str, str], say: Wording) -> tuple[Chapter, ...]:
    groups: dict[str, list[RuleResult]] = {}
    for rule in rules:
        groups.setdefault(rule.chapter, []).append(rule)
    return tuple(_chapter(key, group, trusted, say) for key, group in groups.items())


def _chapter(key: str, rules: list[RuleResult], trusted: Mapping[str, str], say: Wording) -> Chapter:
    counted = [rule for rule in rules if _counted(rule)]
    return Chapter(
        key=key,
        title=rules[0].chapter_title,
        total=len(counted),
        judged=sum(rule.verdict in JUDGED for rule in counted),
        counts=count(rules),
        sheets=tuple(
            Sheet(
                statement=rule.text,
                cautions=_cautions(rule, say),
                rule=_worst_checks_first(rule),
                trust=trusted.get(rule.id, ""),
                on_word=is_on_word(rule),
            )
            for rule in rules
            if rule.verdict not in _UNJUDGED
        ),
        uncovered=tuple(_line(rule, say) for rule in rules if rule.verdict is Outcome.NON_COUVERTE),
        set_aside=tuple(_line(rule, say) for rule in rules if rule.verdict is Outcome.NON_APPLICABLE),
    )


def _worst_checks_first(rule: RuleResult) -> RuleResult:
    order = {outcome: rank for rank, outcome in enumerate(Outcome)}
    checks = sorted(rule.checks, key=lambda check: order[check.outcome])
    return msgspec.structs.replace(rule, checks=tuple(checks))


def _line(rule: RuleResult, say: Wording) -> Line:
    return Line(
        id=rule.id,
        statement=rule.text,
        gravite=rule.gravite,
        porteur=rule.porteur,
        cautions=_cautions(rule, say),
        reason=rule.reason,
    )


# --- What remains ---------------------------------------------------------------------------------------------------


def _tasks(rules: Iterable[RuleResult], say: Wording) -> tuple[Task, ...]:
    groups: dict[str, list[RuleResult]] = defaultdict(list)
    for rule in rules:
        kind = _task_kind(rule)
        if kind and rule.porteur != PLATFORM:
            groups[kind].append(rule)
    return tuple(_task(kind, groups[kind], say) for kind in _TASK_ORDER if groups[kind])


def _task(kind: str, rules: list[RuleResult], say: Wording) -> Task:
    chapters = tuple(
        TaskChapter(title=title, rules=tuple(TaskRule(id=rule.id, detail=_detail(rule, say)) for rule in group))
        for title, group in groupby(rules, key=lambda rule: rule.chapter_title)
    )
    return Task(kind=kind, total=len(rules), chapters=chapters)


def _task_kind(rule: RuleResult) -> str | None:
    if rule.verdict is Outcome.NON_COUVERTE:
        return "attester" if rule.verification == ("declaration",) else "filmer"
    return _TASKS.get(rule.verdict)


def _detail(rule: RuleResult, say: Wording) -> str:
    if rule.verdict is Outcome.NON_COUVERTE:
        return ""
    needs = sorted({need for check in rule.checks for need in check.needs})
    return say("task_needs", needs=", ".join(say.label("need", need) for need in needs)) if needs else rule.reason


# --- Circumstances --------------------------------------------------------------------------------------------------


def warnings_of(run: Run, say: Wording) -> tuple[Notice, ...]:
    """Return what must be said of ``run`` before anything else."""
    facts = {"reason": run.incomplete_reason or say("warning.unknown_reason"), "rules": ", ".join(run.unread)}
    found = {"incomplete": not run.complete, "diagnostic": run.diagnostic, "unread": bool(run.unread)}
    return tuple(
        Notice(title=say(f"warning.{name}.title"), text=say(f"warning.{name}.text", **facts))
        for name, holds in found.items()
        if holds
    )


def _date(started: str, say: Wording) -> str:
    try:
        return datetime.fromisoformat(started).strftime(say("date"))
    except ValueError:
        return started


def _circumstances(results: Results, say: Wording) -> tuple[Fact, ...]:
    run, target = results.run, results.target
    facts: dict[str, Iterable[str]] = {
        "product": [f"{target.name} {target.version} · {target.vendor}"],
        "driver": [target.driver],
        "profile": _pairs(target.profile, say),
        "policy": _policy(run.policy, say),
        "suite": [f"dmp-imagerie {results.suite.version}"],
        "digest": [results.suite.digest],
        "transport": [say.label("transport", run.transport)],
        "started": [_date(run.started, say)],
        "duration": [say("seconds", n=f"{run.duration_s:.1f}")],
        "seed": [str(run.seed)],
        "selection": run.selection,
        "documents": [_document(document, say) for document in run.documents],
        "run": [run.id],
        "command": [run.command],
    }
    filled = ((name, tuple(value for value in values if value)) for name, values in facts.items())
    return tuple(Fact(label=say(f"fact.{name}"), values=values) for name, values in filled if values)


def _pairs(values: dict[str, Any], say: Wording) -> list[str]:
    return [say("pair", name=key, value=plain_value(value, say)) for key, value in values.items()]


def plain_value(value: Any, say: Wording) -> str:
    """Return a value of a profile or a policy as people read it."""
    match value:
        case bool():
            return say("yes") if value else say("no")
        case list() | tuple():
            return ", ".join(plain_value(item, say) for item in value) or say("none")
        case _:
            return str(value)


def _policy(policy: dict[str, Any], say: Wording) -> list[str]:
    """Describe each reading chosen, in the catalogue's own words where it has some."""
    known = {(choice.option, choice.value): choice.text("en" if say.lang == "en" else "fr") for choice in OPTIONS}
    return [
        say("policy_choice", option=option, value=value, text=known.get((option, value), ""))
        for option, value in policy.items()
    ]


def _document(document: dict[str, Any], say: Wording) -> str:
    """What is said of a document brought is quoted: the readers of documents speak French."""
    told = {key: [f"« {one} »" for one in value] if key == "observations" else value for key, value in document.items()}
    if "rejected" in told:
        told["rejected"] = f"« {told['rejected']} »"
    return " · ".join(_pairs(told, say))

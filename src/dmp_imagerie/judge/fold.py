"""Folds a journal into results: every rule of the catalogue, its checks, its verdict, and the verdict of the run.

A pure function of the journal, the catalogue and the reading asked for: a run, a replay and another policy differ
only by what they pass. Source of the rules of folding: docs/decisions/0002-verdicts.md.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec

from dmp_imagerie.catalogue.policy import Policy
from dmp_imagerie.catalogue.profile import Profile, applies
from dmp_imagerie.catalogue.rules import Blocking, Catalogue, Gravite, Porteur, Rule, blocks
from dmp_imagerie.journal.view import Journal
from dmp_imagerie.judge import checks as _checks  # noqa: F401 - registers the checks
from dmp_imagerie.judge import results as out
from dmp_imagerie.judge.assess import assess_scenarios
from dmp_imagerie.judge.attempts import replayed
from dmp_imagerie.judge.verdict import Reading, exit_code, rule_verdict
from dmp_imagerie.judge.waived import is_diagnostic, waived_refusals
from dmp_imagerie.model.events import Alert, Answered, Declared, PlannedScenario, Resumed, Verb
from dmp_imagerie.model.verdicts import OPEN, Outcome, RunVerdict, run_verdict

REFERENCE_FAILS = frozenset({Outcome.NON_CONFORME, Outcome.ERREUR_BANC, Outcome.INCONCLUSIF})
UNLIKE_THE_DMP = frozenset({"http"})
"""Transports over which the product did what the DMP would have refused: one that asked for no TLS."""
BEARERS = (Porteur.PRODUIT.value, Porteur.CENTRE.value)


def fold(
    journal: Journal,
    catalogue: Catalogue,
    *,
    policy: Policy | None = None,
    profile: Profile | None = None,
    reference: Journal | None = None,
) -> out.Results:
    """Judge ``journal`` and return its results.

    Args:
        journal: the run, whole or cut short.
        catalogue: the rules; the report prints its digest beside the run's own.
        policy, profile: the reading; by default the one the run was made with.
        reference: the same scenarios played by the reference connector in the same environment: a check it fails
            too is the kit's fault.
    Raises:
        JournalError: the journal has no header. A piece missing or altered is a bench error of the checks that read it.
    """
    header = journal.header
    policy = policy or msgspec.convert(header.policy, Policy)
    profile = profile or msgspec.convert(header.profile, Profile)
    failed_by_reference = _failures(reference, policy) if reference else frozenset()
    reading = Reading(
        profile=profile,
        drafts_block=bool(header.options.get("projets_bloquants", False)),
        selection=frozenset(header.rules),
        redo=str(header.options.get("redo", "dmp-imagerie run")),
    )
    by_rule = assess_scenarios(journal, policy, failed_by_reference)
    planned = _planned(journal)
    rules = tuple(_rule(catalogue, rule, reading, by_rule, planned) for rule in catalogue.rules)
    run = _run(journal, policy, reading)
    whole = run.complete and run.transport not in UNLIKE_THE_DMP
    verdicts = {bearer: _bearer(rules, bearer, reading, run, whole=whole) for bearer in BEARERS}
    return out.Results(
        suite=out.Suite(version=header.kit_version, digest=catalogue.digest),
        target=out.TargetInfo(
            name=header.target.name,
            version=header.target.version,
            vendor=header.target.vendor,
            driver=header.target.driver,
            profile=msgspec.to_builtins(profile),
            outside=header.target.outside,
        ),
        run=run,
        verdicts=verdicts,
        exit_code=exit_code(verdicts, rules, reading),
        counts={bearer: _counts(rules, bearer) for bearer in BEARERS},
        open_major={bearer: _open_major(rules, bearer) for bearer in BEARERS},
        rules=rules,
        alerts=tuple(
            out.AlertInfo(seq=alert.seq, at=alert.at, kind=alert.kind, message=alert.message)
            for alert in journal.all(Alert)
        ),
        waived=waived_refusals(journal, rules),
    )


def _failures(reference: Journal, policy: Policy) -> frozenset[str]:
    """Checks that the reference was seen to fail; one it merely left open (a declaration) accuses nobody."""
    found = assess_scenarios(reference, policy, frozenset())
    return frozenset(check.key for results in found.values() for check in results if check.outcome in REFERENCE_FAILS)


def _planned(journal: Journal) -> Mapping[str, list[PlannedScenario]]:
    planned: dict[str, list[PlannedScenario]] = defaultdict(list)
    for scenario in journal.plan.scenarios if journal.plan else ():
        planned[scenario.rule].append(scenario)
    return planned


def _rule(
    catalogue: Catalogue,
    rule: Rule,
    reading: Reading,
    by_rule: Mapping[str, tuple[out.CheckResult, ...]],
    planned: Mapping[str, list[PlannedScenario]],
) -> out.RuleResult:
    applicable, why_not = applies(rule, reading.profile)
    checks = by_rule.get(rule.id, ())
    found = rule_verdict(checks, planned=rule.id in planned) if applicable else (Outcome.NON_APPLICABLE, why_not, "")
    verdict, reason, cause = found
    chapter = catalogue.chapter_of(rule)
    return out.RuleResult(
        id=rule.id,
        revision=rule.revision,
        text=rule.enonce,
        text_en=rule.statement_en,
        note=rule.note or "",
        note_en=rule.note_en or "",
        sources=tuple(
            out.SourceRef(
                text=s.label,
                title=s.title,
                title_en=s.title_en,
                url=s.url or "",
                level=s.level.value,
                draft=s.draft,
            )
            for s in catalogue.sources_of(rule)
        ),
        aliases=rule.alias,
        chapter=chapter.prefixe,
        chapter_title=chapter.titre,
        chapter_title_en=chapter.title_en,
        gravite=rule.gravite.value,
        force=rule.force.value,
        porteur=rule.porteur.value,
        wave=rule.vague.value,
        origin=rule.origine.value,
        a_confirmer=rule.a_confirmer,
        verification=tuple(means.value for means in rule.verification),
        blocking=blocks(rule, projets_bloquants=reading.drafts_block).value,
        verdict=verdict,
        reason=reason,
        cause=cause,
        redo=_redo(reading, rule.id, verdict, checks, planned=rule.id in planned),
        attestations=(),
        scenarios=_scenarios(planned.get(rule.id, ())),
        checks=checks,
    )


def _redo(reading: Reading, rule: str, verdict: Outcome, checks: Iterable[out.CheckResult], *, planned: bool) -> str:
    """The command that plays again what ``verdict`` comes from: the rule's own scenarios, or those of others in which
    an invariant found it; "" when nothing was played for it."""
    found_in = list(dict.fromkeys(check.played for check in checks if check.outcome is verdict and check.played))
    played = [rule] if rule in found_in or (not found_in and planned) else found_in
    return f"{reading.redo} --rules {','.join(played)}" if played else ""


def _scenarios(planned: Iterable[PlannedScenario]) -> tuple[out.ScenarioRef, ...]:
    grouped: dict[tuple[str, int], list[PlannedScenario]] = defaultdict(list)
    for scenario in planned:
        grouped[scenario.file, scenario.line].append(scenario)
    return tuple(
        out.ScenarioRef(
            file=file,
            line=line,
            name=same[0].name,
            role=same[0].role,
            examples=tuple(scenario.example for scenario in same if scenario.example),
        )
        for (file, line), same in grouped.items()
    )


def _run(journal: Journal, policy: Policy, reading: Reading) -> out.Run:
    header, footer = journal.header, journal.footer
    last = journal.events[-1]
    elapsed = datetime.fromisoformat(last.wall) - datetime.fromisoformat(header.wall)
    complete = footer is not None and footer.complete
    reason = "" if complete else (footer.reason if footer else "le journal s'arrête net : l'exécution a été coupée")
    return out.Run(
        id=header.run_id,
        started=header.wall,
        duration_s=round(elapsed.total_seconds(), 3),
        transport=header.transport,
        seed=header.seed,
        policy=msgspec.to_builtins(policy),
        complete=complete,
        incomplete_reason=reason,
        partial=bool(reading.selection),
        selection=tuple(sorted(reading.selection)),
        documents=tuple(header.options.get("documents", ())),
        command=reading.redo,
        resumed=len(journal.all(Resumed)),
        replayed=replayed(journal, policy),
        skipped=sum(bool(verb.skipped) for verb in journal.all(Verb)),
        corrected=sum(len(answer.corrected) for answer in journal.all(Answered)),
        diagnostic=is_diagnostic(journal),
        unread=_unread(journal, reading) if complete else (),
    )


def _unread(journal: Journal, reading: Reading) -> tuple[str, ...]:
    """Rules that a declaration was given for, and that no scenario asked the centre about."""
    read = {declared.rule for declared in journal.all(Declared)}
    given = journal.header.options.get("declarations", ())
    return tuple(rule for rule in given if reading.selects(rule) and rule not in read)


def _bearer(rules: Iterable[out.RuleResult], bearer: str, reading: Reading, run: out.Run, *, whole: bool) -> RunVerdict:
    """A run that was cut short may have missed what came late, one without TLS missed what the DMP refuses first:
    neither is ``whole``, nor ever PRET.

    Nor is one whose DMP went on past its own refusals: it is at best INCOMPLET, even of a few rules.
    """
    blocking = [
        rule.verdict
        for rule in rules
        if rule.porteur == bearer and rule.blocking == Blocking.BLOQUE.value and reading.selects(rule.id)
    ]
    verdict = run_verdict(blocking, partial=bool(reading.selection))
    if run.diagnostic and verdict in (RunVerdict.PRET, RunVerdict.PARTIEL):
        return RunVerdict.INCOMPLET
    return RunVerdict.INCOMPLET if verdict is RunVerdict.PRET and not whole else verdict


def _counts(rules: Iterable[out.RuleResult], bearer: str) -> dict[str, int]:
    counted = Counter(rule.verdict for rule in rules if rule.porteur == bearer)
    return {outcome.value: counted[outcome] for outcome in Outcome if counted[outcome]}


def _open_major(rules: Iterable[out.RuleResult], bearer: str) -> int:
    return sum(
        rule.porteur == bearer and rule.gravite == Gravite.MAJEUR.value and rule.verdict in OPEN for rule in rules
    )

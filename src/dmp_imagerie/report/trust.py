"""What a self-test lets a report say of its own checks: numbers with their denominators, and where the suite is weak.

Pure functions, shared by the report and by the self-test's own pages: the same self-test is told the same everywhere.
"""

from collections.abc import Mapping
from datetime import datetime

from dmp_imagerie.judge.results import Results, SelftestBeside
from dmp_imagerie.judge.selftest import CheckSensitivity, Conclusion, Planted, RuleSensitivity, SelftestInfo
from dmp_imagerie.model.events import CONTROL
from dmp_imagerie.report.aptitude_data import Fact, RuleTrust, Trust, WeakList
from dmp_imagerie.report.wording import Wording

SHORT = 12
"""Characters of a digest that are enough to tell two apart."""


def trust(results: Results, say: Wording) -> Trust:
    """Return what the self-test given to the run lets its report say."""
    beside = results.selftest
    if beside is None or not beside.current:
        sentence = _of_another_suite(beside, say) if beside else say("trust.none")
        return Trust(proven=False, sentence=sentence, lead=say("trust.lead_none"), facts=(), rules=(), weak=())
    info = beside.info
    return Trust(
        proven=True,
        sentence=_sentence(beside, say),
        lead=say("trust.lead"),
        facts=facts(info, say),
        rules=tuple(rule_trust(rule, say) for rule in info.rules),
        weak=weak_lists(info, say),
    )


def figures(info: SelftestInfo, say: Wording) -> str:
    """Return the numbers of a self-test in one sentence, each beside what it is counted from."""
    counted = info.totals
    names = ("planted", "seen", "excluded", "checks", "checks_red", "honest", "accused", "nulls", "nulls_green")
    return say("trust.figures", rules=_broken(info), **{name: getattr(counted, name) for name in names})


def _broken(info: SelftestInfo) -> int:
    """How many rules the defects planted break, far fewer than the catalogue has."""
    return len({fault.breaks for fault in info.planted})


def facts(info: SelftestInfo, say: Wording) -> tuple[Fact, ...]:
    """Return the circumstances and the totals of a self-test."""
    totals, machine = info.totals, info.machine
    told = {
        "conclusion": say.label("conclusion", info.conclusion),
        "control": say(f"selftest.control_{'seen' if info.conclusion is not Conclusion.VOID else 'missed'}"),
        "faults": say("selftest.of_faults", seen=totals.seen, planted=totals.planted, rules=_broken(info)),
        "left": say("selftest.of_left", excluded=totals.excluded, survived=totals.survived, unproved=totals.unproved),
        "mixed": say("selftest.of_mixed", seen=totals.mixed_seen, mixed=totals.mixed),
        "honest": say("selftest.of_honest", accused=totals.accused, honest=totals.honest),
        "nulls": say("selftest.of_nulls", green=totals.nulls_green, nulls=totals.nulls),
        "checks": say("selftest.of_checks", red=totals.checks_red, checks=totals.checks),
        "made": say("selftest.made", date=date_of(info, say), seconds=f"{info.duration_s:.0f}", seed=info.seed),
        "machine": say("selftest.machine", system=machine.system, python=machine.python, cores=machine.cores),
        "kit": say(
            "selftest.kit",
            version=info.kit.version,
            suite=info.kit.suite[:SHORT],
            catalogue=info.kit.catalogue[:SHORT],
        ),
    }
    return tuple(Fact(label=say(f"selftest.{name}_label"), values=(value,)) for name, value in told.items())


def rule_trust(rule: RuleSensitivity, say: Wording) -> RuleTrust:
    """Return what a self-test says of one rule."""
    planted, seen, excluded = len(rule.planted), len(rule.seen), len(rule.excluded)
    sentence = say("trust.rule", planted=planted, seen=seen) if planted else say("trust.rule_none")
    more = say("trust.rule_excluded", n=excluded) if excluded else ""
    return RuleTrust(
        rule=rule.rule,
        planted=planted,
        seen=seen,
        excluded=excluded,
        sentence=f"{sentence}{more}",
        checks=tuple(_check(check, say) for check in rule.checks if set(check.roles) != {CONTROL}),
    )


def weak_lists(info: SelftestInfo, say: Wording) -> tuple[WeakList, ...]:
    """Return every way in which the suite is weak, empty lists included: they say that it is not weak so."""
    weak = info.weak
    by_name = {fault.name: fault for fault in info.planted}
    one_fault = {rule.rule: say("weak.by", names=", ".join(rule.seen)) for rule in info.rules if len(rule.seen) == 1}
    one_check = {
        rule.rule: say("weak.by", names=", ".join(check.check for check in rule.checks if check.faults))
        for rule in info.rules
        if rule.rule in weak.one_check
    }
    notes: dict[str, Mapping[str, str]] = {
        "one_fault": one_fault,
        "one_check": one_check,
        "survivors": {name: _missed(by_name[name], say) for name in weak.survivors},
        "unproved": {name: _missed(by_name[name], say) for name in weak.unproved},
        "stray": {name: say("weak.by_stray", rules=", ".join(by_name[name].stray)) for name in weak.stray},
        "excluded": {name: f"{_missed(by_name[name], say)} {by_name[name].reason}" for name in weak.excluded},
    }
    return tuple(
        WeakList(
            key=key,
            title=say(f"weak.{key}.title"),
            lead=say(f"weak.{key}.lead"),
            items=getattr(weak, key),
            notes=dict(notes.get(key, {})),
        )
        for key in weak.__struct_fields__
    )


def date_of(info: SelftestInfo, say: Wording) -> str:
    """Return when a self-test was made, as it reads on paper."""
    return datetime.fromisoformat(info.date).strftime(say("date"))


def _check(check: CheckSensitivity, say: Wording) -> str:
    if not check.faults:
        return say("trust.check_blind", check=check.check)
    sentence = say("trust.check", check=check.check, n=len(check.faults))
    return sentence + (say("trust.check_alone", n=len(check.alone)) if check.alone else "")


def _sentence(beside: SelftestBeside, say: Wording) -> str:
    info = beside.info
    name = "failed" if info.conclusion is not Conclusion.HELD else beside.origin
    machine = say("selftest.machine", system=info.machine.system, python=info.machine.python, cores=info.machine.cores)
    values = {"date": date_of(info, say), "version": info.kit.version, "machine": machine}
    return say(f"trust.{name}", figures=figures(info, say), **values)


def _of_another_suite(beside: SelftestBeside, say: Wording) -> str:
    kit = beside.info.kit
    return say("trust.other", version=kit.version, suite=kit.suite[:SHORT])


def _missed(fault: Planted, say: Wording) -> str:
    return say("weak.missed", rule=fault.breaks, doc=fault.doc, why=fault.why)

"""The verdict as it reads on paper: one headline for each bearer. Never a certificate, never greener than the run."""

from typing import Any

import msgspec

from dmp_imagerie.catalogue.policy import Policy
from dmp_imagerie.judge.finding import DRIVER
from dmp_imagerie.judge.results import Results, RuleResult, Run
from dmp_imagerie.model.plain import Plain
from dmp_imagerie.model.verdicts import JUDGED, OPEN, Outcome, RunVerdict
from dmp_imagerie.report.aptitude_data import Count, Headline
from dmp_imagerie.report.wording import Wording


class Blocking(Plain):
    """The applicable blocking rules of one bearer, counted.

    ``judged`` came to a conclusion, whatever it is; ``open`` have a scenario and stay open, neither red nor bench
    errors.
    """

    total: int
    judged: int
    red: int
    bench: int
    uncovered: int
    open: int

    @property
    def unconcluded(self) -> int:
        """Rules that have a scenario and came to no conclusion."""
        return self.total - self.judged - self.uncovered


def headlines(results: Results, say: Wording) -> tuple[Headline, ...]:
    """Return one headline for each bearer of ``results.verdicts``, the product first."""
    ordered = sorted(results.verdicts.items(), key=lambda item: (item[0] != "produit", item[0]))
    return tuple(_headline(results, bearer, verdict, say) for bearer, verdict in ordered)


def blocking(rules: tuple[RuleResult, ...], bearer: str) -> Blocking:
    """Count the applicable blocking rules of ``bearer``."""
    found = [
        rule.verdict
        for rule in rules
        if rule.porteur == bearer and rule.blocking == "bloque" and rule.verdict is not Outcome.NON_APPLICABLE
    ]
    red, bench, uncovered = (
        found.count(outcome) for outcome in (Outcome.NON_CONFORME, Outcome.ERREUR_BANC, Outcome.NON_COUVERTE)
    )
    left = sum(outcome in OPEN for outcome in found) - red - bench - uncovered
    judged = sum(outcome in JUDGED for outcome in found)
    return Blocking(total=len(found), judged=judged, red=red, bench=bench, uncovered=uncovered, open=left)


def _headline(results: Results, bearer: str, verdict: RunVerdict, say: Wording) -> Headline:
    rules = blocking(results.rules, bearer)
    return Headline(
        bearer=bearer,
        verdict=verdict,
        sentence=_sentence(results, bearer, verdict, rules, say),
        details=_scope(verdict, rules, say, results.run) + _beside(results, bearer, rules, say),
        counts=_counts(results.counts.get(bearer, {})),
    )


def _driver_fault(results: Results, bearer: str) -> str:
    """How the driver failed first, when nothing else did among the blocking rules of ``bearer``; "" otherwise."""
    failed = [
        check
        for rule in results.rules
        if rule.porteur == bearer and rule.blocking == "bloque" and rule.verdict is Outcome.ERREUR_BANC
        for check in rule.checks
        if check.outcome is Outcome.ERREUR_BANC
    ]
    return failed[0].observed.rstrip(".") if failed and all(check.culprit == DRIVER for check in failed) else ""


def _sentence(results: Results, bearer: str, verdict: RunVerdict, rules: Blocking, say: Wording) -> str:
    match verdict:
        case RunVerdict.PRET:
            return say(
                "verdict.PRET.sentence",
                catalogue=results.suite.version,
                profile=_profile(results.target.profile, say),
                policy=_policy(results.run.policy, say),
            )
        case RunVerdict.NON_PRET:
            return say.count("verdict.NON_PRET.sentence", rules.red)
        case RunVerdict.ERREUR if fault := _driver_fault(results, bearer):
            return say.count("verdict.ERREUR.driver", rules.bench, fault=fault)
        case RunVerdict.ERREUR:
            return say.count("verdict.ERREUR.sentence", rules.bench)
        case RunVerdict.INCOMPLET if results.run.diagnostic:
            return say("verdict.INCOMPLET.diagnostic")
        case RunVerdict.INCOMPLET:
            return say(
                "verdict.INCOMPLET.sentence",
                judged=rules.judged,
                total=rules.total,
                unconcluded=rules.unconcluded,
                uncovered=rules.uncovered,
            )
        case RunVerdict.PARTIEL:
            return say("verdict.PARTIEL.sentence")


def _scope(verdict: RunVerdict, rules: Blocking, say: Wording, run: Run) -> tuple[str, ...]:
    """Say how far the run went, unless the sentence just did."""
    if not rules.total:
        return (say("detail.no_rule"),)
    if run.partial:
        return (say("detail.scope", judged=rules.judged, total=rules.total),)
    if verdict is RunVerdict.INCOMPLET and not run.diagnostic:
        return ()
    uncovered = say.count("detail.uncovered", rules.uncovered) if rules.uncovered else ""
    return tuple(filter(None, (say("detail.scope", judged=rules.judged, total=rules.total), uncovered)))


def _beside(results: Results, bearer: str, rules: Blocking, say: Wording) -> tuple[str, ...]:
    """Say what stays open beside the sentence."""
    watched = sum(rule.porteur == bearer and _is_watched(rule) for rule in results.rules)
    numbers = {"open": rules.open, "major": results.open_major.get(bearer, 0), "watched": watched}
    return tuple(say.count(f"detail.{key}", n) for key, n in numbers.items() if n)


def _is_watched(rule: RuleResult) -> bool:
    return rule.blocking == "a_surveiller" and rule.verdict is Outcome.NON_CONFORME


def _counts(counts: dict[str, int]) -> tuple[Count, ...]:
    total = sum(counts.values())
    found = ((outcome, counts.get(outcome, 0)) for outcome in Outcome if outcome is not Outcome.NON_APPLICABLE)
    return tuple(Count(outcome=outcome, n=n, share=round(n / total, 4)) for outcome, n in found if n)


def _profile(profile: dict[str, Any], say: Wording) -> str:
    """Name the profile by its route and its wave, which is how people speak of it."""
    parts = [say(f"profile.{key}", value=profile[key]) for key in ("voie", "vague") if key in profile]
    return ", ".join(parts) or say("profile.none")


def _policy(policy: dict[str, Any], say: Wording) -> str:
    """Name the policy by what it changes from the default one."""
    default = msgspec.structs.asdict(Policy())
    changed = [say("pair", name=key, value=value) for key, value in policy.items() if default.get(key) != value]
    return ", ".join(changed) or say("policy_default")

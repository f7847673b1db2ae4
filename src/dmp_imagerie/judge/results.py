"""What a run found, rule by rule: the values behind ``results.json``.

Their JSON form is the project's stable output; its schema is published in ``reports/schemas/results.schema.json`` and
checked against these structs by a test.
"""

from typing import Any

from dmp_imagerie.judge.output import Output
from dmp_imagerie.judge.selftest import SelftestInfo
from dmp_imagerie.model.verdicts import Outcome, RunVerdict

SCHEMA = "dmp-imagerie/results/1"


class Suite(Output):
    """The kit that judged: its version and the digest of its catalogue."""

    version: str
    digest: str


class TargetInfo(Output):
    """The product judged, as it described itself; ``profile`` is the one the rules were applied with, ``outside`` its
    ``host:port`` when it stands on another machine."""

    name: str
    version: str
    vendor: str
    driver: str
    profile: dict[str, Any]
    outside: str = ""


class Replayed(Output):
    """A scenario that was played again; ``before`` is what was found the time before (non_atteint: not to its end)."""

    rule: str
    scenario: str
    reason: str
    before: Outcome


class Run(Output):
    """The circumstances. ``started`` is ISO 8601 UTC; ``partial`` is True when only some rules were asked for;
    ``diagnostic`` when the simulated DMP went on past its refusals: such a run is never PRET; ``unread`` names the
    rules asked for whose declaration was given and which no scenario read.

    Of a guided session: ``resumed`` counts the times it was taken up again, ``skipped`` the instructions nobody
    carried out, ``corrected`` the answers changed before they were taken.
    """

    id: str
    started: str
    duration_s: float
    transport: str
    seed: int
    policy: dict[str, Any]
    complete: bool
    incomplete_reason: str
    partial: bool
    selection: tuple[str, ...]
    documents: tuple[dict[str, Any], ...]
    command: str
    diagnostic: bool
    unread: tuple[str, ...]
    resumed: int = 0
    replayed: tuple[Replayed, ...] = ()
    skipped: int = 0
    corrected: int = 0


class ScenarioRef(Output):
    """Where a scenario of the rule stands. ``role`` is temoin (control) or tentation."""

    file: str
    line: int
    name: str
    role: str
    examples: tuple[str, ...] = ()


class Evidence(Output):
    """One piece of evidence: the journal's sequence number and one French line that says what is seen there.

    ``refusal`` is the code of the DMP's refusal, "" for anything else than an exchange it refused.
    """

    seq: int
    at: str
    summary: str
    refusal: str = ""


class CheckResult(Output):
    """One judgement. ``key`` is rule/check/scenario/example; ``needs`` names a missing need; ``step`` the sentence.

    ``title`` is the scenario's name with the values of its example, ``played`` the rule whose scenario was played ("":
    all of them), ``culprit`` who failed in a bench error (pilote or kit, "" otherwise). ``on_word`` is True when the
    conclusion rests on what the product says or shows, which nothing received by the DMP confirms; ``absence`` when it
    concludes from something that did not happen.
    """

    key: str
    check: str
    scenario: str
    example: str
    role: str
    step: str
    outcome: Outcome
    expected: str
    observed: str
    hint: str
    needs: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    title: str = ""
    played: str = ""
    culprit: str = ""
    on_word: bool = False
    absence: bool = False


class SourceRef(Output):
    """A source of a rule, resolved: text to show, link, confidence level (A to D), draft or not."""

    text: str
    title: str
    title_en: str
    url: str
    level: str
    draft: bool


class RuleResult(Output):
    """One rule of the catalogue and what was found of it.

    ``blocking`` is bloque, a_surveiller or non; ``reason`` says why the verdict is what it is, in French; ``cause``
    names the refusal or failure that kept its checks from being reached ("" when they were); ``redo`` is the command
    that plays again what its verdict comes from ("" when nothing was played for it).
    """

    id: str
    revision: int
    text: str
    text_en: str
    note: str
    note_en: str
    sources: tuple[SourceRef, ...]
    aliases: tuple[str, ...]
    chapter: str
    chapter_title: str
    chapter_title_en: str
    gravite: str
    force: str
    porteur: str
    wave: str
    origin: str
    a_confirmer: bool
    verification: tuple[str, ...]
    blocking: str
    verdict: Outcome
    reason: str
    cause: str
    redo: str
    attestations: tuple[dict[str, Any], ...]
    scenarios: tuple[ScenarioRef, ...]
    checks: tuple[CheckResult, ...]


class AlertInfo(Output):
    """Something seen outside the rules: a refused handshake, a stray call, what the DMP put up with."""

    seq: int
    at: str
    kind: str
    message: str


class SelftestBeside(Output):
    """The self-test that a run was given. ``origin`` is local (made by this user on the machine of the run) or donne
    (a file, from anywhere); ``current`` whether it is of the very suite that judged; ``sha256`` names its file."""

    origin: str
    current: bool
    sha256: str
    info: SelftestInfo


class WaivedRefusal(Output):
    """One refusal that a diagnostic DMP noted and did not give. ``reason`` is that of the first exchange;
    ``exchanges`` their numbers in the journal; ``checks`` and ``rules`` the findings that rest on what came after it,
    which a real DMP would have kept from being reached."""

    code: str
    reason: str
    exchanges: tuple[int, ...]
    checks: tuple[str, ...]
    rules: tuple[str, ...]


class Results(Output):
    """Everything a report says. ``verdicts`` maps each bearer (produit, centre) to its run verdict;
    ``counts`` maps each bearer to the number of applicable rules by outcome; ``open_major`` counts open major points;
    ``waived`` lists the refusals of a diagnostic run, the one with the most findings behind it first;
    ``selftest`` is the one the run was given, None when there was none; ``journal_sha256`` is that of ``journal.jsonl``
    as it was judged, hexadecimal ("" from a kit that noted none).
    """

    schema: str = SCHEMA
    suite: Suite
    target: TargetInfo
    run: Run
    verdicts: dict[str, RunVerdict]
    exit_code: int
    counts: dict[str, dict[str, int]]
    open_major: dict[str, int]
    rules: tuple[RuleResult, ...]
    alerts: tuple[AlertInfo, ...]
    waived: tuple[WaivedRefusal, ...]
    selftest: SelftestBeside | None = None
    journal_sha256: str = ""

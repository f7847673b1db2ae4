"""What a readiness report shows, as plain data: computed by the notebook, laid out by every template.

Sentences are already in the report's language (``lang``); closed lists (outcomes, forces, bearers…) stay as keys that
the layout turns into labels.
"""

from dmp_imagerie.judge.results import AlertInfo, Evidence, RuleResult
from dmp_imagerie.model.plain import Plain
from dmp_imagerie.model.verdicts import Outcome, RunVerdict

MIME = "application/vnd.dmp-imagerie.aptitude+json"
"""Media type under which the notebook hands an ``Aptitude`` over to the layouts."""

PLATFORM = "dmp"
"""Bearer of the rules that the platform answers for: shown, never counted."""

WEAK_FORCES = ("projet_rem", "interpretation")
"""Authorities too weak to block by themselves: a draft, a reading."""


class Count(Plain):
    """How many rules came out so; ``share`` is the part they make of the whole, from 0 to 1."""

    outcome: Outcome
    n: int
    share: float


class Headline(Plain):
    """The verdict of one bearer (produit, centre), as it reads on paper."""

    bearer: str
    verdict: RunVerdict
    sentence: str
    details: tuple[str, ...]
    counts: tuple[Count, ...]


class Gap(Plain):
    """One open rule in short: its worst check, the scenario it was found in, and what to do again. ``more`` counts its
    other checks as bad."""

    id: str
    statement: str
    outcome: Outcome
    gravite: str
    porteur: str
    cautions: tuple[str, ...]
    scenario: str
    expected: str
    observed: str
    hint: str
    evidence: tuple[Evidence, ...]
    redo: str
    more: int


class Cause(Plain):
    """One failure that kept several rules from being reached."""

    sentence: str
    rules: tuple[str, ...]


class Notice(Plain):
    """Something said before everything else: a title, and what it means for the reader."""

    title: str
    text: str


class Waived(Plain):
    """A refusal that a diagnostic DMP noted and did not give, and the rules judged on what came after it."""

    code: str
    reason: str
    sentence: str
    rules: tuple[str, ...]


class Sheet(Plain):
    """One judged rule in full. ``cautions`` say why its authority is weak (draft, reading, to be confirmed), ``trust``
    what the self-test says of it ("" without one). ``on_word`` is True when it is conforme on the product's word: a
    check that tempts it concludes from what the product says or shows, which nothing at the DMP confirms."""

    statement: str
    cautions: tuple[str, ...]
    rule: RuleResult
    trust: str
    on_word: bool


class Line(Plain):
    """One rule that was not judged, in one line."""

    id: str
    statement: str
    gravite: str
    porteur: str
    cautions: tuple[str, ...]
    reason: str


class Chapter(Plain):
    """One chapter. ``counts`` are of its applicable rules, those of the platform left out; ``judged`` of
    ``total`` came to a conclusion."""

    key: str
    title: str
    total: int
    judged: int
    counts: tuple[Count, ...]
    sheets: tuple[Sheet, ...]
    uncovered: tuple[Line, ...]
    set_aside: tuple[Line, ...]


class TaskRule(Plain):
    """A rule that a task is about; ``detail`` says what it lacks ("" when the task says it all)."""

    id: str
    detail: str


class TaskChapter(Plain):
    """The rules of one chapter that a task is about."""

    title: str
    rules: tuple[TaskRule, ...]


class Task(Plain):
    """Something left to do before the report can say more: ``kind`` is rejouer, attester, accepter, montrer, filmer."""

    kind: str
    total: int
    chapters: tuple[TaskChapter, ...]


class Fact(Plain):
    """One circumstance of the run."""

    label: str
    values: tuple[str, ...]


class RuleTrust(Plain):
    """What a self-test says of one rule; ``sentence`` gives its numbers, ``checks`` one line for each check that can be
    red."""

    rule: str
    planted: int
    seen: int
    excluded: int
    sentence: str
    checks: tuple[str, ...]


class WeakList(Plain):
    """One way in which the suite is weak: ``items`` are rules, checks (rule/check) or defects, ``notes`` what is said
    beside some of them, by item."""

    key: str
    title: str
    lead: str
    items: tuple[str, ...]
    notes: dict[str, str]


class Trust(Plain):
    """What stands behind the checks of the report. ``sentence`` is said on the first page; the rest is empty unless
    ``proven``: a self-test of the very suite that judged was given."""

    proven: bool
    sentence: str
    lead: str
    facts: tuple[Fact, ...]
    rules: tuple[RuleTrust, ...]
    weak: tuple[WeakList, ...]


class Aptitude(Plain):
    """The whole report. ``warnings`` are said first and loudly: incomplete journal, diagnostic run.

    ``blocking``, ``watched`` and ``other`` hold the gaps, worst first: those that block, those whose rule rests on a
    draft, a reading or a source to be confirmed, and the remaining ones. ``trust`` is what the self-test says.
    """

    lang: str
    product: str
    version: str
    vendor: str
    date: str
    catalogue: str
    warnings: tuple[Notice, ...]
    headlines: tuple[Headline, ...]
    blocking: tuple[Gap, ...]
    watched: tuple[Gap, ...]
    other: tuple[Gap, ...]
    causes: tuple[Cause, ...]
    waived: tuple[Waived, ...]
    counts: tuple[Count, ...]
    chapters: tuple[Chapter, ...]
    tasks: tuple[Task, ...]
    limits: tuple[str, ...]
    trust: Trust
    circumstances: tuple[Fact, ...]
    alerts: tuple[AlertInfo, ...]

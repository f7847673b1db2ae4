"""What a self-test found: the values behind ``selftest.json``, of which a report carries all but the runs.

A self-test plants known defects in the reference connector, its DMP and its centre, and looks which checks see them.
It says how sensitive the suite is to *this* set of defects, on one machine; it is no probability of detection.
Source of the words: docs/decisions/0013-selftest.md.
"""

from enum import StrEnum

from dmp_imagerie.judge.output import Output
from dmp_imagerie.model.verdicts import Outcome

SCHEMA = "dmp-imagerie/selftest/1"


class Kind(StrEnum):
    """What a run of the self-test plays."""

    REFERENCE = "reference"
    CONTROL = "temoin"
    NULL = "nul"
    FAULT = "defaut"
    VARIANT = "variante"
    VARIANTS = "variantes"
    FAULT_AMONG_VARIANTS = "defaut_et_variantes"


class Way(StrEnum):
    """How a run was made: the suite really played, or requests of the reference's recording changed and judged."""

    PLAYED = "joue"
    REPLAYED = "rejoue"


class Cell(StrEnum):
    """What one run says of one rule.

    KILLED: the defect breaks the rule and a check of the rule is red. COLLATERAL: another rule is red. SURVIVED: the
    rule it breaks was concluded without red. UNPROVED: the rule was not concluded, so nothing is known. ACCUSED: a
    product without defect is red, or not conforme where the reference is. INTACT: as with the reference.
    """

    KILLED = "vu"
    COLLATERAL = "entraine"
    SURVIVED = "survecu"
    UNPROVED = "non_prouve"
    ACCUSED = "accuse"
    INTACT = "intact"
    NOT_PLAYED = "non_joue"


class Conclusion(StrEnum):
    """HELD: every defect was seen or has its written reason, nobody was accused, no null connector was green.
    VOID: the control defect was not seen, so that what was seen proves nothing."""

    HELD = "tenu"
    FAILED = "en_defaut"
    VOID = "nul"


EXIT_CODES = {Conclusion.HELD: 0, Conclusion.FAILED: 1, Conclusion.VOID: 3}


class RuleSeen(Output):
    """One rule in one run: its verdict, the names of its red checks, and why the verdict is what it is."""

    rule: str
    verdict: Outcome
    red: tuple[str, ...]
    reason: str


class PlayedRun(Output):
    """One run, as it was: what was played, and every rule that came out otherwise than with the reference.

    ``name`` is, for a product, what one types after ``--connector``. ``played`` are the rules with a finding; those
    that ``cells`` does not hold came out as with the reference, for which ``cells`` holds them all. ``expected`` is
    the verdict of the broken rule that shows the defect was seen, or "refuse" when the run must not even begin.
    ``problem`` says why a run did not take place ("" when it did), ``refused`` whether what was given was refused.
    """

    name: str
    kind: Kind
    way: Way
    breaks: str
    also: tuple[str, ...]
    expected: str
    played: tuple[str, ...]
    cells: tuple[RuleSeen, ...]
    problem: str
    refused: bool
    duration_s: float


class CheckAsked(Output):
    """A check asked of a rule with the reference. ``roles`` are temoin (control), tentation, invariant."""

    rule: str
    check: str
    roles: tuple[str, ...]


class Sighting(Output):
    """What became of a defect in one way of making the run; ``checks`` are the red checks of the rule it breaks."""

    way: Way
    cell: Cell
    checks: tuple[str, ...]


class Planted(Output):
    """One defect: the rule it breaks, what the run says of that rule, and what it reddened besides.

    ``run`` is the name of its run: for a defect of the product, what one types after ``--connector``. ``checks`` are
    the red checks of the rule it breaks, or how it was seen otherwise (a file refused, a rule left open). ``why`` says
    why it was not seen ("" when it was), ``reason`` is the written reason why it need not be ("" when there is none).
    ``stray`` are the rules it reddened without announcing it, ``missed`` those it announced and left unreddened.
    """

    name: str
    run: str
    breaks: str
    also: tuple[str, ...]
    family: str
    doc: str
    seen_in: str
    cell: Cell
    checks: tuple[str, ...]
    sightings: tuple[Sighting, ...]
    why: str
    reason: str
    stray: tuple[str, ...]
    missed: tuple[str, ...]


class Accusation(Output):
    """A product that breaks nothing, and the rule that says otherwise."""

    name: str
    rule: str
    verdict: Outcome
    red: tuple[str, ...]


class CheckSensitivity(Output):
    """A check of one rule: the defects it saw, and those that no other check of the rule saw."""

    check: str
    roles: tuple[str, ...]
    faults: tuple[str, ...]
    alone: tuple[str, ...]


class RuleSensitivity(Output):
    """A rule that has checks: the defects aimed at it (``excluded`` ones apart), those seen, and its checks."""

    rule: str
    planted: tuple[str, ...]
    seen: tuple[str, ...]
    excluded: tuple[str, ...]
    checks: tuple[CheckSensitivity, ...]


class Totals(Output):
    """``seen`` of ``planted`` defects, ``excluded`` ones apart, and ``mixed_seen`` of the ``mixed`` ones played among
    variants; ``accused`` of the ``honest`` products (the reference, variants alone and in packs); ``nulls_green`` of
    the ``nulls``; ``checks_red`` of the ``checks``, those asked in controls only left out."""

    planted: int
    seen: int
    excluded: int
    survived: int
    unproved: int
    mixed: int
    mixed_seen: int
    honest: int
    accused: int
    nulls: int
    nulls_green: int
    checks: int
    checks_red: int


class Weak(Output):
    """Where the suite is weak, what calls for work first; each list in the order of the catalogue. Checks are written
    ``rule/check``.

    ``stray``: defects that redden a rule they do not announce. ``never_asked``: checks of the kit that no scenario
    asks. ``one_fault``: rules that a single defect was seen to
    break. ``one_check``: rules of which a single check ever saw a defect. ``redundant_only``: rules of which every
    defect was seen by several checks, so that none is shown to be needed. ``redundant_checks``: checks that saw nothing
    another check of the rule did not see. ``invariant_only``: rules without scenario, watched by an invariant.
    """

    survivors: tuple[str, ...]
    unproved: tuple[str, ...]
    excluded: tuple[str, ...]
    stray: tuple[str, ...]
    never_red: tuple[str, ...]
    never_asked: tuple[str, ...]
    without_fault: tuple[str, ...]
    one_fault: tuple[str, ...]
    one_check: tuple[str, ...]
    redundant_only: tuple[str, ...]
    redundant_checks: tuple[str, ...]
    invariant_only: tuple[str, ...]
    uncovered: tuple[str, ...]
    to_confirm: tuple[str, ...]


class KitTested(Output):
    """What was tested: version of the kit, digest of its catalogue, digest of what judges (features, steps, code)."""

    version: str
    catalogue: str
    suite: str


class Machine(Output):
    """Where: operating system, Python, cores. No name of a machine or of a person."""

    system: str
    python: str
    cores: int


class SelftestInfo(Output):
    """All that a report carries of a self-test. ``date`` is ISO 8601 UTC; ``whole`` is False when a part only was
    asked for. ``mixed`` are defects played among variants, ``accused`` honest products said to break a rule, ``fooled``
    null connectors for which a rule is green."""

    kit: KitTested
    machine: Machine
    date: str
    duration_s: float
    seed: int
    whole: bool
    conclusion: Conclusion
    totals: Totals
    control: Planted
    planted: tuple[Planted, ...]
    mixed: tuple[Planted, ...]
    accused: tuple[Accusation, ...]
    fooled: tuple[Accusation, ...]
    rules: tuple[RuleSensitivity, ...]
    weak: Weak


class Selftest(Output):
    """The content of ``selftest.json``: what was found, and every run and check it was drawn from."""

    schema: str = SCHEMA
    info: SelftestInfo
    checks: tuple[CheckAsked, ...]
    runs: tuple[PlayedRun, ...]

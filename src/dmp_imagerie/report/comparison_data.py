"""One run read several ways, side by side: the values behind ``lectures.json``, whose schema is published.

Computed by ``proof.compare``, laid out by ``report.comparison``. Cells stand in the order of ``columns``.
"""

from typing import Any, Literal

from dmp_imagerie.judge.output import Output
from dmp_imagerie.judge.results import Run, Suite, TargetInfo
from dmp_imagerie.model.verdicts import Outcome, RunVerdict

SCHEMA = "dmp-imagerie/lectures/1"
SCHEMA_ID = "urn:dmp-imagerie:lectures:1"


Kind = Literal["politique", "profil"]


class Change(Output):
    """One option that a reading changes: of the policy or of the profile, the run's own value and the reading's."""

    kind: Kind
    option: str
    own: Any
    value: Any


class Column(Output):
    """One reading: what it changes from the run's own (nothing for the run's own), and the verdict of each bearer."""

    name: str
    changes: tuple[Change, ...]
    policy: dict[str, Any]
    profile: dict[str, Any]
    verdicts: dict[str, RunVerdict]
    exit_code: int


class RuleCell(Output):
    """A rule under one reading."""

    verdict: Outcome
    reason: str


class CheckCell(Output):
    """A check under one reading; no outcome when that reading does not have it."""

    outcome: Outcome | None
    observed: str


class CheckRow(Output):
    """A check that at least one reading judges otherwise."""

    key: str
    check: str
    scenario: str
    example: str
    step: str
    cells: tuple[CheckCell, ...]


class Cause(Output):
    """What makes one reading differ on a rule: without any one of these changes it would not be judged so."""

    reading: str
    changes: tuple[Change, ...]


class RuleRow(Output):
    """A rule whose verdict differs. ``blocking`` is bloque, a_surveiller or non."""

    id: str
    revision: int
    text: str
    text_en: str
    gravite: str
    porteur: str
    blocking: str
    cells: tuple[RuleCell, ...]
    checks: tuple[CheckRow, ...]
    causes: tuple[Cause, ...]


class Comparison(Output):
    """Every reading of one run, the run's own first. ``same_verdict`` names the rules of which some check is judged
    otherwise and the verdict is the same in all."""

    schema: str = SCHEMA
    suite: Suite
    target: TargetInfo
    run: Run
    columns: tuple[Column, ...]
    rules: tuple[RuleRow, ...]
    same_verdict: tuple[str, ...]

"""Who is played on what: every defect where it must be seen, and enough elsewhere to see what else it reddens."""

import hashlib
from collections.abc import Sequence
from itertools import groupby

from dmp_imagerie.judge.selftest import Cell, PlayedRun
from dmp_imagerie.proof.selftest.classify import DEFECTIVE, Yardstick, classify
from dmp_imagerie.proof.selftest.subjects import Subject

STRANGERS = 1
"""Rules it does not break that a defect is played on, drawn for each one."""


def rules_for(subject: Subject, covered: Sequence[str], seed: int) -> tuple[str, ...]:
    """Return the rules to play ``subject`` on: () for the whole suite.

    A defect that need not be played on the whole suite is played on the rules it breaks and on a few others; on one
    rule of each chapter when no scenario is about the rule it breaks. So is a variant alone, which a pack plays on the
    whole suite. What is not played is said so in the matrix, and is not green.
    """
    if subject.whole:
        return ()

    def lot(rule: str) -> bytes:
        """What ``rule`` draws: that of one rule does not depend on which others there are."""
        return hashlib.sha256(f"{seed}/{subject.name}/{rule}".encode()).digest()

    if subject.breaks not in covered:
        of_each_chapter = {min(rules, key=lot) for _, rules in groupby(covered, key=_chapter)}
        return tuple(rule for rule in covered if rule in of_each_chapter or rule in subject.shown_in)
    broken = {subject.breaks, *subject.also}
    drawn = sorted((rule for rule in covered if rule not in broken), key=lot)[:STRANGERS]
    return tuple(rule for rule in covered if rule in broken or rule in drawn)


def must_be_played(subject: Subject, replayed: PlayedRun, yardstick: Yardstick) -> bool:
    """Whether what a changed recording says of ``subject`` is not enough: it could not be made, it misses a defect, or
    the defect is the first of its family."""
    return bool(replayed.problem) or subject.whole or is_missed(replayed, yardstick)


def is_missed(run: PlayedRun, yardstick: Yardstick) -> bool:
    """Whether ``run`` plays a defect and does not show it."""
    return run.kind in DEFECTIVE and classify(run, run.breaks, yardstick) is not Cell.KILLED


def _chapter(rule: str) -> str:
    return rule.split("-")[1]

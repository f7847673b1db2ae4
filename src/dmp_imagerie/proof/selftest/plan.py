"""Who is played on what: every defect where it must be seen, and enough elsewhere to see what else it reddens."""

import hashlib
from collections.abc import Sequence
from itertools import groupby

from dmp_imagerie.judge.selftest import Cell, PlayedRun
from dmp_imagerie.proof.selftest.classify import DEFECTIVE, Yardstick, classify
from dmp_imagerie.proof.selftest.subjects import Subject

STRANGERS = 1
"""Rules it does not break that a defect is played on, drawn for each one."""
CHAPTERS = 2
"""Chapters of which one rule is drawn, for what no rule with scenarios is about."""


def rules_for(subject: Subject, covered: Sequence[str], seed: int) -> tuple[str, ...]:
    """Return the rules to play ``subject`` on: () for the whole suite.

    A defect is played on the rules it breaks, or that show it when no scenario is about these, and on another one, the
    first of its family on one of every chapter. One that this does not show is played on the whole suite afterwards. A
    variant alone is played on one rule of a few chapters: a pack plays it on the whole suite. What is not played is
    said so in the matrix, and is not green.
    """
    if subject.whole:
        return ()

    def lot(rule: str) -> bytes:
        """What ``rule`` draws: that of one rule does not depend on which others there are."""
        return hashlib.sha256(f"{seed}/{subject.name}/{rule}".encode()).digest()

    aimed = {subject.breaks, *subject.also} if subject.breaks in covered else {*subject.shown_in}
    if subject.wide or not aimed.intersection(covered):
        chapters = sorted((min(rules, key=lot) for _, rules in groupby(covered, key=_chapter)), key=lot)
        drawn = chapters if subject.wide else chapters[:CHAPTERS]
    else:
        drawn = sorted((rule for rule in covered if rule not in aimed), key=lot)[:STRANGERS]
    return tuple(rule for rule in covered if rule in aimed or rule in drawn)


def must_be_played(subject: Subject, replayed: PlayedRun, yardstick: Yardstick) -> bool:
    """Whether what a changed recording says of ``subject`` is not enough: it could not be made, it misses a defect, or
    the defect is the first of its family."""
    return bool(replayed.problem) or subject.wide or is_missed(replayed, yardstick)


def is_missed(run: PlayedRun, yardstick: Yardstick) -> bool:
    """Whether ``run`` plays a defect and does not show it."""
    return run.kind in DEFECTIVE and classify(run, run.breaks, yardstick) is not Cell.KILLED


def _chapter(rule: str) -> str:
    return rule.split("-")[1]

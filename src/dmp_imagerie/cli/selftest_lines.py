"""What a self-test shows in a terminal: where it is, then one line for each rule, then what it comes to."""

from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

import click

from dmp_imagerie.cli.language import said, tell
from dmp_imagerie.judge.selftest import Cell, PlayedRun, SelftestInfo
from dmp_imagerie.report.trust import facts, rule_trust
from dmp_imagerie.report.wording import wording

EVERY = 20
"""Runs between two lines, where lines cannot be written over."""


class Counter:
    """Counts the runs, on one line of a terminal, or one line in twenty elsewhere."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._done = 0

    def ran(self, run: PlayedRun, left: int) -> None:
        """Show where the self-test is."""
        self._done += 1
        line = said(f"  autotest : {self._done} passages faits, {left} à faire")
        if self._stream.isatty():
            self._stream.write(f"\r{line} · {run.name[:60]:<60}" + ("\n" if not left else ""))
        elif self._done == 1 or self._done % EVERY == 0 or not left:
            self._stream.write(f"{line}\n")
        self._stream.flush()


def print_table(info: SelftestInfo, lang: str) -> None:
    """Print, for each rule, the defects planted, those seen, and the checks that saw them."""
    say = wording(lang)
    columns = f"{said('règle'):<12} {said('plantés'):>7} {said('vus'):>4} {said('écartés'):>8}"
    click.echo(f"{columns}  {said('contrôles : défauts que chacun a vus')}")
    for rule in info.rules:
        told = rule_trust(rule, say)
        click.echo(f"{rule.rule:<12} {told.planted:>7} {told.seen:>4} {told.excluded:>8}  {' · '.join(told.checks)}")
    for fault in info.planted:
        if fault.cell is not Cell.KILLED:
            cell = say.label("cell", fault.cell).upper()
            click.echo(f"{cell} : {fault.name} ({fault.breaks}) : {said(fault.doc)} {said(fault.reason or fault.why)}")
    for fault in info.planted:
        if fault.stray:
            tell(f"ROUGIT SANS L'ANNONCER : {fault.name} ({fault.breaks}) : {', '.join(fault.stray)}")
    for fault in info.mixed:
        if fault.cell is not Cell.KILLED:
            tell(f"ÉCHAPPE parmi des variantes : {fault.run} ({fault.breaks}) : {fault.why}")
    for accusation in info.accused:
        tell(f"ACCUSÉ À TORT : {accusation.name} : {accusation.rule} {accusation.verdict} {accusation.red}")
    for accusation in info.fooled:
        tell(f"CONFORME SANS RIEN FAIRE : {accusation.name} : {accusation.rule}")


def print_conclusion(info: SelftestInfo, files: Mapping[str, Path], kept: Path | None, lang: str) -> None:
    """Print the totals, where the files are, and whether runs to come will cite this self-test."""
    click.echo("")
    say = wording(lang)
    for fact in facts(info, say):
        click.echo(say("pair", name=fact.label, value=" ".join(fact.values)))
    for name, path in files.items():
        click.echo(f"{name:>15} : {path}")
    tell("Gardé : les passages de cette version du kit le citeront." if kept else "Partiel ou nul : non gardé.")


def print_subjects() -> None:
    """Print every fault and variant that can be asked for: what one types, the rule it breaks, what it does."""
    from dmp_imagerie.proof.selftest.subjects import every_subject

    for subject in every_subject(0, 0):
        if len(subject.parts) == 1:
            click.echo(f"{subject.name:<52} {subject.breaks or '—':<12} {said(subject.doc)}")

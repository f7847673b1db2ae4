"""Runs a self-test: plants everything, in as many processes as there are cores, and gathers what was seen.

The same seed gives the same cells, whatever the order in which the processes end. An interruption leaves nothing.
"""

import multiprocessing
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from dmp_imagerie import __version__
from dmp_imagerie.catalogue.load import load_catalogue
from dmp_imagerie.catalogue.suite import suite_digest
from dmp_imagerie.judge.selftest import Kind, KitTested, PlayedRun, Selftest, SelftestInfo
from dmp_imagerie.model.clock import iso
from dmp_imagerie.model.network import has_room_for_sockets
from dmp_imagerie.proof.selftest import work
from dmp_imagerie.proof.selftest.choice import Choice
from dmp_imagerie.proof.selftest.classify import Yardstick, accusations, fooled
from dmp_imagerie.proof.selftest.errors import SelftestError
from dmp_imagerie.proof.selftest.kept import this_machine
from dmp_imagerie.proof.selftest.plan import is_missed, must_be_played, rules_for
from dmp_imagerie.proof.selftest.reasons import load_reasons
from dmp_imagerie.proof.selftest.subjects import Subject, alone
from dmp_imagerie.proof.selftest.summary import Harvest, conclusion, planted, sensitivities, totals
from dmp_imagerie.proof.selftest.weak import weaknesses
from dmp_imagerie.proof.selftest.work import Task


class Watcher(Protocol):
    """Told how the self-test goes."""

    def ran(self, run: PlayedRun, left: int) -> None:
        """One run ended; ``left`` are known to remain."""


class Silent:
    """Shows nothing."""

    def ran(self, run: PlayedRun, left: int) -> None: ...


def run_selftest(choice: Choice, watcher: Watcher | None = None) -> Selftest:
    """Play everything and return what was found.

    Raises:
        SelftestError: a worker died.
        ConfigError, SuiteError: the suite itself is at fault.
        KeyboardInterrupt: stopped; nothing is left behind.
    """
    started, now = time.monotonic(), datetime.now(UTC)
    with tempfile.TemporaryDirectory(prefix="dmp-autotest-") as folder, _workers(choice.workers, folder) as pool:
        harvest = _harvest(pool, choice, Path(folder), watcher or Silent())
    return _told(harvest, choice, iso(now), time.monotonic() - started)


def _harvest(pool: ProcessPoolExecutor, choice: Choice, folder: Path, watcher: Watcher) -> Harvest:
    others = [subject for subject in choice.subjects if subject.kind is not Kind.REFERENCE]
    recording = folder / "reference"
    first = pool.submit(work.play_reference, choice.seed, recording)
    # The whole suite needs no yardstick to be played: the other cores begin with it.
    whole = sorted((subject for subject in others if subject.whole), key=lambda subject: not subject.slow)
    ahead = {pool.submit(work.perform, task, choice.seed): task for task in map(Task, whole)}
    reference = first.result()
    watcher.ran(reference.run, len(others))
    yardstick = Yardstick(reference.run)
    left = [subject for subject in others if not subject.whole]
    runs = [reference.run, *_played(pool, ahead, left, choice.seed, recording, yardstick, watcher)]
    rank = {subject.name: number for number, subject in enumerate(choice.subjects)}
    return Harvest(
        subjects=choice.subjects,
        runs=sorted(runs, key=lambda run: (rank[run.name], run.way)),
        yardstick=yardstick,
        checks=reference.checks,
        never_asked=reference.never_asked,
        reasons=load_reasons().defauts,
    )


def _played(
    pool: ProcessPoolExecutor,
    pending: dict[Future[PlayedRun], Task],
    subjects: Sequence[Subject],
    seed: int,
    recording: Path,
    yardstick: Yardstick,
    watcher: Watcher,
) -> Iterator[PlayedRun]:
    """Every run ``pending`` and of ``subjects``, as they end: a changed recording before what it may spare."""

    def live(subject: Subject) -> Task:
        return Task(subject, rules_for(subject, yardstick.rules, seed))

    def next_of(task: Task, run: PlayedRun) -> list[Task]:
        if task.recording:
            return [live(task.subject)] if must_be_played(task.subject, run, yardstick) else []
        if task.rules and is_missed(run, yardstick):
            return [Task(task.subject)]
        if task.subject.kind is Kind.VARIANTS and accusations([run], yardstick):
            return [Task(alone(name)) for name in task.subject.parts]
        return []

    def replayed(subject: Subject) -> Task:
        """Breadth costs little on a recording: a defect is looked for everywhere."""
        return Task(subject, () if subject.breaks else rules_for(subject, yardstick.rules, seed), recording)

    tasks = [replayed(subject) if subject.rewrites else live(subject) for subject in subjects]
    tasks.sort(key=lambda task: (not task.subject.slow, task.recording is None))
    pending |= {pool.submit(work.perform, task, seed): task for task in tasks}
    while pending:
        done, _ = wait(pending, return_when=FIRST_COMPLETED)
        for future in done:
            task, run = pending.pop(future), yardstick.reduced(future.result())
            yield run
            following = next_of(task, run)
            pending |= {pool.submit(work.perform, task, seed): task for task in following}
            watcher.ran(run, len(pending))


@contextmanager
def _workers(count: int, folder: str) -> Iterator[ProcessPoolExecutor]:
    """Open the processes, which write under ``folder`` only; leave none behind, whatever happens."""
    others = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(
        max_workers=count or (os.cpu_count() or 1) + 1,  # some products make the bench wait, which costs no core
        mp_context=multiprocessing.get_context(start_method()),
        initializer=work.prepare,
        initargs=(folder,),
    )
    try:
        yield pool
    except KeyboardInterrupt:
        for process in set(multiprocessing.active_children()) - others:
            process.terminate()
        raise
    except BrokenProcessPool as error:
        raise SelftestError("un processus de l'autotest s'est arrêté net : relancez, avec plus de mémoire") from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def start_method() -> str:
    """One server that imports the kit once and forks, or a new Python each time where it cannot listen."""
    possible = "forkserver" in multiprocessing.get_all_start_methods()
    room = has_room_for_sockets(tempfile.gettempdir(), len("/pymp-12345678/listener-12345678"))
    return "forkserver" if possible and room else "spawn"


def _told(harvest: Harvest, choice: Choice, date: str, duration_s: float) -> Selftest:
    catalogue = load_catalogue()
    faults = [planted(harvest, subject) for subject in harvest.of_kind(Kind.FAULT)]
    mixed = [planted(harvest, subject) for subject in harvest.of_kind(Kind.FAULT_AMONG_VARIANTS)]
    (control,) = (planted(harvest, subject) for subject in harvest.of_kind(Kind.CONTROL))
    rules = sensitivities(harvest, faults)
    accused, tricked = accusations(harvest.runs, harvest.yardstick), fooled(harvest.runs)
    counted = totals(harvest, faults, mixed, rules, accused, tricked)
    info = SelftestInfo(
        kit=KitTested(version=__version__, catalogue=catalogue.digest, suite=suite_digest()),
        machine=this_machine(),
        date=date,
        duration_s=round(duration_s, 1),
        seed=choice.seed,
        whole=choice.whole,
        conclusion=conclusion(control, counted),
        totals=counted,
        control=control,
        planted=tuple(faults),
        mixed=tuple(mixed),
        accused=accused,
        fooled=tricked,
        rules=rules,
        weak=weaknesses(catalogue, faults, rules, harvest.never_asked),
    )
    return Selftest(info=info, checks=tuple(harvest.checks), runs=tuple(harvest.runs))

"""One worker plays many products: the last is found what it is alone, and the same seed finds the same."""

import multiprocessing
import tempfile
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor

import msgspec

from dmp_imagerie.judge.selftest import PlayedRun, Selftest
from dmp_imagerie.proof.selftest.choice import choose
from dmp_imagerie.proof.selftest.engine import run_selftest, start_method
from dmp_imagerie.proof.selftest.subjects import Subject, every_subject
from dmp_imagerie.proof.selftest.work import Task, perform, prepare

SEED = 1
OTHERS = 30
PROBED = ("DMP-INS-01", "DMP-CON-01", "DMP-HAB-01")
"""Rules whose products are watched: feeding, agreement, copies kept on a desk."""


def in_one_worker(tasks: Iterable[Task]) -> list[PlayedRun]:
    """The runs of these tasks, one after the other in a single process."""
    context = multiprocessing.get_context(start_method())
    with ProcessPoolExecutor(1, mp_context=context, initializer=prepare, initargs=(tempfile.gettempdir(),)) as worker:
        return [worker.submit(perform, task, SEED).result() for task in tasks]


def first_that_breaks(rule: str, subjects: Iterable[Subject]) -> Subject:
    return next(subject for subject in subjects if subject.breaks == rule)


def test_a_run_is_the_same_alone_and_after_thirty_others() -> None:
    subjects = [subject for subject in every_subject(SEED, 0) if not subject.slow]
    watched = [Task(first_that_breaks(rule, subjects), PROBED) for rule in PROBED]
    names = {task.subject.name for task in watched}
    others = [subject for subject in subjects if subject.name not in names][:: max(1, len(subjects) // OTHERS - 1)]
    before = [Task(subject, ("DMP-INS-18",)) for subject in others[:OTHERS]]
    assert len(before) == OTHERS
    after = in_one_worker([*before, *watched])[-len(watched) :]
    assert timeless(after) == timeless(in_one_worker(watched))


def test_the_same_seed_finds_the_same_alone_or_among_all_whatever_the_number_of_processes(selftest: Selftest) -> None:
    names = ("envoie-sans-qualification", "vihf-non-signe", "hachage-en-majuscules", "objets-a-rebours")
    few = run_selftest(choose(SEED, names, workers=1)).runs
    wanted = {run.name for run in few}
    assert {name for name in wanted if ":" in name} >= {f"faulty:{name}" for name in names[:2]}
    assert timeless(few) == timeless(run for run in selftest.runs if run.name in wanted)


def timeless(runs: Iterable[PlayedRun]) -> dict[tuple[str, str], PlayedRun]:
    """The runs by name and way, without what the clock says: how long they took, how often a product tried again."""
    return {
        (run.name, run.way): msgspec.structs.replace(
            run, duration_s=0.0, cells=tuple(msgspec.structs.replace(cell, reason="") for cell in run.cells)
        )
        for run in runs
    }

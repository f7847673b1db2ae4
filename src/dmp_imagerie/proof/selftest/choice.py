"""What is asked of a self-test, from the words of a command line to its subjects."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from dmp_imagerie.catalogue.load import load_catalogue
from dmp_imagerie.judge.selftest import Kind
from dmp_imagerie.proof.selftest.errors import ChoiceError
from dmp_imagerie.proof.selftest.subjects import Subject, every_subject

MIXTURES = 8
"""Products with one fault among variants that a whole self-test draws."""
ALWAYS = frozenset({Kind.REFERENCE, Kind.CONTROL})
QUICK = ALWAYS | {Kind.NULL, Kind.FAULT}


@dataclass(frozen=True, slots=True)
class Choice:
    """What is asked: the subjects, the seed of the patients and of the draws, whether they are all there is, and how
    many processes to use (0: one more than there are cores)."""

    subjects: Sequence[Subject]
    seed: int
    whole: bool = True
    workers: int = 0


def choose(seed: int, only: Iterable[str] = (), *, quick: bool = False, workers: int = 0) -> Choice:
    """Return the self-test asked for.

    Args:
        seed: of the patients and of the draws.
        only: names of defects or variants, ids or aliases of rules that defects break; all when empty.
        quick: leave variants and mixtures out, and play each defect on its own rules only.
        workers: processes.

    Raises:
        ChoiceError: a name that nothing bears.
    """
    everything = every_subject(seed, MIXTURES)
    subjects = _named(everything, tuple(only)) if only else everything
    if quick:
        kept = (subject for subject in subjects if subject.kind in QUICK)
        subjects = tuple(replace(s, wide=False) for s in kept)
    return Choice(subjects=subjects, seed=seed, whole=not only and not quick, workers=workers)


def _named(subjects: Sequence[Subject], names: Sequence[str]) -> tuple[Subject, ...]:
    alone = [subject for subject in subjects if len(subject.parts) == 1]
    catalogue = load_catalogue()
    wanted: set[str] = set()
    for name in names:
        rules = {rule.id for rule in catalogue.find(name)}
        found = {subject.name for subject in alone if name in subject.parts or subject.breaks in rules}
        if not found:
            raise ChoiceError(_unknown(name, alone))
        wanted |= found
    return tuple(subject for subject in subjects if subject.kind in ALWAYS or subject.name in wanted)


def _unknown(name: str, subjects: Iterable[Subject]) -> str:
    known = [*(subject.parts[0] for subject in subjects), *(s.breaks for s in subjects if s.breaks)]
    near = get_close_matches(name, known, n=1)
    hint = f" Vouliez-vous dire « {near[0]} » ?" if near else ""
    return f"« {name} » n'est ni un défaut, ni une variante, ni une règle qu'un défaut casse.{hint}"

"""Judges a finished run again from its journal alone: no pytest, no network, the same verdicts."""

from pathlib import Path

import msgspec

from dmp_imagerie.catalogue.policy import Policy
from dmp_imagerie.catalogue.profile import Profile
from dmp_imagerie.catalogue.rules import Catalogue
from dmp_imagerie.journal.reader import read_journal
from dmp_imagerie.journal.view import JOURNAL
from dmp_imagerie.judge.fold import fold
from dmp_imagerie.judge.results import Results
from dmp_imagerie.model.verdicts import Outcome
from dmp_imagerie.proof.intact import journal_digest
from dmp_imagerie.proof.reference import REFERENCE_DIR
from dmp_imagerie.proof.selftest.beside import beside


class Evidence:
    """The journal of a run, beside the reference's when the run kept one: read once, judged as often as wanted.

    Raises JournalError when made from a folder without a readable journal.
    """

    def __init__(self, run_dir: Path) -> None:
        twin = run_dir / REFERENCE_DIR
        self._run_dir = run_dir
        self.journal = read_journal(run_dir)
        self._reference = read_journal(twin) if (twin / JOURNAL).is_file() else None

    def judged(self, catalogue: Catalogue, *, policy: Policy | None = None, profile: Profile | None = None) -> Results:
        """Judge it; ``policy`` and ``profile`` replace those of the run. Raises JournalError."""
        results = fold(self.journal, catalogue, policy=policy, profile=profile, reference=self._reference)
        return msgspec.structs.replace(
            results, selftest=beside(self._run_dir, self.journal), journal_sha256=journal_digest(self._run_dir)
        )


def replay(run_dir: Path, catalogue: Catalogue, *, policy: Policy | None = None) -> Results:
    """Judge ``run_dir/journal.jsonl``; ``policy`` replaces that of the run. Raises JournalError."""
    return Evidence(run_dir).judged(catalogue, policy=policy)


def differences(before: Results, after: Results) -> tuple[tuple[str, Outcome | None, Outcome | None], ...]:
    """Return (key, before, after) for every rule and every check judged otherwise; () when all is the same."""
    old, new = _outcomes(before), _outcomes(after)
    keys = [*old, *(key for key in new if key not in old)]
    return tuple((key, old.get(key), new.get(key)) for key in keys if old.get(key) != new.get(key))


def _outcomes(results: Results) -> dict[str, Outcome]:
    found = {rule.id: rule.verdict for rule in results.rules}
    return found | {check.key: check.outcome for rule in results.rules for check in rule.checks}

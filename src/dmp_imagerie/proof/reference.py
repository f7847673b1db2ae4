"""Plays the rules a product failed with the reference connector, in the same environment.

A check that the reference fails too says something of the kit or of the machine, not of the product.
"""

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from dmp_imagerie.journal.reader import read_journal
from dmp_imagerie.judge.results import Results
from dmp_imagerie.model.verdicts import Outcome
from dmp_imagerie.runner.config import RunConfig

REFERENCE = "reference"
REFERENCE_DIR = "temoin-reference"
TIMEOUT_S = 300


class ReferenceRunError(Exception):
    """The reference run could not take place."""


def red_rules(results: Results) -> tuple[str, ...]:
    """Return the rules with at least one red check."""
    return tuple(
        rule.id for rule in results.rules if any(check.outcome is Outcome.NON_CONFORME for check in rule.checks)
    )


def play_reference(config: RunConfig, transport: str, rules: Iterable[str]) -> Path:
    """Play ``rules`` with the reference connector, same route, transport, seed and documents; return its run folder.

    In a process of its own: pytest-bdd keeps features in a global of the module. Raises ReferenceRunError.
    """
    out = config.out / REFERENCE_DIR
    connector = f"{REFERENCE}:{read_journal(config.out).header.profile.get('voie', 'directe')}"
    command = [
        *(sys.executable, "-m", "dmp_imagerie", "run", "--connector", connector, "--transport", transport),
        *("--seed", str(config.seed), "--out", str(out), "--formats", "json", "--quiet"),
        *(word for rule in rules for word in ("--rules", rule)),
        *(("--documents", str(config.documents)) if config.documents else ()),
        *(("--diagnostic",) if config.diagnostic else ()),
    ]
    try:
        done = subprocess.run(command, capture_output=True, timeout=TIMEOUT_S, check=False)  # noqa: S603 - our own
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ReferenceRunError(str(error)) from error
    if not (out / "journal.jsonl").is_file():
        raise ReferenceRunError(done.stderr.decode("utf-8", "replace").strip()[-500:])
    return out

"""Where self-tests are kept between commands, and which of them speaks of this very kit."""

import os
import platform
from pathlib import Path

import click

from dmp_imagerie import __version__
from dmp_imagerie.catalogue.suite import suite_digest
from dmp_imagerie.judge.selftest import Conclusion, Machine, Selftest, SelftestInfo
from dmp_imagerie.report.errors import ReportError
from dmp_imagerie.report.files import atomic_write
from dmp_imagerie.report.selftest_file import encode_selftest, read_selftest

KEPT = 5
"""Self-tests of other versions that stay: several environments of one user may take turns."""


def keep(selftest: Selftest) -> Path | None:
    """Keep ``selftest`` for the runs to come and return its file; None for one that is partial or void, which would
    say more than it showed. Raises OSError."""
    if not selftest.info.whole or selftest.info.conclusion is Conclusion.VOID:
        return None
    path = _file(selftest.info.kit.version, selftest.info.kit.suite)
    atomic_write(path, encode_selftest(selftest))
    by_age = sorted(path.parent.glob("*.json"), key=lambda file: file.stat().st_mtime, reverse=True)
    for old in by_age[KEPT:]:
        old.unlink(missing_ok=True)
    return path


def find_kept() -> Path | None:
    """Return the file of the self-test of this very kit, None when there is none that can be read."""
    path = _file(__version__, suite_digest())
    try:
        return path if is_current(read_selftest(path).info) else None
    except ReportError:
        return None


def is_current(info: SelftestInfo) -> bool:
    """Whether a self-test is of the kit that runs now: same version, same features, steps and code."""
    return (info.kit.version, info.kit.suite) == (__version__, suite_digest())


def this_machine() -> Machine:
    """Return the machine a self-test is made on, by what may change how it plays."""
    return Machine(system=platform.system(), python=platform.python_version(), cores=os.cpu_count() or 1)


def _file(version: str, suite: str) -> Path:
    """Name of the file in the user's own folder: DMP_IMAGERIE_HOME, or the system's place for application data."""
    home = os.environ.get("DMP_IMAGERIE_HOME") or click.get_app_dir("dmp-imagerie")
    return Path(home) / "autotests" / f"{version}-{suite[:16]}.json"

"""The self-test that a run cites: found or given before it, named in its journal, kept in its folder.

Promised to reports: what they say of a self-test is what the run was given, byte for byte, wherever they are made.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from dmp_imagerie.journal.view import Journal, JournalError
from dmp_imagerie.judge.results import SelftestBeside
from dmp_imagerie.proof.selftest.kept import find_kept, is_current, this_machine
from dmp_imagerie.report.errors import ReportError
from dmp_imagerie.report.selftest_file import FILE, decode_selftest
from dmp_imagerie.runner.config import ConfigError, RunConfig

OPTION = "autotest"
"""Where the header of a journal names it."""
LOCAL, GIVEN = "local", "donne"


@dataclass(frozen=True, slots=True)
class Brought:
    """A self-test found on this machine, or given: the content of its file, and where it comes from."""

    content: bytes
    origin: str

    @property
    def named(self) -> dict[str, str]:
        """How the journal names it."""
        return {"origine": self.origin, "sha256": _digest(self.content)}


def bring(given: Path | None) -> Brought | None:
    """Return the self-test to cite: ``given``, else the one this user keeps for this very kit, None without any. It is
    of this machine only if nobody gave it, and if this machine is like the one it was made on (homes are shared).

    Raises ConfigError: ``given`` cannot be read, or is partial.
    """
    path = given or find_kept()
    if path is None:
        return None
    try:
        content = path.read_bytes()
        info = decode_selftest(content, path).info
    except (OSError, ReportError) as error:
        raise ConfigError(f"--selftest : {error}") from error
    if not info.whole:
        raise ConfigError(f"--selftest {path} : autotest partiel (--only ou --quick), il en dirait trop")
    return Brought(content, LOCAL if given is None and info.machine == this_machine() else GIVEN)


def leave(brought: Brought | None, config: RunConfig) -> None:
    """Put the file of the self-test in the folder of the run. Raises OSError."""
    if brought:
        (config.out / FILE).write_bytes(brought.content)


def beside(run_dir: Path, journal: Journal) -> SelftestBeside | None:
    """Return the self-test that the journal of ``run_dir`` names; None when it names none, or when it is not there.

    Raises JournalError: the file is not the one the journal names.
    """
    named, path = journal.header.options.get(OPTION), run_dir / FILE
    if not isinstance(named, dict) or not path.is_file():
        return None
    content = path.read_bytes()
    if _digest(content) != named.get("sha256"):
        raise JournalError(f"{path} : ce n'est pas l'autotest que nomme le journal ; remettez-le, ou retirez-le")
    try:
        info = decode_selftest(content, path).info
    except ReportError as error:
        raise JournalError(str(error)) from error
    origin = GIVEN if named.get("origine") != LOCAL else LOCAL
    return SelftestBeside(origin=origin, current=is_current(info), sha256=_digest(content), info=info)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()

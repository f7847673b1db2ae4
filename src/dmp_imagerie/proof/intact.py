"""Whether the folder of a run is still the one the run wrote: its pieces, its journal, and the facts of its results.

Finds accidents (a file cut by a copy, line ends converted, a folder mixed with another), not forgers: nothing is
signed, and whoever changes the journal can change what ``results.json`` says of it.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from dmp_imagerie.journal.reader import read_journal
from dmp_imagerie.journal.view import JOURNAL, PIECES, Journal
from dmp_imagerie.judge.results import Results
from dmp_imagerie.model.events import Answered, Declared, Exchange, Header, Resumed
from dmp_imagerie.proof.reference import REFERENCE_DIR
from dmp_imagerie.report.errors import ReportError
from dmp_imagerie.report.results_file import read_results

RESULTS = "results.json"


def alterations(run_dir: Path) -> tuple[str, ...]:
    """Return one French sentence for each thing of ``run_dir`` that is no longer as it was written, () when all is.

    The reference's run beside is looked at too. Raises JournalError: a journal cannot be read.
    """
    folders = (run_dir, run_dir / REFERENCE_DIR)
    found = (_altered(folder) for folder in folders if folder == run_dir or (folder / JOURNAL).is_file())
    return tuple(sentence for sentences in found for sentence in sentences)


def journal_digest(run_dir: Path) -> str:
    """Return the SHA-256 of the journal of ``run_dir``, hexadecimal. Raises OSError."""
    return _digest(run_dir / JOURNAL)


def pieces_of(journal: Journal) -> frozenset[str]:
    """Return the digests of the pieces that the events of ``journal`` name."""
    bodies = [side.body for one in journal.all(Exchange) for side in (one.request, one.response)]
    screenshots = [answer.screenshot for answer in journal.all(Answered)]
    evidence = [declared.evidence for declared in journal.all(Declared)]
    return frozenset(filter(None, (*bodies, *screenshots, *evidence)))


def _altered(folder: Path) -> Iterator[str]:
    journal, kept = read_journal(folder), folder / RESULTS
    yield from _pieces(folder / PIECES, pieces_of(journal), cut=_was_cut(journal))
    try:
        results = read_results(kept)
    except ReportError:  # nothing to hold the journal against: absent, or of another version
        return
    for name, now, before in _facts(journal.header, results):
        if now != before:
            yield f"{name} : « {_written(now)} » dans le journal, « {_written(before)} » dans {kept}"
    if results.journal_sha256 and results.journal_sha256 != journal_digest(folder) and not _grown(results, journal):
        yield f"{folder / JOURNAL} : ce journal n'est plus celui dont {kept} garde l'empreinte"


def _was_cut(journal: Journal) -> bool:
    return not (journal.footer and journal.footer.complete) or bool(journal.all(Resumed))


def _pieces(folder: Path, named: frozenset[str], *, cut: bool) -> Iterator[str]:
    """What is wrong in ``folder``; a run that was ``cut`` may leave half a piece there, that no event names yet."""
    there = {path.name: path for path in sorted(folder.iterdir())} if folder.is_dir() else {}
    for name, path in there.items():
        try:
            digest = _digest(path)
        except OSError as error:
            yield f"{path} : pièce illisible ({error.strerror})"
            continue
        if digest == name:
            continue
        if name in named:
            yield f"{path} : pièce altérée, son contenu n'a plus l'empreinte qui la nomme"
        elif not cut:
            yield f"{path} : étranger au journal, et son nom n'est pas son empreinte"
    for name in sorted(named - there.keys()):
        yield f"{folder / name} : pièce absente, et le journal la nomme"


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _facts(header: Header, results: Results) -> Iterator[tuple[str, Any, Any]]:
    """What both tell of the run: its name, as the journal has it, as the results have it."""
    now, before, run = header.target, results.target, results.run
    yield from (
        ("produit", now.name, before.name),
        ("version du produit", now.version, before.version),
        ("éditeur", now.vendor, before.vendor),
        ("pilote", now.driver, before.driver),
        ("adresse du produit", now.outside, before.outside),
        ("version du kit", header.kit_version, results.suite.version),
        ("passage", header.run_id, run.id),
        ("début", header.wall, run.started),
        ("transport", header.transport, run.transport),
        ("graine", header.seed, run.seed),
        ("règles demandées", sorted(header.rules), sorted(run.selection)),
    )
    # A kit that knows one more key accuses nobody.
    for name, journal, kept in (
        ("profil", header.profile, before.profile),
        ("politique de lecture", header.policy, run.policy),
    ):
        yield from ((f"{name}, {key}", value, kept[key]) for key, value in journal.items() if key in kept)


def _written(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _grown(results: Results, journal: Journal) -> bool:
    """Whether a run that had been cut was taken up again since its last report: its journal is then longer."""
    return not results.run.complete and len(journal.all(Resumed)) > results.run.resumed

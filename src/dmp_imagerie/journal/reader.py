"""Reads a journal back, whole or cut short."""

import contextlib
from pathlib import Path

import msgspec

from dmp_imagerie.journal.view import JOURNAL, Journal, JournalError
from dmp_imagerie.model.events import SCHEMA, AnyEvent, Header


def read_journal(folder: Path) -> Journal:
    """Read ``folder/journal.jsonl``.

    A last line cut by a crash is left out; anything else that cannot be read raises JournalError with the line.
    """
    path = folder / JOURNAL
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise JournalError(
            f"{path} : journal illisible ({_why(folder, error)}). Indiquez le dossier d'une exécution, tel que « run » "
            "l'affiche."
        ) from error
    tail = lines.pop()
    decoder = msgspec.json.Decoder(AnyEvent)
    events: list[AnyEvent] = []
    for number, line in enumerate(lines, start=1):
        try:
            events.append(decoder.decode(line))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise JournalError(f"{path}, ligne {number} : {error}") from error
    with contextlib.suppress(msgspec.DecodeError):  # a run cut while writing leaves half a line: what precedes is whole
        events.extend([decoder.decode(tail)] if tail else [])
    if events and isinstance(events[0], Header) and events[0].schema != SCHEMA:
        raise JournalError(f"{path} : format {events[0].schema!r}, ce programme lit {SCHEMA!r}")
    return Journal(folder, events)


def _why(folder: Path, error: OSError) -> str:
    if not folder.exists():
        return "ce dossier n'existe pas"
    if not folder.is_dir():
        return "ce n'est pas un dossier"
    return "ce dossier n'a pas de journal" if isinstance(error, FileNotFoundError) else error.strerror or ""

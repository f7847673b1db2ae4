"""One sitting of a guided session: begun in a new folder, or taken up where another stopped.

Promises that a session goes on from its journal alone: what had ended is kept, a scenario that was cut is played again
from its beginning, and nobody else goes on with it meanwhile. Source: docs/decisions/0014-guided-resume.md.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import msgspec

from dmp_imagerie import __version__
from dmp_imagerie.catalogue.rules import Catalogue
from dmp_imagerie.endpoint.control import Control
from dmp_imagerie.journal.reader import read_journal
from dmp_imagerie.journal.view import Journal
from dmp_imagerie.model.events import State, World
from dmp_imagerie.model.values import AuthorisationStatus, DmpState, Patient
from dmp_imagerie.runner.config import ConfigError, RunConfig

SETTINGS = "seance.json"
CUT = "la séance s'est arrêtée net"
_BEYOND = 1 << 30  # a byte far past the end: on Windows what is locked cannot be read


class Sitting(msgspec.Struct, frozen=True):
    """What a sitting starts from; ``resumed`` says how the one before had stopped ("" when there was none)."""

    config: RunConfig
    resumed: str = ""


def take_up(folder: Path, catalogue: Catalogue) -> Sitting:
    """Return the sitting that goes on with the session of ``folder``.

    Raises ConfigError: no guided session there, already closed, or begun with another version of the kit or of the
    rules. Raises JournalError when its journal cannot be read.
    """
    config = msgspec.structs.replace(_settings(folder), out=folder)
    journal = read_journal(folder)
    header, footer = journal.header, journal.footer
    if footer is not None and footer.complete:
        raise ConfigError(f"{folder} : cette séance est close, son rapport est fait ; commencez-en une autre")
    if (header.kit_version, header.catalogue_digest) != (__version__, catalogue.digest):
        raise ConfigError(
            f"{folder} : séance commencée avec une autre version du kit ou des règles ({header.kit_version}) ; "
            "terminez-la avec cette version, ou recommencez-la"
        )
    return Sitting(config=config, resumed=footer.reason if footer else CUT)


def resumable(folder: Path) -> bool:
    """Whether ``folder`` holds a guided session that did not go to its end."""
    try:
        _settings(folder)
        footer = read_journal(folder).footer
    except Exception:  # noqa: BLE001 - whatever it is, it cannot be resumed
        return False
    return footer is None or not footer.complete


def restore(journal: Journal, control: Control) -> None:
    """Open again the DMPs that were open when last looked at, with the authorisations they held.

    What a product still sends of a scenario that is over must be received as it would have been, not turned away by a
    DMP that knows nobody. Documents are not put back: nothing more is asked of those patients.
    """
    patients = {(world.data.get("ins") or {}).get("value"): world for world in journal.all(World)}
    for ins, state in {state.subject: state for state in journal.all(State)}.items():
        if ins in patients and state.data["dmp"] == DmpState.OPEN:
            patient = msgspec.convert(patients[ins].data, Patient)
            control.open_dmp(patient, mon_espace_sante=bool(state.data["mon_espace_sante"]))
            for ps_id, status in state.data["authorisations"].items():
                control.set_authorisation(ins, ps_id, AuthorisationStatus(status))


@contextmanager
def alone(config: RunConfig) -> Iterator[None]:
    """Hold the session of ``config.out`` for this process only; its settings are written there the first time.

    Raises ConfigError when another process holds it.
    """
    path = config.out / SETTINGS
    if not path.is_file():
        path.write_bytes(msgspec.json.format(msgspec.json.encode(_portable(config), enc_hook=str)))
    with path.open("r+b") as file:
        try:
            _lock(file)
        except OSError:
            raise ConfigError(f"{config.out} : cette séance est déjà ouverte ailleurs ; fermez l'autre page") from None
        yield


def _portable(config: RunConfig) -> RunConfig:
    """The configuration, its paths whole: the next sitting may be started from elsewhere."""
    paths = {name: path.resolve() for name in ("documents", "declarations") if (path := getattr(config, name))}
    return msgspec.structs.replace(config, **paths)


def _settings(folder: Path) -> RunConfig:
    path = folder / SETTINGS
    try:
        return msgspec.json.decode(path.read_bytes(), type=RunConfig, dec_hook=_decoded)
    except OSError as error:
        raise ConfigError(f"{folder} : aucune séance guidée à reprendre ici ({SETTINGS} : {error.strerror})") from error
    except msgspec.DecodeError as error:
        raise ConfigError(f"{path} : illisible ({error}) ; la séance ne peut être reprise") from error


def _decoded(kind: type, value: Any) -> Any:
    return kind(value)


if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[bytes]) -> None:
        file.seek(_BEYOND)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

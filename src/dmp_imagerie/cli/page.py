"""``dmp-imagerie guide --page``: the guided session in a browser of this machine."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import uuid
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

from dmp_imagerie.catalogue.suite import find_suite
from dmp_imagerie.cli.language import spoken, tell
from dmp_imagerie.model.network import has_room_for_sockets
from dmp_imagerie.runner.config import LOOPBACK, ConfigError
from dmp_imagerie.runner.guided.page_settings import VARIABLE, PageSettings

NOTEBOOK = "seance_guidee.ipynb"


def serve_page(words: Sequence[str], *, browser: bool) -> int:
    """Serve the notebook with voila until Ctrl-C, on loopback, behind a token; return its exit code.

    ``words`` are the options sessions begin with. Raises ConfigError without the extra ``guide``.
    """
    require_extra()
    notebooks = find_suite() / "notebooks"
    port, token = _free_port(), secrets.token_urlsafe(24)
    command = [
        *(sys.executable, "-m", "voila", str(notebooks / NOTEBOOK), f"--port={port}"),
        f"--Voila.config_file_paths={notebooks / 'jupyter'}",  # what never changes lies in voila.json
        *(("--KernelManager.transport=ipc",) if _room() else ()),  # private sockets, no port
        *(() if browser else ("--no-browser",)),
    ]
    tell(f"Page de la séance : http://{LOOPBACK}:{port}/?token={token}\nCtrl-C pour arrêter.")
    sys.stdout.flush()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with subprocess.Popen(command, env=_environment(notebooks, words, token)) as voila:  # noqa: S603 - our own command
        try:
            return voila.wait()
        except KeyboardInterrupt:
            return 0
        finally:
            voila.terminate()  # it ends its kernels, and they their sessions


def require_extra() -> None:
    """Raise ConfigError when what the page needs is not installed."""
    missing = [name for name in ("ipywidgets", "voila") if find_spec(name) is None]
    if missing:
        raise ConfigError(
            f'--page demande {" et ".join(missing)} : pip install "dmp-imagerie[guide]" ; sans eux, la même séance se '
            "tient au terminal (sans --page)"
        )


def _environment(notebooks: Path, words: Sequence[str], token: str) -> Mapping[str, str]:
    """This process's environment, the page's settings, and our own template and kernel before any other."""
    settings = PageSettings(folder=str(Path.cwd()), words=tuple(words), lang=spoken()).encode()
    paths = os.pathsep.join(filter(None, (str(notebooks / "jupyter"), os.environ.get("JUPYTER_PATH", ""))))
    return os.environ | {VARIABLE: settings, "JUPYTER_TOKEN": token, "JUPYTER_PATH": paths}


def _room() -> bool:
    """Whether Jupyter's own folder holds the sockets of a kernel."""
    from jupyter_core.paths import jupyter_runtime_dir

    return has_room_for_sockets(jupyter_runtime_dir(), len(f"/kernel-{uuid.uuid4()}-ipc-5"))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])

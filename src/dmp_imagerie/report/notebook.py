"""Executing the kit's notebooks with papermill: own kernel, nothing inherited, nothing left behind.

Promised to the layouts: a notebook that exists was executed to its end, says the same thing byte for byte when it is
executed again, and tells nothing about the machine it ran on.
"""

import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import nbformat
import papermill
from papermill.exceptions import PapermillException
from traitlets.config import Config

from dmp_imagerie.catalogue.suite import find_suite
from dmp_imagerie.catalogue.translation import FRENCH, translate
from dmp_imagerie.model.network import has_room_for_sockets
from dmp_imagerie.report.errors import ReportError
from dmp_imagerie.report.files import atomic_write
from dmp_imagerie.report.text import map_strings

NOTEBOOK = "aptitude_vague2.ipynb"
_KERNEL = "python3"
_KERNELSPEC = {"display_name": "Python 3", "language": "python", "name": _KERNEL}
_CELL_TIMEOUT_S = 120
_VARIABLES = ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_PATH")


def execute(results_path: Path, out_dir: Path, *, lang: str = "fr") -> Path:
    """Execute the readiness notebook on ``results.json`` and return ``out_dir/aptitude.ipynb``. Raises ReportError."""
    source = find_suite() / "notebooks" / NOTEBOOK
    results = results_path.resolve()
    return run_notebook(source, {"resultats": str(results), "langue": lang}, out_dir / "aptitude.ipynb")


def run_notebook(source: Path, parameters: Mapping[str, str], target: Path) -> Path:
    """Execute ``source`` with ``parameters`` and write the result to ``target``, stripped; return ``target``.

    A parameter that is a path appears in the result as its file name only.

    Raises:
        ReportError: the notebook is unreadable, does not know a parameter, or one of its cells failed; nothing is
            written then.
    """
    notebook = _spoken(_read(source), parameters.get("langue", FRENCH))
    _refuse_unknown(notebook, parameters, source)
    with tempfile.TemporaryDirectory(prefix="dmp-") as folder, _isolated(Path(folder)):
        try:
            executed = papermill.execute_notebook(
                notebook,
                None,
                parameters=dict(parameters),
                kernel_name=_KERNEL,
                progress_bar=False,
                execution_timeout=_CELL_TIMEOUT_S,
                config=_kernel_config(Path(folder)),
            )
        except (PapermillException, RuntimeError, OSError) as error:
            raise ReportError(f"Le carnet {source.name} n'a pas pu être exécuté : {_last_line(error)}") from error
    return atomic_write(target, _encode(_strip(executed, parameters)))


def _read(source: Path) -> nbformat.NotebookNode:
    try:
        return nbformat.read(source, as_version=4)  # type: ignore[no-untyped-call, no-any-return]
    except (OSError, ValueError, nbformat.ValidationError) as error:
        raise ReportError(f"Carnet illisible : {source} ({error}).") from error


def _spoken(notebook: nbformat.NotebookNode, lang: str) -> nbformat.NotebookNode:
    """Put the prose of a notebook in ``lang``, paragraph by paragraph."""
    for cell in notebook.cells if lang != FRENCH else ():
        if cell.cell_type == "markdown":
            paragraphs = (" ".join(paragraph.split()) for paragraph in cell.source.split("\n\n"))
            cell.source = "\n\n".join(translate(paragraph, lang) for paragraph in paragraphs)
    return notebook


def _refuse_unknown(notebook: nbformat.NotebookNode, parameters: Mapping[str, str], source: Path) -> None:
    """Refuse what the notebook did not announce: papermill injects names as code, and only warns."""
    cells = [cell.source for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    known = {line.partition("=")[0].strip() for cell in cells for line in cell.splitlines() if "=" in line}
    unknown = sorted(set(parameters) - known)
    if unknown:
        raise ReportError(
            f"Paramètre inconnu du carnet {source.name} : {', '.join(unknown)}. "
            f"Il connaît : {', '.join(sorted(known))}."
        )


# --- The kernel -----------------------------------------------------------------------------------------------------


@contextmanager
def _isolated(folder: Path) -> Iterator[None]:
    """Give Jupyter its own empty folders and a kernel that is this very interpreter, then put things back."""
    spec = folder / "kernels" / _KERNEL / "kernel.json"
    spec.parent.mkdir(parents=True)
    spec.write_bytes(msgspec.json.encode(_KERNELSPEC | {"argv": _kernel_command()}))
    before = {name: os.environ.get(name) for name in _VARIABLES}
    os.environ.update(dict.fromkeys(_VARIABLES, str(folder)))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _kernel_command() -> list[str]:
    """Start this interpreter without the current folder on its path: a stray ``json.py`` there must not be imported."""
    launcher = ["-P", "-Xfrozen_modules=off", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    return [sys.executable, *launcher, "--InteractiveShellApp.ignore_cwd=True", "--HistoryManager.enabled=False"]


def _kernel_config(folder: Path) -> Config:
    """Talk to the kernel over private sockets of ``folder``, or loopback TCP where there can be none."""
    if not has_room_for_sockets(folder, len("/k-5")):
        return Config()
    return Config({"KernelManager": {"transport": "ipc", "ip": str(folder / "k")}})


# --- The result -----------------------------------------------------------------------------------------------------


def _strip(notebook: nbformat.NotebookNode, parameters: Mapping[str, str]) -> dict[str, Any]:
    """Drop what changes from one run to the next, and every folder of this machine."""
    notebook.metadata = {"kernelspec": _KERNELSPEC, "language_info": {"name": "python"}}
    for rank, cell in enumerate(notebook.cells):
        tags = cell.metadata.get("tags", [])
        cell.metadata = {"tags": tags} if tags else {}
        cell.id = f"cellule-{rank:02d}"
        if "injected-parameters" in tags:
            cell.source = "\n".join(f"{name} = {_without_folder(value)!r}" for name, value in parameters.items())
    folders = {value: _without_folder(value) for value in parameters.values() if Path(value).is_absolute()}
    return dict(map_strings(notebook, lambda text: _replace_all(text, folders)))


def _without_folder(value: str) -> str:
    return Path(value).name if Path(value).is_absolute() else value


def _replace_all(text: str, replacements: Mapping[str, str]) -> str:
    for old, new in replacements.items():
        text = text.replace(old, new)
    return text


def _encode(notebook: dict[str, Any]) -> bytes:
    return msgspec.json.format(msgspec.json.encode(notebook), indent=1) + b"\n"


def _last_line(error: Exception) -> str:
    lines = [line for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__

"""``dmp-imagerie serve``: a simulated DMP to point a product at, and a page that shows what it received."""

import signal
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from dmp_imagerie.cli.failure import EPILOG, told
from dmp_imagerie.cli.language import said, spoken, tell
from dmp_imagerie.cli.options import pfx_options, reach_options

_SLICE_S = 0.2


@click.command("serve", epilog=EPILOG)
@reach_options(port=8443)
@click.option("--page-port", type=click.IntRange(0, 65535), default=8444, show_default=True, help="Port de la page, sur cette machine seulement.")  # fmt: skip  # noqa: E501
@click.option("--out", type=click.Path(path_type=Path), help="Dossier du journal, à créer. Par défaut runs/DATE.")
@click.option("--diagnostic", is_flag=True, help="Note les refus d'entrée (adressage, VIHF, droits du mode) et sert quand même.")  # fmt: skip  # noqa: E501
@pfx_options
@click.option("--duration", type=click.FloatRange(min=0, min_open=True), metavar="S", help="S'arrête seul après ce temps, en secondes.")  # fmt: skip  # noqa: E501
def command(**asked: Any) -> None:
    """Ouvre un DMP simulé (TLS mutuel, certificats d'essai) et montre en direct ce qu'il reçoit. Ctrl-C l'arrête."""
    with told():
        _serve(**asked)


def _serve(*, duration: float | None, out: Path | None, pfx: bool, password_file: Path | None, **asked: Any) -> None:
    from dmp_imagerie.cli.pki import pfx_password
    from dmp_imagerie.runner.launch import new_run_id
    from dmp_imagerie.runner.sandbox import Sandbox, SandboxConfig

    password = pfx_password(pfx, password_file)
    config = SandboxConfig(out=out or Path("runs") / new_run_id(), pfx_password=password, lang=spoken(), **asked)
    stop = _stop_on_signals()
    with Sandbox(config) as sandbox:
        _present(sandbox, password)
        deadline = time.monotonic() + duration if duration else None
        # In slices: on Windows a wait without end cannot be interrupted.
        while not stop.wait(_SLICE_S) and (deadline is None or time.monotonic() < deadline):
            continue
    tell(f"Arrêté. Journal : {config.out}")


def service_lines(services: Sequence[Any]) -> Iterator[str]:
    """The lines that give each service of the simulated DMP its address and its transactions."""
    for service in services:
        yield f"  {service.name:<16} {service.url}  ({', '.join(service.transactions)})"


def _stop_on_signals() -> threading.Event:
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    return stop


def _present(sandbox: Any, password: str) -> None:
    from dmp_imagerie.cli.pki import show_files

    setting = sandbox.setting
    tell("DMP simulé ouvert (TLS mutuel, certificat client obligatoire).")
    if setting.diagnostic:
        tell("Mode diagnostic : les refus d'entrée sont notés et les messages servis quand même.")
    tell("\nAdresses des services")
    for line in service_lines(setting.services):
        tell(line)
    who = setting.peers or "cette machine seulement"
    tell(f"  écoute : {setting.bind} · admis : {who}\n")
    show_files(setting.files, password)
    tell("Patients d'essai (OID 1.2.250.1.213.1.4.10 ; autorisations du radiologue)")
    for person in setting.people:
        tell(f"  {person.ins}  {person.name:<34} {said(person.shown)}")
    tell(f"\nJournal : {setting.out}\nPage en direct : {sandbox.page_url}\nCtrl-C pour arrêter.")

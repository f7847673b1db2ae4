"""The bench of a run: simulated DMP, transport, certificates, connector and journal, opened and closed together."""

import contextlib
import shutil
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from dmp_imagerie import __version__
from dmp_imagerie.catalogue.rules import Catalogue
from dmp_imagerie.connectors.contract import Connector, Description, DriverError, KeyPair, Surroundings, UserKeys
from dmp_imagerie.connectors.registry import connect
from dmp_imagerie.endpoint.dmp import SimulatedDmp
from dmp_imagerie.endpoint.pki import Pair, Pki, load_or_make_pki
from dmp_imagerie.endpoint.transports.guard import loopback_only
from dmp_imagerie.endpoint.transports.https import HttpsServer
from dmp_imagerie.endpoint.transports.inprocess import respx_transport
from dmp_imagerie.journal.writer import JournalWriter
from dmp_imagerie.model.clock import ScenarioClock
from dmp_imagerie.model.events import Header, Target
from dmp_imagerie.runner.cast import CENTRE, USERS
from dmp_imagerie.runner.config import ConfigError, RunConfig, home, profile_from
from dmp_imagerie.runner.declarations import Declaration, load_declarations
from dmp_imagerie.wire.documents import Documents, load_documents

RESPX_URL = "https://dmp.invalid/si-dmp-server/v2/services"


class BenchError(Exception):
    """The bench could not be set up, or the connector would not start: nothing was judged."""


class Bench:
    """Everything a run holds open. ``with Bench(...) as bench`` writes the header and stops all at the end."""

    def __init__(self, config: RunConfig, catalogue: Catalogue) -> None:
        self.config = config
        self.catalogue = catalogue
        self.clock = ScenarioClock()
        self.connector: Connector = _connect(config)
        self.transport = _transport(config, self.connector)
        self.description: Description
        self.documents = _documents(config.documents)
        self.declarations = _declarations(config, catalogue)
        self._stack = contextlib.ExitStack()
        self._starts = 0
        self._begun = False
        self._ours = not config.out.exists() or not any(config.out.iterdir())

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as stack:
            stack.callback(self._leave_nothing)
            self._open(stack)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def _open(self, stack: contextlib.ExitStack) -> None:
        pki = load_or_make_pki(home() / "pki", centre=CENTRE, users=USERS)
        self.writer = stack.enter_context(JournalWriter(self.config.out, self.clock))
        self.dmp = SimulatedDmp(self.writer, self.clock, pki.trust, diagnostic=self.config.diagnostic)
        if self.transport == "https":
            url = stack.enter_context(HttpsServer(self.dmp, pki, self.writer)).base_url
        else:
            url = RESPX_URL
            stack.enter_context(respx_transport(self.dmp, RESPX_URL))
        stack.enter_context(loopback_only())
        stack.callback(lambda: self.connector.stop())
        self._surroundings = _surroundings(url, pki)
        self._start()
        self._header()

    def _leave_nothing(self) -> None:
        """Remove what a run that never began has made, so that the corrected command can use the same folder."""
        if self._ours and not self._begun:
            shutil.rmtree(self.config.out, ignore_errors=True)

    def restart_connector(self) -> None:
        """Replace a connector whose driver failed by a fresh one. Raises BenchError."""
        self.connector.stop()
        self.connector = _connect(self.config)
        self._start()

    def _start(self) -> None:
        self._starts += 1
        work = self.config.out.resolve() / "connecteur" / str(self._starts)
        work.mkdir(parents=True, exist_ok=True)
        try:
            self.description = self.connector.describe()
            self.connector.start(msgspec.structs.replace(self._surroundings, work_dir=str(work)))
        except DriverError as error:
            raise BenchError(f"le connecteur « {self.config.connector} » ne démarre pas : {error}") from error

    def _header(self) -> None:
        told = self.description
        profile = profile_from(msgspec.to_builtins(told.profile), self.config.profile)
        self.writer.record(
            Header,
            run_id=self.config.out.name,
            kit_version=__version__,
            catalogue_digest=self.catalogue.digest,
            target=Target(
                name=told.product,
                version=told.version,
                vendor=told.vendor,
                driver=self.connector.driver,
                verbs={verb: tuple(options) for verb, options in told.verbs.items()},
                profile=msgspec.to_builtins(told.profile),
            ),
            profile=msgspec.to_builtins(profile),
            policy=msgspec.to_builtins(self.config.policy),
            transport=self.transport,
            seed=self.config.seed,
            rules=self.config.rules,
            options=self._options(),
        )
        self._begun = True

    def _options(self) -> dict[str, Any]:
        config = self.config
        options: dict[str, Any] = {"redo": config.redo, "projets_bloquants": config.drafts_block}
        if config.diagnostic:
            options["diagnostic"] = True
        if self.declarations:
            options["declarations"] = list(self.declarations)
        if self.config.documents:
            options["documents"] = [
                *(
                    {
                        "name": report.name,
                        "file": report.file,
                        "origin": report.origin,
                        "sha256": report.sha256,
                        "observations": [f"{o.where} : {o.message}" for o in report.cda.observations],
                    }
                    for report in self.documents.reports
                ),
                *({"file": file, "rejected": reason} for file, reason in self.documents.rejected),
            ]
        return options


def _connect(config: RunConfig) -> Connector:
    try:
        return connect(config.connector, **config.connector_options)
    except ValueError as error:
        raise ConfigError(str(error)) from error


def _transport(config: RunConfig, connector: Connector) -> str:
    if config.transport == "auto":
        return "respx" if connector.in_process else "https"
    if config.transport == "respx" and not connector.in_process:
        raise ConfigError("respx ne voit que les connecteurs du même processus : prenez --transport https")
    return config.transport


def _documents(folder: Path | None) -> Documents:
    if folder is None:
        return Documents(reports=(), rejected=())
    try:
        documents = load_documents(folder)
    except OSError as error:
        raise ConfigError(f"--documents {folder} : illisible ({error.strerror})") from error
    if not documents.reports:
        reasons = "".join(f"\n  {file} : {reason}" for file, reason in documents.rejected)
        raise ConfigError(f"--documents {folder} : aucun compte rendu lisible{reasons}")
    return documents


def _declarations(config: RunConfig, catalogue: Catalogue) -> Mapping[str, Declaration]:
    if config.declarations is None:
        return {}
    return {d.table.regle: d for d in load_declarations(config.declarations, catalogue)}


def _surroundings(url: str, pki: Pki) -> Surroundings:
    return Surroundings(
        dmp_url=url,
        ca_file=pki.ca_file,
        centre=CENTRE,
        centre_tls=_pair(pki.centre_tls),
        centre_seal=_pair(pki.centre_seal),
        users=USERS,
        user_keys=tuple(
            UserKeys(ps_id=ps_id, authentication=_pair(keys.authentication), signature=_pair(keys.signature))
            for ps_id, keys in pki.users.items()
        ),
        work_dir="",
    )


def _pair(pair: Pair) -> KeyPair:
    return KeyPair(certificate=pair.certificate, key=pair.key)

"""The bench of a run: simulated DMP, transport, certificates, connector and journal, opened and closed together."""

import contextlib
import shutil
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from dmp_imagerie import __version__
from dmp_imagerie.catalogue.profile import Profile
from dmp_imagerie.catalogue.rules import Catalogue
from dmp_imagerie.connectors.contract import Connector, Description, DriverError, KeyPair, Surroundings, UserKeys
from dmp_imagerie.connectors.operator.connector import Operator
from dmp_imagerie.connectors.registry import connect, outside_address
from dmp_imagerie.endpoint.dmp import SimulatedDmp
from dmp_imagerie.endpoint.pki import Pair, Pki
from dmp_imagerie.endpoint.platform import SimulatedPlatform
from dmp_imagerie.endpoint.relay import Relay
from dmp_imagerie.endpoint.transports.guard import loopback_only
from dmp_imagerie.endpoint.transports.https import HttpsServer
from dmp_imagerie.endpoint.transports.inprocess import respx_transport
from dmp_imagerie.endpoint.transports.mllp import MllpServer
from dmp_imagerie.journal.writer import JournalWriter
from dmp_imagerie.model.clock import ScenarioClock
from dmp_imagerie.model.events import Header, Resumed, Target
from dmp_imagerie.model.network import host_port, is_loopback
from dmp_imagerie.runner.cast import CENTRE, USERS
from dmp_imagerie.runner.config import ConfigError, Reach, RunConfig, profile_from
from dmp_imagerie.runner.declarations import Declaration, load_declarations
from dmp_imagerie.runner.reach import admitted, https_server
from dmp_imagerie.runner.sandbox_keys import sandbox_pki
from dmp_imagerie.wire.documents import Documents, load_documents


class BenchError(Exception):
    """The bench could not be set up, or the connector would not start: nothing was judged."""


class Bench:
    """Everything a run holds open. ``with Bench(...) as bench`` writes the header and stops all at the end."""

    def __init__(
        self, config: RunConfig, catalogue: Catalogue, *, operator: Operator | None = None, resumed: str = ""
    ) -> None:
        """``operator`` is whom a guided connector asks; ``resumed`` how the run whose journal goes on had stopped."""
        self.config = config
        self.catalogue = catalogue
        self.resumed = resumed
        self._operator = operator
        self.clock = ScenarioClock()
        self.connector: Connector = self._connected()
        self.outside = outside_address(config.connector, config.connector_options)
        self.transport = _transport(config, self.connector)
        admitted(config.reach)
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
        pki = sandbox_pki(self.config.reach.names)
        self.writer = stack.enter_context(JournalWriter(self.config.out, self.clock, resume=bool(self.resumed)))
        self.dmp = self._simulated(pki)
        if self.transport == "respx":
            url = stack.enter_context(respx_transport(self.dmp))
        else:
            served_with = pki if self.transport == "https" else None
            url = stack.enter_context(_server(self.dmp, served_with, self.writer, self.config.reach)).base_url
        stack.enter_context(loopback_only(*([self.outside] if self.outside else [])))
        outliving = stack.enter_context(contextlib.ExitStack())
        stack.callback(lambda: self.connector.stop())
        self._describe()
        self._surroundings = _surroundings(url, pki, self._platform(outliving, pki))
        self._start()
        if self.resumed:
            self.writer.record(Resumed, reason=self.resumed, dmp_url=self._surroundings.dmp_url)
        else:
            self._header()

    def _simulated(self, pki: Pki) -> SimulatedDmp:
        try:
            return SimulatedDmp(
                self.writer, self.clock, pki.trust, lapses=self.config.lapses, diagnostic=self.config.diagnostic
            )
        except ValueError as error:
            raise ConfigError(str(error)) from error

    def _leave_nothing(self) -> None:
        """Remove what a run that never began has made, so that the corrected command can use the same folder."""
        if self._ours and not self._begun:
            shutil.rmtree(self.config.out, ignore_errors=True)

    def discard(self) -> None:
        """Have the folder removed at the end: nothing was played, there is nothing to report."""
        self._begun = False

    @property
    def surroundings(self) -> Surroundings:
        """What the connector is told, its work folder aside."""
        return self._surroundings

    def restart_connector(self) -> None:
        """Replace a connector whose driver failed by a fresh one. Raises BenchError."""
        self.connector.stop()
        self.connector = self._connected()
        self._describe()
        self._start()

    def _connected(self) -> Connector:
        asked = {"operator": self._operator} if self._operator else {}
        try:
            return connect(self.config.connector, **asked, **self.config.connector_options)
        except ValueError as error:
            raise ConfigError(str(error)) from error

    def _start(self) -> None:
        self._starts += 1
        work = self.config.out.resolve() / "connecteur" / str(self._starts)
        work.mkdir(parents=True, exist_ok=True)
        try:
            self.connector.start(msgspec.structs.replace(self._surroundings, work_dir=str(work)))
        except DriverError as error:
            raise self._unstarted(error) from error

    def _describe(self) -> None:
        try:
            self.description = self.connector.describe()
        except DriverError as error:
            raise self._unstarted(error) from error

    def _unstarted(self, error: DriverError) -> BenchError:
        return BenchError(f"le connecteur « {self.config.connector} » ne démarre pas : {error}")

    def _profile(self) -> Profile:
        return profile_from(msgspec.to_builtins(self.description.profile), self.config.profile)

    def _platform(self, stack: contextlib.ExitStack, pki: Pki) -> str:
        """Open the simulated platform for a product that feeds the DMP through one; its address, "" for any other."""
        if self._profile().voie != "pfi":
            return ""
        relay = Relay(self.dmp, self.clock, pki.platform_seal, CENTRE, USERS)
        return stack.enter_context(MllpServer(SimulatedPlatform(relay, self.writer, self.clock))).address

    def _header(self) -> None:
        told = self.description
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
                outside=host_port(*self.outside) if self.outside else "",
            ),
            profile=msgspec.to_builtins(self._profile()),
            policy=msgspec.to_builtins(self.config.policy),
            transport=self.transport,
            seed=self.config.seed,
            rules=self.config.rules,
            options=self._options(),
            dmp_url=self._surroundings.dmp_url,
        )
        self._begun = True

    def _options(self) -> dict[str, Any]:
        config = self.config
        options: dict[str, Any] = {"redo": config.redo, "projets_bloquants": config.drafts_block}
        if config.diagnostic:
            options["diagnostic"] = True
        if self.declarations:
            options["declarations"] = list(self.declarations)
        if config.reach != Reach():
            options["reach"] = msgspec.to_builtins(config.reach)
        planted = {"manquements": config.lapses, "fausses_declarations": config.misdeclarations}
        options |= {name: list(names) for name, names in planted.items() if names}
        options |= {"autotest": config.selftest} if config.selftest else {}
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


def _transport(config: RunConfig, connector: Connector) -> str:
    chosen = config.transport
    if chosen == "auto":
        chosen = "respx" if connector.in_process and config.reach == Reach() else "https"
    if chosen == "respx" and not connector.in_process:
        raise ConfigError("respx ne voit que les connecteurs du même processus : prenez --transport https")
    if chosen == "respx" and config.reach != Reach():
        raise ConfigError("respx n'écoute nulle part : --bind, --peer, --name et --port demandent --transport https")
    if chosen == "http" and not is_loopback(config.reach.bind):
        raise ConfigError("--transport http reste sur cette machine : avec --bind, prenez --transport https")
    return chosen


def _server(dmp: SimulatedDmp, pki: Pki | None, writer: JournalWriter, reach: Reach) -> HttpsServer:
    try:
        return https_server(dmp, pki, writer, reach)
    except OSError as error:
        raise ConfigError(
            f"le DMP simulé ne s'ouvre pas ({error.strerror or error}) : vérifiez que {reach.bind} est une adresse de "
            f"cette machine et que le port --port {reach.port} est libre"
        ) from error


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
    declared = load_declarations(config.declarations, catalogue, config.misdeclarations)
    return {declaration.table.regle: declaration for declaration in declared}


def _surroundings(url: str, pki: Pki, platform: str) -> Surroundings:
    return Surroundings(
        dmp_url=url,
        pfi=platform,
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

"""The sandbox: a simulated DMP that stays open for whoever points a product at it, and writes down what it received.

Promises that it listens on loopback unless told otherwise in full (address, peers and name), that nothing is sent out,
and that the journal of a sandbox that was stopped, however it was, can be read.
"""

import contextlib
import shutil
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from dmp_imagerie import __version__
from dmp_imagerie.catalogue.load import load_catalogue
from dmp_imagerie.catalogue.policy import Policy
from dmp_imagerie.catalogue.profile import Profile
from dmp_imagerie.catalogue.translation import FRENCH
from dmp_imagerie.endpoint.dmp import SimulatedDmp
from dmp_imagerie.endpoint.pki import Pki
from dmp_imagerie.endpoint.transports.guard import loopback_only
from dmp_imagerie.journal.writer import JournalWriter
from dmp_imagerie.model.clock import ScenarioClock
from dmp_imagerie.model.events import Footer, Header, Target, World
from dmp_imagerie.runner.cast import CENTRE, USERS
from dmp_imagerie.runner.config import ConfigError, Reach
from dmp_imagerie.runner.live_page import LivePage
from dmp_imagerie.runner.live_view import Setting
from dmp_imagerie.runner.reach import admitted, https_server, services_at
from dmp_imagerie.runner.sandbox_keys import inventory, require_new, sandbox_pki, with_pfx
from dmp_imagerie.runner.sandbox_people import Person, sandbox_people, settle

DEFAULT_PORT = 8443
DEFAULT_PAGE_PORT = 8444


class SandboxConfig(Reach):
    """What a sandbox is asked for. ``out`` is a folder to make; port 0 takes a free one; no password, no PFX; ``lang``
    is that of the live page.

    ``diagnostic``: the DMP notes the refusals of its door and serves all the same.
    """

    out: Path
    port: int = DEFAULT_PORT
    page_port: int = DEFAULT_PAGE_PORT
    pfx_password: str = ""
    diagnostic: bool = False
    lang: str = FRENCH


class Sandbox:
    """A simulated DMP and its live page, open while the ``with`` block lasts.

    Entering raises ConfigError, with what to change: address, peers, names, ports, folder.

    Attributes:
        setting: addresses, certificates and identities to give to the product.
        page_url: address of the live page.
    """

    setting: Setting
    page_url: str

    def __init__(self, config: SandboxConfig) -> None:
        self._config = config
        self._peers = admitted(config)
        self._clock = ScenarioClock()
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Self:
        require_new(self._config.out)
        pki = sandbox_pki(self._config.names)
        try:
            with contextlib.ExitStack() as stack:
                self._open(stack, pki)
                self._stack = stack.pop_all()
        except OSError as error:
            shutil.rmtree(self._config.out, ignore_errors=True)  # made above, and nothing was received
            raise ConfigError(_unopened(self._config, error)) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    def _open(self, stack: contextlib.ExitStack, pki: Pki) -> None:
        config = self._config
        writer = stack.enter_context(JournalWriter(config.out, self._clock))
        dmp = SimulatedDmp(writer, self._clock, pki.trust, diagnostic=config.diagnostic)
        people = sandbox_people(self._clock)
        settle(people, dmp.control)
        server = https_server(dmp, pki, writer, config)
        self.setting = self._described(server.base_url, pki, people)
        self._record_start(writer)
        stack.push(_Closing(writer))
        stack.enter_context(server)
        self.page_url = stack.enter_context(LivePage(writer.journal, self.setting, config.page_port, config.lang)).url
        stack.enter_context(loopback_only())

    def _described(self, base_url: str, pki: Pki, people: tuple[Person, ...]) -> Setting:
        files = inventory(pki)
        if self._config.pfx_password:
            files = with_pfx(files, pki.ca_file, self._config.pfx_password)
        return Setting(
            run_id=self._config.out.name,
            kit_version=__version__,
            out=str(self._config.out),
            bind=self._config.bind,
            peers=str(self._peers) if self._peers else "",
            names=self._config.names,
            diagnostic=self._config.diagnostic,
            services=services_at(base_url),
            files=files,
            people=people,
        )

    def _record_start(self, writer: JournalWriter) -> None:
        setting = self.setting
        writer.record(
            Header,
            run_id=setting.run_id,
            kit_version=__version__,
            catalogue_digest=load_catalogue().digest,
            target=Target(name="produit branché sur le bac à sable", version="", vendor="", driver="serve"),
            profile=msgspec.to_builtins(Profile()),
            policy=msgspec.to_builtins(Policy()),
            transport="https",
            seed=0,
            options={
                "redo": "dmp-imagerie serve",
                "diagnostic": setting.diagnostic,
                "sandbox": {
                    "bind": setting.bind,
                    "peers": setting.peers,
                    "names": list(setting.names),
                    "services": {service.name: service.url for service in setting.services},
                },
            },
        )
        writer.record(World, kind="centre", alias="centre", data=msgspec.to_builtins(CENTRE))
        for user in USERS:
            writer.record(World, kind="user", alias=user.alias, data=msgspec.to_builtins(user))
        for person in setting.people:
            patient = person.patient
            writer.record(World, kind="patient", alias=patient.alias, data=msgspec.to_builtins(patient))


class _Closing:
    """Writes the journal's last event, once nothing more can come."""

    def __init__(self, writer: JournalWriter) -> None:
        self._writer = writer

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        reason = f"{type(error).__name__} : {error}" if error else "arrêt demandé"
        self._writer.record(Footer, complete=error is None, reason=reason)


def _unopened(config: SandboxConfig, error: OSError) -> str:
    told = error.strerror or str(error)
    return (
        f"le bac à sable ne s'ouvre pas ({told}) : vérifiez que {config.bind} est une adresse de cette machine, que "
        f"les ports --port {config.port} et --page-port {config.page_port} sont libres, et que {config.out} peut "
        "être écrit"
    )

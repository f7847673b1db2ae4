"""Examines everything in order, from the machine to the product: a later check leans on the earlier ones."""

from collections.abc import Generator, Iterator
from datetime import UTC, datetime
from pathlib import Path

from dmp_imagerie.catalogue.errors import CatalogueError
from dmp_imagerie.catalogue.load import load_catalogue
from dmp_imagerie.connectors.operator.connector import DRIVER as OPERATOR
from dmp_imagerie.endpoint.pki import Pki
from dmp_imagerie.proof.doctor import certificates, clocks, driver, handshake, kit, network
from dmp_imagerie.proof.doctor.check import Check, Side, to_fix, untested
from dmp_imagerie.proof.doctor.person import person
from dmp_imagerie.runner.config import ConfigError, Reach, RunConfig, home
from dmp_imagerie.runner.sandbox_keys import sandbox_pki

CONFIGURATION = "configuration"


def examine(reach: Reach, config: RunConfig | ConfigError | None) -> Iterator[Check]:
    """Every check, as it is made.

    Args:
        reach: how far the simulated DMP is to be reached.
        config: how a run would drive the product; why that cannot be told; None when no product was named.
    """
    before = clocks.Instant.now()
    yield from _machine()
    yield network.port(reach)
    yield from network.names(reach)
    pki = yield from _certificates(reach)
    if pki is not None:
        yield from handshake.checks(pki, reach.names)
    yield from _connector(config)
    yield clocks.machine(before, clocks.Instant.now())


def _machine() -> Iterator[Check]:
    yield kit.python()
    yield kit.suite()
    yield kit.sentences()
    yield kit.pdf()
    yield kit.folder("dossier des certificats", home(), "DMP_IMAGERIE_HOME choisit un autre dossier")
    yield kit.folder("dossier des exécutions", Path("runs"), "placez-vous ailleurs, ou donnez --out à « run »")


def _certificates(reach: Reach) -> Generator[Check, None, Pki | None]:
    try:
        pki = sandbox_pki(reach.names)
    except ConfigError as error:
        side = Side.KIT if error.__cause__ else Side.CONFIG  # what the disk holds, or a name that cannot be one
        yield to_fix(certificates.DATES, str(error), "corrigez cela, puis recommencez", side)
        return None
    yield from certificates.checks(pki, reach.names, datetime.now(UTC))
    return pki


def _connector(config: RunConfig | ConfigError | None) -> Iterator[Check]:
    if config is None:
        yield untested(driver.START, "aucun produit n'est nommé", "donnez --config FICHIER, ou --connector")
    elif isinstance(config, ConfigError):
        yield to_fix(CONFIGURATION, str(config), "corrigez le fichier ou la ligne de commande", Side.CONFIG)
    elif config.connector == OPERATOR:
        yield person()
    else:
        try:
            yield from driver.checks(config, load_catalogue())
        except CatalogueError:
            yield untested(driver.START, "sans catalogue, rien ne se joue", "corrigez d'abord la suite")

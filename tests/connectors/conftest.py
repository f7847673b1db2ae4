"""Fixtures of the connectors' tests: test keys, the tiny DMP behind respx, started reference connectors."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import msgspec
import pytest
import respx
from fake_dmp import CENTRE, MANIPULATEUR, RADIOLOGIST, URL, FakeDmp, Ris
from hl7v2_driven import Drive, Driven
from mllp_product import MllpProduct, Say, ack

from dmp_imagerie.connectors.contract import KeyPair, Surroundings, UserKeys
from dmp_imagerie.connectors.hl7v2.connector import Hl7v2Connector
from dmp_imagerie.connectors.reference.connector import ReferenceConnector
from dmp_imagerie.endpoint.pki import Pair, Pki, make_pki

USERS = (RADIOLOGIST, MANIPULATEUR)


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return make_pki(tmp_path_factory.mktemp("pki") / "test", centre=CENTRE, users=USERS, kind="ec")


@pytest.fixture
def surroundings(pki: Pki, tmp_path: Path) -> Surroundings:
    work_dir = tmp_path / "travail"
    work_dir.mkdir()
    return Surroundings(
        dmp_url=URL,
        ca_file=pki.ca_file,
        centre=CENTRE,
        centre_tls=_keys(pki.centre_tls),
        centre_seal=_keys(pki.centre_seal),
        users=USERS,
        user_keys=tuple(
            UserKeys(
                ps_id=user.ps_id,
                authentication=_keys(pki.users[user.ps_id].authentication),
                signature=_keys(pki.users[user.ps_id].signature),
            )
            for user in USERS
        ),
        work_dir=str(work_dir),
    )


def _keys(pair: Pair) -> KeyPair:
    return msgspec.convert(msgspec.to_builtins(pair), KeyPair)


@pytest.fixture
def dmp() -> Iterator[FakeDmp]:
    fake = FakeDmp()
    with respx.mock(assert_all_called=False) as router:
        router.post(url__startswith=URL).mock(side_effect=fake.handle)
        yield fake


@pytest.fixture
def start(surroundings: Surroundings, dmp: FakeDmp) -> Iterator[Callable[..., Ris]]:
    """Start a reference connector with options; it is stopped at the end of the test."""
    started: list[ReferenceConnector] = []

    def start_one(**options: object) -> Ris:
        connector = ReferenceConnector(**options)  # type: ignore[arg-type]
        work_dir = Path(surroundings.work_dir, str(len(started)))
        work_dir.mkdir()
        started.append(connector)
        connector.start(msgspec.structs.replace(surroundings, work_dir=str(work_dir)))
        return Ris(connector)

    yield start_one
    for connector in started:
        connector.stop()


@pytest.fixture
def drive(surroundings: Surroundings) -> Iterator[Drive]:
    """Start a product that answers so (AA by default), and the driver in front of it."""
    with ExitStack() as stack:

        def start(say: Say = ack, **options: Any) -> Driven:
            product = stack.enter_context(MllpProduct(say))
            connector = Hl7v2Connector(product.url, **options)
            stack.callback(connector.stop)
            connector.start(surroundings)
            return Driven(product, connector)

        yield start

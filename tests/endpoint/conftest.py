"""Fixtures of the simulated DMP's tests: one test PKI for the session, one DMP per test."""

import pytest
from dmp_client import CENTRE, COLLEAGUE, MANIPULATEUR, PATIENT, RADIOLOGIST, Client, MemoryRecorder

from dmp_imagerie.endpoint.dmp import SimulatedDmp
from dmp_imagerie.endpoint.pki import Pki, make_pki
from dmp_imagerie.endpoint.platform import SimulatedPlatform
from dmp_imagerie.endpoint.relay import Relay
from dmp_imagerie.model.clock import ScenarioClock


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    folder = tmp_path_factory.mktemp("pki") / "essai"
    return make_pki(folder, centre=CENTRE, users=[RADIOLOGIST, COLLEAGUE, MANIPULATEUR], kind="ec")


@pytest.fixture
def recorder() -> MemoryRecorder:
    return MemoryRecorder()


@pytest.fixture
def empty_dmp(recorder: MemoryRecorder, pki: Pki) -> SimulatedDmp:
    """A DMP that knows nobody."""
    return SimulatedDmp(recorder, ScenarioClock(), pki.trust)


@pytest.fixture
def dmp(empty_dmp: SimulatedDmp) -> SimulatedDmp:
    """A DMP where PATIENT has an open record."""
    empty_dmp.control.open_dmp(PATIENT)
    return empty_dmp


@pytest.fixture
def client(dmp: SimulatedDmp, pki: Pki) -> Client:
    return Client(pki, dmp.handle)


@pytest.fixture
def platform(dmp: SimulatedDmp, pki: Pki, recorder: MemoryRecorder) -> SimulatedPlatform:
    clock = ScenarioClock()
    return SimulatedPlatform(Relay(dmp, clock, pki.platform_seal, CENTRE, [RADIOLOGIST]), recorder, clock)

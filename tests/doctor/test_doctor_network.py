"""Where the simulated DMP listens and what its names lead to: each check is seen in order, then not."""

import socket

import pytest

from dmp_imagerie.proof.doctor import network
from dmp_imagerie.proof.doctor.check import Check, Side, State
from dmp_imagerie.runner.config import Reach

HERE, ELSEWHERE, NOT_OURS = "127.0.0.1", "192.0.2.7", "192.0.2.1"  # RFC 5737: nobody's


def red(check: Check, words: str) -> None:
    assert (check.state, check.side) == (State.TO_FIX, Side.CONFIG)
    assert words in check.told
    assert check.remedy


def test_a_free_port_is_in_order_and_stays_free() -> None:
    with socket.create_server((HERE, 0)) as taken:
        number = taken.getsockname()[1]
    check = network.port(Reach(port=number))
    assert (check.state, f"{HERE}:{number}" in check.told) == (State.OK, True)
    socket.create_server((HERE, number)).close()
    assert network.port(Reach()).state is State.OK


def test_a_port_that_is_taken_is_told() -> None:
    with socket.create_server((HERE, 0)) as taken:
        red(network.port(Reach(port=taken.getsockname()[1])), "déjà pris")


def test_an_address_of_another_machine_is_told() -> None:
    reach = Reach(bind=NOT_OURS, peers=("192.0.2.9",), names=("dmp.test",))
    red(network.port(reach), "n'est pas une adresse de cette machine")


@pytest.mark.parametrize("reach", [Reach(bind="0.0.0.0"), Reach(bind="ici"), Reach(peers=("partout",))])
def test_an_opening_that_is_not_wholly_said_is_told(reach: Reach) -> None:
    check = network.port(reach)
    red(check, "--")


def names(reach: Reach, **led: str) -> list[Check]:
    def resolve(name: str) -> set[str]:
        if name not in led:
            raise OSError("nom inconnu")
        return set(led[name].split())

    return list(network.names(reach, resolve))


def test_a_name_leads_to_the_address_listened_on() -> None:
    (check,) = names(Reach(names=("dmp",)), dmp=f"{ELSEWHERE} {HERE}")
    assert (check.name, check.state) == ("nom dmp", State.OK)
    (check,) = names(Reach(), localhost=HERE)
    assert (check.name, check.state) == ("nom localhost", State.OK)


def test_a_name_that_leads_elsewhere_or_nowhere_is_told() -> None:
    lost, away = names(Reach(names=("perdu", "dmp")), dmp=ELSEWHERE)
    red(lost, "ne mène nulle part")
    red(away, f"mène à {ELSEWHERE}, pas à {HERE}")
    assert "hosts" in away.remedy


def test_listening_everywhere_a_name_leads_to_any_address_of_this_machine() -> None:
    reach = Reach(bind="0.0.0.0", peers=("192.0.2.9",), names=("dmp", "loin"))
    here, away = names(reach, dmp=HERE, loin=ELSEWHERE)
    assert here.state is State.OK
    red(away, ELSEWHERE)


def test_a_name_that_no_host_can_bear_leads_nowhere() -> None:
    with pytest.raises(OSError, match=r"\w"):
        network.addresses("a" * 70 + ".test")

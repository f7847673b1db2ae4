"""Time: a clock that jumps, one that is not set, and what the product says of its own."""

from datetime import UTC, datetime, timedelta

from dmp_imagerie.connectors.contract import DriverError, Outcome, Status
from dmp_imagerie.proof.doctor import clocks
from dmp_imagerie.proof.doctor.check import Side, State
from dmp_imagerie.proof.doctor.clocks import Instant

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
INSTALLED = NOON - timedelta(days=30)


def after(wall_s: float, steady_s: float) -> Instant:
    return Instant(NOON + timedelta(seconds=wall_s), 100.0 + steady_s)


def test_a_clock_that_goes_on_as_time_does_is_in_order() -> None:
    assert clocks.machine(Instant(NOON, 100.0), after(20, 20.4), INSTALLED).state is State.OK
    now = Instant.now()
    assert clocks.machine(now, Instant.now()).state is State.OK


def test_a_clock_that_jumps_is_told() -> None:
    for jump in (-3600, 3600):
        check = clocks.machine(Instant(NOON, 100.0), after(20 + jump, 20), INSTALLED)
        assert (check.state, check.side) == (State.TO_FIX, Side.KIT)
        assert f"{jump:+d} s" in check.told


def test_a_clock_earlier_than_the_kit_is_told() -> None:
    check = clocks.machine(Instant(NOON, 100.0), after(1, 1), NOON + timedelta(days=400))
    assert check.state is State.TO_FIX
    assert "avant l'installation" in check.told


def test_a_product_that_takes_the_time_of_the_bench_is_in_order() -> None:
    assert clocks.from_set_clock(Outcome(status=Status.DONE)).state is State.OK


def test_a_product_that_declares_set_clock_and_does_not_do_it_is_told() -> None:
    for answer in (Outcome(status=Status.UNSUPPORTED), Outcome(status=Status.FAILED), DriverError("délai dépassé")):
        check = clocks.from_set_clock(answer)
        assert (check.state, check.side) == (State.TO_FIX, Side.PRODUCT)


def test_a_trace_from_the_future_betrays_a_fast_clock() -> None:
    ahead = {"at": (NOON + timedelta(minutes=5)).isoformat(), "what": "accord"}
    check = clocks.from_traces([{"at": "hier"}, {"at": "2026-11-23T09:00:00"}, ahead, {}], NOON)
    assert (check.state, check.side) == (State.TO_FIX, Side.PRODUCT)


def test_traces_of_the_past_prove_nothing() -> None:
    past = {"at": (NOON - timedelta(minutes=5)).isoformat()}
    check = clocks.from_traces([past], NOON)
    assert check.state is State.UNTESTED
    assert "2026-11-23T12:00:00" in check.remedy

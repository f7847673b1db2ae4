"""Plain values are immutable, strict and small on the wire; the clock is one."""

import inspect
from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest

from dmp_imagerie.model import events, values
from dmp_imagerie.model.clock import ScenarioClock, WallClock, iso
from dmp_imagerie.model.events import AnyEvent, Barrier, Footer
from dmp_imagerie.model.plain import Plain
from dmp_imagerie.model.values import Ins, Report

PLAINS = [
    kind
    for module in (values, events)
    for _, kind in inspect.getmembers(module, inspect.isclass)
    if issubclass(kind, Plain) and kind is not Plain
]


@pytest.mark.parametrize("kind", PLAINS)
def test_every_value_is_frozen_keyword_only_and_strict(kind: type[Plain]) -> None:
    config = kind.__struct_config__
    assert (config.frozen, config.forbid_unknown_fields, config.omit_defaults) == (True, True, True)
    assert all(
        parameter.kind is inspect.Parameter.KEYWORD_ONLY for parameter in inspect.signature(kind).parameters.values()
    )


def test_a_value_cannot_be_changed_or_given_by_position() -> None:
    ins = Ins(value="279035121518989")
    with pytest.raises(AttributeError):
        ins.value = "0"  # type: ignore[misc]
    with pytest.raises(TypeError):
        Ins("279035121518989")  # type: ignore[call-arg]


@pytest.mark.parametrize("text", [b'{"value":"1","autre":1}', b'{"value":1}', b"{}"])
def test_decoding_is_strict(text: bytes) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(text, type=Ins)


def test_defaults_are_left_out_and_found_again() -> None:
    report = Report(report_id="CR-1", exam_id="EX-1", title="Radiographie")
    text = msgspec.json.encode(report)
    assert msgspec.json.decode(text) == {"report_id": "CR-1", "exam_id": "EX-1", "title": "Radiographie"}
    assert msgspec.json.decode(text, type=Report) == report


def test_default_containers_are_not_shared() -> None:
    first, second = (events.Target(name="", version="", vendor="", driver="") for _ in range(2))
    assert first.verbs is not second.verbs


@pytest.mark.parametrize(
    "event", [Footer(seq=1, wall="", at="", complete=True), Barrier(seq=2, wall="", at="", kind="none", waited_s=0)]
)
def test_an_event_says_its_kind(event: events.Event) -> None:
    assert msgspec.json.decode(msgspec.json.encode(event), type=AnyEvent) == event


def test_every_event_of_the_union_has_a_name_of_its_own() -> None:
    tags = [kind.__struct_config__.tag for kind in AnyEvent.__args__]
    assert len(set(tags)) == len(tags)
    assert all(kind.__struct_config__.tag_field == "event" for kind in AnyEvent.__args__)


def test_the_wall_clock_is_aware_and_in_utc() -> None:
    assert WallClock().now().utcoffset() == timedelta(0)


def test_the_scenario_clock_goes_on_from_where_it_is_set() -> None:
    clock = ScenarioClock()
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=1)
    clock.set(datetime(2026, 3, 29, 3, 0, tzinfo=timezone(timedelta(hours=2))))
    first, second = clock.now(), clock.now()
    assert timedelta(0) <= first - datetime(2026, 3, 29, 1, 0, tzinfo=UTC) < timedelta(seconds=1)
    assert first <= second
    assert first.utcoffset() == timedelta(0)
    clock.reset()
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=1)


def test_moments_are_written_in_utc_with_milliseconds() -> None:
    paris = timezone(timedelta(hours=1))
    assert iso(datetime(2026, 1, 2, 0, 30, 4, 567_890, tzinfo=paris)) == "2026-01-01T23:30:04.567Z"

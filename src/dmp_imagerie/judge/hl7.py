"""The HL7v2 messages that ask a platform to do something with a report: which they are, and what parts they have.

Promises checks that a message of another profile (reports received by mail, laboratory results …) is never taken for
one of them, and that what only the current edition of the specification asks is known to be so.
Source: CI-SIS volet « Transmission de documents CDA R2 en HL7v2 » 2.1.
"""

from collections.abc import Iterator
from functools import cached_property, lru_cache

from dmp_imagerie.judge.scene import Scene
from dmp_imagerie.model.events import HL7, Exchange
from dmp_imagerie.wire.errors import WireError
from dmp_imagerie.wire.hl7v2 import CDA_PROFILE, META_TABLE, Flag
from dmp_imagerie.wire.read.cda import Cda, read_cda
from dmp_imagerie.wire.read.hl7v2 import (
    Message,
    Segment,
    component,
    components,
    embedded_document,
    field,
    read_hl7v2,
    repetitions,
    type_of,
)

WAVE_OF_2_1 = 2
"""Ségur wave that the edition 2.1 came with: a product of that wave is held to it."""

_NAMESPACE = "CISIS_CDA_HL7_V"
"""What MSH-21.2 begins with in every edition of the volet; ``CISIS_CDA_HL7_LPS`` is another volet's."""
_FLAGS = frozenset(Flag)


class Transmission:
    """One message that carries a report to a platform."""

    def __init__(self, message: Message) -> None:
        self.message = message

    def held(self, wave: int | None) -> bool:
        """Whether it must be written as the edition 2.1 says: the product is of wave 2, or the message claims it."""
        return wave == WAVE_OF_2_1 or CDA_PROFILE in self.profiles

    @cached_property
    def kind(self) -> str:
        """``MDM^T02``; what there is of it when MSH-9 is incomplete."""
        try:
            return type_of(self.message)
        except WireError:
            return field(self.message.content[0], 9)

    @cached_property
    def profiles(self) -> tuple[tuple[str, str], ...]:
        """The profiles the message claims (MSH-21): identifier, namespace. The volet's own example has a blank."""
        return _profiles(self.message)

    @cached_property
    def indicators(self) -> tuple[Segment, ...]:
        """The OBX of the table MetaDMPMSS that are Y or N: not the body of a mail."""
        return tuple(_indicators(self.message))

    @cached_property
    def flags(self) -> dict[Flag, str]:
        """What each indicator that is there says, as written."""
        return {
            Flag(code): component(obx, 5, 1).strip()
            for obx in self.indicators
            if (code := component(obx, 3, 1).strip()) in _FLAGS
        }

    def says(self, flag: Flag) -> bool:
        """Whether the message says Y."""
        return self.flags.get(flag) == "Y"

    @cached_property
    def carriers(self) -> tuple[Segment, ...]:
        """The OBX that carry a document, or should."""
        own = (obx for obx in self.message.segments("OBX") if component(obx, 3, 3).strip() != META_TABLE)
        return tuple(obx for obx in own if field(obx, 2) == "ED")

    @cached_property
    def documents(self) -> tuple[tuple[Segment, Cda], ...]:
        """The documents that can be read, each with its OBX."""
        return tuple((obx, cda) for obx in self.carriers if (cda := _cda(obx)) is not None)

    def first(self, name: str) -> Segment | None:
        """The first segment of that name."""
        return next(iter(self.message.segments(name)), None)

    def value(self, name: str, number: int, position: int = 1) -> str:
        """A component of a field of the first segment of that name, without blanks around, "" when absent."""
        segment = self.first(name)
        return component(segment, number, position).strip() if segment else ""


def transmissions(scene: Scene) -> Iterator[tuple[Exchange, Transmission]]:
    """The messages of the scene that carry a report to a platform, in order."""
    for exchange in scene.exchanges(HL7):
        sent = _transmission(scene.kept(exchange.request.body))
        if sent is not None:
            yield exchange, sent


@lru_cache(maxsize=64)
def _transmission(content: bytes) -> Transmission | None:
    """Read once: every invariant asks for the same few messages."""
    try:
        message = read_hl7v2(content)
        return Transmission(message) if _is_transmission(message) else None
    except WireError:
        return None


def _is_transmission(message: Message) -> bool:
    """By the profile it claims, or, when it claims none, by what it carries: a CDA or the indicators."""
    if component(message.content[0], 9, 1) not in {"MDM", "ORU"}:
        return False
    claimed = [namespace for _, namespace in _profiles(message) if namespace]
    if claimed:
        return any(namespace.startswith(_NAMESPACE) for namespace in claimed)
    return any(True for _ in _indicators(message)) or any(_cda(obx) for obx in message.segments("OBX"))


def _profiles(message: Message) -> tuple[tuple[str, str], ...]:
    header = message.content[0]
    claimed = (components(header, 21, number) for number in range(1, len(repetitions(header, 21)) + 1))
    return tuple((one[0].strip(), one[1].strip() if len(one) > 1 else "") for one in claimed if one)


def _indicators(message: Message) -> Iterator[Segment]:
    for obx in message.segments("OBX"):
        known = component(obx, 3, 3).strip() == META_TABLE or component(obx, 3, 1).strip() in _FLAGS
        if known and field(obx, 2) != "ED":
            yield obx


def _cda(obx: Segment) -> Cda | None:
    try:
        content = embedded_document(obx)
        return read_cda(content) if content else None
    except WireError:
        return None

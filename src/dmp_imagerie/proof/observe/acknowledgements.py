"""Which HL7v2 message a recorded acknowledgement answers, in the same file or in another.

Promises that nothing is matched by chance: an acknowledgement that could answer several messages answers none.
Source: HL7 v2.5 §2.9.2 (MSA-2 is the MSH-10 of the message).
"""

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from dmp_imagerie.proof.observe.recording import ACK_START, Found, Message, Side
from dmp_imagerie.wire.errors import WireError
from dmp_imagerie.wire.hl7v2 import AckCode
from dmp_imagerie.wire.read.hl7v2 import component, read_hl7v2

COMMITS = frozenset({AckCode.COMMIT_ACCEPTED, AckCode.COMMIT_ERROR, AckCode.COMMIT_REJECTED})
"""Acknowledgements that only say that a message was taken charge of: another may follow."""


@dataclass(frozen=True, slots=True)
class _Ack:
    """An acknowledgement: where it lies, what it says, the message it names, how many messages came before it."""

    found: Message
    code: str
    named: str
    after: int

    @property
    def commits(self) -> bool:
        return self.code in COMMITS


@dataclass(slots=True)
class _Traffic:
    """The messages so far, and where those of each control id are."""

    messages: list[Message] = field(default_factory=list)
    by_name: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def waiting(self, ack: _Ack) -> list[int]:
        """The messages that ``ack`` names and that still wait for such an answer."""
        named = self.by_name[ack.named] if ack.named else []
        return [index for index in named if _waits(self.messages[index].response, ack)]

    def answer(self, index: int, ack: _Ack) -> None:
        response = Side(start=ack.code, body=ack.found.request.body)
        self.messages[index] = replace(self.messages[index], response=response)


def paired(found: Found) -> Found:
    """Return ``found`` with each acknowledgement put beside its message.

    In its own file it answers the last message of that name before it; elsewhere, in its folder then anywhere, only
    when there is no other choice. What cannot be read, and acknowledgements that answer nothing, are set aside.
    """
    done = Found(skipped=list(found.skipped), named=found.named)
    traffic, acks = _Traffic(done.messages), list[_Ack]()
    for one in found.messages:
        try:
            _sort(one, traffic, acks)
        except WireError as error:
            done.skipped.append((one.file, f"message {one.rank} illisible : {error}"))
    left = [ack for ack in acks if not _answered_in_its_file(ack, traffic)]
    left = _left_alone(left, traffic, lambda file: file.rpartition("/")[0])
    left = _left_alone(left, traffic, lambda _file: "")
    done.skipped += [(ack.found.file, _why_alone(ack, traffic)) for ack in left]
    return done


def _sort(one: Message, traffic: _Traffic, acks: list[_Ack]) -> None:
    """Put a message or an acknowledgement where it belongs. Raises WireError when it cannot be read."""
    if one.request.start == ACK_START:
        (msa, *_) = read_hl7v2(one.request.body).segments("MSA")
        acks.append(_Ack(one, component(msa, 1, 1), component(msa, 2, 1), len(traffic.messages)))
        return
    if one.is_hl7:
        header = read_hl7v2(one.request.body).content[0]
        traffic.by_name[component(header, 10, 1)].append(len(traffic.messages))
    traffic.messages.append(one)


def _waits(response: Side | None, ack: _Ack) -> bool:
    return response is None or (response.start in COMMITS and not ack.commits)


def _answered_in_its_file(ack: _Ack, traffic: _Traffic) -> bool:
    here = [i for i in traffic.waiting(ack) if i < ack.after and traffic.messages[i].file == ack.found.file]
    if here:
        traffic.answer(here[-1], ack)
    return bool(here)


def _left_alone(acks: list[_Ack], traffic: _Traffic, place: Callable[[str], str]) -> list[_Ack]:
    """Answer the messages that only one of ``acks`` can answer in its place, and return the others."""
    rivals = Counter((place(ack.found.file), ack.named, ack.commits) for ack in acks)
    left = []
    for ack in acks:
        here = place(ack.found.file)
        waiting = [index for index in traffic.waiting(ack) if place(traffic.messages[index].file) == here]
        if len(waiting) == 1 and rivals[here, ack.named, ack.commits] == 1:
            traffic.answer(waiting[0], ack)
        else:
            left.append(ack)
    return left


def _why_alone(ack: _Ack, traffic: _Traffic) -> str:
    several = bool(traffic.waiting(ack))
    why = "il peut répondre à plusieurs messages" if several else "son message n'est pas enregistré, ou a sa réponse"
    return f"acquittement (message {ack.found.rank}) laissé de côté : {why}"

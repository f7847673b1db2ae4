"""An operator who works a product without a screen: reads the machine's side of each instruction and does it with the
reference connector (sound or faulty), over mutual TLS, as a product would."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from dmp_imagerie.connectors.contract import AnyVerb, Connector, Outcome, Status, Surroundings
from dmp_imagerie.connectors.operator.instruction import Answer, Instruction
from dmp_imagerie.connectors.registry import connect
from dmp_imagerie.runner.config import RunConfig
from dmp_imagerie.runner.guided.screens import (
    AnyReply,
    AnyScreen,
    Asked,
    Closing,
    Finish,
    GoOn,
    Opening,
    Reviewed,
    Take,
    Tick,
)

SEED = 1


def guided_config(out: Path, *rules: str, **changes: Any) -> RunConfig:
    """The configuration of a guided run of these rules."""
    fields = {"seed": SEED, "deadline_s": 600.0} | changes
    return RunConfig(connector="operateur", transport="https", out=out, rules=rules, **fields)


class Hands:
    """Does what instructions say with the connector named by ``spec``, and says what was seen."""

    def __init__(self, spec: str, work_dir: Path) -> None:
        self._spec = spec
        self._work_dir = work_dir
        self._starts = 0
        self._connector: Connector | None = None

    def take_surroundings(self, surroundings: Mapping[str, Any]) -> None:
        """Point the product, newly installed, at the simulated DMP."""
        self.let_go()
        self._starts += 1
        told = msgspec.convert(dict(surroundings), Surroundings)
        work_dir = self._work_dir / str(self._starts)
        work_dir.mkdir(parents=True)
        self._connector = connect(self._spec)
        self._connector.start(msgspec.structs.replace(told, work_dir=str(work_dir)))

    def do(self, instruction: Instruction) -> Answer:
        """Do it and tell it as a person would."""
        return told_of(instruction, self.outcome(instruction.verb))

    def outcome(self, verb: Mapping[str, Any]) -> Outcome:
        """Do the verb and return what the connector says of it."""
        assert self._connector is not None
        request: AnyVerb = msgspec.convert(dict(verb), AnyVerb)
        return self._connector.call(request, 10.0)

    def let_go(self) -> None:
        """Close the product."""
        if self._connector is not None:
            self._connector.stop()
            self._connector = None


def told_of(instruction: Instruction, outcome: Outcome) -> Answer:
    """What a person tells of ``outcome``, field by field of the instruction."""
    listed = {document.unique_id for document in instruction.documents}
    shown = {row["unique_id"] for row in outcome.displayed if row.get("unique_id") in listed}
    others = [row for row in outcome.displayed if row.get("unique_id") not in listed]
    rows = tuple(_copied(instruction, row) for row in others) if instruction.columns else ()
    looked = outcome.status in (Status.DONE, Status.ACCEPTED) or bool(outcome.displayed)
    return Answer(
        status=outcome.status,
        messages=outcome.messages,
        rows=rows,
        documents={unique_id: unique_id in shown for unique_id in listed} if looked else {},
        nothing=looked and bool(instruction.columns) and not rows and not listed,
    )


def _copied(instruction: Instruction, row: Mapping[str, str]) -> dict[str, str]:
    """The cells a person copies of a row on screen; what has no cell of its own goes in the last one."""
    keys = [column.key for column in instruction.columns]
    rest = " ".join(value for key, value in row.items() if key not in keys[:-1] and value)
    return {key: row.get(key, "") for key in keys[:-1]} | {keys[-1]: rest}


When = Callable[[AnyScreen], bool]
Script = Sequence[tuple[When, AnyReply | type[BaseException]]]
"""What is said instead of doing the instruction, in order: each when its screen comes, once."""


def at(verb: str, rank: int = 1) -> When:
    """The instruction of this verb, in the scenario of this rank."""
    return lambda s: isinstance(s, Asked) and (s.instruction.verb["verb"], s.where.rank) == (verb, rank)


def reading_back(verb: str, rank: int = 1) -> When:
    """The review of the answer to this verb, in the scenario of this rank."""
    return lambda s: isinstance(s, Reviewed) and (s.instruction.verb["verb"], s.where.rank) == (verb, rank)


def at_the_end(screen: AnyScreen) -> bool:
    """The closing of the session."""
    return isinstance(screen, Closing)


class Scripted:
    """A front end without a person: does each instruction with ``hands``, takes each answer, closes the session."""

    def __init__(self, hands: Hands, script: Script = ()) -> None:
        self.screens: list[AnyScreen] = []
        self._hands = hands
        self._script = list(script)

    def show(self, screen: AnyScreen) -> None:
        if not isinstance(screen, Tick):
            self.screens.append(screen)

    def read(self, timeout_s: float) -> AnyReply | None:
        if self._script and self._script[0][0](self.screens[-1]):
            said = self._script.pop(0)[1]
            if isinstance(said, type):
                raise said
            return said
        match self.screens[-1]:
            case Opening() as screen:
                self._hands.take_surroundings(screen.surroundings)
                return GoOn()
            case Asked() as screen:
                return self._hands.do(screen.instruction)
            case Reviewed():
                return Take()
            case Closing():
                return Finish()
            case other:
                raise AssertionError(f"écran inattendu : {other}")

    def asked(self) -> list[Asked]:
        """The instructions shown."""
        return [screen for screen in self.screens if isinstance(screen, Asked)]


def titles(screens: Iterable[AnyScreen]) -> list[str]:
    """What was asked, in order."""
    return [screen.instruction.title for screen in screens if isinstance(screen, Asked)]

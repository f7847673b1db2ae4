"""What a guided session shows and what it is told back, as plain data: the whole of what a front end has to know.

The same values go to a terminal, through a pipe to a page (``lines``), or to a test.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from dmp_imagerie.connectors.operator.instruction import Answer, Instruction
from dmp_imagerie.model.plain import Plain
from dmp_imagerie.model.verdicts import Outcome
from dmp_imagerie.runner.reach import Service
from dmp_imagerie.runner.sandbox_keys import KeyFile

# --- What is shown --------------------------------------------------------------------------------------------------


class Screen(Plain, tag_field="screen"):
    """Base of what is shown."""


class Opening(Screen, tag="opening"):
    """The session begins: where the product must be pointed, with which test certificates.

    ``surroundings`` is what a machine would be given (contract.Surroundings); ``resumed`` says how the run had stopped
    ("" when it is new); ``who`` who may connect; ``password`` what may be said of the PFX's.
    """

    out: str
    product: str
    services: tuple[Service, ...]
    files: tuple[KeyFile, ...]
    who: str
    deadline_s: float
    password: str = ""
    resumed: str = ""
    surroundings: Mapping[str, Any]


class Where(Plain):
    """Where the session is: the scenario, and its rank among those this run plays; the statement of its rule in both
    languages."""

    key: str
    rule: str
    statement: str
    statement_en: str = ""
    title: str
    rank: int
    total: int
    step: int


class Received(Plain):
    """A message the simulated DMP received: time of day, transaction in words, INS, and what the DMP answered.

    ``refusal`` is the code of the DMP's refusal ("" when it served), ``advice`` its meaning; an event that is no
    exchange (a refused TLS handshake) has its words in ``what`` and in nothing else.
    """

    seq: int
    time: str
    what: str
    patient: str = ""
    served: bool = False
    refusal: str = ""
    advice: str = ""


class Asked(Screen, tag="asked"):
    """An instruction to carry out. ``problems`` say why the answer just given was not taken; ``before`` is the answer
    to correct, None when there is none."""

    where: Where
    instruction: Instruction
    deadline_s: float
    paused: bool = False
    problems: tuple[str, ...] = ()
    before: Answer | None = None


class Reviewed(Screen, tag="reviewed"):
    """An answer that can be taken, before it is: what it says, what the DMP received while it was prepared."""

    where: Where
    instruction: Instruction
    answer: Answer
    received: tuple[Received, ...]


class Tick(Screen, tag="tick"):
    """Time goes by: seconds left (None: no limit), and what the DMP received since the instruction was shown."""

    remaining_s: float | None
    paused: bool
    received: tuple[Received, ...]


class Played(Plain):
    """A scenario that was played, and what was found."""

    key: str
    rule: str
    title: str
    outcome: Outcome


class Closing(Screen, tag="closing"):
    """Everything was played: close the session, or play a scenario again."""

    played: tuple[Played, ...]


class Verdict(Plain):
    """A headline of the report: whose, the verdict, and the sentences that explain it."""

    bearer: str
    verdict: str
    sentences: tuple[str, ...]


class Over(Screen, tag="over"):
    """The session ended. ``files`` are the reports by format; ``resume`` the command that goes on ("" when closed)."""

    verdicts: tuple[Verdict, ...]
    files: Mapping[str, str]
    resume: str = ""


class Failed(Screen, tag="failed"):
    """The session could not be held; the message says what to do."""

    message: str


AnyScreen = Opening | Asked | Reviewed | Tick | Closing | Over | Failed


# --- What is told back ----------------------------------------------------------------------------------------------


class Command(Plain, tag_field="type"):
    """Base of what is told back, with ``Answer``."""


class Pause(Command, tag="pause"):
    """Stop the clock."""


class GoOn(Command, tag="go"):
    """Start the clock again; at the opening, begin."""


class Take(Command, tag="take"):
    """The answer under review is right: take it."""


class Correct(Command, tag="correct"):
    """The answer under review is wrong: ask again."""


class Restart(Command, tag="restart"):
    """Play a scenario again from its beginning: the current one, or any that was played when the session closes."""

    reason: str
    scenario: str = ""


class Skip(Command, tag="skip"):
    """Leave the current scenario; it will not be judged."""

    reason: str


class Stop(Command, tag="stop"):
    """Stop here; the session can be resumed."""


class Finish(Command, tag="finish"):
    """Close the session and write the report."""


AnyReply = Answer | Pause | GoOn | Take | Correct | Restart | Skip | Stop | Finish


class FrontEnd(Protocol):
    """What shows the screens and listens to the person."""

    def show(self, screen: AnyScreen) -> None:
        """Show ``screen`` in place of the one before; a ``Tick`` only brings the current one up to date."""
        ...

    def read(self, timeout_s: float) -> AnyReply | None:
        """Return what the person says, None when they said nothing in time. Raises EOFError once they are gone."""
        ...

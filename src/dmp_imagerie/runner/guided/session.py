"""A guided session: asks the person who works the product, one instruction at a time, and hands on what they saw.

Promises the runner answers that were read back before they were taken, with what was corrected said; a person who
passes or runs out of time as nobody's fault; and scenarios played again only on demand, for a reason that is kept.
Promises the front end that it has nothing to decide. Nothing here is kept in memory that the journal does not hold:
what an interrupted session had finished is read back from it (see ``sitting``).
"""

import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from dmp_imagerie.connectors.contract import SkippedError
from dmp_imagerie.connectors.operator.instruction import Answer, Instruction, KnownDocument, outcome, problems
from dmp_imagerie.model.events import Answered, PlannedScenario
from dmp_imagerie.model.verdicts import Outcome, worst
from dmp_imagerie.runner.bench import Bench
from dmp_imagerie.runner.guided.countdown import Countdown
from dmp_imagerie.runner.guided.received import received_since
from dmp_imagerie.runner.guided.screens import (
    AnyReply,
    Asked,
    Closing,
    Correct,
    Finish,
    FrontEnd,
    GoOn,
    Opening,
    Pause,
    Played,
    Restart,
    Reviewed,
    Skip,
    Stop,
    Take,
    Tick,
    Where,
)
from dmp_imagerie.runner.launch import Again

TICK_S = 1.0
MAX_SCREENSHOT = 20 * 1024 * 1024


class Session:
    """Stands between a run and a person: the run's ``Progress``, the connector's ``Operator``."""

    def __init__(self, front: FrontEnd, *, now: Callable[[], float] = time.monotonic) -> None:
        self._front = front
        self._now = now
        self._scenario: PlannedScenario | None = None
        self._total = self._step = 0
        self._ranks: dict[str, int] = {}
        self._played: dict[str, Played] = {}
        self._again: Again | None = None
        self._absent = False

    def open(self, bench: Bench, opening: Opening) -> None:
        """Show where the product must be pointed, and wait for the person to begin."""
        self._bench = bench
        self._journal = bench.writer.journal
        self._front.show(opening)
        while not isinstance(self._heard(), GoOn):
            continue

    # --- Progress ---------------------------------------------------------------------------------------------------

    def planned(self, count: int) -> None:
        """Note how many scenarios are to come."""
        self._total = count

    def began(self, scenario: PlannedScenario) -> None:
        """Note which scenario the coming instructions belong to."""
        self._ranks.setdefault(scenario.key, len(self._ranks) + 1)
        self._scenario, self._step = scenario, 0

    def played(self, scenario: PlannedScenario, outcomes: list[Outcome]) -> None:
        """Note what was found."""
        self._played[scenario.key] = Played(
            key=scenario.key, rule=scenario.rule, title=scenario.title, outcome=worst(outcomes)
        )

    def again(self, *, last: bool) -> Again | None:
        """Return the scenario the person asked to play again; once all are played, ask them."""
        wanted, self._again = self._again, None
        return wanted or (self._closing() if last else None)

    # --- Operator ---------------------------------------------------------------------------------------------------

    def documents(self, ins: str) -> tuple[KnownDocument, ...]:
        """What the simulated DMP holds of this patient."""
        held = self._bench.dmp.control.snapshot(ins)["documents"]
        return tuple(
            KnownDocument(unique_id=d["unique_id"], title=d["title"], submitted_at=d["submitted_at"]) for d in held
        )

    def ask(self, instruction: Instruction, deadline_s: float) -> Answer:
        """Ask until an answer is taken. Raises SkippedError, KeyboardInterrupt (see ``Operator``)."""
        self._step += 1
        since = self._journal.last_seq
        countdown = Countdown(deadline_s, self._now, paused=self._absent)
        corrected: list[Answer] = []
        while True:
            answer = self._answer(instruction, countdown, since, corrected[-1] if corrected else None)
            stopped = countdown.paused
            countdown.pause()
            if self._taken(instruction, answer, since):
                break
            corrected.append(answer)
            if not stopped:
                countdown.go()
        self._record(instruction, answer, corrected)
        return answer

    def _answer(self, instruction: Instruction, countdown: Countdown, since: int, before: Answer | None) -> Answer:
        """Return the first answer without a problem."""
        found: tuple[str, ...] = ()
        while True:
            asked = Asked(
                where=self._where(),
                instruction=instruction,
                deadline_s=countdown.left(),
                paused=countdown.paused,
                problems=found,
                before=before,
            )
            self._front.show(asked)
            before = self._reply(countdown, since)
            found = problems(instruction, before) + _screenshot_problems(before.screenshot)
            if not found:
                return before

    def _reply(self, countdown: Countdown, since: int) -> Answer:
        """Wait for an answer, obeying what is said in between."""
        while True:
            match self._heard(countdown, since):
                case Answer() as answer:
                    return answer
                case Pause():
                    countdown.pause()
                case GoOn():
                    countdown.go()
                case Skip() | Restart() as leaving:
                    self._leave(leaving)
                case _:
                    continue  # said of a screen that is gone

    def _taken(self, instruction: Instruction, answer: Answer, since: int) -> bool:
        """Show the answer beside what the DMP received; whether it is taken, or to be corrected. No clock runs."""
        received = received_since(self._journal, since)
        self._front.show(Reviewed(where=self._where(), instruction=instruction, answer=answer, received=received))
        while True:
            match self._heard(since=since):
                case Take():
                    return True
                case Correct():
                    return False
                case Skip() | Restart() as leaving:
                    self._leave(leaving)
                case _:
                    continue

    def _leave(self, leaving: Skip | Restart) -> None:
        """Leave the scenario. Raises SkippedError."""
        reason = leaving.reason.strip() or "sans raison donnée"
        if isinstance(leaving, Skip):
            raise SkippedError(f"l'opérateur a passé le scénario ({reason})")
        if self._scenario is not None:
            self._again = Again(key=self._scenario.key, reason=f"demandé par l'opérateur : {reason}")
        raise SkippedError(f"l'opérateur recommence le scénario ({reason})")

    def _closing(self) -> Again | None:
        while True:
            self._front.show(Closing(played=tuple(self._played.values())))
            match self._heard():
                case Finish():
                    return None
                case Restart(scenario=key, reason=reason) if key in self._played:
                    told = reason.strip() or "sans raison donnée"
                    return Again(key=key, reason=f"demandé par l'opérateur : {told}")
                case _:
                    continue

    def _heard(self, countdown: Countdown | None = None, since: int | None = None) -> AnyReply:
        """Return the next thing said. Raises SkippedError when time is out, KeyboardInterrupt when they stop."""
        while True:
            try:
                reply = self._front.read(TICK_S)
            except EOFError:
                raise KeyboardInterrupt("l'opérateur n'est plus là") from None
            if isinstance(reply, Stop):
                raise KeyboardInterrupt("séance arrêtée par l'opérateur")
            if reply is not None:
                self._absent = False
                return reply
            if countdown is not None and countdown.over():
                self._absent = True  # the next instruction waits for them, its clock stopped
                raise SkippedError(f"délai de {countdown.total_s:g} s dépassé sans réponse de l'opérateur")
            if since is not None:
                left = countdown.left() if countdown else None
                paused = countdown is not None and countdown.paused
                self._front.show(Tick(remaining_s=left, paused=paused, received=received_since(self._journal, since)))

    def _where(self) -> Where:
        scenario = self._scenario
        if scenario is None:
            return Where(key="", rule="", statement="", title="", rank=0, total=self._total, step=self._step)
        rule = self._bench.catalogue.rule(scenario.rule)
        return Where(
            key=scenario.key,
            rule=scenario.rule,
            statement=rule.enonce,
            statement_en=rule.statement_en,
            title=scenario.title,
            rank=self._ranks[scenario.key],
            total=self._total,
            step=self._step,
        )

    def _record(self, instruction: Instruction, answer: Answer, corrected: list[Answer]) -> None:
        writer = self._bench.writer
        screenshot = Path(answer.screenshot) if answer.screenshot else None
        writer.record(
            Answered,
            verb=str(instruction.verb["verb"]),
            comment=answer.comment.strip(),
            screenshot=writer.piece(screenshot.read_bytes()) if screenshot else "",
            screenshot_name=screenshot.name if screenshot else "",
            corrected=tuple(msgspec.to_builtins(outcome(instruction, earlier)) for earlier in corrected),
        )


def _screenshot_problems(path: str) -> tuple[str, ...]:
    if not path:
        return ()
    try:
        size = Path(path).stat().st_size
        with Path(path).open("rb"):
            pass
    except OSError as error:
        return (f"capture « {path} » illisible ({error.strerror})",)
    if not 0 < size <= MAX_SCREENSHOT:
        return (f"capture « {path} » vide, ou de plus de {MAX_SCREENSHOT // 1024 // 1024} Mo",)
    return ()

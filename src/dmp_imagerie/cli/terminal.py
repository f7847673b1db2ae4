"""The guided session in a terminal: plain lines in, plain lines out, so that any terminal and any script can do it."""

import textwrap
from collections.abc import Generator, Iterable, Sequence
from typing import BinaryIO, TextIO

from dmp_imagerie.cli.language import said, spoken
from dmp_imagerie.cli.pki import file_lines
from dmp_imagerie.cli.serve import service_lines
from dmp_imagerie.connectors.contract import Status
from dmp_imagerie.connectors.operator.instruction import Answer, Column, Instruction
from dmp_imagerie.runner.guided.english import screen_in
from dmp_imagerie.runner.guided.listening import LineReader
from dmp_imagerie.runner.guided.screens import (
    AnyReply,
    AnyScreen,
    Asked,
    Closing,
    Correct,
    Failed,
    Finish,
    GoOn,
    Opening,
    Over,
    Pause,
    Received,
    Restart,
    Reviewed,
    Skip,
    Stop,
    Take,
    Tick,
)
from dmp_imagerie.runner.guided.words import OUTCOMES, duration, way

WIDTH = 100
WARN_AT_S = (300, 60)
"""Seconds left at which the person is told."""

_LEAVE = "r recommencer le scénario · s passer le scénario · q arrêter (se reprend plus tard)"
_YES, _NO = ("o", "oui", "y", "yes"), ("n", "non", "no")

Talk = Generator[None, str, AnyReply]
"""A conversation: takes the lines typed, one at a time, and ends with what was said."""
Words = Generator[None, str, str]


class Terminal:
    """Shows screens as text and makes replies of the lines typed."""

    def __init__(self, source: BinaryIO, target: TextIO) -> None:
        self._reader = LineReader(source)
        self._target = target
        self._talk: Talk | None = None
        self._asked: Asked | None = None
        self._paused = False
        self._seen = 0
        self._left_s = 0.0

    def show(self, screen: AnyScreen) -> None:
        """Print ``screen``, in the language being spoken, and begin the conversation it calls for."""
        screen = screen_in(spoken(), screen)
        match screen:
            case Tick():
                self._tick(screen)
            case Opening():
                self._say(*_opening_lines(screen))
                self._begin(self._await_start())
            case Asked():
                self._asked, self._paused = screen, screen.paused
                self._left_s = screen.deadline_s
                self._say(*_asked_lines(screen))
                self._begin(self._answer(screen.instruction))
            case Reviewed():
                self._seen = max((line.seq for line in screen.received), default=self._seen)
                self._say(*_review_lines(screen))
                self._begin(self._review())
            case Closing():
                self._say(*_closing_lines(screen))
                self._begin(self._close(screen))
            case Over():
                if screen.resume:
                    self._say("", said(f"Pour reprendre cette séance : {screen.resume}"))
            case Failed():
                self._say("", screen.message)

    def read(self, timeout_s: float) -> AnyReply | None:
        """Return what the lines typed so far come to, None while they come to nothing."""
        line = self._reader.line(timeout_s)
        if line is None or self._talk is None:
            return None
        try:
            self._talk.send(line.strip())
        except StopIteration as ended:
            self._talk = None
            reply: AnyReply = ended.value
            if isinstance(reply, Pause | GoOn) and self._asked is not None:
                self._paused = isinstance(reply, Pause)
                self._begin(self._answer(self._asked.instruction))
            return reply
        return None

    def _begin(self, talk: Talk) -> None:
        self._talk = talk
        next(talk)

    # --- Conversations ----------------------------------------------------------------------------------------------

    def _await_start(self) -> Talk:
        yield from self._prompt("Quand le produit est réglé, appuyez sur Entrée pour commencer : ")
        return GoOn()

    def _answer(self, instruction: Instruction) -> Talk:
        choices = {str(number): choice.status for number, choice in enumerate(instruction.choices, start=1)}
        paused = " (EN PAUSE : p pour repartir)" if self._paused else ""
        while True:
            typed = (yield from self._prompt(f"Votre réponse{paused} : ")).lower()
            if typed in choices:
                return (yield from self._tell(instruction, choices[typed]))
            if typed == "p":
                return GoOn() if self._paused else Pause()
            if typed == "?" and self._asked is not None:
                self._say(*_asked_lines(self._asked))
                continue
            leaving = yield from self._leave(typed)
            if leaving is not None:
                return leaving
            self._say(said(f"  Tapez un numéro de 1 à {len(choices)}, ou une des lettres proposées."))

    def _tell(self, instruction: Instruction, status: Status) -> Talk:
        messages = yield from self._several("Messages du logiciel, mot pour mot (un par ligne, ligne vide à la fin) :")
        documents: dict[str, bool] = {}
        rows: tuple[dict[str, str], ...] = ()
        nothing = False
        if instruction.columns:
            looks = status in (Status.DONE, Status.ACCEPTED)
            if not looks:
                looks = yield from self._yes("Le logiciel affiche-t-il malgré tout quelque chose ?")
            for document in instruction.documents if looks else ():
                told = f"« {document.title} » est-il montré ?"
                documents[document.unique_id] = yield from self._yes(told)
            if looks:
                rows = yield from self._rows(instruction.columns)
            required = any(column.required for column in instruction.columns)
            if looks and not rows and not documents and not required:
                nothing = yield from self._yes("Rien n'est donc affiché ?")
        screenshot = yield from self._prompt("Capture d'écran, chemin du fichier (Entrée : aucune) : ")
        comment = yield from self._prompt("Commentaire (Entrée : aucun) : ")
        return Answer(
            status=status,
            messages=messages,
            rows=rows,
            documents=documents,
            nothing=nothing,
            screenshot=screenshot.strip("\"'"),
            comment=comment,
        )

    def _review(self) -> Talk:
        while True:
            typed = (yield from self._prompt("Entrée : garder cette réponse · c : la corriger : ")).lower()
            if not typed:
                return Take()
            if typed == "c":
                return Correct()
            leaving = yield from self._leave(typed)
            if leaving is not None:
                return leaving

    def _close(self, screen: Closing) -> Talk:
        while True:
            typed = yield from self._prompt("Entrée : clore la séance · un numéro : le rejouer · q : arrêter : ")
            if not typed:
                return Finish()
            if typed.lower() == "q":
                return Stop()
            if typed.isdigit() and 1 <= int(typed) <= len(screen.played):
                reason = yield from self._prompt("Pourquoi le rejouer ? (sera au rapport) : ")
                return Restart(scenario=screen.played[int(typed) - 1].key, reason=reason)

    def _leave(self, typed: str) -> Generator[None, str, AnyReply | None]:
        if typed == "q":
            return Stop()
        if typed in ("r", "s"):
            reason = yield from self._prompt("Pourquoi ? (sera au rapport) : ")
            return Restart(reason=reason) if typed == "r" else Skip(reason=reason)
        return None

    def _prompt(self, text: str) -> Words:
        self._target.write(said(text))
        self._target.flush()
        return (yield)

    def _several(self, title: str) -> Generator[None, str, tuple[str, ...]]:
        self._say(f"  {said(title)}")
        lines: list[str] = []
        while line := (yield from self._prompt("  > ")):
            lines.append(line)
        return tuple(lines)

    def _yes(self, question: str) -> Generator[None, str, bool]:
        while True:
            typed = (yield from self._prompt(f"  {said(question)} {said('(o/n) :')} ")).lower()
            if typed in (*_YES, *_NO):
                return typed in _YES

    def _rows(self, columns: Sequence[Column]) -> Generator[None, str, tuple[dict[str, str], ...]]:
        shape = " | ".join(column.label for column in columns)
        hint = ", cases séparées par |" if len(columns) > 1 else ""
        lines = yield from self._several(f"{shape} (une ligne chacun{hint}, ligne vide à la fin) :")
        keys = [column.key for column in columns]
        return tuple(
            dict(zip(keys, (cell.strip() for cell in line.split("|", len(keys) - 1)), strict=False)) for line in lines
        )

    # --- What goes by -----------------------------------------------------------------------------------------------

    def _tick(self, tick: Tick) -> None:
        new = [line for line in tick.received if line.seq > self._seen]
        if new:
            self._seen = new[-1].seq
            self._say("", *(f"    ← {_received(line)}" for line in new))
        if tick.remaining_s is not None and not tick.paused:
            crossed = [limit for limit in WARN_AT_S if tick.remaining_s <= limit < self._left_s]
            self._left_s = tick.remaining_s
            if crossed:
                self._say("", said(f"    Il reste {duration(tick.remaining_s)} pour répondre (p : pause)."))

    def _say(self, *lines: str) -> None:
        self._target.write("".join(f"{line}\n" for line in lines))
        self._target.flush()


def _opening_lines(screen: Opening) -> Iterable[str]:
    if screen.resumed:
        kept = "ce qui était fini est gardé, le scénario en cours recommence."
        yield said(f"Séance reprise ({screen.resumed}) : {kept}")
    yield said(f"Séance guidée · {screen.product} · {screen.out}")
    yield said(f"\nAdresses à donner au produit ({way(screen.services)})")
    yield from map(said, service_lines(screen.services))
    yield said(f"  admis : {screen.who}\n")
    yield from map(said, file_lines(screen.files, screen.password))
    told = (
        f"Une instruction à la fois, {duration(screen.deadline_s)} pour chacune. Répondez ce que vous voyez, même si "
        "c'est une erreur : rien de ce que fait le logiciel n'est votre faute."
    )
    yield from _wrapped(said(told))


def _asked_lines(screen: Asked) -> Iterable[str]:
    where, instruction = screen.where, screen.instruction
    if screen.problems:
        yield said("\n  Réponse à compléter :")
        yield from (f"  ! {problem}" for problem in screen.problems)
    yield f"\n{'─' * WIDTH}"
    limit = duration(screen.deadline_s)
    yield said(f"Scénario {where.rank}/{where.total} · {where.rule} · étape {where.step} · délai {limit}")
    yield from _wrapped(f"{said('Règle :')} {where.statement}")
    yield from _wrapped(f"{said('Scénario :')} {where.title}")
    yield f"\n{instruction.title.upper()}"
    for paragraph in instruction.todo:
        yield from _wrapped(paragraph)
    width = max((len(datum.label) for datum in instruction.data), default=0)
    for datum in instruction.data:
        first, *others = datum.value.splitlines() or [""]
        yield f"    {datum.label:<{width}}  {first}"
        yield from (f"    {'':<{width}}  {line}" for line in others)
    yield from _wrapped(f"{said('À regarder :')} {instruction.look}")
    yield ""
    yield from (f"  {number}  {choice.label}" for number, choice in enumerate(instruction.choices, start=1))
    yield said(f"  p pause · {_LEAVE} · ? relire")


def _review_lines(screen: Reviewed) -> Iterable[str]:
    answer = screen.answer
    label = next(choice.label for choice in screen.instruction.choices if choice.status is answer.status)
    yield f"\n  {said('Votre réponse :')} {label}"
    yield from (f"    {said('message :')} {message}" for message in answer.messages)
    titles = {document.unique_id: document.title for document in screen.instruction.documents}
    for unique_id, shown in answer.documents.items():
        yield f"    {said('montré :' if shown else 'non montré :')} {titles[unique_id]}"
    yield from (f"    {said('affiché :')} {' | '.join(row.values())}" for row in answer.rows)
    if answer.screenshot:
        yield f"    {said('capture :')} {answer.screenshot}"
    if answer.comment:
        yield f"    {said('commentaire :')} {answer.comment}"
    yield said("  Pendant cette étape, le DMP simulé a reçu :")
    yield from (f"    ← {_received(line)}" for line in screen.received)
    if not screen.received:
        yield f"    {said('rien')}"


def _closing_lines(screen: Closing) -> Iterable[str]:
    yield f"\n{'─' * WIDTH}"
    yield said("Tout a été joué.")
    for number, played in enumerate(screen.played, start=1):
        yield f"  {number:>3}  {played.rule}  {said(OUTCOMES[played.outcome]):<16}  {played.title}"
    yield said("  Rejouer un scénario se dit au rapport, avec ce qui avait été constaté avant.")


def _received(line: Received) -> str:
    patient = f", patient {line.patient}" if line.patient else ""
    if line.refusal:
        return f"{line.time} {line.what}{patient}{said(' : refusé')}, {line.refusal} ({line.advice})"
    return f"{line.time} {line.what}{patient}" + (said(" : accepté") if line.served else "")


def _wrapped(text: str) -> list[str]:
    """The lines of ``text``, which is in the language being spoken."""
    return textwrap.wrap(text, WIDTH, initial_indent="  ", subsequent_indent="  ")

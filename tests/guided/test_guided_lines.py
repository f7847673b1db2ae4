"""The session as another program sees it: a process of its own, JSON Lines both ways."""

import io
import queue
from pathlib import Path

import msgspec
import pytest

from dmp_imagerie.connectors.contract import Status
from dmp_imagerie.connectors.operator.instruction import Answer
from dmp_imagerie.journal.reader import read_journal
from dmp_imagerie.model.events import Verb
from dmp_imagerie.runner.guided.child import ChildSession
from dmp_imagerie.runner.guided.lines import Lines, decode_screen, encode_reply
from dmp_imagerie.runner.guided.listening import LineReader
from dmp_imagerie.runner.guided.screens import (
    AnyReply,
    AnyScreen,
    Asked,
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
from dmp_imagerie.runner.guided.sitting import resumable

PATIENCE_S = 60
OPTIONS = ("--rules", "DMP-INS-01", "--seed", "1", "--port", "0", "--formats", "json", "--out", "run")


class Watched:
    """A child session whose screens wait in a queue."""

    def __init__(self, folder: Path, *words: str) -> None:
        self.screens: queue.Queue[AnyScreen] = queue.Queue()
        self.session = ChildSession(words, folder, self.screens.put)

    def next(self) -> AnyScreen:
        """The next screen that is no tick."""
        while isinstance(screen := self.screens.get(timeout=PATIENCE_S), Tick):
            continue
        return screen


def test_a_session_goes_on_by_lines_and_stops_resumable_when_its_reader_goes(tmp_path: Path) -> None:
    watched = Watched(tmp_path, *OPTIONS)
    opening = watched.next()
    assert isinstance(opening, Opening)
    assert opening.surroundings["dmp_url"].startswith("https://127.0.0.1:")
    watched.session.send(GoOn())
    asked = watched.next()
    assert isinstance(asked, Asked)
    assert asked.instruction.verb == {"verb": "reset"}
    watched.session.send(Answer(status=Status.DONE, comment="é"))
    assert isinstance(watched.next(), Reviewed)
    watched.session.send(Take())
    assert isinstance(watched.next(), Asked)
    watched.session.close()
    run = tmp_path / "run"
    assert [verb.name for verb in read_journal(run).all(Verb)] == ["reset"]
    assert resumable(run)


def test_a_stop_is_answered_with_what_was_judged_and_how_to_go_on(tmp_path: Path) -> None:
    watched = Watched(tmp_path, *OPTIONS)
    watched.next()
    watched.session.send(GoOn())
    watched.next()
    watched.session.send(Stop())
    over = watched.next()
    watched.session.close()
    assert isinstance(over, Over)
    assert over.resume == "dmp-imagerie guide --resume run"
    assert Path(over.files["json"]).is_file()
    assert {verdict.verdict for verdict in over.verdicts} == {"PARTIEL"}


def test_a_session_that_cannot_be_held_says_why(tmp_path: Path) -> None:
    watched = Watched(tmp_path, "--resume", "absent")
    failed = watched.next()
    watched.session.close()
    assert isinstance(failed, Failed)
    assert "aucune séance guidée" in failed.message


def test_a_process_that_dies_without_a_word_is_told(tmp_path: Path) -> None:
    watched = Watched(tmp_path, "--pas-une-option")
    failed = watched.next()
    watched.session.close()
    assert isinstance(failed, Failed)
    assert "pas-une-option" in failed.message


REPLIES: tuple[AnyReply, ...] = (
    Answer(status=Status.REFUSED, messages=("non",), rows=({"url": "https://x"},), documents={"1": False}),
    *(Pause(), GoOn(), Take(), Correct(), Restart(reason="r", scenario="k"), Skip(reason=""), Stop(), Finish()),
)


def test_every_reply_goes_through_and_what_is_none_is_left(capsys: pytest.CaptureFixture[str]) -> None:
    source = io.BytesIO(b"".join([*map(encode_reply, REPLIES), b"pas du JSON\n", b'{"type":"inconnu"}\n']))
    lines = Lines(source, io.BytesIO())
    read = [lines.read(5.0) for _ in range(len(REPLIES) + 2)]
    with pytest.raises(EOFError):
        lines.read(5.0)
    assert tuple(reply for reply in read if reply is not None) == REPLIES
    assert read[-2:] == [None, None]
    assert capsys.readouterr().err.count("réponse illisible") == 2


def test_screens_go_through_and_a_reader_that_is_gone_is_no_fault() -> None:
    target = io.BytesIO()
    lines = Lines(io.BytesIO(), target)
    tick = Tick(remaining_s=None, paused=True, received=(Received(seq=1, time="08:00:00", what="TD2.1"),))
    lines.show(tick)
    assert decode_screen(target.getvalue()) == tick
    target.close()
    lines.show(tick)


def test_lines_come_whole_however_they_were_cut() -> None:
    class Dripping(io.RawIOBase):
        parts = [b"un\nde", b"ux\r\n\xc3", b"\xa9t\xc3\xa9"]

        def read(self, size: int = -1) -> bytes:
            return self.parts.pop(0) if self.parts else b""

    reader = LineReader(Dripping())  # type: ignore[arg-type]  # a raw stream reads as a binary one does
    assert [reader.line(5.0) for _ in range(3)] == ["un", "deux", "été"]
    for _ in range(2):
        with pytest.raises(EOFError):
            reader.line(5.0)


def test_a_silence_is_no_line() -> None:
    import os

    source, target = os.pipe()
    with open(source, "rb") as stream, open(target, "wb"):  # noqa: PTH123 - file descriptors
        assert LineReader(stream).line(0.01) is None


def test_answers_refuse_what_they_do_not_know() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"type":"answer","status":"done","vert":true}', type=Answer)

"""HL7v2 recordings are cut where messages end, and nowhere else; acknowledgements go to the messages they answer."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmp_imagerie.proof.observe.hl7 import split_messages
from dmp_imagerie.proof.observe.messages import messages_in, read_recordings
from dmp_imagerie.wire.mllp import frame
from dmp_imagerie.wire.read.hl7v2 import read_hl7v2

ENDS = ("\r", "\n", "\r\n")
DATE = "2026-03-10 10:00:00 INFO"

names = st.sampled_from(["PID", "PV1", "ORC", "OBX", "NTE", "ZFA"])
texts = st.text(st.characters(codec="ascii", categories=("L", "N", "P", "S", "Zs")), max_size=12)
segments = st.builds(lambda name, fields: "|".join((name, *fields)), names, st.lists(texts, min_size=1, max_size=4))
headers = st.builds(lambda name: f"MSH|^~\\&|RIS||PFI||2026||MDM^T02|{name}|T|2.6", st.integers(1, 999))
messages = st.builds(lambda header, rest: [header, *rest], headers, st.lists(segments, min_size=1, max_size=5))
recordings = st.lists(messages, min_size=1, max_size=5)


def lines_of(message: bytes) -> list[str]:
    """The segments of a message, whatever ends them."""
    return [line for line in message.decode().replace("\r\n", "\n").replace("\r", "\n").split("\n") if line]


def cut(written: str) -> list[list[str]]:
    return [lines_of(message) for message in split_messages(written.encode())]


def expected(recording: list[list[str]]) -> list[list[str]]:
    """What must be found: blanks at the end of a message are those of its last line."""
    return [[*one[:-1], one[-1].rstrip(" ")] for one in recording]


@given(recordings, st.sampled_from(ENDS), st.sampled_from(["", "\n", "\r\n\r\n"]))
def test_messages_that_follow_one_another_are_told_apart(recording: list[list[str]], end: str, between: str) -> None:
    assert cut(between.join(end.join((*one, "")) for one in recording)) == expected(recording)


@given(recordings, st.sampled_from(ENDS))
def test_batches_leave_no_trace(recording: list[list[str]], end: str) -> None:
    body = [line for one in recording for line in one]
    batch = ["FHS|^~\\&|RIS", "BHS|^~\\&|RIS", *body, f"BTS|{len(recording)}", "FTS|1", ""]
    assert cut(end.join(batch)) == expected(recording)


@given(recordings)
def test_frames_are_cut_where_they_end(recording: list[list[str]]) -> None:
    stream = b"".join(frame("\r".join((*one, "")).encode()) for one in recording)
    assert [lines_of(message) for message in split_messages(stream)] == expected(recording)


@given(recordings, st.sampled_from(["\n", "\r\n"]), st.sampled_from(["à côté", "dessous"]))
def test_a_log_gives_back_its_messages(recording: list[list[str]], end: str, place: str) -> None:
    """The first segment stands beside what the log says before it, or on its own line."""
    written = [f"{DATE} demarrage"]
    for one in recording:
        written += [f"{DATE} envoi : {one[0]}", *one[1:]] if place == "à côté" else [f"{DATE} envoi :", *one]
        written.append(f"{DATE} fin")
    assert cut(end.join(written)) == expected(recording)


@given(st.binary(max_size=300), st.sampled_from([b"", b"\x0b", b"MSH|^~\\&|", b"2026-03-10 10:00:00 MSH|^~\\&|A\r"]))
def test_no_bytes_at_all_break_the_splitting(content: bytes, start: bytes) -> None:
    with suppress(ValueError):
        assert all(split_messages(start + content))


@given(
    st.binary(max_size=200),
    st.sampled_from([b"MSH|^~\\&|RIS||||||ACK|1|T|2.5\rMSA|AA|", b"MSH|^~\\&|", b"\x0bMSH|^~\\&|"]),
)
def test_no_file_at_all_breaks_the_reading(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, start: bytes
) -> None:
    file = tmp_path_factory.mktemp("n") / "trafic.hl7"
    file.write_bytes(start + content)
    found = read_recordings([file])
    assert found.messages or found.skipped


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("MSH|^~\\&|A\rPID|1\r\x0b", None),
        (f"{DATE} MSH|^~\\&|A\nPID|1\nsuite du base64\n", "ligne 3 : ni segment, ni ligne datée"),
        (f"{DATE} MSH|^~\\&|A\nPID|1\n{DATE} autre fil\nOBX|1\n", "ligne 4 : segment OBX hors d'un message"),
        (f"{DATE} MSH|^~\\&|A||||||MDM^T02\\rPID|1\n", "ni par CR ni par LF"),
        (f'{DATE} {{"hl7": "MSH|^~\\\\&|A||||||MDM^T02\\rEVN|1"}}\n', "ni par CR ni par LF"),
        ("un mot\nMSH|^~\\&|A\rPID|1\r", "ligne 1 : ni segment HL7v2"),
        ("\x0bMSH|^~\\&|A\rPID|1\r", "trame MLLP coupée"),
        ("\x0bMSH|^~\\&|A\rPID|1\r\x1c\rdu bruit", "hors d'une trame"),
    ],
)
def test_where_a_message_ends_is_never_guessed(content: str, said: str | None) -> None:
    if said is None:
        assert cut(content) == [["MSH|^~\\&|A", "PID|1"]]
        return
    with pytest.raises(ValueError, match=said):
        split_messages(content.encode())


def test_the_text_of_a_field_is_no_message() -> None:
    (message,) = split_messages(b"MSH|^~\\&|A\rNTE|1||voir MSH|^~\\&|B\rOBX|1")
    assert lines_of(message)[1] == "NTE|1||voir MSH|^~\\&|B"


def test_a_wrapped_line_stays_in_its_message() -> None:
    (message,) = split_messages(b"MSH|^~\\&|A\nOBX|1|ED|||^^^^YWJj\nZGVm\nPRT|1\n")
    assert read_hl7v2(message).stray_lines == (3,)


# --- Acknowledgements -------------------------------------------------------------------------------------------------


def sent(name: str) -> bytes:
    return f"MSH|^~\\&|RIS||PFI||2026||ADT^A04|{name}|T|2.5\rPID|1\r".encode()


def ack(name: str, code: str = "AA") -> bytes:
    return f"MSH|^~\\&|PFI||RIS||2026||ACK|x|T|2.5\rMSA|{code}|{name}\r".encode()


def answers(folder: Path, **files: bytes) -> tuple[list[tuple[str, str]], list[str]]:
    """The messages found with their answers, and the reasons of what was set aside. ``a__b`` is the file ``a/b``."""
    for name, content in files.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    found = read_recordings([folder])
    told = [(one.file.partition("/")[2], one.response.start if one.response else "") for one in found.messages]
    return told, [reason for _, reason in found.skipped]


def test_an_acknowledgement_answers_the_last_message_of_its_name_in_its_file(tmp_path: Path) -> None:
    found, skipped = answers(tmp_path, a=sent("1") + sent("2") + ack("2", "AE") + ack("1") + sent("1") + ack("1", "AR"))
    assert (found, skipped) == ([("a", "AA"), ("a", "AE"), ("a", "AR")], [])


def test_in_another_file_only_when_there_is_no_other_choice(tmp_path: Path) -> None:
    found, skipped = answers(tmp_path, aller=sent("1") + sent("2"), retour=ack("2", "AE") + ack("1"))
    assert (found, skipped) == ([("aller", "AA"), ("aller", "AE")], [])


def test_that_of_the_same_folder_first(tmp_path: Path) -> None:
    found, skipped = answers(
        tmp_path, un__aller=sent("1"), un__retour=ack("1", "AE"), deux__aller=sent("1"), deux__retour=ack("1")
    )
    assert (found, skipped) == ([("deux/aller", "AA"), ("un/aller", "AE")], [])


def test_one_that_could_answer_several_messages_answers_none(tmp_path: Path) -> None:
    found, (reason,) = answers(tmp_path, a=sent("1"), b=sent("1"), c=ack("1"))
    assert found == [("a", ""), ("b", "")]
    assert "plusieurs messages" in reason


def test_one_without_its_message_is_named(tmp_path: Path) -> None:
    found, reasons = answers(tmp_path, a=sent("1") + ack("2") + ack(""))
    assert found == [("a", "")]
    assert [reason.partition(" laissé")[0] for reason in reasons] == [
        "acquittement (message 2)",
        "acquittement (message 3)",
    ]


def test_an_application_answers_after_a_commit(tmp_path: Path) -> None:
    found, skipped = answers(tmp_path, a=sent("1") + ack("1", "CA") + ack("1", "AE"), b=sent("2") + ack("2", "CA"))
    assert (found, skipped) == ([("a", "AE"), ("b", "CA")], [])


def test_an_unreadable_message_is_set_aside_alone(tmp_path: Path) -> None:
    found, (reason,) = answers(tmp_path, a=sent("1") + b"MSH|^^^^|RIS\rPID|1\r" + sent("2"))
    assert [file for file, _ in found] == ["a", "a"]
    assert "message 2 illisible" in reason


def test_every_message_has_its_place_in_its_file() -> None:
    ranks = [(one.rank, one.request.start) for one in messages_in(sent("1") + ack("1") + sent("2"))]
    assert ranks == [(1, "MLLP"), (2, "ACK"), (3, "MLLP")]

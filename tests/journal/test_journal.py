"""The journal: what is written is read, a crash costs one line, and every message finds its scenario."""

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import pytest

from dmp_imagerie.journal.reader import read_journal
from dmp_imagerie.journal.view import JOURNAL, JournalError
from dmp_imagerie.journal.writer import JournalWriter
from dmp_imagerie.model.clock import ScenarioClock
from dmp_imagerie.model.events import (
    Exchange,
    Footer,
    Header,
    Http,
    InsSeen,
    Measures,
    ScenarioStart,
    State,
    Target,
    World,
)

ONE, TWO, UNKNOWN = "299010000000101", "299010000000202", "299010000000303"


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[JournalWriter]:
    with JournalWriter(tmp_path / "run", ScenarioClock()) as opened:
        yield opened


def head(writer: JournalWriter, **fields: Any) -> Header:
    target = Target(name="RIS", version="1", vendor="Personne", driver="aucun")
    values: dict[str, Any] = {"run_id": "r", "kit_version": "0", "catalogue_digest": "", "target": target}
    values |= {"profile": {}, "policy": {}, "transport": "respx", "seed": 1}
    return writer.record(Header, **(values | fields))


def patient(writer: JournalWriter, key: str, ins: str) -> None:
    writer.scenario = key
    data = {"local_id": f"IPP-{key}", "ins": {"value": ins}}
    writer.record(World, kind="patient", alias="patiente", data=data)


def receive(writer: JournalWriter, ins: str = "", *, seen: tuple[str, ...] = (), body: bytes = b"") -> Exchange:
    measures = Measures(ins=tuple(InsSeen(place="cda", value=value, oid="1") for value in seen))
    http = Http(start="POST /", body=writer.piece(body), size=len(body))
    return writer.record(
        Exchange, transaction="TD2.1", request=http, response=Http(start="200"), patient=ins, measures=measures
    )


def test_what_is_written_is_read(writer: JournalWriter) -> None:
    head(writer)
    patient(writer, "é / 1", ONE)
    exchange = receive(writer, ONE, seen=(ONE, TWO), body="<à/>".encode())
    writer.record(State, subject=ONE, data={"documents": [{"title": "Écho"}], "n": 1})
    writer.record(Footer, complete=True)
    read = read_journal(writer.journal.folder)
    assert read.events == writer.journal.events
    assert [event.seq for event in read.events] == [1, 2, 3, 4, 5]
    assert read.piece(exchange.request.body) == "<à/>".encode()
    assert read.piece("") == b""
    assert read.footer == Footer(seq=5, wall=read.events[4].wall, at=read.events[4].at, scenario="é / 1", complete=True)
    assert read.of_scenario("é / 1")[1] == exchange
    assert read.plan is None


def test_every_event_is_on_disk_as_soon_as_it_is_recorded(writer: JournalWriter) -> None:
    head(writer)
    writer.record(ScenarioStart, rule="DMP-INS-01")
    assert len(read_journal(writer.journal.folder).events) == 2


def test_a_journal_is_never_written_over(writer: JournalWriter) -> None:
    with pytest.raises(FileExistsError):
        JournalWriter(writer.journal.folder, ScenarioClock())


def test_a_last_line_cut_anywhere_costs_that_line_only(writer: JournalWriter) -> None:
    head(writer)
    whole = len((writer.journal.folder / JOURNAL).read_bytes())
    writer.record(State, subject=ONE, data={"titre": "Écho « été »"})
    writer.close()
    path = writer.journal.folder / JOURNAL
    content = path.read_bytes()
    for end in range(whole, len(content) + 1):
        path.write_bytes(content[:end])
        events = read_journal(path.parent).events
        assert len(events) == (2 if end >= len(content) - 1 else 1)
        assert read_journal(path.parent).footer is None


@pytest.mark.parametrize(
    "line", [b"oups", b'{"event":"inconnu"}', b"", b"\xff\xfe", b'{"event":"footer","seq":2,"wall":"","at":""}']
)
def test_a_line_that_means_nothing_is_named(writer: JournalWriter, line: bytes) -> None:
    head(writer)
    writer.close()
    path = writer.journal.folder / JOURNAL
    path.write_bytes(path.read_bytes() + line + b"\n" + b"{}")
    with pytest.raises(JournalError, match="ligne 2"):
        read_journal(path.parent)


def test_a_folder_without_journal_is_told(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="Indiquez le dossier d'une exécution"):
        read_journal(tmp_path)


def test_a_journal_without_header_is_told(writer: JournalWriter) -> None:
    writer.record(Footer, complete=True)
    with pytest.raises(JournalError, match="aucun en-tête"):
        _ = read_journal(writer.journal.folder).header


def test_another_format_is_told(writer: JournalWriter) -> None:
    head(writer, schema="dmp-imagerie/journal/99")
    with pytest.raises(JournalError, match="journal/99"):
        read_journal(writer.journal.folder)


def test_a_missing_piece_is_named(writer: JournalWriter) -> None:
    digest = writer.piece(b"contenu")
    (writer.journal.folder / "pieces" / digest).unlink()
    with pytest.raises(JournalError, match=digest):
        writer.journal.piece(digest)


def test_an_altered_piece_is_refused(writer: JournalWriter) -> None:
    digest = writer.piece(b"contenu")
    assert digest == hashlib.sha256(b"contenu").hexdigest()
    (writer.journal.folder / "pieces" / digest).write_bytes(b"autre")
    with pytest.raises(JournalError, match="altérée"):
        writer.journal.piece(digest)


def test_a_message_belongs_to_the_scenario_of_its_patient_whatever_the_moment(writer: JournalWriter) -> None:
    patient(writer, "un", ONE)
    patient(writer, "deux", TWO)
    assert [receive(writer, ins).scenario for ins in (ONE, TWO, ONE)] == ["un", "deux", "un"]
    writer.scenario = ""
    assert receive(writer, ONE).scenario == "un"


def test_a_message_is_found_by_any_ins_it_names(writer: JournalWriter) -> None:
    patient(writer, "un", ONE)
    assert receive(writer, UNKNOWN, seen=(UNKNOWN, ONE)).scenario == "un"


def test_a_message_about_nobody_known_belongs_to_no_scenario(writer: JournalWriter) -> None:
    patient(writer, "un", ONE)
    assert receive(writer, UNKNOWN, seen=(UNKNOWN,)).scenario == ""
    assert receive(writer).scenario == ""


def test_other_events_belong_to_the_scenario_under_way(writer: JournalWriter) -> None:
    writer.scenario = "un"
    assert writer.record(State, subject=TWO, data={}).scenario == "un"


def test_a_field_that_the_event_does_not_have_is_refused_and_leaves_no_trace(writer: JournalWriter) -> None:
    with pytest.raises(TypeError):
        writer.record(Footer, complete=True, humeur="bonne")
    assert writer.journal.last_seq == 0
    assert (writer.journal.folder / JOURNAL).read_bytes() == b""


def test_threads_share_one_journal(writer: JournalWriter) -> None:
    head(writer)
    for number in range(4):
        patient(writer, f"s{number}", f"29901000000{number:04d}")

    def work(number: int) -> None:
        for turn in range(25):
            receive(writer, f"29901000000{number:04d}", body=b"commun %d" % turn)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    read = read_journal(writer.journal.folder)
    assert [event.seq for event in read.events] == list(range(1, 106))
    assert [len(read.of_scenario(f"s{number}")) for number in range(4)] == [26] * 4
    assert all(read.piece(exchange.request.body) for exchange in read.all(Exchange))
    lines = (writer.journal.folder / JOURNAL).read_bytes().splitlines()
    assert all(isinstance(msgspec.json.decode(line), dict) for line in lines)

"""What the reference RIS keeps, in one SQLite file of its work folder: records, traces and the queue of sendings.

Promises its callers plain values, and that every method is safe from several threads (the user's and the outbox's).
"""

import sqlite3
import threading
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from dmp_imagerie.model.plain import Plain
from dmp_imagerie.model.values import Agreement, Exam, Patient, Report, Visibility

FILE_NAME = "ris.sqlite"

_SCHEMA = """
CREATE TABLE patients (local_id TEXT PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE exams (exam_id TEXT PRIMARY KEY, patient_id TEXT NOT NULL REFERENCES patients, data BLOB NOT NULL);
CREATE TABLE information (patient_id TEXT PRIMARY KEY REFERENCES patients, data BLOB NOT NULL);
CREATE TABLE consents (seq INTEGER PRIMARY KEY, patient_id TEXT NOT NULL REFERENCES patients, data BLOB NOT NULL);
CREATE TABLE reports (report_id TEXT PRIMARY KEY, exam_id TEXT NOT NULL REFERENCES exams, data BLOB NOT NULL);
CREATE TABLE imports (patient_id TEXT NOT NULL REFERENCES patients, unique_id TEXT NOT NULL, data BLOB NOT NULL,
                      PRIMARY KEY (patient_id, unique_id));
CREATE TABLE traces (seq INTEGER PRIMARY KEY, patient_id TEXT NOT NULL, data BLOB NOT NULL);
CREATE TABLE outbox (seq INTEGER PRIMARY KEY, report_id TEXT NOT NULL UNIQUE REFERENCES reports,
                     due REAL NOT NULL, attempts INTEGER NOT NULL DEFAULT 0);
"""

T = TypeVar("T")


class Information(Plain):
    """What a patient was told on the feeding of their DMP, and whether they object."""

    patient_id: str
    informed: bool
    opposed: bool


class Consent(Plain):
    """A patient's answer on the consultation of their DMP, for one episode of care."""

    patient_id: str
    episode: str
    agreement: Agreement
    informed: bool
    frame: str


class ReportStatus(StrEnum):
    """Where a report is, in the words shown to the user."""

    DRAFT = "brouillon"
    WITHHELD = "retenu par le radiologue"
    QUEUED = "validé, à envoyer"
    SENT = "envoyé au DMP"
    NOT_SENT = "validé, non envoyé"
    REFUSED = "refusé par le DMP"
    DELETED = "supprimé"
    UNREACHABLE = "échec : DMP injoignable"
    FAILED = "échec : erreur du produit"


class KeptReport(Plain):
    """A report with its life: who validated it and when (UTC, ISO 8601), who must not see it, where it is and why.

    ``unique_id`` is the XDS uniqueId given at validation, the same at every attempt to send it. A new version keeps
    ``version_set`` and says in ``replaces`` the uniqueId of the version that the DMP has ("" when it has none).
    ``written_for`` is the patient as they were known when the report was first written.
    """

    report: Report
    written_for: Patient
    status: ReportStatus = ReportStatus.DRAFT
    reason: str = ""
    hidden: tuple[Visibility, ...] = ()
    needs_announcement: bool = False
    validated_by: str = ""
    validated_at: str = ""
    unique_id: str = ""
    version: int = 1
    version_set: str = ""
    replaces: str = ""

    @property
    def in_dmp(self) -> str:
        """uniqueId of the version that the DMP has, ``""`` when it has none."""
        return self.unique_id if self.status is ReportStatus.SENT else self.replaces


class ImportedDocument(Plain):
    """A document of the DMP kept in the product, with where it comes from: who took it, when (UTC, ISO 8601)."""

    patient_id: str
    unique_id: str
    title: str
    media_type: str
    content: bytes
    imported_by: str
    imported_at: str


class Trace(Plain):
    """Who did what, when (scenario time, UTC), on which patient and thing, and how it ended."""

    at: str
    who: str
    what: str
    patient_id: str
    subject: str = ""
    result: str = ""


class QueuedReport(Plain):
    """A sending to do at ``due`` (seconds of the monotonic clock), already tried ``attempts`` times."""

    report_id: str
    due: float
    attempts: int


class Records:
    """The product's records. Open one per start, in a folder that is the product's own."""

    def __init__(self, folder: Path) -> None:
        self._lock = threading.RLock()
        self._base = sqlite3.connect(folder / FILE_NAME, isolation_level=None, check_same_thread=False)
        # Test records, of one process: what a crash would lose is not worth a disk write or a lock per verb.
        self._base.executescript(
            "PRAGMA synchronous=OFF; PRAGMA journal_mode=MEMORY; PRAGMA locking_mode=EXCLUSIVE; PRAGMA foreign_keys=ON;"
        )
        self._base.executescript(_SCHEMA)

    def close(self) -> None:
        with self._lock:
            self._base.close()

    def save_patient(self, patient: Patient) -> None:
        self._save("patients", ("local_id",), (patient.local_id,), patient)

    def patient(self, local_id: str) -> Patient | None:
        return self._one(Patient, "SELECT data FROM patients WHERE local_id = ?", local_id)

    def save_exam(self, exam: Exam) -> None:
        """Keep ``exam``; its patient must be known (sqlite3.IntegrityError)."""
        self._save("exams", ("exam_id", "patient_id"), (exam.exam_id, exam.patient_id), exam)

    def exam(self, exam_id: str) -> Exam | None:
        return self._one(Exam, "SELECT data FROM exams WHERE exam_id = ?", exam_id)

    def latest_exam(self, patient_id: str) -> Exam | None:
        """The exam registered last for this patient: the one whose episode is under way."""
        query = "SELECT data FROM exams WHERE patient_id = ? ORDER BY rowid DESC LIMIT 1"
        return self._one(Exam, query, patient_id)

    def save_information(self, information: Information) -> None:
        self._save("information", ("patient_id",), (information.patient_id,), information)

    def information(self, patient_id: str) -> Information | None:
        return self._one(Information, "SELECT data FROM information WHERE patient_id = ?", patient_id)

    def add_consent(self, consent: Consent) -> None:
        """Keep an answer after those already given: a patient may change their mind, and that is kept too."""
        query = "INSERT INTO consents (patient_id, data) VALUES (?, ?)"
        self._run(query, consent.patient_id, msgspec.json.encode(consent))

    def consents(self, patient_id: str) -> tuple[Consent, ...]:
        """The patient's answers, oldest first."""
        return tuple(self._all(Consent, "SELECT data FROM consents WHERE patient_id = ? ORDER BY seq", patient_id))

    def save_report(self, kept: KeptReport) -> None:
        """Keep the report; its exam must be known (sqlite3.IntegrityError)."""
        self._save("reports", ("report_id", "exam_id"), (kept.report.report_id, kept.report.exam_id), kept)

    def report(self, report_id: str) -> KeptReport | None:
        return self._one(KeptReport, "SELECT data FROM reports WHERE report_id = ?", report_id)

    def reports(self, patient_id: str = "") -> tuple[KeptReport, ...]:
        """The reports of one patient, or of all, in the order they were written."""
        query = (
            "SELECT r.data FROM reports r JOIN exams e USING (exam_id) WHERE ? IN ('', e.patient_id) ORDER BY r.rowid"
        )
        return tuple(self._all(KeptReport, query, patient_id))

    def save_import(self, document: ImportedDocument) -> None:
        self._save("imports", ("patient_id", "unique_id"), (document.patient_id, document.unique_id), document)

    def imported(self, patient_id: str) -> tuple[ImportedDocument, ...]:
        """The documents kept from this patient's DMP, in the order they were taken."""
        return tuple(
            self._all(ImportedDocument, "SELECT data FROM imports WHERE patient_id = ? ORDER BY rowid", patient_id)
        )

    def add_trace(self, trace: Trace) -> None:
        self._run("INSERT INTO traces (patient_id, data) VALUES (?, ?)", trace.patient_id, msgspec.json.encode(trace))

    def traces(self, patient_id: str = "") -> tuple[Trace, ...]:
        """The traces of one patient, or all, oldest first."""
        return tuple(self._all(Trace, "SELECT data FROM traces WHERE ? IN ('', patient_id) ORDER BY seq", patient_id))

    def enqueue(self, report_id: str, due: float) -> None:
        self._run("INSERT INTO outbox (report_id, due) VALUES (?, ?)", report_id, due)

    def postpone(self, report_id: str, due: float) -> None:
        """Note a failed attempt, to be made again at ``due``."""
        self._run("UPDATE outbox SET due = ?, attempts = attempts + 1 WHERE report_id = ?", due, report_id)

    def dequeue(self, report_id: str) -> None:
        self._run("DELETE FROM outbox WHERE report_id = ?", report_id)

    def next_queued(self) -> QueuedReport | None:
        """The sending due first, None when the queue is empty."""
        rows = self._run("SELECT report_id, due, attempts FROM outbox ORDER BY due, seq LIMIT 1")
        return QueuedReport(report_id=rows[0][0], due=rows[0][1], attempts=rows[0][2]) if rows else None

    def _save(self, table: str, names: tuple[str, ...], keys: tuple[str, ...], value: Plain) -> None:
        """Insert or update one row, keeping its place among the others; every name is a literal of this module."""
        columns = (*names, "data")
        query = (
            f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"  # noqa: S608
            f" ON CONFLICT DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in columns)}"
        )
        self._run(query, *keys, msgspec.json.encode(value))

    def _one(self, kind: type[T], query: str, *arguments: str) -> T | None:
        return next(iter(self._all(kind, query, *arguments)), None)

    def _all(self, kind: type[T], query: str, *arguments: str) -> Iterable[T]:
        return [msgspec.json.decode(data, type=kind) for (data,) in self._run(query, *arguments)]

    def _run(self, query: str, *arguments: str | bytes | float) -> list[Any]:
        with self._lock:
            return self._base.execute(query, arguments).fetchall()

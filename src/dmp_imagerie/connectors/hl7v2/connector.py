"""Drive a product that is fed by HL7v2: the kit plays the HIS and the RIS, each verb becomes a message over MLLP.

Promises the runner that a verb for which HL7v2 has no message is ``unsupported``, that nothing is decided in the
product's stead (an identity that is not qualified is sent as such, and a report about it too), and that every message
and its acknowledgement lie in the work folder as they went.
Source: CI-SIS volet « Transmission de documents CDA R2 en HL7v2 » 2.1; IHE PAM, French extension 2.11; HL7 v2.5 §2.9.
"""

import contextlib
import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import msgspec

from dmp_imagerie.connectors.contract import (
    AnyVerb,
    DeleteReport,
    DriverError,
    Outcome,
    RecordInformation,
    RegisterExam,
    RegisterPatient,
    ReplaceReport,
    SaveDraft,
    SetVisibility,
    Status,
    Surroundings,
    UpdatePatient,
    ValidateReport,
    VerifyIdentity,
    WithholdReport,
    verb_name,
)
from dmp_imagerie.connectors.hl7v2.exchange import deliver, meaning
from dmp_imagerie.connectors.hl7v2.messages import Composer, Message
from dmp_imagerie.connectors.hl7v2.records import Records, sent, validated
from dmp_imagerie.connectors.hl7v2.settings import read_address, read_settings
from dmp_imagerie.connectors.inprocess import UNSUPPORTED, MethodConnector, accepted
from dmp_imagerie.connectors.reference.records import KeptReport, ReportStatus
from dmp_imagerie.model.values import Patient
from dmp_imagerie.wire.build.hl7v2 import hl7_time
from dmp_imagerie.wire.hl7v2 import DmpChoices, Order

_PROBE_S = 5.0
_GRACE_S = 1.0  # the socket gives up at the deadline and says why; what no socket bounds (a name) is left after this
_SHORTEST_S = 0.01  # a socket takes no negative time
_BY_ADT = frozenset({"record_information"})
_BY_INDICATORS = frozenset({"set_visibility", "withhold_report"})


class Hl7v2Connector(MethodConnector):
    """A product that listens for HL7v2 over MLLP.

    Args:
        url: where it listens, ``mllp://127.0.0.1:2575``.
        options: those of ``Settings``.

    Raises:
        ValueError: address or options that cannot be used; the message is in French.
    """

    driver = "hl7v2"
    in_process = False

    def __init__(self, url: str, **options: Any) -> None:
        super().__init__()
        self._settings = read_settings(options)
        self._address = read_address(url, distant=self._settings.distant)
        self.product, self.version = self._settings.product, self._settings.version
        self.vendor = self._settings.vendor
        self._folder = Path()
        self._sent = 0
        self._records: Records
        self._composer: Composer

    def known_verbs(self) -> tuple[str, ...]:
        """Names of the verbs that the messages asked for can say."""
        mute = frozenset() if self._settings.adt else _BY_ADT
        mute |= frozenset() if self._settings.carries_cda else _BY_INDICATORS
        return tuple(name for name in super().known_verbs() if name not in mute)

    def call(self, verb: AnyVerb, deadline_s: float) -> Outcome:
        return super().call(verb, deadline_s + _GRACE_S)

    def perform(self, verb: AnyVerb, /) -> Outcome:
        return super().perform(verb) if verb_name(verb) in self.known_verbs() else UNSUPPORTED

    def opened(self, surroundings: Surroundings) -> None:
        """Get ready, and check that somebody listens: a product that was not started is told before any scenario."""
        self._records = Records(surroundings.centre, surroundings.users)
        self._composer = Composer(self._settings, surroundings.centre)
        self._folder = Path(surroundings.work_dir)
        host, _, port = self._address.rpartition(":")
        try:
            with contextlib.closing(socket.create_connection((host.strip("[]"), int(port)), _PROBE_S)):
                return
        except OSError as error:
            raise DriverError(
                f"rien n'écoute à mllp://{self._address} ({error.strerror or error}). Lancez d'abord le produit, "
                "et vérifiez son port MLLP."
            ) from error

    # --- Identity desk ----------------------------------------------------------------------------------------------

    def register_patient(self, verb: RegisterPatient) -> Outcome:
        """ADT^A28."""
        return self._tell("A28", verb.patient)

    def update_patient(self, verb: UpdatePatient) -> Outcome:
        """ADT^A31."""
        return self._tell("A31", verb.patient)

    def verify_identity(self, verb: VerifyIdentity) -> Outcome:
        """ADT^A31, with the status that comes out of the verification (PID-32, INS in PID-3)."""
        patient = self._records.patient(verb.patient_id)
        return self._tell("A31", msgspec.structs.replace(patient, identity_status=verb.status))

    def record_information(self, verb: RecordInformation) -> Outcome:
        """ADT^A31 with ZFA-9: informed and does not object (INO), objects (IO), not told (NA)."""
        feeding = "IO" if verb.opposed else "INO" if verb.informed else "NA"
        choices = DmpChoices(feeding=feeding, feeding_at=hl7_time(datetime.now(UTC)))
        return self._send(self._composer.identity("A31", self._records.patient(verb.patient_id), choices))

    def register_exam(self, verb: RegisterExam) -> Outcome:
        """ORM^O01, when it is asked for; else the exam goes in the messages of its report."""
        self._records.keep_exam(verb.exam)
        if not self._settings.orm:
            return accepted("aucun message : l'examen part avec le compte rendu (orm = false)")
        return self._send(self._composer.order(self._records.patient(verb.exam.patient_id), verb.exam))

    # --- Reports ----------------------------------------------------------------------------------------------------

    def save_draft(self, verb: SaveDraft) -> Outcome:
        """No message: a draft stays in the RIS that the kit plays."""
        if verb.report.cda and not self._settings.carries_cda:
            return Outcome(status=Status.UNSUPPORTED, messages=("ORU-texte ne porte pas de CDA",))
        self._records.draft(verb.report)
        return accepted("aucun message : le brouillon reste dans le RIS que joue le banc")

    def withhold_report(self, verb: WithholdReport) -> Outcome:
        """DESTDMP will be N in the messages of this report."""
        self._records.withhold(verb.report_id)
        return accepted("aucun message : le compte rendu partira avec DESTDMP = N")

    def set_visibility(self, verb: SetVisibility) -> Outcome:
        """The indicators of the report to come; once it has left, a new version of it (T10, MODIF_CONF_CODE)."""
        kept = msgspec.structs.replace(self._records.report(verb.report_id), hidden=verb.hidden)
        if kept.status is not ReportStatus.SENT:
            self._records.keep(kept)
            return accepted("aucun message : le choix partira avec le compte rendu")
        if kept.report.cda:
            return Outcome(status=Status.UNSUPPORTED, messages=("un CDA fourni ne se remplace pas par lui-même",))
        return self._file(Order.REPLACE, self._records.next_version(kept), changes_visibility=True)

    def validate_report(self, verb: ValidateReport) -> Outcome:
        """MDM^T02, or ORU^R01."""
        return self._file(Order.NEW, validated(self._records.report(verb.report_id), verb.ps_id))

    def replace_report(self, verb: ReplaceReport) -> Outcome:
        """MDM^T10, or ORU^R01, in place of what the product took; of nothing when it took nothing."""
        known = self._records.report(verb.report.report_id)
        newer = validated(msgspec.structs.replace(known, report=verb.report), verb.ps_id)
        if known.status is not ReportStatus.SENT:
            return self._file(Order.NEW, newer)
        return self._file(Order.REPLACE, self._records.next_version(newer))

    def delete_report(self, verb: DeleteReport) -> Outcome:
        """MDM^T04, or ORU^R01."""
        kept = self._records.report(verb.report_id)
        if kept.status is not ReportStatus.SENT:
            return accepted("aucun message : le produit n'a jamais eu ce compte rendu")
        return self._file(Order.CANCEL, kept)

    # --- Sending ----------------------------------------------------------------------------------------------------

    def _tell(self, event: Literal["A28", "A31"], patient: Patient) -> Outcome:
        self._records.keep_patient(patient)
        if not self._settings.adt:
            return accepted("aucun message : l'identité part dans le PID du compte rendu (adt = false)")
        return self._send(self._composer.identity(event, patient, None))

    def _file(self, order: Order, kept: KeptReport, *, changes_visibility: bool = False) -> Outcome:
        """Send the report; it is kept as it is said here once the product took it."""
        message = self._composer.report(order, self._records.case(kept), changes_visibility=changes_visibility)
        outcome = self._send(message)
        if outcome.status is not Status.REFUSED:
            self._records.keep(sent(kept))
        return outcome

    def _send(self, message: Message) -> Outcome:
        self._sent += 1
        name = f"{self._sent:04d}-{message.kind.replace('^', '-')}"
        (self._folder / f"{name}.hl7").write_bytes(message.data)
        left = max(_SHORTEST_S, self.time_left() - _GRACE_S)
        application = self._settings.accuse == "application"
        answer = deliver(message, self._address, left, application=application)
        (self._folder / f"{name}.ack.hl7").write_bytes(answer)
        return meaning(answer, message, self._address)

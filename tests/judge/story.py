"""Hand-made journals: what a run would have recorded, told in a few calls."""

import base64
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
from judge_documents import report

from dmp_imagerie.catalogue.policy import Policy
from dmp_imagerie.catalogue.profile import Profile
from dmp_imagerie.journal.view import Journal
from dmp_imagerie.journal.writer import JournalWriter
from dmp_imagerie.judge.engine import judge
from dmp_imagerie.judge.finding import Finding
from dmp_imagerie.judge.registry import INVARIANTS
from dmp_imagerie.judge.scene import Scene
from dmp_imagerie.model.clock import ScenarioClock
from dmp_imagerie.model.events import (
    Acceptance,
    Barrier,
    Declared,
    DocumentMeasure,
    Exchange,
    Footer,
    Header,
    Http,
    InsSeen,
    Judgement,
    Measures,
    Plan,
    PlannedScenario,
    ScenarioEnd,
    ScenarioStart,
    State,
    Target,
    Verb,
    VihfMeasure,
    World,
)
from dmp_imagerie.model.values import IdentityStatus, Patient, Visibility
from dmp_imagerie.runner.cast import CENTRE, RADIOLOGIST, USERS, Cast
from dmp_imagerie.wire.build.habilitation import set_authorization
from dmp_imagerie.wire.build.soap import soap_envelope
from dmp_imagerie.wire.build.xds import submission_body
from dmp_imagerie.wire.cda_codes import IMAGING_REPORT
from dmp_imagerie.wire.metadata import Author, Code, EntryMetadata, SetMetadata
from dmp_imagerie.wire.xades import SIGNATURE_CLASS

REPORT = "1.2.250.1.999.1.1.7898.4.1"
SIGNATURE = "1.2.250.1.999.1.1.7898.4.2"
LEVELS, RESTRICTIONS = "2.16.840.1.113883.5.25", "1.2.250.1.213.1.1.4.13"
EVERYWHERE = ("vihf", "lot", "fiche", "cda")
SOAP_TYPE = (("Content-Type", "application/soap+xml; charset=UTF-8"),)
RADIOLOGIST_ID = RADIOLOGIST.ps_id
ALL_METADATA: dict[str, Any] = {
    "patient_id": "1^^^&1.2&ISO^NH",
    "source_patient_id": "1^^^&1.3&ISO^PI",
    "authors": (Author(person="899900063480^LIBRE^MAX"),),
    "legal_authenticator": "899900063480^LIBRE^MAX",
    "type_code": IMAGING_REPORT,
    "mime_type": "text/xml",
    "title": "Radiographie",
    "creation_time": "20260310",
    "service_start": "20260310",
    "language": "fr-FR",
    "class_code": Code(code="31", scheme="1.2"),
    "format_code": Code(code="pdf", scheme="1.2"),
    "facility_type": Code(code="SA07", scheme="1.2"),
    "practice_setting": Code(code="AMBULATOIRE", scheme="1.2"),
}
"""What a registry asks of every entry, less who may see it."""
CDA = base64.b64encode(report()).decode()


def planned(rule: str, key: str, role: str = "tentation", example: str = "") -> PlannedScenario:
    """A scenario of a plan."""
    return PlannedScenario(key=key, rule=rule, name=key, file="f.feature", line=1, role=role, example=example)


class Story:
    """A journal being told. Each scenario has its patient and a homonym, as in a run."""

    def __init__(self, folder: Path, *plan: PlannedScenario, **header: Any) -> None:
        self.writer = JournalWriter(folder, ScenarioClock())
        self._cast = Cast(1)
        self._patients: dict[str, Patient] = {}
        values: dict[str, Any] = {
            "run_id": "essai",
            "kit_version": "0.1.0",
            "catalogue_digest": "",
            "target": Target(name="RIS d'essai", version="1", vendor="Personne", driver="aucun"),
            "profile": msgspec.to_builtins(Profile()),
            "policy": msgspec.to_builtins(Policy()),
            "transport": "respx",
            "seed": 1,
            "dmp_url": "https://dmp.essai.invalid/si-dmp-server/v2/services",
        }
        self.writer.record(Header, **(values | header))
        if plan:
            self.writer.record(Plan, scenarios=plan)

    @property
    def journal(self) -> Journal:
        """What was told so far."""
        return self.writer.journal

    @property
    def now(self) -> str:
        """The scenario's time (ISO 8601)."""
        return self.journal.events[-1].at

    def begin(
        self, key: str = "s", rule: str = "DMP-INS-01", status: IdentityStatus = IdentityStatus.QUALIFIED
    ) -> "Story":
        """A scenario starts."""
        self.writer.scenario = key
        self.writer.record(ScenarioStart, rule=rule)
        patient = msgspec.structs.replace(self._cast.patient("patiente", key), identity_status=status)
        self._world("centre", "centre", CENTRE)
        for user in USERS:
            self._world("user", user.alias, user)
        for value in (patient, self._cast.homonym(patient, "homonyme")):
            self._patients[value.alias] = value
            self._world("patient", value.alias, value)
        return self

    def _world(self, kind: str, alias: str, value: msgspec.Struct) -> None:
        self.writer.record(World, kind=kind, alias=alias, data=msgspec.to_builtins(value))

    def ins(self, alias: str = "patiente") -> str:
        """INS of a patient of the current scenario."""
        ins = self._patients[alias].ins
        assert ins is not None
        return ins.value

    def verb(self, name: str = "validate_report", phase: str = "when", status: str = "done", **fields: Any) -> Verb:
        """A call of the contract; ``messages`` and ``displayed`` go to its outcome, ``since`` and ``fault`` beside."""
        outcome: dict[str, Any] = {
            "status": status,
            **{k: fields.pop(k) for k in ("messages", "displayed") if k in fields},
        }
        known: dict[str, Any] = {"since": self.journal.last_seq, "fault": "", "arguments": {}} | fields
        return self.writer.record(
            Verb, name=name, phase=phase, outcome=outcome, deadline_s=1.0, duration_s=0.0, **known
        )

    def exam(self, episode: str, alias: str = "patiente") -> World:
        """A patient comes for an exam of this episode of care."""
        data = {"alias": alias, "patient_id": self._patients[alias].local_id, "episode": episode}
        return self.writer.record(World, kind="exam", alias=alias, data=data)

    def consent(
        self,
        agreement: str = "accord",
        *,
        informed: bool = True,
        alias: str = "patiente",
        episode: str = "",
        phase: str = "given",
        **more: Any,
    ) -> Verb:
        """The product records the patient's answer."""
        patient_id = self._patients[alias].local_id
        told = {"patient_id": patient_id, "agreement": agreement, "informed": informed, "episode": episode}
        return self.verb("record_consent", phase, arguments=told, **more)

    def sign_in(
        self,
        ps_id: str = RADIOLOGIST_ID,
        *,
        means: str = "cps",
        status: str = "done",
        phase: str = "when",
        **more: Any,
    ) -> Verb:
        """A user opens a session."""
        return self.verb("sign_in", phase, status, arguments={"ps_id": ps_id, "means": means}, **more)

    def asks(self, name: str, *, alias: str = "patiente", **more: Any) -> Verb:
        """The user asks something of a patient's record."""
        arguments = {"patient_id": self._patients[alias].local_id} | more.pop("arguments", {})
        return self.verb(name, arguments=arguments, **more)

    def declared(
        self, *, answer: bool = True, evidence: bytes = b"affiche", accepted: Acceptance | None = None
    ) -> Declared:
        """The centre answers."""
        return self.writer.record(
            Declared,
            rule="DMP-INF-01",
            answer=answer,
            on="2020-11-01",
            by="Sacha ESSAI, responsable",
            statement="Une affiche",
            evidence=self.writer.piece(evidence),
            evidence_name="affiche.txt",
            acceptance=accepted,
        )

    def exchange(
        self,
        transaction: str,
        *,
        alias: str = "patiente",
        places: Iterable[str] = ("vihf",),
        refusal: str = "",
        body: bytes = b"",
        name_id: str = RADIOLOGIST_ID,
        mode: str = "DIRECTE",
        roles: tuple[str, ...] = ("10", "SM44"),
        **fields: Any,
    ) -> Exchange:
        """A message received by the DMP; ``alias`` names the patient it speaks of."""
        value = self.ins(alias) if alias in self._patients else alias
        seen = tuple(InsSeen(place=place, value=value, oid="1.2.250.1.213.1.4.10") for place in places)
        vihf = VihfMeasure(name_id=name_id, mode=mode, structure_id=CENTRE.structure_id, roles=roles)
        measures: dict[str, Any] = {"ins": seen, "vihf": vihf}
        measures |= {name: fields.pop(name) for name in ("ins", "documents", "vihf") if name in fields}
        return self.writer.record(
            Exchange,
            transaction=transaction,
            request=Http(start="POST /", headers=SOAP_TYPE, body=self.writer.piece(body), size=len(body)),
            response=Http(start="200"),
            patient=fields.pop("patient", value),
            refusal=refusal,
            measures=Measures(**measures),
            **fields,
        )

    def submit(
        self, codes: tuple[str | Code, ...] = ("N",), *, unique_id: str = REPORT, signed: bool = False, **fields: Any
    ) -> Exchange:
        """A submission (TD2.1) of one report, with these confidentiality codes."""
        documents = (DocumentMeasure(entry="Document01", unique_id=unique_id, sha1="", sha256="", size=1),)
        known: dict[str, Any] = {"places": EVERYWHERE, "body": _submission(unique_id, codes, signed=signed)}
        return self.exchange("TD2.1", **(known | {"documents": documents} | fields))

    def declare(self, action: str = "AJOUT", **fields: Any) -> Exchange:
        """A declaration of authorisation (TD0.3)."""
        return self.exchange("TD0.3", **({"body": _envelope(set_authorization(action))} | fields))

    def state(
        self,
        *documents: dict[str, Any],
        authorisation: str = "",
        alias: str = "patiente",
        log: tuple[dict[str, str], ...] = (),
        told: tuple[dict[str, str], ...] = (),
    ) -> State:
        """What the DMP holds of a patient, with the lines of its history and what the patient was told."""
        grants = {RADIOLOGIST_ID: authorisation} if authorisation else {}
        data = {"dmp": "ouvert", "documents": list(documents), "authorisations": grants}
        data |= {"access_log": list(log), "notifications": list(told)}
        return self.writer.record(State, subject=self.ins(alias), data=data)

    def quiet(self, kind: str = "settled", reason: str = "") -> Barrier:
        """The runner waited."""
        return self.writer.record(Barrier, kind=kind, waited_s=0.0, reason=reason)

    def ask(self, check: str, role: str = "tentation", **params: Any) -> Judgement:
        """An ``Alors``."""
        return self.writer.record(
            Judgement,
            rule="DMP-INS-01",
            check=check,
            role=role,
            example="",
            step="",
            line=1,
            upto=self.journal.last_seq,
            params=params,
        )

    def found(self, check: str, role: str = "tentation", policy: Policy | None = None, **params: Any) -> Finding:
        """Ask a check and judge it at once."""
        return judge(self.journal, self.ask(check, role, **params), policy or Policy())

    def invariant(self, name: str, policy: Policy | None = None) -> Finding | None:
        """Judge an invariant over the current scenario."""
        scene = Scene(self.journal, self.writer.scenario, self.journal.last_seq, policy=policy or Policy())
        return INVARIANTS[name].function(scene)

    def end(self, status: str = "done", message: str = "") -> None:
        """The scenario ends."""
        self.writer.record(ScenarioEnd, status=status, message=message)
        self.writer.scenario = ""

    def close(self, *, complete: bool = True) -> Journal:
        """The run ends."""
        self.writer.record(Footer, complete=complete)
        self.writer.close()
        return self.journal


def held(unique_id: str = REPORT, *codes: str) -> dict[str, Any]:
    """A document as the DMP shows it."""
    return {
        "unique_id": unique_id,
        "confidentiality": list(codes or ("N",)),
        "visible_to_patient": "INVISIBLE_PATIENT" not in codes,
        "visible_to_professionals": "MASQUE_PS" not in codes,
        "visible_to_representatives": "INVISIBLE_REPRESENTANTS_LEGAUX" not in codes,
    }


def _submission(unique_id: str, codes: tuple[str | Code, ...], *, signed: bool) -> bytes:
    entries = [
        EntryMetadata(
            entry_id="Document01",
            unique_id=unique_id,
            confidentiality=tuple(map(_confidentiality, codes)),
            **ALL_METADATA,
        )
    ]
    if signed:
        entries.append(
            EntryMetadata(
                entry_id="Document02",
                unique_id=SIGNATURE,
                class_code=SIGNATURE_CLASS,
                confidentiality=(Code(code="N"),),
            )
        )
    documents = {entry.entry_id: CDA for entry in entries}
    return _envelope(submission_body(SetMetadata(set_id="Lot01"), entries, (), documents))


def _confidentiality(code: str | Code) -> Code:
    """A code as the DMP expects it; a whole Code is taken as it is."""
    if isinstance(code, Code):
        return code
    return Code(code=code, scheme=RESTRICTIONS if code in set(Visibility) else LEVELS)


def _envelope(body: Any) -> bytes:
    return soap_envelope("urn:essai", body, message_id="urn:uuid:1")

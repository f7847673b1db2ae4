"""What the live page shows, as plain data: the journal's facts in words, nothing laid out.

Promises the template values that need no computing; every sentence shown about an exchange is made here.
"""

from datetime import datetime

from dmp_imagerie.catalogue.policy import Policy
from dmp_imagerie.journal.view import Journal
from dmp_imagerie.judge.evidence import LABELS
from dmp_imagerie.model.events import Alert, Exchange, Http, Measures
from dmp_imagerie.model.plain import Plain
from dmp_imagerie.model.verdicts import Outcome
from dmp_imagerie.runner.live_bodies import BodyPart, body_parts
from dmp_imagerie.runner.reach import Service
from dmp_imagerie.runner.sandbox_advice import Advice, advice
from dmp_imagerie.runner.sandbox_keys import KeyFile
from dmp_imagerie.runner.sandbox_opinion import Opinion, opinions
from dmp_imagerie.runner.sandbox_people import Person

LATEST = 50

OUTCOMES = {
    Outcome.NON_CONFORME: "écart",
    Outcome.CONFORME: "conforme",
    Outcome.NON_VERIFIABLE: "ne se voit pas d'ici",
    Outcome.ERREUR_BANC: "erreur du banc",
    Outcome.INCONCLUSIF: "sans conclusion",
    Outcome.NON_APPLICABLE: "sans objet",
}


class Setting(Plain):
    """The sandbox as it was opened: addresses, certificates, identities, who may connect ("" when only loopback)."""

    run_id: str
    kit_version: str
    out: str
    bind: str
    peers: str
    names: tuple[str, ...]
    diagnostic: bool
    services: tuple[Service, ...]
    files: tuple[KeyFile, ...]
    people: tuple[Person, ...]


class WaivedLine(Plain):
    """A refusal that was noted and not given: its code, the reason told, and what to do."""

    code: str
    reason: str
    action: str


class Line(Plain):
    """One exchange in the list. ``advice`` is None when it was served; ``speaker`` "" when no VIHF could be read."""

    seq: int
    time: str
    transaction: str
    label: str
    patient: str
    ins: str
    speaker: str
    mode: str
    code: str
    advice: Advice | None
    waived: tuple[WaivedLine, ...]
    oddities: tuple[str, ...]
    gaps: tuple[Opinion, ...]
    facts: tuple[str, ...]


class AlertLine(Plain):
    """Something seen that is no exchange."""

    seq: int
    time: str
    message: str


class Side(Plain):
    """The request or the response of an exchange."""

    start: str
    size: int
    headers: tuple[tuple[str, str], ...]
    parts: tuple[BodyPart, ...]


class Overview(Plain):
    """The list: latest exchanges and alerts, newest first, out of ``total`` exchanges."""

    lines: tuple[Line, ...]
    total: int
    alerts: tuple[AlertLine, ...]


class Detail(Plain):
    """One exchange in full; ``before`` and ``after`` are its neighbours' numbers, 0 when there is none."""

    line: Line
    facts: tuple[tuple[str, str], ...]
    measures: Measures
    opinions: tuple[Opinion, ...]
    request: Side
    response: Side
    before: int
    after: int


class LiveView:
    """Reads one journal, growing or not, for the live page. Thread-safe."""

    def __init__(self, journal: Journal, setting: Setting) -> None:
        self.setting = setting
        self._journal = journal
        self._names = {person.ins: person.name for person in setting.people}
        self._opinions: dict[int, tuple[Opinion, ...]] = {}

    @property
    def last_seq(self) -> int:
        """Number of the last event: the page changes only with it."""
        return self._journal.last_seq

    def overview(self) -> Overview:
        """Return the list as it is now."""
        exchanges = self._journal.all(Exchange)
        alerts = self._journal.all(Alert)
        return Overview(
            lines=tuple(self._line(exchange) for exchange in reversed(exchanges[-LATEST:])),
            total=len(exchanges),
            alerts=tuple(
                AlertLine(seq=alert.seq, time=_clock(alert.wall), message=alert.message)
                for alert in reversed(alerts[-LATEST:])
            ),
        )

    def detail(self, seq: int) -> Detail | None:
        """Return exchange number ``seq``, None when there is none. Raises JournalError when a piece is lost."""
        exchanges = {exchange.seq: exchange for exchange in self._journal.all(Exchange)}
        exchange = exchanges.get(seq)
        if exchange is None:
            return None
        return Detail(
            line=self._line(exchange),
            facts=tuple((label, value) for label, value in _facts(exchange) if value),
            measures=exchange.measures,
            opinions=self._opinion(exchange),
            request=self._side(exchange.request),
            response=self._side(exchange.response),
            before=max((number for number in exchanges if number < seq), default=0),
            after=min((number for number in exchanges if number > seq), default=0),
        )

    def _line(self, exchange: Exchange) -> Line:
        vihf = exchange.measures.vihf
        return Line(
            seq=exchange.seq,
            time=_clock(exchange.wall),
            transaction=exchange.transaction or "illisible",
            label=LABELS.get(exchange.transaction) or _short_start(exchange.request.start),
            patient=self._names.get(exchange.patient, ""),
            ins=exchange.patient,
            speaker=(vihf.name_id or "sans identifiant") if vihf else "",
            mode=(vihf.mode or "mode absent") if vihf else "",
            code=exchange.refusal,
            advice=advice(exchange.refusal) if exchange.refusal else None,
            waived=tuple(
                WaivedLine(code=waived.code, reason=waived.reason, action=advice(waived.code).action)
                for waived in exchange.waived
            ),
            oddities=exchange.alerts,
            gaps=tuple(found for found in self._opinion(exchange) if found.finding.outcome is Outcome.NON_CONFORME),
            facts=_short_facts(exchange),
        )

    def _opinion(self, exchange: Exchange) -> tuple[Opinion, ...]:
        """What comes later never changes what is said of an exchange: it is judged once."""
        if exchange.seq not in self._opinions:
            self._opinions[exchange.seq] = opinions(self._journal, exchange, Policy())
        return self._opinions[exchange.seq]

    def _side(self, http: Http) -> Side:
        content_type = next((value for name, value in http.headers if name.lower() == "content-type"), "")
        return Side(
            start=http.start,
            size=http.size,
            headers=http.headers,
            parts=body_parts(self._journal.piece(http.body), content_type),
        )


def _short_start(start: str) -> str:
    """``POST /a/long/path/service`` as ``POST …/service``."""
    method, _, path = start.partition(" ")
    return f"{method} …/{path.rpartition('/')[2]}"


def _short_facts(exchange: Exchange) -> tuple[str, ...]:
    vihf, tls = exchange.measures.vihf, exchange.tls
    documents = exchange.measures.documents
    return tuple(
        fact
        for fact in (
            f"signature du VIHF {vihf.signature}" if vihf else "",
            tls.version if tls else "",
            f"{len(documents)} document(s), {sum(document.size for document in documents)} octets" if documents else "",
        )
        if fact
    )


def _facts(exchange: Exchange) -> tuple[tuple[str, str], ...]:
    vihf, tls = exchange.measures.vihf, exchange.tls
    told: list[tuple[str, str]] = [("Action", exchange.action)]
    if vihf:
        told += [
            ("Qui parle", vihf.name_id),
            ("Mode d'authentification", vihf.mode),
            ("Structure", vihf.structure_id),
            ("Rôles", ", ".join(vihf.roles)),
            ("Signature du VIHF", " : ".join(filter(None, (vihf.signature, vihf.signature_reason)))),
            ("Signataire", vihf.signer),
            ("Usage du certificat signataire", vihf.purpose),
            ("Algorithme", vihf.algorithm),
        ]
    if tls:
        told += [("TLS", f"{tls.version}, {tls.cipher}"), ("Certificat client", tls.client)]
    return tuple(told)


def _clock(wall: str) -> str:
    """Time of day on this machine's clock, to the second."""
    return f"{datetime.fromisoformat(wall).astimezone():%H:%M:%S}"

"""The events of a journal: the only source of truth of a run.

A journal is a sequence of events in JSON Lines; bodies lie beside it in ``pieces/<sha256>``. Every event has its
number (``seq``, from 1), the wall time (``wall``) and the scenario's time (``at``), both ISO 8601 in UTC, and the
key of the scenario it belongs to ("" outside any scenario).
"""

from typing import Any

from dmp_imagerie.model.plain import Plain

SCHEMA = "dmp-imagerie/journal/1"


class Event(Plain, tag_field="event"):
    """What every event carries."""

    seq: int
    wall: str
    at: str
    scenario: str = ""


CONTROL = "temoin"
"""Role of a scenario that shows what a conformant product does; the others ("tentation") tempt it."""


class Target(Plain):
    """The product under test, as it described itself, and how it is driven.

    ``outside`` is the ``host:port`` the user let the driver reach beyond this machine ("": the product is on it).
    """

    name: str
    version: str
    vendor: str
    driver: str
    verbs: dict[str, tuple[str, ...]] = {}
    profile: dict[str, Any] = {}
    outside: str = ""


class Header(Event, tag="header"):
    """First event: what is judged, by what, under which profile and policy.

    ``dmp_url`` is the address of the DMP's services that the product was given, "" in a journal that does not tell it.
    """

    schema: str = SCHEMA
    run_id: str
    kit_version: str
    catalogue_digest: str
    target: Target
    profile: dict[str, Any]
    policy: dict[str, Any]
    transport: str
    seed: int
    rules: tuple[str, ...] = ()
    options: dict[str, Any] = {}
    dmp_url: str = ""


class Acceptance(Plain):
    """Someone named looked at a declaration and decided. Dates are ISO; ``until`` ends its validity.

    ``evidence`` is the SHA-256 of the piece they looked at, "" when they did not say.
    """

    by: str
    on: str
    accepted: bool
    until: str
    evidence: str = ""


class Declared(Event, tag="declared"):
    """What the centre (or the vendor) answers for a rule no machine can judge.

    ``answer`` is True when they declare to comply; ``evidence`` is the piece kept (SHA-256 of the file as it was),
    ``evidence_name`` its name; dates are ISO.
    """

    rule: str
    answer: bool
    on: str
    by: str
    statement: str
    evidence: str = ""
    evidence_name: str = ""
    acceptance: Acceptance | None = None


class PlannedScenario(Plain):
    """A scenario that the run means to play; ``key`` is the scenario's key in every event, ``title`` its name once
    the values of its example are put in."""

    key: str
    rule: str
    name: str
    file: str
    line: int
    role: str
    example: str = ""
    title: str = ""


class Plan(Event, tag="plan"):
    """What the run means to play, known once the features are read: what is missing later was not reached."""

    scenarios: tuple[PlannedScenario, ...]


class ScenarioStart(Event, tag="scenario_start"):
    """A scenario of the plan begins. ``role`` of its plan entry is "temoin" (control) or "tentation"."""

    rule: str


class Attempt(Event, tag="attempt"):
    """A scenario of the plan is played again, whole, with new patients; its events bear this event's ``scenario``.

    ``planned`` is its key in the plan; what was recorded of it before stays in the journal and counts no more.
    ``reason`` says who asked for it, or what cut the attempt before.
    """

    planned: str
    reason: str


class Resumed(Event, tag="resumed"):
    """A run that had stopped goes on, in another process and with a simulated DMP that holds no document: scenarios
    that had ended are kept, the others are played from their beginning. ``reason`` says how it had stopped, ``dmp_url``
    which address the product is given from now on."""

    reason: str
    dmp_url: str = ""


class World(Event, tag="world"):
    """What the scenario is about: ``kind`` patient, user, centre, exam or report; ``data`` its value."""

    kind: str
    alias: str
    data: dict[str, Any]


class ClockSet(Event, tag="clock"):
    """The scenario clock was set to ``at``."""


class Verb(Event, tag="verb"):
    """One call of the contract. ``outcome`` is the connector's answer; ``fault`` the driver's own failure.

    ``phase`` is given (prerequisites), when (the act) or bench (settle, clock, reset). The event is written when the
    call returns; ``since`` is the number of the last event before the call (0: not known), so that what the product
    did during the call is not taken for something it did before. ``skipped`` says why nobody did it, and then nobody
    is at fault: the person who drives the product passed, or ran out of time.
    """

    name: str
    phase: str
    arguments: dict[str, Any]
    deadline_s: float
    duration_s: float
    outcome: dict[str, Any] | None = None
    fault: str = ""
    since: int = 0
    skipped: str = ""


class Answered(Event, tag="answered"):
    """What the person who drives the product said of one verb, beside its outcome: the ``Verb`` event comes next.

    ``screenshot`` is the piece kept (SHA-256 of the file as it was), ``screenshot_name`` its name; ``corrected`` the
    answers they took back before this one, oldest first.
    """

    verb: str
    comment: str = ""
    screenshot: str = ""
    screenshot_name: str = ""
    corrected: tuple[dict[str, Any], ...] = ()


class InsSeen(Plain):
    """An INS read in a message: ``place`` is vihf, lot, fiche, cda, requête or pid; ``entry`` the document it is
    about."""

    place: str
    value: str
    oid: str
    entry: str = ""


class DocumentMeasure(Plain):
    """What was measured on the raw bytes of one document received."""

    entry: str
    unique_id: str
    sha1: str
    sha256: str
    size: int
    declared_hash: str = ""
    declared_size: str = ""
    media_type: str = ""
    pdfa: str = ""


class VihfMeasure(Plain):
    """What was measured on the VIHF of a request: who speaks, and what their signature is worth.

    ``signature`` is valide, absente or invalide; ``purpose`` the use of the signing certificate.
    """

    name_id: str
    mode: str
    structure_id: str
    roles: tuple[str, ...] = ()
    signature: str = "absente"
    signature_reason: str = ""
    signer: str = ""
    purpose: str = ""
    algorithm: str = ""


class SealMeasure(Plain):
    """What was measured on the XAdES signature of a submission: ``status`` is valide, absente or invalide, and
    ``reason`` says why; ``purpose`` is the use of the signing certificate."""

    status: str
    reason: str = ""
    signer: str = ""
    purpose: str = ""
    algorithm: str = ""


class Measures(Plain):
    """Everything measured at reception, on the bytes as they came: integrity checks read only this."""

    ins: tuple[InsSeen, ...] = ()
    documents: tuple[DocumentMeasure, ...] = ()
    vihf: VihfMeasure | None = None
    seal: SealMeasure | None = None


class Http(Plain):
    """One side of an exchange. ``start`` is "POST /path" or "200"; ``body`` the SHA-256 of its piece ("" if empty)."""

    start: str
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""
    size: int = 0


class Tls(Plain):
    """The mutual TLS session of an exchange; ``client`` is the subject of the client certificate."""

    version: str
    cipher: str
    client: str


class Waived(Plain):
    """A refusal that a diagnostic DMP noted instead of giving it: its code, and the reason it would have told."""

    code: str
    reason: str


HL7 = "HL7"
"""Transaction of an exchange that is an HL7v2 message received by the simulated platform."""


class Exchange(Event, tag="exchange"):
    """One request received by the simulated DMP and its answer; or one HL7v2 message received by the simulated
    platform, and its acknowledgement.

    ``transaction`` is "TD0.2" …, "HL7", or "" when it could not be read; ``patient`` the INS it is attributed to
    (a local identifier for a message without INS); ``refusal`` the code of the DMP's refusal, of the platform's for
    HL7 ("" when it was served); ``alerts`` what the DMP or the platform put up with. ``relayed`` is the control id
    (MSH-10) of the HL7 message for which the platform sent the request, "" when the product sent it itself. An
    exchange is written once answered: an HL7 message comes after what the platform did of it. ``waived`` is what the
    DMP would have refused, were it not a diagnostic one.
    """

    transaction: str
    request: Http
    response: Http
    patient: str = ""
    action: str = ""
    refusal: str = ""
    alerts: tuple[str, ...] = ()
    waived: tuple[Waived, ...] = ()
    measures: Measures = Measures()
    tls: Tls | None = None
    relayed: str = ""

    @property
    def control_id(self) -> str:
        """Control id (MSH-10) of an HL7 message, "" for any other exchange."""
        return dict(self.request.headers).get("MSH-10", "") if self.transaction == HL7 else ""


class Alert(Event, tag="alert"):
    """Something the recorder saw that is no exchange: a refused handshake, an unreadable request, a stray call."""

    kind: str
    message: str


class State(Event, tag="state"):
    """What the DMP holds of one patient at that moment: ``subject`` is the INS, ``data`` as the store shows it."""

    subject: str
    data: dict[str, Any]


class Barrier(Event, tag="barrier"):
    """Quiet before absence: ``kind`` is settled, waited or none; ``waited_s`` how long the runner waited."""

    kind: str
    waited_s: float
    reason: str = ""


class Judgement(Event, tag="judgement"):
    """An ``Alors`` asked one check of one rule. The check sees only the events up to ``upto``."""

    rule: str
    check: str
    role: str
    example: str
    step: str
    line: int
    upto: int
    params: dict[str, Any] = {}


class ScenarioEnd(Event, tag="scenario_end"):
    """A scenario ended. ``status`` is done, kit (our own fault) or pilote (the driver's); ``message`` says which."""

    status: str
    message: str = ""


class Footer(Event, tag="footer"):
    """Last event. A journal without it is incomplete; ``reason`` says why a run stopped early."""

    complete: bool
    reason: str = ""


AnyEvent = (
    Header | Plan | ScenarioStart | Attempt | Resumed | World | ClockSet | Verb | Answered | Exchange | Alert | State
    | Barrier | Judgement | ScenarioEnd | Declared | Footer
)  # fmt: skip

"""Each defect of the messages to a platform (PFI) is caught by the rule it breaks, and no other way to write is.

What a run of the reference sent is changed message by message, received and judged again; a few products are played.
"""

import hashlib
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from e2e_runs import Run, play

from dmp_imagerie.catalogue.policy import Policy
from dmp_imagerie.connectors.altered import altered
from dmp_imagerie.connectors.faults import hl7 as defects
from dmp_imagerie.connectors.faults.fault import Fault
from dmp_imagerie.connectors.reference.decisions import HONEST
from dmp_imagerie.connectors.variants import hl7 as habits
from dmp_imagerie.connectors.variants.variant import Variant
from dmp_imagerie.endpoint.platform import SimulatedPlatform
from dmp_imagerie.journal.view import Journal, MemoryJournal
from dmp_imagerie.judge.registry import INVARIANTS
from dmp_imagerie.judge.scene import Scene
from dmp_imagerie.model.clock import ScenarioClock
from dmp_imagerie.model.events import HL7, Exchange, Http
from dmp_imagerie.model.verdicts import Outcome
from dmp_imagerie.wire.read.hl7v2 import read_hl7v2
from dmp_imagerie.wire.read.hl7v2_messages import read_document_request, read_envelope

RULES = ("DMP-INS-01", "DMP-VIS-01", "DMP-VIS-02", "DMP-ANN-01")
"""Where reports are sent, masked and hidden."""
PACKS = (habits.VARIANTS[::2], habits.VARIANTS[1::2])
OF_MESSAGES = [one for one in INVARIANTS.values() if one.rule.startswith("DMP-HL7") or one.rule == "DMP-INS-15"]
Outcomes = dict[str, set[Outcome]]


class Recorder:
    """Keeps what the platform recorded."""

    def __init__(self) -> None:
        self.exchanges: list[dict[str, Any]] = []

    def piece(self, content: bytes) -> str:
        return hashlib.sha256(content).hexdigest()

    def record(self, _kind: type[Any], /, **fields: Any) -> None:
        self.exchanges.append(fields)


class Nowhere:
    """A platform's way to no DMP."""

    def carry(self, *_asked: object) -> None:
        """Nothing leaves."""


@pytest.fixture(scope="module")
def reference(kit_home: None, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The reference connector going through the platform."""
    return play(tmp_path_factory.mktemp("pfi") / "run", "reference:pfi", rules=RULES)


def messages(run: Run) -> Iterator[tuple[Exchange, bytes]]:
    """What a run sent to the platform."""
    for exchange in run.journal.all(Exchange):
        if exchange.transaction == HL7:
            yield exchange, run.journal.piece(exchange.request.body)


def change_of(*names: str) -> Callable[[bytes], bytes]:
    """What these faults and variants make of a message of the reference."""
    decisions = altered(names)

    def change(content: bytes) -> bytes:
        if decisions.message_form is not HONEST.message_form:
            message = read_hl7v2(content)
            content = decisions.message_form(read_envelope(message), read_document_request(message))
        return decisions.message_sent(content)

    return change


def rewritten(run: Run, change: Callable[[bytes], bytes]) -> Journal:
    """The journal of ``run``, its messages changed."""
    changed = {exchange.seq: change(content) for exchange, content in messages(run)}
    pieces = {hashlib.sha256(content).hexdigest(): content for content in changed.values()}
    digests = dict(zip(changed, pieces, strict=True))
    events = [
        msgspec.structs.replace(event, request=Http(start="MLLP", body=digests[event.seq]))
        if isinstance(event, Exchange) and event.seq in digests
        else event
        for event in run.journal.events
    ]
    return MemoryJournal(run.folder, events, pieces)


def judged(journal: Journal) -> Outcomes:
    """What the invariants on messages find, by rule, over every scenario."""
    scenes = [Scene(journal, key, journal.last_seq, policy=Policy()) for key in {e.scenario for e in journal.events}]
    found: Outcomes = {}
    for invariant in OF_MESSAGES:
        outcomes = {finding.outcome for scene in scenes if (finding := invariant.function(scene))}
        found.setdefault(invariant.rule, set()).update(outcomes)
    return found


def test_what_the_reference_sends_is_right(reference: Run) -> None:
    silent = {"DMP-HL7-08"}  # it sends nothing by MSSanté
    found = judged(reference.journal)
    assert {rule for rule, outcomes in found.items() if outcomes == {Outcome.CONFORME}} == found.keys() - silent
    assert found["DMP-HL7-08"] == set()


def test_every_rule_of_the_messages_has_two_defects() -> None:
    rules = [fault.breaks for fault in defects.FAULTS]
    assert {rule: rules.count(rule) >= 2 for rule in rules} == dict.fromkeys((one.rule for one in OF_MESSAGES), True)


@pytest.mark.parametrize("fault", defects.FAULTS, ids=lambda fault: fault.name)
def test_a_defect_is_caught_by_the_rule_it_breaks_and_reddens_nothing_else(reference: Run, fault: Fault) -> None:
    found = judged(rewritten(reference, change_of(fault.name)))
    red = {rule for rule, outcomes in found.items() if Outcome.NON_CONFORME in outcomes}
    assert red == {fault.breaks, *fault.also}


@pytest.mark.parametrize("fault", defects.FAULTS, ids=lambda fault: fault.name)
def test_no_other_way_to_write_mends_a_defect(reference: Run, fault: Fault) -> None:
    """Each goes with every variant, or is refused beside it."""
    missed = []
    for variant in habits.VARIANTS:
        try:
            change = change_of(fault.name, variant.name)
        except ValueError:
            continue
        if Outcome.NON_CONFORME not in judged(rewritten(reference, change))[fault.breaks]:
            missed.append(variant.name)
    assert missed == []


@pytest.mark.parametrize("variant", habits.VARIANTS, ids=lambda variant: variant.name)
def test_another_way_to_write_is_right_and_the_platform_takes_it(reference: Run, variant: Variant) -> None:
    change = change_of(variant.name)
    assert {outcome for outcomes in judged(rewritten(reference, change)).values() for outcome in outcomes} == {
        Outcome.CONFORME
    }
    recorder = Recorder()
    platform = SimulatedPlatform(Nowhere(), recorder, ScenarioClock())
    changed = [(change(content), content) for _, content in messages(reference)]
    assert any(after != before for after, before in changed)
    for after, _ in changed:
        platform.handle(after)
    assert {(one["refusal"], one["alerts"]) for one in recorder.exchanges} == {("", ())}


@pytest.mark.parametrize("seed", range(6))
def test_all_at_once_and_in_any_order_they_are_right(reference: Run, seed: int) -> None:
    names = [variant.name for variant in habits.VARIANTS]
    change = change_of(*random.Random(seed).sample(names, k=len(names)))
    found = judged(rewritten(reference, change))
    assert {outcome for outcomes in found.values() for outcome in outcomes} == {Outcome.CONFORME}


def test_what_is_sent_by_mssante_is_judged(reference: Run) -> None:
    found = judged(rewritten(reference, change_of("hl7-envoi-mssante")))
    assert found["DMP-HL7-08"] == {Outcome.CONFORME}


@pytest.mark.parametrize("name", ["hl7-sans-profil", "demandeur-absent", "ins-absente-de-pid-3"])
def test_a_defect_that_is_played_breaks_nothing_else_of_the_suite(reference: Run, tmp_path: Path, name: str) -> None:
    (fault,) = [one for one in defects.FAULTS if one.name == name]
    run = play(tmp_path / "run", f"faulty:{name}", reference=reference, rules=RULES)
    assert run.red() == {fault.breaks, *fault.also}


@pytest.mark.parametrize("pack", PACKS, ids=["pairs", "impairs"])
def test_several_ways_at_once_are_accused_of_nothing(reference: Run, tmp_path: Path, pack: tuple[Variant, ...]) -> None:
    run = play(tmp_path / "run", f"variant:{'+'.join(one.name for one in pack)}", rules=RULES)
    assert run.red() == set()
    assert run.outcomes() == reference.outcomes()

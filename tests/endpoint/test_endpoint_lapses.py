"""A DMP that is away for a while, and a platform that fails in what it owes patients."""

from datetime import datetime, timedelta

import pytest
from dmp_client import CX, INS, PATIENT, RADIOLOGIST, Client, MemoryRecorder, entry, vihf

from dmp_imagerie.endpoint.dmp import SimulatedDmp
from dmp_imagerie.endpoint.lapses import LAPSES, Lapse
from dmp_imagerie.endpoint.pki import Pki
from dmp_imagerie.model.clock import ScenarioClock
from dmp_imagerie.model.values import AuthorisationStatus

OTHER = "207058575627097"


def test_away_it_serves_nobody_and_measures_all_the_same(
    dmp: SimulatedDmp, client: Client, recorder: MemoryRecorder
) -> None:
    dmp.control.interrupt(INS)
    assert [client.submit(entry()).status, client.exists().status] == [503, 503]
    submission, _ = recorder.exchanges
    assert (submission.transaction, submission.patient, submission.refusal) == ("TD2.1", INS, "SimDmpIndisponible")
    assert {seen.value for seen in submission.measures.ins} == {INS}
    assert dmp.control.snapshot(INS)["documents"] == []


def test_back_it_turns_away_one_more_request(dmp: SimulatedDmp, client: Client) -> None:
    dmp.control.interrupt(INS)
    client.exists()
    dmp.control.resume(INS)
    assert [client.exists().status for _ in range(3)] == [503, 200, 200]


def test_it_is_away_for_one_patient_only(dmp: SimulatedDmp, client: Client) -> None:
    dmp.control.interrupt(INS)
    assert client.exists(ins=OTHER, security=vihf(ins=OTHER)).status == 200
    with pytest.raises(LookupError, match="Aucun DMP"):
        dmp.control.interrupt(OTHER)


def test_an_ins_beside_the_traits_is_measured_with_the_entry(client: Client, recorder: MemoryRecorder) -> None:
    other = f"{OTHER}^^^&1.2.250.1.213.1.4.10&ISO^NH"
    traits = (f"PID-3|L1^^^&1.2.3&ISO^PI~{other}", "PID-5|PAT-TROIS^DOMINIQUE^^^^^L")
    client.submit(entry(source_patient_id=CX, source_patient_info=traits))
    seen = [seen.value for seen in recorder.only().measures.ins if seen.place == "fiche"]
    assert seen == [INS, INS, OTHER]


def told(recorder: MemoryRecorder, pki: Pki, *lapses: str) -> list[tuple[str, bool, timedelta]]:
    """What a patient without Mon espace santé hears of a document, then of a reading: channel, document, delay."""
    dmp = SimulatedDmp(recorder, ScenarioClock(), pki.trust, lapses=lapses)
    dmp.control.open_dmp(PATIENT, mon_espace_sante=False)
    dmp.control.set_authorisation(INS, RADIOLOGIST.ps_id, AuthorisationStatus.VALID)
    client, since = Client(pki, dmp.handle), datetime.now().astimezone()
    assert (client.submit(entry()).status, client.find().status) == (200, 200)
    return [
        (note["canal"], bool(note["document"]), datetime.fromisoformat(note["at"]) - since)
        for note in dmp.control.snapshot(INS)["notifications"]
    ]


def test_the_honest_platform_tells_of_both_at_once(recorder: MemoryRecorder, pki: Pki) -> None:
    notes = told(recorder, pki)
    assert [note[:2] for note in notes] == [("courrier", True), ("courrier", False)]
    assert all(delay < timedelta(hours=1) for _, _, delay in notes)


@pytest.mark.parametrize(
    ("lapses", "notes"),
    [
        (("depot-tu",), [("courrier", False)]),
        (("consultation-tue",), [("courrier", True)]),
        (("tous-par-mon-espace-sante",), [("mon_espace_sante", True), ("mon_espace_sante", False)]),
        (("depot-tu", "tous-par-mon-espace-sante"), [("mon_espace_sante", False)]),
    ],
    ids=["no-deposit", "no-reading", "wrong-channel", "both"],
)
def test_a_lapse_does_what_it_says(
    recorder: MemoryRecorder, pki: Pki, lapses: tuple[str, ...], notes: list[tuple[str, bool]]
) -> None:
    assert [note[:2] for note in told(recorder, pki, *lapses)] == notes


def test_the_next_day_is_a_day_later(recorder: MemoryRecorder, pki: Pki) -> None:
    delays = [delay for _, _, delay in told(recorder, pki, "lendemain")]
    assert len(delays) == 2
    assert min(delays) > timedelta(hours=23)


@pytest.mark.parametrize("lapse", LAPSES.values(), ids=LAPSES)
def test_a_lapse_is_one_line_on_a_duty_of_the_platform(lapse: Lapse) -> None:
    assert lapse.breaks == "DMP-TRA-03"
    assert lapse.doc.endswith(".")


def test_an_unknown_lapse_is_refused_with_those_that_exist(recorder: MemoryRecorder, pki: Pki) -> None:
    with pytest.raises(ValueError, match="« oubli »"):
        SimulatedDmp(recorder, ScenarioClock(), pki.trust, lapses=("oubli",))

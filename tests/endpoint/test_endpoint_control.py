"""The scenario's hand on the DMP: what it sets, what it shows, and the traces it leaves."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import msgspec
import pytest
from dmp_client import COLLEAGUE, INS, PATIENT, RADIOLOGIST, Client, MemoryRecorder, entry

from dmp_imagerie.endpoint.dmp import SimulatedDmp
from dmp_imagerie.endpoint.past import PastDocument
from dmp_imagerie.endpoint.pki import Pki
from dmp_imagerie.model.clock import ScenarioClock
from dmp_imagerie.model.values import AuthorisationStatus, Visibility

PAST = PastDocument(
    title="IRM du genou",
    author=COLLEAGUE,
    text="Ligaments intacts.",
    created="2025-03-04T10:00:00+01:00",
    hidden=(Visibility.HIDDEN_FROM_PATIENT, Visibility.HIDDEN_FROM_REPRESENTATIVES),
)


def test_a_patient_without_dmp_is_absent(empty_dmp: SimulatedDmp) -> None:
    assert empty_dmp.control.snapshot(INS)["dmp"] == "absent"
    assert empty_dmp.control.authorisation(INS, RADIOLOGIST.ps_id) is AuthorisationStatus.NONE


def test_opening_closing_and_opening_again_keeps_what_it_held(dmp: SimulatedDmp) -> None:
    control = dmp.control
    deposited = control.deposit(INS, PAST)
    control.close_dmp(INS, "FERMETURE_DEMANDE_PATIENT")
    assert control.snapshot(INS)["dmp"] == "fermé"
    control.open_dmp(PATIENT, mon_espace_sante=False)
    state = control.snapshot(INS)
    assert (state["dmp"], state["mon_espace_sante"]) == ("ouvert", False)
    assert [document["unique_id"] for document in state["documents"]] == [deposited]


def test_a_past_document_shows_as_it_was_filed(dmp: SimulatedDmp) -> None:
    deposited = dmp.control.deposit(INS, PAST)
    state = dmp.control.snapshot(INS)
    assert state["documents"] == [
        {
            "unique_id": deposited,
            "title": "IRM du genou",
            "type": "18748-4",
            "class": "31",
            "confidentiality": ["N", "INVISIBLE_PATIENT", "INVISIBLE_REPRESENTANTS_LEGAUX"],
            "visible_to_patient": False,
            "visible_to_professionals": True,
            "visible_to_representatives": False,
            "submitted_at": "2025-03-04T09:00:00.000Z",
            "status": "Approved",
            "version": "1",
        }
    ]
    assert state["notifications"] == []


def test_every_action_leaves_a_line_and_the_snapshot_is_plain_data(dmp: SimulatedDmp) -> None:
    control = dmp.control
    control.set_authorisation(INS, RADIOLOGIST.ps_id, AuthorisationStatus.BLOCKED)
    control.deposit(INS, PAST)
    control.close_dmp(INS, "FERMETURE_DEMANDE_PATIENT")
    state = control.snapshot(INS)
    assert len(state["access_log"]) == 4
    assert state["authorisations"] == {RADIOLOGIST.ps_id: "INTERDIT"}
    assert json.loads(json.dumps(state)) == state


def test_the_scenario_s_time_is_written(recorder: MemoryRecorder, pki: Pki) -> None:
    clock = ScenarioClock()
    clock.set(datetime(2031, 5, 6, 7, 8, tzinfo=UTC))
    dmp = SimulatedDmp(recorder, clock, pki.trust)
    dmp.control.open_dmp(PATIENT)
    Client(pki, dmp.handle).submit(entry())
    (document,) = dmp.control.snapshot(INS)["documents"]
    assert document["submitted_at"].startswith("2031-05-06T07:08")


def test_what_cannot_be_is_said_plainly(empty_dmp: SimulatedDmp) -> None:
    with pytest.raises(ValueError, match="pas d'INS"):
        empty_dmp.control.open_dmp(msgspec.structs.replace(PATIENT, ins=None))
    with pytest.raises(LookupError, match="Aucun DMP"):
        empty_dmp.control.deposit(INS, PAST)


def test_requests_from_several_threads_are_all_filed(
    dmp: SimulatedDmp, client: Client, recorder: MemoryRecorder
) -> None:
    client.exists()  # loads the keys once
    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(lambda number: client.submit(entry(unique_id=f"1.2.{number}")).status, range(20)))
    assert statuses == [200] * 20
    assert len(dmp.control.snapshot(INS)["documents"]) == 20
    assert len(recorder.exchanges) == 21

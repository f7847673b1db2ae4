"""TD3.3 on the simulated DMP: visibility, archives and deletion, with their rights and their errors."""

from collections.abc import Callable

import msgspec
import pytest
from dmp_client import COLLEAGUE, CX, INS, RADIOLOGIST, Client, MemoryRecorder, entry, fault_of, message_of, vihf

from dmp_imagerie.endpoint.dmp import SimulatedDmp
from dmp_imagerie.endpoint.http import Response
from dmp_imagerie.endpoint.pki import Pki
from dmp_imagerie.model.values import AuthorisationStatus
from dmp_imagerie.wire import codes
from dmp_imagerie.wire.build.update import status_update
from dmp_imagerie.wire.build.vihf import VihfCode
from dmp_imagerie.wire.build.xds import update_body
from dmp_imagerie.wire.metadata import Association, Code, EntryMetadata, SetMetadata
from dmp_imagerie.wire.read.xds import read_registry_response
from dmp_imagerie.wire.read.xds_query import read_query_response, read_retrieve_response

UNIQUE_ID = entry().unique_id
OTHER_STRUCTURE = "10B0999999"


def error_of(response: Response) -> str:
    return read_registry_response(message_of(response).body).errors[0].code


def succeeded(response: Response) -> bool:
    return read_registry_response(message_of(response).body).status == "Success"


def shown(dmp: SimulatedDmp) -> dict[str, object]:
    (document,) = dmp.control.snapshot(INS)["documents"]
    return dict(document)


def with_codes(known: EntryMetadata, *restrictions: str) -> EntryMetadata:
    return msgspec.structs.replace(known, confidentiality=tuple(Code(code=code) for code in ("N", *restrictions)))


@pytest.fixture
def filed(client: Client, dmp: SimulatedDmp) -> Callable[..., EntryMetadata]:
    """Files the radiologist's report with restrictions, opens the DMP to both professionals, returns the entry."""

    def file(*restrictions: str) -> EntryMetadata:
        for user in (RADIOLOGIST, COLLEAGUE):
            dmp.control.set_authorisation(INS, user.ps_id, AuthorisationStatus.VALID)
        client.submit(with_codes(entry(), *restrictions))
        return client.known(UNIQUE_ID)

    return file


class TestStatus:
    def test_a_deletion_is_logical_and_shows_to_nobody(
        self, client: Client, dmp: SimulatedDmp, filed: Callable[..., EntryMetadata], recorder: MemoryRecorder
    ) -> None:
        known = filed()
        assert succeeded(client.set_status(known.entry_id, codes.APPROVED, codes.DELETED))
        assert recorder.exchanges[-1].transaction == "TD3.3c"
        assert [seen.place for seen in recorder.exchanges[-1].measures.ins] == ["vihf", "lot"]
        assert shown(dmp)["status"] == "Deleted"
        line = dmp.control.snapshot(INS)["access_log"][-1]
        assert (line["action"], line["document"]) == ("suppression de document", UNIQUE_ID)
        assert read_query_response(message_of(client.find()).body).entries == ()
        assert read_retrieve_response(message_of(client.retrieve(UNIQUE_ID))).documents == ()
        again = client.set_status(known.entry_id, codes.DELETED, codes.APPROVED)
        assert error_of(again) == "XDSMetadataUpdateOperationError"

    def test_archived_then_taken_back_then_deleted(
        self, client: Client, dmp: SimulatedDmp, filed: Callable[..., EntryMetadata], recorder: MemoryRecorder
    ) -> None:
        known = filed()
        for original, new, letter in (
            (codes.APPROVED, codes.ARCHIVED, "TD3.3d"),
            (codes.ARCHIVED, codes.APPROVED, "TD3.3d"),
            (codes.APPROVED, codes.ARCHIVED, "TD3.3d"),
            (codes.ARCHIVED, codes.DELETED, "TD3.3c"),
        ):
            assert succeeded(client.set_status(known.entry_id, original, new))
            assert recorder.exchanges[-1].transaction == letter
            assert shown(dmp)["status"] == new.rpartition(":")[2]

    @pytest.mark.parametrize(
        ("target", "original", "new", "code"),
        [
            ("urn:uuid:inconnu", codes.APPROVED, codes.DELETED, "UnresolvedReferenceException"),
            (UNIQUE_ID, codes.APPROVED, codes.DELETED, "UnresolvedReferenceException"),
            ("", codes.ARCHIVED, codes.DELETED, "XDSMetadataUpdateError"),
            ("", codes.APPROVED, codes.DEPRECATED, "XDSMetadataUpdateOperationError"),
        ],
    )
    def test_a_wrong_change_has_its_own_error(
        self,
        target: str,
        original: str,
        new: str,
        code: str,
        client: Client,
        dmp: SimulatedDmp,
        filed: Callable[..., EntryMetadata],
    ) -> None:
        known = filed()
        assert error_of(client.set_status(target or known.entry_id, original, new)) == code
        assert shown(dmp)["status"] == "Approved"

    def test_only_the_author_or_their_structure_deletes(
        self, client: Client, filed: Callable[..., EntryMetadata], pki: Pki, recorder: MemoryRecorder
    ) -> None:
        known = filed()
        stranger = vihf(COLLEAGUE, structure_id=OTHER_STRUCTURE)
        refused = client.set_status(known.entry_id, codes.APPROVED, codes.DELETED, security=stranger)
        assert fault_of(refused).subcode == recorder.exchanges[-1].refusal == "SimNonAuteur"
        seal = client.signed(vihf(COLLEAGUE, mode="INDIRECTE"), pki.centre_seal)
        assert succeeded(client.set_status(known.entry_id, codes.APPROVED, codes.DELETED, security=seal))

    def test_indirect_mode_may_only_delete(self, client: Client, filed: Callable[..., EntryMetadata], pki: Pki) -> None:
        known = filed()
        for send in (
            lambda seal: client.set_status(known.entry_id, codes.APPROVED, codes.ARCHIVED, security=seal),
            lambda seal: client.set_version(with_codes(known, "MASQUE_PS"), security=seal),
        ):
            assert (
                fault_of(send(client.signed(vihf(mode="INDIRECTE"), pki.centre_seal))).subcode == "SimModeNonHabilite"
            )

    def test_another_patient_or_another_number_of_changes_is_refused(
        self, client: Client, filed: Callable[..., EntryMetadata]
    ) -> None:
        known = filed()
        other = CX.replace(INS, "207058575627097")
        stray = client.update(
            lambda lot: status_update(lot, known.entry_id, codes.APPROVED, codes.DELETED), patient_id=other
        )
        assert fault_of(stray).subcode == "XDSPatientIdDoesNotMatch"
        empty = client.update(lambda lot: update_body(lot, (), ()))
        assert error_of(empty) == "XDSMetadataUpdateOperationError"


class TestVisibility:
    def test_masking_makes_a_new_version_under_the_same_lid(
        self, client: Client, dmp: SimulatedDmp, filed: Callable[..., EntryMetadata], recorder: MemoryRecorder
    ) -> None:
        known = filed()
        assert succeeded(client.set_version(with_codes(known, "MASQUE_PS")))
        assert recorder.exchanges[-1].transaction == "TD3.3a"
        assert (shown(dmp)["visible_to_professionals"], shown(dmp)["version"]) == (False, "2")
        assert dmp.control.snapshot(INS)["access_log"][-1]["action"] == "masquage de document"
        assert (
            read_query_response(message_of(client.find(security=vihf(COLLEAGUE, structure_id="x"))).body).entries == ()
        )
        after = client.known(UNIQUE_ID)
        assert (after.logical_id, after.version, after.hash) == (known.logical_id, "2", known.hash)
        assert after.entry_id != known.entry_id
        assert succeeded(client.set_version(with_codes(after), previous="2"))
        assert shown(dmp)["visible_to_professionals"] is True

    def test_any_reader_masks_and_only_the_author_unmasks(
        self, client: Client, filed: Callable[..., EntryMetadata]
    ) -> None:
        known = filed()
        stranger = vihf(COLLEAGUE, structure_id=OTHER_STRUCTURE)
        assert succeeded(client.set_version(with_codes(known, "MASQUE_PS"), security=stranger))
        back = client.set_version(with_codes(known), previous="2", security=stranger)
        assert fault_of(back).subcode == "SimNonAuteur"
        hidden = client.set_version(with_codes(known, "MASQUE_PS"), previous="2", security=stranger)
        assert error_of(hidden) == "XDSMetadataUpdateOperationError"

    def test_a_reader_without_authorisation_masks_nothing(
        self, client: Client, dmp: SimulatedDmp, filed: Callable[..., EntryMetadata]
    ) -> None:
        known = filed()
        dmp.control.set_authorisation(INS, COLLEAGUE.ps_id, AuthorisationStatus.NONE)
        stranger = vihf(COLLEAGUE, structure_id=OTHER_STRUCTURE)
        refused = client.set_version(with_codes(known, "MASQUE_PS"), security=stranger)
        assert fault_of(refused).subcode == "SimAccesNonAutorise"

    @pytest.mark.parametrize("restriction", ["INVISIBLE_PATIENT", "INVISIBLE_REPRESENTANTS_LEGAUX"])
    def test_a_hidden_document_is_made_visible_and_told_never_hidden_again(
        self,
        restriction: str,
        client: Client,
        dmp: SimulatedDmp,
        filed: Callable[..., EntryMetadata],
        recorder: MemoryRecorder,
    ) -> None:
        known = filed(restriction)
        assert dmp.control.snapshot(INS)["notifications"] == []
        assert succeeded(client.set_version(with_codes(known)))
        assert recorder.exchanges[-1].transaction == "TD3.3b"
        (told,) = dmp.control.snapshot(INS)["notifications"]
        assert told["document"] == UNIQUE_ID
        hidden_again = client.set_version(with_codes(known, restriction), previous="2")
        assert error_of(hidden_again) == "XDSMetadataUpdateOperationError"
        assert recorder.exchanges[-1].transaction == "TD3.3b"

    @pytest.mark.parametrize(
        ("change", "previous", "code"),
        [
            ({}, "7", "XDSMetadataVersionError"),
            ({}, "", "XDSMetadataVersionError"),
            ({"logical_id": "urn:uuid:inconnu"}, "1", "UnresolvedReferenceException"),
            ({"type_code": Code(code="34112-3")}, "1", "UnmodifiableMetadataError"),
            ({"confidentiality": (Code(code="N"),)}, "1", "XDSMetadataUpdateOperationError"),
        ],
    )
    def test_a_wrong_version_has_its_own_error(
        self,
        change: dict[str, object],
        previous: str,
        code: str,
        client: Client,
        dmp: SimulatedDmp,
        filed: Callable[..., EntryMetadata],
    ) -> None:
        masked = with_codes(filed(), "MASQUE_PS")
        assert error_of(client.set_version(msgspec.structs.replace(masked, **change), previous)) == code
        assert shown(dmp)["version"] == "1"

    def test_no_masking_in_an_emergency(self, client: Client, filed: Callable[..., EntryMetadata]) -> None:
        known = filed()
        emergency = vihf(purpose=VihfCode(code="bris_de_glace", code_system="x", display_name="x"))
        refused = client.set_version(with_codes(known, "MASQUE_PS"), security=emergency)
        assert fault_of(refused).subcode == "SimModeAccesNonHabilite"


def test_links_follow_a_document_through_its_versions(client: Client, filed: Callable[..., EntryMetadata]) -> None:
    filed()
    membership = Association(association_id="a", type=codes.HAS_MEMBER, source="lot", target="doc")
    client.submit(entry(unique_id="1.2.4"), associations=[membership])
    client.set_version(with_codes(client.known("1.2.4"), "MASQUE_PS"))
    current = client.known("1.2.4").entry_id
    links = client.find(query=codes.GET_ASSOCIATIONS, parameters={"$uuid": [current]})
    (link,) = read_query_response(message_of(links).body).associations
    assert (link.type, link.target) == (codes.HAS_MEMBER, current)


def test_a_set_without_patient_is_refused(client: Client, filed: Callable[..., EntryMetadata]) -> None:
    known = filed()
    lot = SetMetadata(set_id="lot")
    refused = client.post("TD3.3", status_update(lot, known.entry_id, codes.APPROVED, codes.DELETED))
    assert fault_of(refused).subcode == "XDSPatientIdDoesNotMatch"

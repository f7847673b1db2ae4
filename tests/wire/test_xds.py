"""Submissions and registry answers: what is built is read again, what varies is tolerated, what is wrong is said."""

from collections.abc import Callable
from pathlib import Path

import pytest
from captures import captured
from damage import assert_read_or_refused, damaged
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from xds_strategies import ASSOCIATIONS, ENTRY_LISTS, ERRORS, SETS

from dmp_imagerie.wire import codes
from dmp_imagerie.wire.build.xds import registry_response, submission_body, update_body
from dmp_imagerie.wire.errors import WireError
from dmp_imagerie.wire.metadata import Association, Author, Code, EntryMetadata, RegistryError, SetMetadata
from dmp_imagerie.wire.namespaces import LCM, RIM, RS, XDSB, q
from dmp_imagerie.wire.read.ebrim import MAX_OBJECTS
from dmp_imagerie.wire.read.soap import resolve_binary
from dmp_imagerie.wire.read.xds import (
    cx,
    document_elements,
    read_registry_response,
    read_submission,
    xcn_id,
    xon_id,
)

PATIENT = "279035121518989^^^&1.2.250.1.213.1.4.10&ISO^NH"
RADIOLOGIST = Author(
    person="899900063480^MAX^LIBRE^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS",
    institutions=("CENTRE TEST^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^10B0127189",),
)
SET = SetMetadata(set_id="Lot01", unique_id="1.2.250.1.999.1.1.7898.1", patient_id=PATIENT, authors=(RADIOLOGIST,))
ENTRY = EntryMetadata(
    entry_id="Document01",
    unique_id="1.2.250.1.999.1.1.7898.2",
    patient_id=PATIENT,
    title="Radiographie du thorax",
    mime_type="text/xml",
    hash="AF326FB44FEB720121D2C277CE10F87407818089",
    size=2768,
    type_code=Code(code="18748-4", scheme="2.16.840.1.113883.6.1", label="CR d'imagerie médicale"),
    confidentiality=(Code(code="N", scheme="2.16.840.1.113883.5.25"), Code(code="MASQUE_PS")),
)
MEMBER = Association(
    association_id="lien01",
    type=codes.HAS_MEMBER,
    source="Lot01",
    target="Document01",
    slots={"SubmissionSetStatus": ("Original",)},
)


def submission() -> etree._Element:
    return submission_body(SET, (ENTRY,), (MEMBER,), {"Document01": "YWJj"})


def serialised(element: etree._Element) -> etree._Element:
    return etree.fromstring(etree.tostring(element))


def only(element: etree._Element, name: str) -> etree._Element:
    (found,) = element.iter(q(RIM, name))
    return found


def warning_codes(body: etree._Element) -> list[str]:
    return [warning.partition(" : ")[0] for warning in read_submission(body).warnings]


@settings(max_examples=30)
@given(SETS, ENTRY_LISTS, ASSOCIATIONS)
def test_a_submission_is_read_as_it_was_built(
    submission_set: SetMetadata, entries: list[EntryMetadata], associations: tuple[Association, ...]
) -> None:
    documents = {entry.entry_id: "" for entry in entries}
    read = read_submission(serialised(submission_body(submission_set, entries, associations, documents)))
    assert read.set == submission_set
    assert read.entries == tuple(entries)
    assert read.associations == associations
    assert read.document_ids == tuple(documents)
    assert read.warnings == ()


def test_the_same_submission_gives_the_same_bytes_in_schema_order() -> None:
    body = submission()
    assert etree.tostring(body) == etree.tostring(submission())
    parts = [etree.QName(part).localname for part in only(body, "ExtrinsicObject")]
    assert parts == ["Slot"] * 2 + ["Name"] + ["Classification"] * 3 + ["ExternalIdentifier"] * 2


def test_an_update_is_a_submission_without_documents() -> None:
    deletion = Association(
        association_id="a",
        type=codes.UPDATE_AVAILABILITY,
        source="Lot01",
        target="urn:uuid:fe5287a2-ae6a-11eb-8f5d-0050569e422e",
        slots={codes.ORIGINAL_STATUS_SLOT: (codes.APPROVED,), codes.NEW_STATUS_SLOT: (codes.DELETED,)},
    )
    read = read_submission(update_body(SET, (), (deletion,)))
    assert (read.set, read.associations, read.document_ids) == (SET, (deletion,), ())
    assert read.warnings == ()


def test_classifications_may_stand_beside_their_object() -> None:
    body = submission()
    objects = only(body, "RegistryObjectList")
    for tag in ("Classification", "ExternalIdentifier"):
        for part in list(objects.iterfind(f"*/{q(RIM, tag)}")):
            objects.append(part)
    read = read_submission(body)
    assert (read.set, read.entries, read.warnings) == (SET, (ENTRY,), ())


def test_objects_come_in_any_order() -> None:
    body = submission()
    objects = only(body, "RegistryObjectList")
    objects[:] = reversed(objects)
    assert read_submission(body).entries == (ENTRY,)


def test_a_comment_does_not_cut_a_value() -> None:
    body = submission()
    value = next(body.iter(q(RIM, "Value")))
    value.text, expected = "8999", (value.text or "")
    comment = etree.Comment("coupure")
    comment.tail = expected
    value.append(comment)
    first_author = (read_submission(body).set or SET).authors[0]
    assert first_author.person == f"8999{expected}"


def move_slot_last(body: etree._Element) -> None:
    entry = only(body, "ExtrinsicObject")
    entry.append(entry[0])


def rename_document(body: etree._Element) -> None:
    document_elements(body)["Document01"].set("id", "document01")


def add_document(body: etree._Element) -> None:
    etree.SubElement(body, q(XDSB, "Document"), id="Autre")


def remove_document(body: etree._Element) -> None:
    body.remove(document_elements(body)["Document01"])


def mistake_format_scheme(body: etree._Element) -> None:
    classification = next(only(body, "ExtrinsicObject").iterchildren(q(RIM, "Classification")))
    classification.set("classificationScheme", "urn:uuid:a09d5840-386c-46f2-b5ad-9fdf87b75cc4")


def date_the_patient(body: etree._Element) -> None:
    identifier = next(only(body, "ExtrinsicObject").iterchildren(q(RIM, "ExternalIdentifier")))
    identifier.set("value", f"{PATIENT}^^20100907")


def replace_with_2010(body: etree._Element) -> None:
    only(body, "Association").set("associationType", codes.RPLC_2010)


def misstate_size(body: etree._Element) -> None:
    (value,) = (slot[0][0] for slot in body.iter(q(RIM, "Slot")) if slot.get("name") == "size")
    value.text = "2,7 ko"


def repeat_type(body: etree._Element) -> None:
    entry = only(body, "ExtrinsicObject")
    scheme = codes.ENTRY_CODES["type_code"]
    attributes = {"classificationScheme": scheme, "nodeRepresentation": "11528-7"}
    entry.insert(len(entry) - 2, entry.makeelement(q(RIM, "Classification"), attributes))


def drop_set_node(body: etree._Element) -> None:
    package = only(body, "RegistryPackage")
    (node,) = (part for part in package if part.get("classificationNode"))
    package.remove(node)


def mistake_object_type(body: etree._Element) -> None:
    only(body, "ExtrinsicObject").set("objectType", "urn:uuid:34268e47-fdf5-41a6-ba33-82133c465248")


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (move_slot_last, ["ordre-schema"]),
        (rename_document, ["document-casse"]),
        (add_document, ["document-sans-fiche"]),
        (remove_document, ["fiche-sans-document"]),
        (mistake_format_scheme, ["schema-inconnu"]),
        (date_the_patient, ["patient-suffixe"]),
        (replace_with_2010, ["remplacement-2010"]),
        (misstate_size, ["taille-illisible"]),
        (repeat_type, ["code-repete"]),
        (drop_set_node, ["lot-sans-nature"]),
        (mistake_object_type, ["type-objet-inattendu"]),
    ],
)
def test_each_departure_is_read_and_reported(spoil: Callable[[etree._Element], None], expected: list[str]) -> None:
    body = submission()
    spoil(body)
    assert warning_codes(body) == expected
    assert read_submission(body).entries[0].unique_id == ENTRY.unique_id


def test_a_folder_is_not_a_set() -> None:
    body = submission()
    folder = etree.SubElement(only(body, "RegistryObjectList"), q(RIM, "RegistryPackage"), id="Classeur")
    etree.SubElement(folder, q(RIM, "Classification"), classificationNode=codes.FOLDER_NODE)
    read = read_submission(body)
    assert read.set == SET
    assert warning_codes(body) == ["classeur-ignore"]


def test_ids_that_differ_by_case_are_not_paired() -> None:
    body = submission()
    rename_document(body)
    read = read_submission(body)
    assert read.document_ids == ("document01",)
    assert read.entries[0].entry_id == "Document01"


def test_missing_metadata_are_left_to_the_judge() -> None:
    body = update_body(SetMetadata(set_id="Lot01"), (EntryMetadata(entry_id="Document01"),), ())
    read = read_submission(body)
    assert read.entries == (EntryMetadata(entry_id="Document01"),)
    assert read.warnings == ()


@pytest.mark.parametrize(
    ("name", "attribute"),
    [
        ("RegistryPackage", "id"),
        ("ExtrinsicObject", "id"),
        ("Association", "associationType"),
        ("Association", "sourceObject"),
        ("Association", "targetObject"),
    ],
)
def test_an_object_that_cannot_be_linked_is_refused(name: str, attribute: str) -> None:
    body = submission()
    del only(body, name).attrib[attribute]
    with pytest.raises(WireError, match=f"{attribute} manque") as refusal:
        read_submission(body)
    assert refusal.value.code == "attribut-absent"
    assert refusal.value.where == (
        f"/ProvideAndRegisterDocumentSetRequest[1]/SubmitObjectsRequest[1]/RegistryObjectList[1]/{name}[1]"
    )


def test_too_many_objects_are_refused() -> None:
    body = submission()
    objects = only(body, "RegistryObjectList")
    objects.extend(etree.Element(q(RIM, "ObjectRef"), id="r") for _ in range(MAX_OBJECTS))
    with pytest.raises(WireError, match=f"Plus de {MAX_OBJECTS} objets"):
        read_submission(body)


def test_two_sets_are_refused() -> None:
    body = submission()
    second = SetMetadata(set_id="Lot02")
    only(body, "RegistryObjectList").append(only(update_body(second, (), ()), "RegistryPackage"))
    with pytest.raises(WireError, match="2 lots"):
        read_submission(body)


def test_two_objects_or_documents_of_the_same_id_are_refused() -> None:
    body = submission_body(SET, (ENTRY, ENTRY), (), {})
    with pytest.raises(WireError, match="Deux objets portent l'id « Document01 »"):
        read_submission(body)
    body = submission()
    etree.SubElement(body, q(XDSB, "Document"), id="Document01")
    with pytest.raises(WireError, match="Deux documents portent l'id « Document01 »"):
        document_elements(body)


@pytest.mark.parametrize(
    "xml",
    [
        "<autre/>",
        f'<SubmitObjectsRequest xmlns="{LCM}"/>',
        f'<ProvideAndRegisterDocumentSetRequest xmlns="{XDSB}"/>',
        f'<RegistryResponse xmlns="{RS}"/>',
    ],
)
def test_something_else_is_refused(xml: str) -> None:
    with pytest.raises(WireError) as refusal:
        read_submission(etree.fromstring(xml))
    assert refusal.value.code in {"corps-inattendu", "element-absent"}
    assert refusal.value.where.startswith("/")


@settings(max_examples=150)
@given(damaged(submission()))
def test_a_damaged_submission_is_assert_read_or_refused(body: etree._Element) -> None:
    assert_read_or_refused(read_submission, body)


@settings(max_examples=30)
@given(st.sampled_from(("Success", "Failure", "PartialSuccess")), ERRORS)
def test_a_registry_response_is_read_as_it_was_built(status: str, errors: tuple[RegistryError, ...]) -> None:
    read = read_registry_response(serialised(registry_response(status, errors)))
    assert (read.status, read.errors) == (status, errors)


def test_a_registry_response_of_unknown_status_is_refused() -> None:
    body = registry_response("Success")
    body.set("status", "urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Unavailable")
    with pytest.raises(WireError, match="Statut de réponse inconnu"):
        read_registry_response(body)


def test_identifiers_are_taken_out_of_their_hl7_form() -> None:
    assert cx(f"{PATIENT}^^20100907") == ("279035121518989", "1.2.250.1.213.1.4.10")
    assert xcn_id(RADIOLOGIST.person) == "899900063480"
    assert xon_id(RADIOLOGIST.institutions[0]) == "10B0127189"


@given(st.text("^&x"))
def test_identifiers_never_raise(value: str) -> None:
    assert cx(value)[0] == xcn_id(value) == value.split("^")[0]
    assert "^" not in xon_id(value)


def test_the_drimbox_submission_is_read(samples: Path) -> None:
    message = captured(samples, "drimbox/01.http")
    read = read_submission(message.body)
    assert [entry.entry_id for entry in read.entries] == ["DocumentCDA", "DocumentKOS", "Signature01"]
    assert sorted(read.document_ids) == sorted(entry.entry_id for entry in read.entries)
    report, kos, signature = read.entries
    assert report.type_code == Code(code="18748-4", scheme="2.16.840.1.113883.6.1", label="CR d'imagerie médicale")
    assert len(report.reference_ids) == 3
    assert [code.code for code in signature.confidentiality] == ["N", "MASQUE_PS", "INVISIBLE_PATIENT"]
    assert (kos.size, kos.class_code and kos.class_code.code) == (2408, "31")
    assert {warning.partition(" : ")[0] for warning in read.warnings} == {"ordre-schema"}
    assert all(resolve_binary(element, message) for element in document_elements(message.body).values())


def test_a_generic_client_s_sibling_classification_is_read(samples: Path) -> None:
    read = read_submission(captured(samples, "wxdsb/01.http").body)
    assert read.set is not None
    assert read.set.unique_id == "1.2.250.1.999.1.1.7898.3.77"
    assert read.entries[0].logical_id == read.entries[0].entry_id == read.associations[0].target
    assert read.warnings == ()


def test_a_captured_deletion_is_read(samples: Path) -> None:
    read = read_submission(captured(samples, "drimbox2/07.http").body)
    (update,) = read.associations
    assert update.type == codes.UPDATE_AVAILABILITY
    assert update.slots[codes.NEW_STATUS_SLOT] == (codes.DELETED,)
    assert (read.entries, read.warnings) == ((), ())


@pytest.mark.parametrize("name", ["wxdsb/02.http", "wxdsb/05.http", "drimbox/02.http", "hietesttool/01.http"])
def test_other_captured_submissions_are_read(samples: Path, name: str) -> None:
    read = read_submission(captured(samples, name).body)
    assert read.set is not None
    assert {link.source for link in read.associations} >= {read.set.set_id}
    assert all(entry.unique_id and entry.type_code for entry in read.entries)

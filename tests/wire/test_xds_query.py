"""Queries and retrievals: written as the DMP wants them, read as connectors write them."""

import base64
from pathlib import Path

import pytest
from captures import captured
from damage import assert_read_or_refused, damaged
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from xds_strategies import ASSOCIATIONS, ENTRY_LISTS, ERRORS, IDENTIFIERS, SETS, TEXTS

from dmp_imagerie.wire import codes
from dmp_imagerie.wire.build.soap import soap_envelope
from dmp_imagerie.wire.build.xds_query import (
    RepositoryDocument,
    query_response,
    retrieve_request,
    retrieve_response,
    stored_query,
)
from dmp_imagerie.wire.errors import WireError
from dmp_imagerie.wire.metadata import Association, EntryMetadata, RegistryError, SetMetadata
from dmp_imagerie.wire.namespaces import QUERY, RIM, q
from dmp_imagerie.wire.read.soap import read_soap
from dmp_imagerie.wire.read.xds_query import (
    RetrievedDocument,
    read_query_response,
    read_retrieve_request,
    read_retrieve_response,
    read_stored_query,
)

PATIENT_SLOT = "$XDSDocumentEntryPatientId"
STATUS_SLOT = "$XDSDocumentEntryStatus"
TYPE_SLOT = "$XDSDocumentEntryTypeCode"
PATIENT = "279035121518989^^^&1.2.250.1.213.1.4.10&ISO^NH"
QUERY_BODY = stored_query(
    codes.FIND_DOCUMENTS,
    {
        PATIENT_SLOT: (PATIENT,),
        STATUS_SLOT: (codes.APPROVED, codes.ARCHIVED),
        "$XDSDocumentEntryCreationTimeFrom": ("20240101",),
    },
)


def serialised(element: etree._Element) -> etree._Element:
    return etree.fromstring(etree.tostring(element))


def query_with(*values: str) -> etree._Element:
    """A query whose type slot has these raw values."""
    body = stored_query(codes.FIND_DOCUMENTS, {TYPE_SLOT: ()})
    (value_list,) = body.iter(q(RIM, "ValueList"))
    value_list[:] = []
    for value in values:
        etree.SubElement(value_list, q(RIM, "Value")).text = value
    return body


def test_a_query_is_written_in_the_dmp_s_syntax() -> None:
    read = read_stored_query(serialised(QUERY_BODY))
    assert [slot.raw for slot in read.slots] == [
        (f"'{PATIENT}'",),
        (f"('{codes.APPROVED}','{codes.ARCHIVED}')",),
        ("20240101",),
    ]
    assert read.query_id == codes.FIND_DOCUMENTS
    assert read.return_type == "LeafClass"
    assert read.warnings == ()


@given(st.dictionaries(IDENTIFIERS.map("${}Code".format), st.lists(TEXTS, min_size=1, max_size=3), max_size=4))
def test_a_query_is_read_as_it_was_built(parameters: dict[str, list[str]]) -> None:
    read = read_stored_query(serialised(stored_query(codes.GET_DOCUMENTS, parameters, "ObjectRef")))
    assert read.parameters == {name: tuple(values) for name, values in parameters.items()}
    assert (read.query_id, read.return_type) == (codes.GET_DOCUMENTS, "ObjectRef")
    assert read.warnings == ()


def test_a_parameter_of_one_value_takes_one_value() -> None:
    with pytest.raises(ValueError, match="une seule valeur, 2 données"):
        stored_query(codes.FIND_DOCUMENTS, {PATIENT_SLOT: (PATIENT, PATIENT)})


@pytest.mark.parametrize(
    ("raw", "values"),
    [
        (("'a'",), ("a",)),
        (("( 'a' , 'b' )",), ("a", "b")),
        (("('l''épaule')",), ("l'épaule",)),
        (("('a, b')",), ("a, b",)),
        (("('')",), ("",)),
        (("('a')", "('b','c')"), ("a", "b", "c")),
        (("20240101",), ("20240101",)),
        (("(1,2)",), ("1", "2")),
    ],
)
def test_slot_values_are_freed_of_their_quotes(raw: tuple[str, ...], values: tuple[str, ...]) -> None:
    read = read_stored_query(query_with(*raw))
    assert read.parameters == {TYPE_SLOT: values}
    assert read.slots[0].raw == raw
    assert read.warnings == ()


def test_a_word_without_quotes_is_read_and_reported() -> None:
    read = read_stored_query(query_with("(18748-4)"))
    assert read.parameters == {TYPE_SLOT: ("18748-4",)}
    (warning,) = read.warnings
    assert warning.startswith("parametre-sans-apostrophes : la valeur (18748-4) de $XDSDocumentEntryTypeCode")


@pytest.mark.parametrize("raw", ["", "()", "('a'", "'a", "'a' 'b'", "('a',)", "(,)", "'a''", "(('a'))"])
def test_a_malformed_slot_value_is_refused(raw: str) -> None:
    with pytest.raises(WireError, match=r"\$XDSDocumentEntryTypeCode est mal formée") as refusal:
        read_stored_query(query_with(raw))
    assert refusal.value.code == "parametre-illisible"
    assert refusal.value.where == "/AdhocQueryRequest[1]/AdhocQuery[1]/Slot[1]"


@settings(max_examples=30)
@given(ENTRY_LISTS, SETS, ASSOCIATIONS, ERRORS, st.integers(0, 999))
def test_a_query_response_is_read_as_it_was_built(
    entries: list[EntryMetadata],
    submission_set: SetMetadata,
    associations: tuple[Association, ...],
    errors: tuple[RegistryError, ...],
    total: int,
) -> None:
    body = query_response(entries, (submission_set,), associations, errors=errors, status="PartialSuccess", total=total)
    read = read_query_response(serialised(body))
    assert (read.entries, read.sets) == (tuple(entries), (submission_set,))
    assert (read.associations, read.errors) == (associations, errors)
    assert (read.status, read.total, read.warnings) == ("PartialSuccess", total, ())


def test_a_query_response_of_references_counts_them() -> None:
    references = ("urn:uuid:7953af1a-ba1c-11eb-816f-0050569e422e", "urn:uuid:9cded812-ba1d-11eb-816f-0050569e422e")
    read = read_query_response(query_response((), object_refs=references))
    assert (read.object_refs, read.total) == (references, 2)


def test_a_query_response_without_list_nor_count_is_read() -> None:
    body = etree.Element(q(QUERY, "AdhocQueryResponse"), status=codes.RESPONSE_STATUS["Failure"])
    read = read_query_response(body)
    assert (read.status, read.entries, read.total) == ("Failure", (), None)


@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS), min_size=1, max_size=3))
def test_a_retrieval_is_read_as_it_was_built(items: list[tuple[str, str, str]]) -> None:
    assert read_retrieve_request(serialised(retrieve_request(items))).items == tuple(items)


def test_a_retrieval_of_nothing_is_refused() -> None:
    with pytest.raises(WireError, match="DocumentRequest manque"):
        read_retrieve_request(retrieve_request(()))


@settings(max_examples=30)
@given(st.lists(st.tuples(TEXTS, st.binary(max_size=50)), max_size=3), ERRORS)
def test_a_retrieval_response_is_read_as_it_was_built(
    contents: list[tuple[str, bytes]], errors: tuple[RegistryError, ...]
) -> None:
    body = retrieve_response(
        (
            RepositoryDocument(
                unique_id=unique_id,
                repository_id=codes.REPOSITORY_ID,
                mime_type="text/xml",
                content=base64.b64encode(content).decode(),
            )
            for unique_id, content in contents
        ),
        errors=errors,
    )
    envelope = soap_envelope(codes.RESPONSE_ACTIONS["TD3.2"], body, message_id="urn:uuid:1")
    read = read_retrieve_response(read_soap(envelope, "application/soap+xml"))
    assert (read.registry.status, read.registry.errors) == ("Success", errors)
    assert read.documents == tuple(
        RetrievedDocument(unique_id=unique_id, repository_id=codes.REPOSITORY_ID, mime_type="text/xml", content=content)
        for unique_id, content in contents
    )


@settings(max_examples=100)
@given(damaged(QUERY_BODY))
def test_a_damaged_query_is_read_or_refused(body: etree._Element) -> None:
    assert_read_or_refused(read_stored_query, body)


@settings(max_examples=60)
@given(damaged(query_response((EntryMetadata(entry_id="e", unique_id="1.2", title="t", size=3),), object_refs=("r",))))
def test_a_damaged_query_response_is_read_or_refused(body: etree._Element) -> None:
    assert_read_or_refused(read_query_response, body)


@settings(max_examples=60)
@given(damaged(retrieve_request([(codes.REPOSITORY_ID, "1.2.3", "urn:oid:1.2")])))
def test_a_damaged_retrieval_is_read_or_refused(body: etree._Element) -> None:
    assert_read_or_refused(read_retrieve_request, body)


def test_captured_queries_are_read(samples: Path) -> None:
    everything = read_stored_query(captured(samples, "drimbox2/01.http").body)
    assert everything.parameters[STATUS_SLOT] == (codes.APPROVED,)
    filtered = read_stored_query(captured(samples, "drimbox2/02.http").body)
    events = [slot.values for slot in filtered.slots if slot.name == "$XDSDocumentEntryEventCodeList"]
    assert events == [
        ("CT^^1.2.250.1.213.1.1.5.618", "MR^^1.2.250.1.213.1.1.5.618"),
        ("error^^1.2.250.1.213.1.1.5.695",),
    ]
    assert filtered.parameters["$XDSDocumentEntryEventCodeList"] == events[0] + events[1]
    by_unique_id = read_stored_query(captured(samples, "drimbox2/03.http").body)
    assert by_unique_id.query_id == codes.GET_DOCUMENTS
    assert by_unique_id.return_type == "ObjectRef"
    generic = read_stored_query(captured(samples, "wxdsb/03.http").body)
    assert PATIENT_SLOT in generic.parameters


@pytest.mark.parametrize("name", ["drimbox2/04.http", "wxdsb/04.http"])
def test_captured_retrievals_are_read(samples: Path, name: str) -> None:
    ((repository_id, unique_id, home),) = read_retrieve_request(captured(samples, name).body).items
    assert repository_id
    assert unique_id.startswith("1.2.250.1.999.1.1.")
    assert home == ""

"""Hypothesis strategies of XDS metadata: any text XML can carry, only synthetic content."""

import string

from hypothesis import strategies as st

from dmp_imagerie.wire import codes
from dmp_imagerie.wire.metadata import Association, Author, Code, EntryMetadata, RegistryError, SetMetadata

_XML_CHARACTERS = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn"), exclude_characters="\ufffe\uffff")
LABELS = st.text(_XML_CHARACTERS, max_size=20)
# Slot values and element texts are read without the blanks around them.
TEXTS = LABELS.map(str.strip)
LISTS = st.lists(TEXTS.filter(bool), max_size=3).map(tuple)
OIDS = st.from_regex(r"[0-2](\.[1-9][0-9]{0,5}){1,8}", fullmatch=True)
IDENTIFIERS = st.text(string.ascii_letters + string.digits + ":-_.", min_size=1, max_size=12)
PATIENT_IDS = st.builds("{0}^^^&{1}&ISO^NH".format, st.from_regex(r"[12][0-9]{14}", fullmatch=True), OIDS)
CODES = st.builds(Code, code=TEXTS, scheme=TEXTS, label=LABELS)
CODE_LISTS = st.lists(CODES, max_size=3).map(tuple)
AUTHORS = st.lists(st.builds(Author, person=TEXTS, institutions=LISTS, specialties=LISTS, roles=LISTS), max_size=2).map(
    tuple
)


def entries(entry_id: st.SearchStrategy[str] = IDENTIFIERS) -> st.SearchStrategy[EntryMetadata]:
    """Entries with every field free."""
    return st.builds(
        EntryMetadata,
        entry_id=entry_id,
        unique_id=OIDS,
        logical_id=IDENTIFIERS,
        patient_id=PATIENT_IDS,
        source_patient_id=TEXTS,
        source_patient_info=LISTS,
        title=LABELS,
        comments=LABELS,
        mime_type=LABELS,
        language=TEXTS,
        creation_time=TEXTS,
        service_start=TEXTS,
        service_stop=TEXTS,
        hash=TEXTS,
        size=st.none() | st.integers(0, 10**12),
        repository_id=TEXTS,
        legal_authenticator=TEXTS,
        status=st.sampled_from(["", codes.APPROVED, codes.ARCHIVED]),
        version=LABELS,
        authors=AUTHORS,
        class_code=st.none() | CODES,
        type_code=st.none() | CODES,
        format_code=st.none() | CODES,
        facility_type=st.none() | CODES,
        practice_setting=st.none() | CODES,
        confidentiality=CODE_LISTS,
        event_codes=CODE_LISTS,
        reference_ids=LISTS,
        uri=TEXTS,
    )


ENTRY_LISTS = st.lists(entries(), max_size=3, unique_by=lambda entry: entry.entry_id.casefold())
SETS = st.builds(
    SetMetadata,
    set_id=IDENTIFIERS.map("lot {}".format),
    unique_id=OIDS,
    source_id=OIDS,
    patient_id=PATIENT_IDS,
    submission_time=TEXTS,
    title=LABELS,
    comments=LABELS,
    status=LABELS,
    authors=AUTHORS,
    content_type=st.none() | CODES,
    intended_recipients=LISTS,
)
ASSOCIATIONS = st.lists(
    st.builds(
        Association,
        association_id=LABELS,
        type=st.sampled_from([codes.HAS_MEMBER, codes.RPLC, codes.SIGNS, codes.UPDATE_AVAILABILITY]),
        source=IDENTIFIERS,
        target=IDENTIFIERS,
        slots=st.dictionaries(IDENTIFIERS, LISTS, max_size=2),
    ),
    max_size=3,
).map(tuple)
ERRORS = st.lists(
    st.builds(RegistryError, code=LABELS, context=LABELS, severity=LABELS, location=LABELS), max_size=3
).map(tuple)

"""The fixed words: no scheme serves twice, and every transaction has its action, its answer and its address."""

import re

from dmp_imagerie.wire import codes

_URN_UUID = re.compile(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def test_every_scheme_is_a_distinct_uuid() -> None:
    tables = (
        codes.ENTRY_CODES,
        codes.ENTRY_CODE_LISTS,
        codes.SET_CODES,
        codes.ENTRY_IDENTIFIERS,
        codes.SET_IDENTIFIERS,
    )
    schemes = [scheme for table in tables for scheme in table.values()]
    schemes += [codes.ENTRY_OBJECT_TYPE, codes.SET_NODE, codes.FOLDER_NODE, codes.ENTRY_AUTHOR, codes.SET_AUTHOR]
    assert all(map(_URN_UUID.fullmatch, schemes))
    assert len(set(schemes)) == len(schemes)


def test_every_transaction_has_action_answer_and_path() -> None:
    assert codes.ACTIONS.keys() == codes.RESPONSE_ACTIONS.keys() == codes.PATHS.keys()
    assert set(codes.PATHS.values()) == {
        "patients",
        "patientsPDQ",
        "patientsSpecific",
        "habilitations",
        "repository",
        "registry",
    }

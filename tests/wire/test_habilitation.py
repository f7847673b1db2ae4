"""Access authorisations: requests and answers, built and read."""

from pathlib import Path

import pytest
from captures import captured
from damage import assert_read_or_refused, damaged
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from xds_strategies import TEXTS

from dmp_imagerie.wire.build.habilitation import set_authorization, set_authorization_answer
from dmp_imagerie.wire.errors import WireError
from dmp_imagerie.wire.read.habilitation import (
    AuthorisationAnswer,
    AuthorisationRequest,
    read_set_authorization,
    read_set_authorization_answer,
)


@pytest.mark.parametrize("action", ["AJOUT", "SUPPRESSION", None])
@pytest.mark.parametrize("role", ["MEDECIN_TRAITANT", None])
def test_a_request_is_read_as_it_was_built(action: str | None, role: str | None) -> None:
    read = read_set_authorization(etree.fromstring(etree.tostring(set_authorization(action, role))))
    assert (read.action, read.role) == (action, role)


def test_an_unknown_action_is_refused() -> None:
    with pytest.raises(WireError, match="Action « RETRAIT » : AJOUT ou SUPPRESSION attendu") as refusal:
        read_set_authorization(set_authorization("RETRAIT"))
    assert refusal.value.where == "/setAuthorization[1]"


@given(TEXTS, TEXTS)
def test_an_answer_is_read_as_it_was_built(status: str, context: str) -> None:
    body = etree.fromstring(etree.tostring(set_authorization_answer(status, context)))
    assert read_set_authorization_answer(body) == AuthorisationAnswer(status=status, context=context)


def test_an_answer_is_not_a_request() -> None:
    with pytest.raises(WireError, match="Message setAuthorization attendu, setAuthorizationResponse reçu"):
        read_set_authorization(set_authorization_answer("DMPOk"))


@settings(max_examples=60)
@given(st.one_of(damaged(set_authorization("AJOUT", "MEDECIN_TRAITANT")), damaged(set_authorization_answer("DMPOk"))))
def test_a_damaged_message_is_read_or_refused(body: etree._Element) -> None:
    assert_read_or_refused(read_set_authorization, body)
    assert_read_or_refused(read_set_authorization_answer, body)


def test_the_drimbox_request_is_read(samples: Path) -> None:
    read = read_set_authorization(captured(samples, "drimbox2/06.http").body)
    assert read == AuthorisationRequest(action="AJOUT")

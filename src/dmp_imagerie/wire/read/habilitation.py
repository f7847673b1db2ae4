"""Reading of access authorisations (TD0.3), requests and answers.

Promises the judge and the simulated DMP what was asked and what was answered. The patient is not in these messages:
it is the resource of the VIHF.
Source: DMP interface, TD0.3.
"""

from typing import Literal, cast

from lxml import etree

from dmp_imagerie.model.plain import Plain
from dmp_imagerie.wire import codes
from dmp_imagerie.wire.errors import WireError
from dmp_imagerie.wire.namespaces import DMP_HABILITATIONS, q
from dmp_imagerie.wire.read.elements import expect, required_child, where
from dmp_imagerie.wire.read.xml import text

AuthorisationAction = Literal["AJOUT", "SUPPRESSION"]


class AuthorisationRequest(Plain):
    """What a professional asks for their own access; both parts are optional in the schema."""

    action: AuthorisationAction | None
    role: str | None = None


class AuthorisationAnswer(Plain):
    """The DMP's answer: ``status`` is ``DMPOk`` (any case) or an error word, ``context`` its explanation."""

    status: str
    context: str = ""


def read_set_authorization(body: etree._Element) -> AuthorisationRequest:
    """Read a ``setAuthorization``.

    Raises:
        WireError: ``corps-inattendu``, ``action-inconnue``.
    """
    request = expect(body, q(DMP_HABILITATIONS, "setAuthorization"))
    action = text(request.find(q(DMP_HABILITATIONS, "action")))
    if action and action not in codes.AUTHORISATION_ACTIONS:
        raise WireError("action-inconnue", f"Action « {action} » : AJOUT ou SUPPRESSION attendu", where(request))
    return AuthorisationRequest(
        action=cast("AuthorisationAction", action) if action else None,
        role=text(request.find(q(DMP_HABILITATIONS, "role"))) or None,
    )


def read_set_authorization_answer(body: etree._Element) -> AuthorisationAnswer:
    """Read a ``setAuthorizationResponse``.

    Raises:
        WireError: ``corps-inattendu``, ``element-absent``.
    """
    response = expect(body, q(DMP_HABILITATIONS, "setAuthorizationResponse"))
    output = required_child(response, q(DMP_HABILITATIONS, "output"))
    return AuthorisationAnswer(
        status=text(required_child(output, q(DMP_HABILITATIONS, "status"))),
        context=text(output.find(q(DMP_HABILITATIONS, "context"))),
    )

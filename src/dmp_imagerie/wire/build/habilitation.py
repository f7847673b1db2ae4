"""Building of access authorisations (TD0.3), requests and answers.

Promises the reference connector and the simulated DMP the bodies of these messages; the patient travels in the VIHF.
Source: DMP interface, TD0.3.
"""

from lxml import etree

from dmp_imagerie.wire.build.maker import maker
from dmp_imagerie.wire.namespaces import DMP_HABILITATIONS

_E = maker(DMP_HABILITATIONS, {None: DMP_HABILITATIONS})


def set_authorization(action: str | None, role: str | None = None) -> etree._Element:
    """A ``setAuthorization``: ``action`` is ``AJOUT`` or ``SUPPRESSION``, ``role`` ``MEDECIN_TRAITANT`` or None."""
    parts = (("action", action), ("role", role))
    return _E.setAuthorization(*(_E(name, value) for name, value in parts if value))


def set_authorization_answer(status: str, context: str = "") -> etree._Element:
    """A ``setAuthorizationResponse``: ``DMPOk`` or an error word, and its explanation."""
    return _E.setAuthorizationResponse(_E.output(_E.status(status), _E.context(context)))

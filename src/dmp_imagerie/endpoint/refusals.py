"""How the simulated DMP says no: one exception, and the words it uses.

Promises transactions one way to refuse. A code that starts with ``Sim`` is the simulator's own: the refusal itself is
known, the DMP's word for it was not found in any source. Every other code was seen in the DMP's answers, or belongs to
IHE ITI TF-3 table 4.2.4.1-2 or to SOAP 1.2 §5.4.6.
"""

from collections.abc import Sequence

from dmp_imagerie.wire.build.soap import FaultCode
from dmp_imagerie.wire.metadata import RegistryError

HEADER_REQUIRED = "MessageAddressingHeaderRequired"
HEADER_INVALID = "InvalidAddressingHeader"
MUST_UNDERSTAND = "MustUnderstand"
VERSION_MISMATCH = "VersionMismatch"
INVALID_CERTIFICATE = "DMPInvalidCertificate"
PATIENT_MISMATCH = "XDSPatientIdDoesNotMatch"
UNIQUE_ID_ERROR = "XDSDocumentUniqueIdError"
UNKNOWN_PATIENT = "XDSUnknownPatientId"

UNREADABLE = "SimMessageIllisible"
UNKNOWN_PATH = "SimCheminInconnu"
UNKNOWN_OPERATION = "SimOperationInconnue"
VIHF_MISSING = "SimVihfAbsent"
VIHF_INCOMPLETE = "SimVihfIncomplet"
VIHF_UNSIGNED = "SimVihfNonSigne"
SPECIALTY_MISSING = "SimSpecialiteAbsente"
MODE_FORBIDDEN = "SimModeNonHabilite"
NO_DMP = "SimDmpAbsent"
CLOSED_DMP = "SimDmpFerme"
NOT_AUTHORISED = "SimAccesNonAutorise"
BLOCKED = "SimProfessionnelBloque"
OPPOSED = "SimOppositionPatient"
PURPOSE_FORBIDDEN = "SimModeAccesNonHabilite"
NOT_AUTHOR = "SimNonAuteur"
TOO_LARGE = "SimMessageTropVolumineux"
METHOD = "SimMethodeHttp"
AWAY = "SimDmpIndisponible"
KIT_FAULT = "SimErreurDuBanc"


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not an error of the kit
    """The DMP answers a SOAP fault. ``code`` is recorded with the exchange and written as subcode of the fault.

    ``final`` refusals leave nothing to serve: a diagnostic run cannot go past them.
    """

    def __init__(self, code: str, reason: str, *, fault: FaultCode = "Sender", final: bool = False) -> None:
        super().__init__(reason)
        self.code = code
        self.fault = fault
        self.final = final


class RegistryRefusal(Exception):  # noqa: N818 - idem
    """The DMP answers a response of status Failure that lists these errors (at least one)."""

    def __init__(self, errors: Sequence[RegistryError]) -> None:
        super().__init__("; ".join(f"{error.code} : {error.context}" for error in errors))
        self.errors = tuple(errors)


def registry_refusal(code: str, context: str, location: str = "") -> RegistryRefusal:
    """A refusal of one registry error."""
    return RegistryRefusal([RegistryError(code=code, context=context, location=location)])

"""XML namespaces of the DMP interface, shared by the readers and the builders so that neither depends on the other.

Source: DMP interface §1 (transactions) and §2 (VIHF); IHE ITI TF-2 appendix V (SOAP).
"""

from typing import cast

SOAP12 = "http://www.w3.org/2003/05/soap-envelope"
SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
WSA = "http://www.w3.org/2005/08/addressing"
WSA_ANONYMOUS = f"{WSA}/anonymous"
WSA_SOAP_FAULT = f"{WSA}/soap/fault"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
DS = "http://www.w3.org/2000/09/xmldsig#"
EXC_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
XOP = "http://www.w3.org/2004/08/xop/include"
XML = "http://www.w3.org/XML/1998/namespace"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
XS = "http://www.w3.org/2001/XMLSchema"

HL7V3 = "urn:hl7-org:v3"
XDSB = "urn:ihe:iti:xds-b:2007"
RIM = "urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"
RS = "urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0"
LCM = "urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0"
QUERY = "urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0"
DMP_PATIENTS = "urn:si-dmp-patients"
DMP_HABILITATIONS = "urn:si-dmp-habilitations"


def q(ns: str, local: str) -> str:
    """Clark name ``{ns}local``, the form lxml uses for qualified names."""
    return f"{{{ns}}}{local}"


def default_namespace(ns: str) -> dict[str, str]:
    """Value of lxml's ``nsmap`` that declares ``ns`` without prefix (its type stubs leave that case out)."""
    return cast("dict[str, str]", {None: ns})

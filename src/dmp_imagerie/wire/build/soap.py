"""SOAP 1.2 envelopes and faults, as bytes ready to send.

Promises that a signed assertion goes out with exactly the namespace declarations it was signed with: the pieces are
serialised apart and joined, because moving an lxml element into another tree may rename its prefixes.
Source: SOAP 1.2 part 1; WS-Addressing 1.0; DMP interface §1.
"""

from typing import Literal

from lxml import etree

from dmp_imagerie.wire.namespaces import SOAP12, WSA, WSA_ANONYMOUS, WSA_SOAP_FAULT, WSSE, XML, default_namespace, q

FaultCode = Literal["Sender", "Receiver", "MustUnderstand", "VersionMismatch", "DataEncodingUnknown"]


def soap_envelope(
    action: str,
    body: etree._Element,
    *,
    message_id: str,
    to: str = "",
    reply_to: bool = True,
    relates_to: str | None = None,
    security: etree._Element | None = None,
    must_understand: bool = True,
) -> bytes:
    """SOAP 1.2 envelope in UTF-8.

    Args:
        action: wsa:Action, an IRI.
        body: the single child of soap:Body; left where it is.
        message_id: wsa:MessageID, ``urn:uuid:…``.
        to: wsa:To; the DMP accepts an empty one, not an absent one.
        reply_to: add wsa:ReplyTo, anonymous; requests have it, responses do not.
        relates_to: wsa:MessageID of the request answered.
        security: the SAML assertion, or a whole wsse:Security block. Never marked mustUnderstand: the DMP refuses it.
        must_understand: mark wsa:Action (and wsa:ReplyTo) mustUnderstand, as requests to the DMP do.

    Source: DMP interface §1; TD0.2 and TD3.2 messages.
    """
    headers = [_header("MessageID", message_id), _header("To", to)]
    if reply_to:
        headers.append(_reply_to(must_understand))
    headers.append(_header("Action", action, must_understand))
    if relates_to is not None:
        headers.append(_header("RelatesTo", relates_to))
    blocks = b"".join(map(_serialised, headers))
    if security is not None:
        blocks += _security(security)
    return (
        b'<?xml version="1.0" encoding="UTF-8"?>\n'
        b'<soap:Envelope xmlns:soap="%(soap)s"><soap:Header>%(blocks)s</soap:Header>'
        b"<soap:Body>%(body)s</soap:Body></soap:Envelope>"
    ) % {b"soap": SOAP12.encode(), b"blocks": blocks, b"body": _serialised(body)}


def soap_fault(
    code: FaultCode,
    reason: str,
    *,
    message_id: str,
    subcode: str | None = None,
    relates_to: str | None = None,
    detail: etree._Element | None = None,
    action: str = WSA_SOAP_FAULT,
) -> bytes:
    """SOAP 1.2 fault in a response envelope.

    Args:
        code: SOAP 1.2 fault code.
        reason: text for a person, in French.
        message_id: wsa:MessageID of the response.
        subcode: application code such as ``DMPInvalidCertificate``; written without prefix.
        relates_to: wsa:MessageID of the request refused.
        detail: child of soap:Detail.
        action: wsa:Action of the response.

    Source: SOAP 1.2 part 1 §5.4; DMP interface §5.
    """
    fault = etree.Element(q(SOAP12, "Fault"), nsmap={"soap": SOAP12})
    code_element = etree.SubElement(fault, q(SOAP12, "Code"))
    etree.SubElement(code_element, q(SOAP12, "Value")).text = f"soap:{code}"
    if subcode is not None:
        subcode_element = etree.SubElement(code_element, q(SOAP12, "Subcode"))
        etree.SubElement(subcode_element, q(SOAP12, "Value")).text = subcode
    reason_element = etree.SubElement(fault, q(SOAP12, "Reason"))
    reason_text = etree.SubElement(reason_element, q(SOAP12, "Text"))
    reason_text.set(q(XML, "lang"), "fr")
    reason_text.text = reason
    if detail is not None:
        etree.SubElement(fault, q(SOAP12, "Detail")).append(detail)
    return soap_envelope(
        action,
        fault,
        message_id=message_id,
        to=WSA_ANONYMOUS,
        reply_to=False,
        relates_to=relates_to,
        must_understand=False,
    )


def _header(name: str, value: str, must_understand: bool = False) -> etree._Element:
    element = etree.Element(q(WSA, name), nsmap=default_namespace(WSA))
    element.text = value
    if must_understand:
        element.set(q(SOAP12, "mustUnderstand"), "true")
    return element


def _reply_to(must_understand: bool) -> etree._Element:
    element = _header("ReplyTo", "", must_understand)
    etree.SubElement(element, q(WSA, "Address")).text = WSA_ANONYMOUS
    return element


def _security(security: etree._Element) -> bytes:
    if security.tag == q(WSSE, "Security"):
        return _serialised(security)
    return b'<wsse:Security xmlns:wsse="%s">%s</wsse:Security>' % (WSSE.encode(), _serialised(security))


def _serialised(element: etree._Element) -> bytes:
    return etree.tostring(element, encoding="UTF-8", xml_declaration=False, with_tail=False)

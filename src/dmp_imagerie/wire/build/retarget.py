"""A real report made to belong to a test patient, with every other byte left as it was.

Promises scenarios that each have their own patient that a report brought by a user can be theirs: only the identity,
the identifiers of the document and its link to another one change, by splices in the text. Comments, style sheet,
extensions, faults and layout stay.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from dmp_imagerie.wire.cda_codes import GENDER_LABELS, INS_OIDS, Id
from dmp_imagerie.wire.errors import WireError
from dmp_imagerie.wire.namespaces import HL7V3

MAX_SIZE = 20 * 1024 * 1024
"""Largest report, in bytes."""

_ENCODINGS = frozenset({"utf-8", "utf8", "us-ascii", "iso-8859-1", "iso-8859-15", "windows-1252"})
_DECLARED = re.compile(rb"""^(?:\xef\xbb\xbf)?<\?xml[^>]{1,100}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})""")
_TAG = re.compile(rb"""<([^\s/>]+)((?:\s+[^\s=]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(/?)>""")
_ATTRIBUTE = re.compile(rb"""(\s+)([^\s=]+)(\s*=\s*)("[^"]*"|'[^']*')""")

_ROLE = "recordTarget/patientRole"
_PATIENT = f"{_ROLE}/patient"
_BIRTHPLACE = f"{_PATIENT}/birthplace/place/addr"
_AFTER_RELATED = ("authorization", "componentOf", "component")
"""What may follow relatedDocument in ClinicalDocument, in schema order."""
_WANTED = frozenset(
    (
        *("", "id", "setId", "versionNumber", "relatedDocument", *_AFTER_RELATED),
        *(f"{_ROLE}/{name}" for name in ("id", "telecom")),
        *(f"{_PATIENT}/{name}" for name in ("name/family", "name/given", "administrativeGenderCode", "birthTime")),
        *(f"{_BIRTHPLACE}/{name}" for name in ("county", "city")),
    )
)


@dataclass(slots=True)
class _Element:
    """Where an element stands in the UTF-8 text: [start, inner) is its start tag, [inner, outer) its content."""

    attributes: dict[str, str]
    start: int
    inner: int
    outer: int = 0
    end: int = 0


_Elements = Mapping[str, Sequence[_Element]]
"""Elements by path from ClinicalDocument, itself ``""``; every path of ``_WANTED`` is there."""


@dataclass(slots=True)
class _Splices:
    """Replacements of byte ranges of ``source``, applied together."""

    source: bytes
    edits: list[tuple[int, int, bytes]] = field(default_factory=list)

    def content(self, element: _Element, text: str) -> None:
        """Replace the text of an element; one without content (nullFlavor) stays without."""
        if element.inner != element.outer:
            self.edits.append((element.inner, element.outer, escape(text).encode()))

    def attributes(self, element: _Element, values: Mapping[str, str | None]) -> None:
        """Set attributes, or take them out for None; an element that lacks the first of them (nullFlavor) stays so."""
        if next(iter(values)) in element.attributes:
            self.edits.append((element.start, element.inner, self.start_tag(element, values)))

    def replace(self, element: _Element, data: bytes) -> None:
        self.edits.append((element.start, element.end, data))

    def insert(self, position: int, data: bytes) -> None:
        self.edits.append((position, position, data))

    def copy(self, element: _Element, values: Mapping[str, str | None]) -> bytes:
        """The element written again with other attributes."""
        return self.start_tag(element, values) + self.source[element.inner : element.end]

    def start_tag(self, element: _Element, values: Mapping[str, str | None]) -> bytes:
        """The start tag with ``values`` set or taken out; an attribute it already has keeps its place."""
        found = _start_tag(self.source, element.start)
        pending = {name: value for name, value in values.items() if value is not None}
        kept = []
        for space, name, equals, quoted in _ATTRIBUTE.findall(found[2]):
            key = name.decode()
            if key in pending:
                kept.append(space + name + equals + quoteattr(pending.pop(key)).encode())
            elif key not in values:
                kept.append(space + name + equals + quoted)
        added = "".join(f" {name}={quoteattr(value)}" for name, value in pending.items()).encode()
        return b"<" + found[1] + b"".join(kept) + added + self.source[found.end(2) : found.end()]

    def applied(self) -> bytes:
        parts, position = [], 0
        for start, end, replacement in sorted(self.edits, key=lambda edit: edit[:2]):
            parts += [self.source[position:start], replacement]
            position = end
        return b"".join([*parts, self.source[position:]])


def retarget(
    data: bytes,
    *,
    ins: str | None,
    ins_oid: str,
    family: str,
    given: Sequence[str],
    birth_date: str,
    sex: str,
    local_id: Id | None = None,
    birth_place: tuple[str, str] | None = None,
    document_id: Id,
    set_id: Id | None = None,
    version: int | None = None,
    replaces: Id | None = None,
) -> bytes:
    """The report ``data``, made a document of another patient.

    What the report lacks stays lacking (a setId, a birth name …), so that its faults remain visible.

    Args:
        data: a CDA document in UTF-8 or a Western single-byte set; the result keeps its encoding.
        ins: matricule written under ``ins_oid``, None to leave no INS in the report.
        family: every family name, whatever its qualifier.
        given: all first names; the unqualified ``given`` takes them all, the qualified ones the first.
        birth_date: ``yyyyMMdd``.
        sex: F, M or U.
        local_id: the patient's identifier in the centre; other identifiers of the former patient are taken out.
        birth_place: INSEE code and name of the town; None keeps the report's.
        document_id: new identifier of the document.
        set_id: new setId; None keeps the report's.
        version: new versionNumber; None keeps the report's.
        replaces: the document this one replaces; None takes out a link that led to the former patient's document.

    Raises:
        WireError: not a CDA document of a patient, DOCTYPE, unreadable encoding, too large.
        ValueError: neither INS nor local identifier, or no first name.
    """
    if (ins is None and local_id is None) or not given:
        raise ValueError("un patient a un INS ou un identifiant local, et au moins un prénom")
    text, encoding = _decoded(data)
    found = _scan(text)
    splices = _Splices(text)
    _patient_ids(splices, found, (ins_oid, ins) if ins else None, local_id)
    for element in found[f"{_PATIENT}/name/family"]:
        splices.content(element, family)
    for element in found[f"{_PATIENT}/name/given"]:
        splices.content(element, given[0] if "qualifier" in element.attributes else " ".join(given))
    for element in found[f"{_PATIENT}/birthTime"]:
        splices.attributes(element, {"value": birth_date})
    for element in found[f"{_PATIENT}/administrativeGenderCode"]:
        label = GENDER_LABELS.get(sex) if "displayName" in element.attributes else None
        splices.attributes(element, {"code": sex, "displayName": label})
    for name, value in zip(("county", "city"), birth_place or (), strict=False):
        for element in found[f"{_BIRTHPLACE}/{name}"]:
            splices.content(element, value)
    for name, identifier in (("id", document_id), *((("setId", set_id),) if set_id else ())):
        for element in found[name]:
            splices.attributes(element, _identifier(identifier))
    for element in found["versionNumber"] if version is not None else ():
        splices.attributes(element, {"value": str(version)})
    _relation(splices, found, replaces)
    return splices.applied().decode().encode(encoding, "xmlcharrefreplace")


def _patient_ids(splices: _Splices, found: _Elements, ins: Id | None, local: Id | None) -> None:
    """The new identifiers in the places of the former ones; a missing INS comes first, a missing local one last."""
    elements = found[f"{_ROLE}/id"]
    if not elements:
        raise WireError("cda-sans-patient", "le document n'identifie aucun patient", f"{_ROLE}/id")
    pending = {True: ins, False: local}
    former = None
    for element in elements:
        is_ins = element.attributes.get("root") in INS_OIDS
        former = former or (element.attributes.get("extension") if is_ins else None)
        new = pending.pop(is_ins, None)
        splices.replace(element, splices.copy(element, _identifier(new)) if new else b"")
    if first := pending.get(True):
        splices.insert(elements[0].start, splices.copy(elements[0], _identifier(first)))
    if last := pending.get(False):
        splices.insert(elements[-1].end, splices.copy(elements[-1], _identifier(last)))
    for element in found[f"{_ROLE}/telecom"] if former else ():
        _address(splices, element, str(former), ins)


def _address(splices: _Splices, element: _Element, former: str, ins: Id | None) -> None:
    """The MSSanté address of a citizen holds their INS."""
    value = element.attributes.get("value", "")
    if former in value and ins is None:
        splices.replace(element, b"")
    elif former in value and ins is not None:
        splices.attributes(element, {"value": value.replace(former, ins[1])})


def _relation(splices: _Splices, found: _Elements, replaces: Id | None) -> None:
    """Take out every relatedDocument, and write the one due at its place in the schema."""
    for element in found["relatedDocument"]:
        splices.replace(element, b"")
    if replaces is None:
        return
    (root,) = found[""]
    prefix = _start_tag(splices.source, root.start)[1].decode().removesuffix("ClinicalDocument")
    attributes = "".join(f" {name}={quoteattr(value)}" for name, value in _identifier(replaces).items() if value)
    relation = (
        f'<{prefix}relatedDocument typeCode="RPLC"><{prefix}parentDocument><{prefix}id{attributes}/>'
        f"</{prefix}parentDocument></{prefix}relatedDocument>"
    )
    following = [element.start for name in _AFTER_RELATED for element in found[name]]
    splices.insert(min(following, default=root.outer), relation.encode())


def _identifier(identifier: Id) -> dict[str, str | None]:
    return {"root": identifier[0], "extension": identifier[1] or None}


def _decoded(data: bytes) -> tuple[bytes, str]:
    """The document as UTF-8, and the encoding to give it back in."""
    if len(data) > MAX_SIZE:
        raise WireError("trop-volumineux", f"document de plus de {MAX_SIZE // 2**20} Mo")
    declared = _DECLARED.match(data)
    encoding = declared[1].decode().lower() if declared else "utf-8"
    if encoding not in _ENCODINGS:
        raise WireError("cda-encodage", f"encodage « {encoding} » non pris en charge : convertir le document en UTF-8")
    try:
        return data.decode(encoding).encode(), encoding
    except UnicodeDecodeError as error:
        message = f"le document n'est pas dans l'encodage qu'il déclare ({encoding})"
        raise WireError("cda-encodage", message, f"octet {error.start}") from error


def _scan(text: bytes) -> _Elements:
    """Find the elements that may change. Expat gives byte offsets, which a tree does not."""
    found: dict[str, list[_Element]] = defaultdict(list)
    path: list[str] = []
    opened: list[_Element | None] = []
    parser = expat.ParserCreate("utf-8", namespace_separator=" ")

    def refuse_doctype(*_: object) -> None:
        raise WireError("doctype-refuse", "Déclaration DOCTYPE interdite : la retirer du document")

    def start(name: str, attributes: dict[str, str]) -> None:
        namespace, _, local = name.rpartition(" ")
        if not opened and (namespace, local) != (HL7V3, "ClinicalDocument"):
            raise WireError("cda-racine", f"la racine n'est pas ClinicalDocument mais « {local} »")
        path.append(local if namespace == HL7V3 else f"{{{namespace}}}{local}")
        where = "/".join(path[1:])
        element = None
        if where in _WANTED:
            position = parser.CurrentByteIndex
            element = _Element(attributes, position, _start_tag(text, position).end())
            found[where].append(element)
        opened.append(element)

    def end(_: str) -> None:
        path.pop()
        element = opened.pop()
        if element is None:
            return
        empty = text[element.inner - 2 : element.inner] == b"/>"
        element.outer = element.inner if empty else parser.CurrentByteIndex
        element.end = element.inner if empty else text.index(b">", element.outer) + 1

    parser.StartDoctypeDeclHandler = refuse_doctype
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        where = f"ligne {error.lineno}, colonne {error.offset}"
        raise WireError("xml-malforme", f"XML mal formé : {expat.errors.messages[error.code]}", where) from error
    return found


def _start_tag(text: bytes, position: int) -> re.Match[bytes]:
    found = _TAG.match(text, position)
    if found is None:
        raise WireError("xml-malforme", "balise illisible", f"octet {position}")
    return found

"""Reading of ebRIM registry objects, as loosely as real connectors write them.

Promises the readers of TD2.1, TD3.1 and TD3.3 the same values whatever the writer's habits: symbolic or UUID ids,
classifications nested in their object or beside it, any order. What departs from the schema without hiding a value is
read and kept as a warning, ``"<code> : <sentence>"``; what cannot be read raises :class:`WireError`.
Source: ebRIM 3.0; IHE ITI TF-3 §4.2.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from dmp_imagerie.wire import codes
from dmp_imagerie.wire.errors import WireError
from dmp_imagerie.wire.metadata import Association, Author, Code, EntryMetadata, SetMetadata
from dmp_imagerie.wire.namespaces import RIM, q
from dmp_imagerie.wire.read.elements import required_attribute, where
from dmp_imagerie.wire.read.xml import text

SLOT = q(RIM, "Slot")
CLASSIFICATION = q(RIM, "Classification")
EXTERNAL_IDENTIFIER = q(RIM, "ExternalIdentifier")
REGISTRY_PACKAGE = q(RIM, "RegistryPackage")
REGISTRY_OBJECT_LIST = q(RIM, "RegistryObjectList")
SLOT_VALUE = f"{q(RIM, 'ValueList')}/{q(RIM, 'Value')}"
MAX_OBJECTS = 5_000
"""Most children of a `RegistryObjectList`: a submission has about ten, a whole record some hundreds."""

_SCHEMA_ORDER = {
    q(RIM, name): rank
    for rank, name in enumerate(("Slot", "Name", "Description", "VersionInfo", "Classification", "ExternalIdentifier"))
}
_SIZE = re.compile(r"[0-9]{1,18}")
_CX_COMPONENTS = 5


@dataclass(slots=True)
class RegistryObjects:
    """The registry objects of one message, in message order, and what was tolerated while reading them."""

    entries: list[EntryMetadata] = field(default_factory=list)
    sets: list[SetMetadata] = field(default_factory=list)
    associations: list[Association] = field(default_factory=list)
    object_refs: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def slots(element: etree._Element) -> dict[str, tuple[str, ...]]:
    """Values by slot name; a slot written twice gives the values of both, an empty value is left out."""
    found: dict[str, list[str]] = {}
    for slot in element.iterchildren(SLOT):
        values = (text(value) for value in slot.iterfind(SLOT_VALUE))
        found.setdefault(slot.get("name", ""), []).extend(value for value in values if value)
    return {name: tuple(values) for name, values in found.items()}


def read_registry_objects(container: etree._Element) -> RegistryObjects:
    """The registry objects of a ``RegistryObjectList``.

    Raises:
        WireError: ``trop-d-objets``, ``attribut-absent`` (object without id, association without an end),
            ``identifiant-double``.
    """
    if len(container) > MAX_OBJECTS:
        raise WireError("trop-d-objets", f"Plus de {MAX_OBJECTS} objets dans un seul message", where(container))
    return _Reader(container).read()


class _Reader:
    """One pass over a list of registry objects; siblings are indexed first, so reading stays linear."""

    def __init__(self, container: etree._Element) -> None:
        self._container = container
        self._found = RegistryObjects()
        self._siblings = {
            CLASSIFICATION: _by_target(container, CLASSIFICATION, "classifiedObject"),
            EXTERNAL_IDENTIFIER: _by_target(container, EXTERNAL_IDENTIFIER, "registryObject"),
        }

    def read(self) -> RegistryObjects:
        found = self._found
        seen: set[str] = set()
        for element in self._container.iterchildren(q(RIM, "ExtrinsicObject"), REGISTRY_PACKAGE):
            identifier = required_attribute(element, "id")
            if identifier in seen:
                raise WireError("identifiant-double", f"Deux objets portent l'id « {identifier} »", where(element))
            seen.add(identifier)
            self._check_order(element)
            if element.tag == REGISTRY_PACKAGE:
                self._read_package(element)
            else:
                found.entries.append(self._entry(element))
        found.associations += map(self._association, self._container.iterchildren(q(RIM, "Association")))
        found.object_refs += (
            required_attribute(element, "id") for element in self._container.iterchildren(q(RIM, "ObjectRef"))
        )
        return found

    def _warn(self, code: str, sentence: str, element: etree._Element) -> None:
        self._found.warnings.append(f"{code} : {sentence} ({where(element)})")

    def _read_package(self, element: etree._Element) -> None:
        nodes = {item.get("classificationNode") for item in self._parts(element, CLASSIFICATION)}
        if codes.FOLDER_NODE in nodes:
            self._warn("classeur-ignore", "Le DMP n'a pas de classeurs : celui-ci n'est pas lu.", element)
            return
        if codes.SET_NODE not in nodes:
            self._warn("lot-sans-nature", "Rien ne classe ce paquet comme lot de soumission.", element)
        self._found.sets.append(self._set(element))

    def _entry(self, element: etree._Element) -> EntryMetadata:
        values = slots(element)
        if element.get("objectType") != codes.ENTRY_OBJECT_TYPE:
            self._warn("type-objet-inattendu", "objectType n'est pas celui d'un document stable.", element)
        version = element.find(q(RIM, "VersionInfo"))
        fields: dict[str, Any] = {
            **self._common(element, codes.ENTRY_AUTHOR, codes.ENTRY_CODES, codes.ENTRY_CODE_LISTS),
            **self._identifiers(element, codes.ENTRY_IDENTIFIERS),
            **_slot_fields(values, codes.ENTRY_SLOTS, codes.ENTRY_SLOT_LISTS),
        }
        return EntryMetadata(
            entry_id=element.get("id", ""),
            logical_id=element.get("lid", ""),
            mime_type=element.get("mimeType", ""),
            version="" if version is None else version.get("versionName", ""),
            size=self._size(values, element),
            **fields,
        )

    def _set(self, element: etree._Element) -> SetMetadata:
        fields: dict[str, Any] = {
            **self._common(element, codes.SET_AUTHOR, codes.SET_CODES, {}),
            **self._identifiers(element, codes.SET_IDENTIFIERS),
            **_slot_fields(slots(element), codes.SET_SLOTS, codes.SET_SLOT_LISTS),
        }
        return SetMetadata(set_id=element.get("id", ""), **fields)

    def _association(self, element: etree._Element) -> Association:
        kind = required_attribute(element, "associationType")
        if kind == codes.RPLC_2010:
            self._warn("remplacement-2010", f"L'URN de remplacement du DMP est {codes.RPLC}.", element)
        return Association(
            association_id=element.get("id", ""),
            type=kind,
            source=required_attribute(element, "sourceObject"),
            target=required_attribute(element, "targetObject"),
            slots=slots(element),
        )

    def _common(
        self,
        element: etree._Element,
        author_scheme: str,
        single: Mapping[str, str],
        lists: Mapping[str, str],
    ) -> dict[str, Any]:
        """Title, comments, status, authors and codes: the fields that entries and sets share."""
        by_scheme: dict[str, list[etree._Element]] = {}
        for item in self._parts(element, CLASSIFICATION):
            by_scheme.setdefault(item.get("classificationScheme", ""), []).append(item)
        known = {"", author_scheme, *single.values(), *lists.values()}
        for scheme in (scheme for scheme in by_scheme if scheme not in known):
            self._warn("schema-inconnu", f"Le schéma de classification {scheme} n'est pas de cet objet.", element)
        for name, scheme in single.items():
            if len(by_scheme.get(scheme, ())) > 1:
                self._warn("code-repete", f"Plusieurs valeurs pour {name} : la première est lue.", element)
        return {
            "title": _localized(element, "Name"),
            "comments": _localized(element, "Description"),
            "status": element.get("status", ""),
            "authors": tuple(map(_author, by_scheme.get(author_scheme, ()))),
            **{name: _first_code(by_scheme.get(scheme, ())) for name, scheme in single.items()},
            **{name: tuple(map(_code, by_scheme.get(scheme, ()))) for name, scheme in lists.items()},
        }

    def _identifiers(self, element: etree._Element, schemes: Mapping[str, str]) -> dict[str, str]:
        items = self._parts(element, EXTERNAL_IDENTIFIER)
        values = {item.get("identificationScheme", ""): item.get("value", "") for item in items}
        fields = {name: values.get(scheme, "") for name, scheme in schemes.items()}
        if any(fields["patient_id"].split("^")[_CX_COMPONENTS:]):
            self._warn("patient-suffixe", "patientId porte autre chose après le type d'identifiant.", element)
        return fields

    def _size(self, values: Mapping[str, tuple[str, ...]], element: etree._Element) -> int | None:
        raw = _first(values.get(codes.SIZE_SLOT, ()))
        if _SIZE.fullmatch(raw):
            return int(raw)
        if raw:
            self._warn("taille-illisible", f"La taille « {raw} » n'est pas un nombre d'octets.", element)
        return None

    def _parts(self, element: etree._Element, tag: str) -> list[etree._Element]:
        beside = self._siblings[tag].get(element.get("id", ""), [])
        return [*element.iterchildren(tag), *beside]

    def _check_order(self, element: etree._Element) -> None:
        ranks = [_SCHEMA_ORDER[child.tag] for child in element.iterchildren(*_SCHEMA_ORDER)]
        if ranks != sorted(ranks):
            self._warn("ordre-schema", "Les sous-éléments ne sont pas dans l'ordre du schéma ebRIM.", element)


def _by_target(container: etree._Element, tag: str, attribute: str) -> dict[str, list[etree._Element]]:
    found: dict[str, list[etree._Element]] = {}
    for item in container.iterchildren(tag):
        found.setdefault(item.get(attribute, ""), []).append(item)
    return found


def _slot_fields(
    values: Mapping[str, tuple[str, ...]], single: Mapping[str, str], lists: Mapping[str, str]
) -> dict[str, Any]:
    return {
        **{name: _first(values.get(slot, ())) for name, slot in single.items()},
        **{name: values.get(slot, ()) for name, slot in lists.items()},
    }


def _author(classification: etree._Element) -> Author:
    return Author(**_slot_fields(slots(classification), codes.AUTHOR_SLOTS, codes.AUTHOR_SLOT_LISTS))


def _code(classification: etree._Element) -> Code:
    return Code(
        code=classification.get("nodeRepresentation", ""),
        scheme=_first(slots(classification).get(codes.CODING_SCHEME_SLOT, ())),
        label=_localized(classification, "Name"),
    )


def _first_code(classifications: Iterable[etree._Element]) -> Code | None:
    return next(map(_code, classifications), None)


def _first(values: Iterable[str]) -> str:
    return next(iter(values), "")


def _localized(element: etree._Element, name: str) -> str:
    strings = element.iterfind(f"{q(RIM, name)}/{q(RIM, 'LocalizedString')}")
    return _first(value for string in strings if (value := string.get("value", "")))

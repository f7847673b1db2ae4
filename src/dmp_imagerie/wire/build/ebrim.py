"""Building of ebRIM registry objects, in the schema's order and in the form of the DMP's own messages.

Promises the builders of TD2.1, TD3.1 and TD3.3 well-formed objects with numbered ids and no randomness: the same values
give the same bytes. A field that is empty is left out, so that faulty messages can be built by emptying a field.
Source: ebRIM 3.0; IHE ITI TF-3 §4.2.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import count

from lxml import etree

from dmp_imagerie.model.plain import Plain
from dmp_imagerie.wire import codes
from dmp_imagerie.wire.build.maker import maker
from dmp_imagerie.wire.metadata import Association, Author, Code, EntryMetadata, SetMetadata
from dmp_imagerie.wire.namespaces import LCM, QUERY, RIM, RS, XDSB, XML, q

PREFIXES = {None: RIM, "rs": RS, "lcm": LCM, "xds": XDSB, "query": QUERY}
RIM_E = maker(RIM, PREFIXES)


def slot(name: str, values: Iterable[str]) -> etree._Element:
    """A ``Slot`` with its values in order."""
    return RIM_E.Slot(RIM_E.ValueList(*map(RIM_E.Value, values)), name=name)


def registry_object_list(
    sets: Sequence[SetMetadata],
    entries: Sequence[EntryMetadata],
    associations: Sequence[Association],
    object_refs: Sequence[str] = (),
) -> etree._Element:
    """A ``RegistryObjectList``: sets, entries, associations, then references.

    Raises:
        ValueError: a text holds a character that XML cannot carry.
    """
    numbered = _Numbered()
    return RIM_E.RegistryObjectList(
        *map(numbered.submission_set, sets),
        *map(numbered.entry, entries),
        *map(_association, associations),
        *(RIM_E.ObjectRef(id=identifier) for identifier in object_refs),
    )


class _Numbered:
    """Objects whose inner classifications and identifiers are numbered through the whole list (``cla1``, ``ei1``)."""

    def __init__(self) -> None:
        self._classifications = count(1)
        self._identifiers = count(1)

    def submission_set(self, value: SetMetadata) -> etree._Element:
        return RIM_E.RegistryPackage(
            _attributes(id=value.set_id, objectType=codes.PACKAGE_OBJECT_TYPE, status=value.status),
            *_slots(value, codes.SET_SLOTS, codes.SET_SLOT_LISTS),
            *_texts(value.title, value.comments),
            *self._authors(value.authors, value.set_id, codes.SET_AUTHOR),
            *self._codes(value, value.set_id, codes.SET_CODES),
            self._set_node(value.set_id),
            *self._external(value, value.set_id, codes.SET_IDENTIFIERS, "XDSSubmissionSet"),
        )

    def entry(self, value: EntryMetadata) -> etree._Element:
        size = () if value.size is None else (slot(codes.SIZE_SLOT, (str(value.size),)),)
        version = (RIM_E.VersionInfo(versionName=value.version),) if value.version else ()
        return RIM_E.ExtrinsicObject(
            _attributes(
                id=value.entry_id,
                lid=value.logical_id,
                mimeType=value.mime_type,
                objectType=codes.ENTRY_OBJECT_TYPE,
                status=value.status,
            ),
            *_slots(value, codes.ENTRY_SLOTS, codes.ENTRY_SLOT_LISTS),
            *size,
            *_texts(value.title, value.comments),
            *version,
            *self._authors(value.authors, value.entry_id, codes.ENTRY_AUTHOR),
            *self._codes(value, value.entry_id, {**codes.ENTRY_CODES, **codes.ENTRY_CODE_LISTS}),
            *self._external(value, value.entry_id, codes.ENTRY_IDENTIFIERS, "XDSDocumentEntry"),
        )

    def _set_node(self, target: str) -> etree._Element:
        return RIM_E.Classification(
            id=f"cla{next(self._classifications)}", classifiedObject=target, classificationNode=codes.SET_NODE
        )

    def _authors(self, authors: Iterable[Author], target: str, scheme: str) -> list[etree._Element]:
        return [
            self._classification(target, scheme, "", _slots(author, codes.AUTHOR_SLOTS, codes.AUTHOR_SLOT_LISTS))
            for author in authors
        ]

    def _codes(self, value: Plain, target: str, schemes: Mapping[str, str]) -> list[etree._Element]:
        return [
            self._classification(target, scheme, code.code, _code_parts(code))
            for name, scheme in schemes.items()
            for code in _as_codes(getattr(value, name))
        ]

    def _classification(self, target: str, scheme: str, node: str, parts: Iterable[etree._Element]) -> etree._Element:
        return RIM_E.Classification(
            {
                "id": f"cla{next(self._classifications)}",
                "classifiedObject": target,
                "classificationScheme": scheme,
                "nodeRepresentation": node,
            },
            *parts,
        )

    def _external(self, value: Plain, target: str, schemes: Mapping[str, str], family: str) -> list[etree._Element]:
        return [
            RIM_E.ExternalIdentifier(
                {
                    "id": f"ei{next(self._identifiers)}",
                    "registryObject": target,
                    "identificationScheme": scheme,
                    "value": identifier,
                },
                _localized("Name", f"{family}.{codes.IDENTIFIER_NAMES[name]}"),
            )
            for name, scheme in schemes.items()
            if (identifier := getattr(value, name))
        ]


def _association(value: Association) -> etree._Element:
    return RIM_E.Association(
        _attributes(
            id=value.association_id,
            objectType=codes.ASSOCIATION_OBJECT_TYPE,
            associationType=value.type,
            sourceObject=value.source,
            targetObject=value.target,
        ),
        *(slot(name, values) for name, values in value.slots.items()),
    )


def _slots(value: Plain, single: Mapping[str, str], lists: Mapping[str, str]) -> list[etree._Element]:
    written = [(slot_name, getattr(value, name)) for name, slot_name in single.items()]
    pairs = [(slot_name, (text,)) for slot_name, text in written if text]
    pairs += [(slot_name, values) for name, slot_name in lists.items() if (values := getattr(value, name))]
    return [slot(slot_name, values) for slot_name, values in pairs]


def _as_codes(value: Code | tuple[Code, ...] | None) -> tuple[Code, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, Code) else value


def _code_parts(code: Code) -> list[etree._Element]:
    scheme = [slot(codes.CODING_SCHEME_SLOT, (code.scheme,))] if code.scheme else []
    return scheme + ([_localized("Name", code.label)] if code.label else [])


def _texts(title: str, comments: str) -> list[etree._Element]:
    pairs = (("Name", title), ("Description", comments))
    return [_localized(name, value) for name, value in pairs if value]


def _localized(name: str, value: str) -> etree._Element:
    string = RIM_E.LocalizedString({q(XML, "lang"): "FR", "charset": "UTF8", "value": value})
    return RIM_E(name, string)


def _attributes(**values: str) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}

"""Metadata that say the same thing otherwise. Source: what the DMP was seen to take from real connectors."""

from collections.abc import Callable
from uuid import UUID, uuid5

from lxml import etree
from msgspec.structs import replace

from dmp_imagerie.connectors.rewriting import SUBMISSION, on_each, on_envelope
from dmp_imagerie.connectors.variants.variant import Variant
from dmp_imagerie.wire import codes
from dmp_imagerie.wire.metadata import EntryMetadata
from dmp_imagerie.wire.namespaces import LCM, RIM, XML, q

_CLASS = f".//{q(RIM, 'Classification')}"
_ENTRY = f".//{q(RIM, 'ExtrinsicObject')}"
_LIST = f".//{q(RIM, 'RegistryObjectList')}"
_NAMES = UUID("b9a3a0d8-7f5c-4a2c-8c52-4fbb0e8f5a10")


def _entry(name: str, doc: str, change: Callable[[EntryMetadata], EntryMetadata], seen_in: str = "") -> Variant:
    return Variant(name=name, doc=doc, seen_in=seen_in, decisions={"entry_sent": change})


def _uuids(root: etree._Element) -> None:
    """Name every object of the submission by a UUID, wherever it is referred to."""
    objects = root.find(_LIST)
    if objects is None:
        return
    names = {element.get("id", "") for element in objects}
    renamed = {name: f"urn:uuid:{uuid5(_NAMES, name)}" for name in names if name}
    for element in root.iter(etree.Element):
        for attribute, value in element.attrib.items():
            if value in renamed:
                element.set(attribute, renamed[value])


def _beside(objects: etree._Element) -> None:
    """Take each classification out of its entry and put it beside: it says which object it classifies."""
    for entry in objects.findall(q(RIM, "ExtrinsicObject")):
        for classification in entry.findall(q(RIM, "Classification")):
            objects.append(classification)


def _backwards(objects: etree._Element) -> None:
    objects[:] = list(reversed(objects))


def _slots_last(entry: etree._Element) -> None:
    for slot in entry.findall(q(RIM, "Slot")):
        entry.append(slot)


def _more_slots(entry: etree._Element) -> None:
    slot = etree.Element(q(RIM, "Slot"), name="submissionTime")
    values = etree.SubElement(slot, q(RIM, "ValueList"))
    etree.SubElement(values, q(RIM, "Value")).text = "20201105101500"
    entry.insert(0, slot)


def _no_node(classification: etree._Element) -> None:
    if classification.get("nodeRepresentation") == "":
        del classification.attrib["nodeRepresentation"]


def _text(charset: str | None, language: str | None) -> Callable[[etree._Element], None]:
    def write(string: etree._Element) -> None:
        for name, value in (("charset", charset), (q(XML, "lang"), language)):
            if value is not None:
                string.set(name, value)
            elif name in string.attrib:
                del string.attrib[name]

    return write


def _approved(entry: etree._Element) -> None:
    entry.set("status", codes.APPROVED)


def _replacement_2010(association: etree._Element) -> None:
    if association.get("associationType") == codes.RPLC:
        association.set("associationType", codes.RPLC_2010)


def _without_slots(association: etree._Element) -> None:
    if association.get("associationType") == codes.RPLC:
        for slot in association.findall(q(RIM, "Slot")):
            association.remove(slot)


_STRING = f".//{q(LCM, 'SubmitObjectsRequest')}//{q(RIM, 'LocalizedString')}"
_LINK = f".//{q(RIM, 'Association')}"


def _wire(name: str, doc: str, path: str, edit: Callable[[etree._Element], object], seen_in: str = "") -> Variant:
    return Variant(name=name, doc=doc, seen_in=seen_in, rewrites=(on_each(path, edit, SUBMISSION),))


VARIANTS = (
    _entry("hachage-en-majuscules", "Écrit le hachage en majuscules.", lambda e: replace(e, hash=e.hash.upper())),
    _entry("sans-hachage-ni-taille", "N'annonce ni hachage ni taille.", lambda e: replace(e, hash="", size=None)),
    _entry(
        "patient-date",
        "Ajoute une date à l'identifiant du patient.",
        lambda e: replace(e, patient_id=f"{e.patient_id}^^20100907"),
        "exemple officiel de TD2.1",
    ),
    _entry(
        "lieu-de-naissance",
        "Ajoute le code INSEE de naissance aux traits du patient.",
        lambda e: replace(e, source_patient_info=(*e.source_patient_info, "PID-11|^^^^^^BDL^^63220")),
    ),
    _entry("commentaire", "Commente le document.", lambda e: replace(e, comments="Relu par un confrère")),
    Variant(
        name="objets-nommes-par-uuid",
        doc="Nomme les objets du lot par des UUID.",
        rewrites=(on_envelope(_uuids, SUBMISSION),),
    ),
    _wire("classifications-a-part", "Écrit les classifications à côté des fiches.", _LIST, _beside),
    _wire("objets-a-rebours", "Écrit les objets du lot dans l'autre ordre.", _LIST, _backwards),
    _wire("slots-en-dernier", "Écrit les slots après les classifications.", _ENTRY, _slots_last),
    _wire("slot-de-plus", "Ajoute à la fiche un slot que le DMP n'attend pas.", _ENTRY, _more_slots),
    _wire("auteur-sans-representation", "Omet l'attribut nodeRepresentation vide des auteurs.", _CLASS, _no_node),
    _wire("textes-en-utf-8", "Écrit « UTF-8 » et « fr-FR » aux textes.", _STRING, _text("UTF-8", "fr-FR")),
    _wire("textes-sans-langue", "N'écrit ni langue ni jeu de caractères aux textes.", _STRING, _text(None, None)),
    _wire("fiche-approuvee", "Envoie la fiche avec son statut.", _ENTRY, _approved),
    _wire("remplacement-2010", "Remplace par l'association de 2010.", _LINK, _replacement_2010, "kit de la CNAM"),
    _wire("remplacement-sans-statut", "Remplace sans dire le statut du lot.", _LINK, _without_slots, "Mediboard"),
)

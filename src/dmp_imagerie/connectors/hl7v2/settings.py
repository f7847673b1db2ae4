"""What an integrator says of the interface: where the product listens, which messages it takes and how it answers.

Keys are French, as in the documentation (docs/fr/pilote-hl7v2.md).
"""

import difflib
import re
from collections.abc import Mapping
from typing import Any, Literal, get_args, get_origin, get_type_hints
from urllib.parse import urlsplit

import msgspec

from dmp_imagerie.model.network import host_port, is_loopback
from dmp_imagerie.model.plain import Plain

FACTS = (
    *("patient", "ins", "episode"),
    *("examen", "demande", "accession", "etude"),
    *("rapport", "document", "radiologue"),
)
"""What the values of ``champs`` may name between braces."""

_SCHEME = "mllp"
_EXAMPLE = "hl7v2:mllp://127.0.0.1:2575"
_FIELD = re.compile(r"([A-Z][A-Z0-9]{2})-([1-9]\d{0,2})")
_PLACE = re.compile(r"\{([^{}]*)\}")
_OPTION = re.compile(r"at `\$\.(\w+)")
_UNSAFE = re.compile(r"[|\x00-\x1f\x7f]")
_OURS = frozenset({("MSH", 1), ("MSH", 2), ("MSH", 10), ("MSH", 18)})
"""Fields that ``champs`` may not replace: what delimits, what acknowledgements name, what ``jeu`` says."""


class Settings(Plain):
    """Options of the connector.

    Attributes:
        message: what carries a report: an MDM or an ORU with the CDA, or an ORU with its text (``ORU-texte``).
        adt: whether identities are sent by themselves (ADT^A28, A31); if not, they go in the PID of the reports only.
        orm: whether exams are sent by themselves (ORM^O01).
        accuse: what ends an exchange: what the product made of the message (``application``: AA, AE, AR) or that it
            took charge of it (``reception``: CA, CE, CR too).
        jeu: character set, as MSH-18 names it.
        application, etablissement, vers_application, vers_etablissement: MSH-3 to MSH-6; ``etablissement`` is the
            centre's name by default.
        champs: fields to write otherwise, ``SEG-n`` to a value as it goes on the wire; ``{accession}`` and the like
            (``FACTS``) are replaced. A segment that is missing is put at the end of the messages of a report.
        product, version, vendor: what the product is: HL7v2 cannot ask.
        distant: allow a product that is not on this machine.
    """

    message: Literal["MDM", "ORU", "ORU-texte"] = "MDM"
    adt: bool = True
    orm: bool = False
    accuse: Literal["application", "reception"] = "application"
    jeu: Literal["UNICODE UTF-8", "8859/1", "8859/15"] = "UNICODE UTF-8"
    application: str = "RIS"
    etablissement: str = ""
    vers_application: str = ""
    vers_etablissement: str = ""
    champs: dict[str, str] = {}
    product: str = "Produit alimenté en HL7v2"
    version: str = ""
    vendor: str = ""
    distant: bool = False

    @property
    def codec(self) -> str:
        """Python's name of the character set."""
        return {"UNICODE UTF-8": "utf-8", "8859/1": "iso8859-1", "8859/15": "iso8859-15"}[self.jeu]

    @property
    def carries_cda(self) -> bool:
        """Whether reports go as documents, with the indicators that say who may see them."""
        return self.message != "ORU-texte"

    def fields(self, facts: Mapping[str, str]) -> dict[tuple[str, int], str]:
        """``champs`` by segment and number, with these facts, which are escaped already, in them."""
        return {_field(key): _PLACE.sub(lambda found: facts[found[1]], value) for key, value in self.champs.items()}


def read_settings(options: Mapping[str, Any]) -> Settings:
    """Read the options of ``[connecteur]``. Raises ValueError; the message is in French."""
    told = {name: value if isinstance(value, (bool, str, dict)) else str(value) for name, value in options.items()}
    try:
        settings = msgspec.convert(told, Settings)
    except msgspec.ValidationError as error:
        unknown = next((name for name in options if name not in Settings.__struct_fields__), "")
        raise ValueError(_unknown(unknown) if unknown else _refused(str(error), options)) from error
    for key, value in settings.champs.items():
        _require_field(key, value)
    return settings


def read_address(url: str, *, distant: bool) -> str:
    """``host:port`` of ``mllp://host:port``. Raises ValueError for another form, or another machine not allowed."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError(f"« hl7v2:{url} » : {error}. Écrivez {_EXAMPLE}.") from None
    extra = parts.path.strip("/") or parts.query or parts.fragment or parts.username is not None
    if parts.scheme != _SCHEME or not host or not port or extra:
        raise ValueError(f"« hl7v2:{url} » : écrivez {_EXAMPLE} (machine et port où le produit attend les messages).")
    if not (distant or is_loopback(host)):
        raise ValueError(
            f"« {url} » n'est pas sur cette machine : le banc ne parle qu'à 127.0.0.1, ::1 ou localhost. Si le produit "
            "d'essai est bien ailleurs, dites-le par « --option distant=true » (ou options.distant = true dans la "
            "configuration)."
        )
    return host_port(host, port)


def outside_address(url: str, options: Mapping[str, object]) -> tuple[str, int] | None:
    """Return the host and port of a product that ``options`` allow beyond this machine; None for any other.

    None too for an address that cannot be used: the constructor says why.
    """
    if options.get("distant") is not True:
        return None
    try:
        host, _, port = read_address(url, distant=True).rpartition(":")
    except ValueError:
        return None
    bare = host.strip("[]")
    return None if is_loopback(bare) else (bare, int(port))


def _field(key: str) -> tuple[str, int]:
    found = _FIELD.fullmatch(key)
    if not found:
        raise ValueError(f"Option champs, « {key} » : écrivez le segment et le champ, par exemple « OBR-24 ».")
    return found[1], int(found[2])


def _require_field(key: str, value: str) -> None:
    if _field(key) in _OURS:
        raise ValueError(f"Option champs, « {key} » : ce champ est celui du banc, il ne se remplace pas.")
    if _UNSAFE.search(value):
        raise ValueError(f"Option champs, « {key} » : ni « | » ni fin de ligne dans une valeur (un champ à la fois).")
    for name in _PLACE.findall(value):
        if name not in FACTS:
            raise ValueError(f"Option champs, « {key} » : « {{{name}}} » inconnu. Existants : {', '.join(FACTS)}.")


def _refused(reason: str, options: Mapping[str, Any]) -> str:
    """Say in French which option is wrong, and what it may be."""
    found = _OPTION.search(reason)
    name = found[1] if found else ""
    kind = get_type_hints(Settings).get(name, str)
    forms = {bool: "true ou false", str: "un texte", dict[str, str]: "une table [connecteur.options.champs] de textes"}
    expected = ", ".join(get_args(kind)) if get_origin(kind) is Literal else forms[kind]
    return f"Option {name} du pilote hl7v2 : « {options.get(name)} » refusé. Attendu : {expected}."


def _unknown(name: str) -> str:
    known = Settings.__struct_fields__
    near = difflib.get_close_matches(name, known, n=1)
    hint = f" Vouliez-vous dire « {near[0]} » ?" if near else ""
    return f"Option inconnue du pilote hl7v2 : « {name} ».{hint} Existantes : {', '.join(known)}."

"""The configuration of a run: one TOML file, the same names on the command line.

Keys are French, as in the documentation; unknown keys are refused with the closest known one.
"""

import os
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

import msgspec

from dmp_imagerie.catalogue.policy import Policy
from dmp_imagerie.catalogue.profile import Profile
from dmp_imagerie.model.mismatch import in_french, place_of, refuses_value, unknown_field
from dmp_imagerie.model.plain import Plain

Transport = Literal["auto", "respx", "https", "http"]
"""``auto`` is respx in process and https otherwise; ``http``, without TLS, is for who asks for it."""

MAX_CONFIG = 1_000_000
LOOPBACK = "127.0.0.1"


class ConfigError(Exception):
    """A configuration or a command that cannot be followed; the text says which file, which key, what to write."""


class ConnectorSection(Plain):
    """``[connecteur]``: which connector (``spec``), how long a verb may take, how long to wait for what must come."""

    spec: str = "reference"
    delai_s: float = 30.0
    patience_s: float = 5.0
    options: dict[str, Any] = {}


class ConfigFile(Plain):
    """A configuration file. ``profil`` completes or corrects what the connector declares of itself."""

    connecteur: ConnectorSection = ConnectorSection()
    transport: Transport = "auto"
    profil: dict[str, Any] = {}
    politique: Policy = Policy()
    regles: tuple[str, ...] = ()
    projets_bloquants: bool = False
    diagnostic: bool = False


class Reach(Plain):
    """How far the simulated DMP may be reached over HTTPS: the address it listens on, the networks admitted, the names
    it is called by there; port 0 takes a free one."""

    bind: str = LOOPBACK
    peers: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    port: int = 0


class RunConfig(Plain):
    """Everything a run needs, resolved. ``rules`` are rule ids (all when empty); ``out`` is a folder to make.

    ``lapses`` and ``misdeclarations`` name defects of the platform (endpoint.lapses) and of the declarations
    (runner.misdeclarations): only a self-test asks for them, and the header of the journal says so. ``selftest`` names
    the self-test that the report will cite (proof.selftest.beside).
    ``diagnostic``: the simulated DMP notes the refusals of its door and serves all the same; never PRET.
    """

    connector: str
    out: Path
    seed: int
    transport: Transport = "auto"
    profile: dict[str, Any] = {}
    policy: Policy = Policy()
    rules: tuple[str, ...] = ()
    deadline_s: float = 30.0
    patience_s: float = 5.0
    connector_options: dict[str, Any] = {}
    documents: Path | None = None
    declarations: Path | None = None
    lapses: tuple[str, ...] = ()
    misdeclarations: tuple[str, ...] = ()
    selftest: dict[str, str] = {}
    drafts_block: bool = False
    reach: Reach = Reach()
    diagnostic: bool = False
    redo: str = "dmp-imagerie run"


def load_config(path: Path) -> ConfigFile:
    """Read a configuration file. Raises ConfigError."""
    try:
        raw = path.read_bytes()
        if len(raw) > MAX_CONFIG:
            raise ConfigError(f"{path} : plus d'un million d'octets, ce n'est pas une configuration")
        table = tomllib.loads(raw.decode("utf-8"))
    except FileNotFoundError as error:
        raise ConfigError(
            f"{path} : illisible, ce fichier n'existe pas ; « dmp-imagerie init » écrit une configuration à compléter"
        ) from error
    except OSError as error:
        raise ConfigError(f"{path} : illisible ({error.strerror})") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path} : ce n'est pas du TOML valide ({error})") from error
    loaded: ConfigFile = convert_strictly(table, ConfigFile, str(path))
    convert_strictly(loaded.profil, Profile, f"{path}, [profil]")
    return loaded


def convert_strictly(table: dict[str, Any], kind: type[Any], where: str) -> Any:
    """Turn ``table`` into ``kind``; ConfigError names ``where``, the key and the closest known one."""
    try:
        return msgspec.convert(table, kind)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{where} : {_explain(str(error), kind)}") from error


def profile_from(declared: dict[str, Any], configured: dict[str, Any]) -> Profile:
    """Return the profile to apply: what the product declares, corrected by the configuration. Raises ConfigError."""
    convert_strictly(dict(declared), Profile, "profil déclaré par le connecteur")
    merged: Profile = convert_strictly({**declared, **configured}, Profile, "[profil]")
    return merged


def overridden(declared: Mapping[str, Any], applied: Mapping[str, Any]) -> tuple[str, ...]:
    """Return one French line for each key of the profile that the connector ``declared`` and that is ``applied`` with
    another value, which the configuration gave. Both are plain data, as the header of a journal holds them."""
    return tuple(
        f"[profil] {key} : « {_in_toml(applied[key])} » (configuration, retenu), « {_in_toml(value)} » "
        "(describe, écarté)"
        for key, value in declared.items()
        if key in applied and _in_toml(applied[key]) != _in_toml(value)
    )


def _in_toml(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def home() -> Path:
    """Folder of what is kept between runs (test certificates): DMP_IMAGERIE_HOME, or the user's cache folder."""
    if chosen := os.environ.get("DMP_IMAGERIE_HOME"):
        return Path(chosen)
    base = os.environ.get("LOCALAPPDATA") or os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "dmp-imagerie"


_SECTIONS: dict[str, type[msgspec.Struct]] = {"profil": Profile, "politique": Policy, "connecteur": ConnectorSection}
_KNOWN = {name: f", dans [{section}]" for section, kind in _SECTIONS.items() for name in kind.__struct_fields__}
_KNOWN |= dict.fromkeys(ConfigFile.__struct_fields__, "")
_STRUCTS: tuple[type[msgspec.Struct], ...] = (ConfigFile, *_SECTIONS.values())
_CHOICES = {
    field.name: kind.values
    for struct in _STRUCTS
    for field in msgspec.structs.fields(struct)
    if isinstance(kind := msgspec.inspect.type_info(field.type), msgspec.inspect.LiteralType)
}


def _explain(message: str, kind: type[Any]) -> str:
    """Turn msgspec's sentence about a ``kind`` into one that says what to do."""
    told, name = in_french(message), place_of(message).rpartition(".")[2]
    if refuses_value(message) and name in _CHOICES:
        return f"{told} ; admis : {', '.join(map(str, _CHOICES[name]))}"
    unknown = unknown_field(message)
    if not unknown:
        return told
    if close := get_close_matches(unknown, _KNOWN, n=1):
        return f"{told}. Vouliez-vous dire « {close[0]} »{_KNOWN[close[0]]} ?"
    section = _SECTIONS.get(name) if name else kind
    return f"{told} ; clés admises : {', '.join(section.__struct_fields__)}" if section else told

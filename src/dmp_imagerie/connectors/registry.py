"""From the words of a command line or of a configuration to a connector."""

import importlib
import os
import re
import shlex
import sys
from collections.abc import Callable, Mapping, Set
from typing import Any

from dmp_imagerie.connectors.contract import Connector
from dmp_imagerie.connectors.faults import FAULTS
from dmp_imagerie.connectors.faults.control import CONTROL
from dmp_imagerie.connectors.names import unknown
from dmp_imagerie.connectors.nulls import NULLS
from dmp_imagerie.connectors.operator.connector import Operator, OperatorConnector
from dmp_imagerie.connectors.process import ProcessConnector
from dmp_imagerie.connectors.variants import VARIANTS

_CONNECTOR = ("driver", "in_process", "describe", "start", "call", "stop")
"""What a connector has. Source: contract.Connector."""
_UNEXPECTED = re.compile(r"unexpected keyword argument '(\w+)'")
_FORMS = (
    "reference[:VOIE], faulty:DÉFAUT[+DÉFAUT ou VARIANTE], variant:VARIANTE[+VARIANTE], null:NOM, "
    "python:module:fabrique, process:LIGNE DE COMMANDE, http:ADRESSE, hl7v2:ADRESSE, operateur"
)


def connect(spec: str, **options: Any) -> Connector:
    """Make the connector that ``spec`` names, without starting it; ``options`` go to its constructor.

    Raises:
        ValueError: unknown or incomplete ``spec``, factory that cannot be loaded or does not take ``options``; the
            message (French) gives the nearest names, or all when they are few.
    """
    kind, _, rest = spec.partition(":")
    if kind not in _KINDS:
        raise ValueError(unknown("Connecteur", kind, _KINDS) + f" Formes acceptées : {_FORMS}.")
    try:
        return _KINDS[kind](rest, **options)
    except TypeError as error:
        if unexpected := _UNEXPECTED.search(str(error)):
            raise ValueError(f"Connecteur « {spec} » : option inconnue, « {unexpected[1]} ».") from error
        raise ValueError(f"Connecteur « {spec} » : options refusées ({error}).") from error


def outside_address(spec: str, options: Mapping[str, Any]) -> tuple[str, int] | None:
    """Return the host and port beyond this machine that ``options`` let the connector reach; None without any."""
    kind, _, rest = spec.partition(":")
    if kind == "http":
        from dmp_imagerie.connectors import http

        return http.outside_address(rest, options)
    if kind == "hl7v2":
        from dmp_imagerie.connectors.hl7v2 import settings

        return settings.outside_address(rest, options)
    return None


def _reference(rest: str, **options: Any) -> Connector:
    if rest:
        options["route"] = rest
    return _reference_with(**options)


def _faulty(rest: str, **options: Any) -> Connector:
    faults, variants = _altered(rest, FAULTS.keys() | {CONTROL.name} | VARIANTS.keys(), "Défaut")
    return _reference_with(faults, variants, **options)


def _variant(rest: str, **options: Any) -> Connector:
    _, variants = _altered(rest, VARIANTS.keys(), "Variante")
    return _reference_with((), variants, **options)


def _altered(rest: str, known: Set[str], what: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The faults and the variants that ``rest`` names, apart. Raises ValueError."""
    names = rest.split("+")
    for name in names:
        if name not in known:
            raise ValueError(unknown(what, name, sorted(known)))
    return tuple(name for name in names if name not in VARIANTS), tuple(name for name in names if name in VARIANTS)


def _reference_with(faults: tuple[str, ...] = (), variants: tuple[str, ...] = (), **options: Any) -> Connector:
    # Imported here: HTTP and signatures take a third of a second that the other connectors do not need.
    from dmp_imagerie.connectors.altered import options_of
    from dmp_imagerie.connectors.reference.connector import ReferenceConnector

    return ReferenceConnector(faults=faults, variants=variants, **(options_of((*faults, *variants)) | options))


def _null(rest: str, **options: Any) -> Connector:
    if rest not in NULLS:
        raise ValueError(unknown("Connecteur nul", rest, NULLS))
    return NULLS[rest](**options)


def _python(rest: str, **options: Any) -> Connector:
    module_name, _, factory_name = rest.partition(":")
    if not module_name or not factory_name:
        raise ValueError(f"« python:{rest} » : écrivez python:module:fabrique.")
    here = os.getcwd()  # noqa: PTH109 - sys.path holds strings
    if here not in sys.path:
        sys.path.insert(0, here)  # the vendor's module lies where they stand, as with ``python -m``
    try:
        module = importlib.import_module(module_name)
    except ImportError as error:
        raise ValueError(
            f"Module « {module_name} » impossible à charger : {error}. Lancez la commande dans son dossier, ou ajoutez "
            "ce dossier à PYTHONPATH."
        ) from error
    except Exception as error:  # the vendor's own code: whatever it raises is theirs to read
        raise ValueError(f"Module « {module_name} » impossible à charger : {type(error).__name__}, {error}.") from error
    if not hasattr(module, factory_name):
        raise ValueError(f"Le module « {module_name} » n'a pas de « {factory_name} ».")
    try:
        connector: Connector = getattr(module, factory_name)(**options)
    except (TypeError, ValueError):
        raise  # options it does not take, or does not like: told as they are
    except Exception as error:  # idem
        raise ValueError(f"« python:{rest} » a échoué : {type(error).__name__}, {error}.") from error
    if missing := [name for name in _CONNECTOR if not hasattr(connector, name)]:
        kind = type(connector).__name__
        raise ValueError(
            f"« python:{rest} » rend un objet {kind}, qui n'est pas un connecteur : {', '.join(missing)} lui manque."
        )
    return connector


def _process(rest: str, **options: Any) -> Connector:
    try:
        command = _split(rest)
    except ValueError:
        raise ValueError(f"« process:{rest} » : guillemet ouvert et jamais refermé.") from None
    return ProcessConnector(command, **options)


def _http(rest: str, **options: Any) -> Connector:
    from dmp_imagerie.connectors.http import HttpConnector  # imported here: see _reference_with

    return HttpConnector(rest, **options)


def _hl7v2(rest: str, **options: Any) -> Connector:
    from dmp_imagerie.connectors.hl7v2.connector import Hl7v2Connector  # imported here: see _reference_with

    return Hl7v2Connector(rest, **options)


def _operator(rest: str, *, operator: Operator | None = None, **options: Any) -> Connector:
    if rest:
        raise ValueError(f"« operateur » ne prend rien après les deux-points : « {rest} ».")
    if operator is None:
        raise ValueError("« operateur » demande une personne : lancez « dmp-imagerie guide ».")
    return OperatorConnector(operator, **options)


_KINDS: dict[str, Callable[..., Connector]] = {
    "reference": _reference,
    "faulty": _faulty,
    "variant": _variant,
    "null": _null,
    "python": _python,
    "process": _process,
    "operateur": _operator,
    "http": _http,
    "hl7v2": _hl7v2,
}


def _split(line: str) -> list[str]:
    """Split a command line as the system's own shell would: on Windows the backslash is a separator of paths."""
    if os.name == "nt":
        return [word.strip('"') for word in shlex.split(line, posix=False)]
    return shlex.split(line)

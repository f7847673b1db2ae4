"""``CLÉ=VALEUR`` options of several commands, and the readings they ask for."""

import tomllib
from pathlib import Path
from typing import Any

from dmp_imagerie.cli.failure import fail
from dmp_imagerie.model.verdicts import EXIT_USAGE


def pairs(option: str, texts: tuple[str, ...]) -> dict[str, str]:
    """Return the values of ``CLÉ=VALEUR`` texts, by key; exits when one is not so written."""
    found: dict[str, str] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals or not key.isidentifier():
            fail(f"{option} {text!r} : écrivez CLÉ=VALEUR", EXIT_USAGE)
        found[key] = value
    return found


def scalar(text: str) -> bool | int | float | str:
    """Return what ``text`` means to a connector: true, false, a number that does not begin with 0, or itself."""
    if text in ("true", "false"):
        return text == "true"
    if text.isdecimal() and not text.startswith("0"):
        return int(text)
    whole, point, part = text.partition(".")
    return float(text) if point and (whole + part).isdecimal() else text


def policy_with(policy: Any, choices: tuple[str, ...]) -> Any:
    """Return ``policy`` changed by ``OPTION=VALEUR`` choices. Raises ConfigError."""
    import msgspec

    from dmp_imagerie.catalogue.policy import Policy
    from dmp_imagerie.runner.config import convert_strictly

    return convert_strictly({**msgspec.to_builtins(policy), **pairs("--politique", choices)}, Policy, "--politique")


def alternatives(policies: tuple[str, ...], profiles: tuple[Path, ...]) -> Any:
    """Return one reading for each ``OPTION=VALEUR[,OPTION=VALEUR]`` and each profile file. Raises ConfigError."""
    from dmp_imagerie.proof.compare import OWN
    from dmp_imagerie.runner.config import ConfigError

    asked = [*(_of_policy(text) for text in policies), *(_of_file(path) for path in profiles)]
    names = [OWN, *(reading.name for reading in asked)]
    twice = next((name for name in names if names.count(name) > 1), "")
    if twice:
        raise ConfigError(f"deux lectures du même nom, « {twice} » : renommez un fichier ou ôtez une --politique")
    return tuple(asked)


def _of_policy(text: str) -> Any:
    from dmp_imagerie.catalogue.policy import Policy
    from dmp_imagerie.proof.compare import Alternative

    choices = tuple(part.strip() for part in text.split(","))
    policy_with(Policy(), choices)
    return Alternative(name=", ".join(choices), policy=pairs("--politique", choices))


def _of_file(path: Path) -> Any:
    from dmp_imagerie.proof.compare import Alternative
    from dmp_imagerie.runner.config import ConfigError, load_config

    load_config(path)
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    reading = Alternative(name=path.stem, policy=table.get("politique", {}), profile=table.get("profil", {}))
    if not reading.policy and not reading.profile:
        raise ConfigError(f"--profil {path} : ni [profil] ni [politique], rien n'y change la lecture")
    return reading

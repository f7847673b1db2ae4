"""The connector: it starts as a run starts it, says what it is, answers one harmless verb, stops and leaves nothing.

Everything goes through the very bench of a run (``runner.bench``), in a folder that is thrown away.
"""

import difflib
import os
import secrets
import tempfile
from collections.abc import Generator, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from dmp_imagerie.catalogue.profile import applies
from dmp_imagerie.catalogue.rules import Catalogue
from dmp_imagerie.connectors.contract import (
    CONTRACT_VERSION,
    AnyVerb,
    Description,
    DriverError,
    Inspect,
    Outcome,
    RegisterPatient,
    SetClock,
    Status,
    verb_name,
)
from dmp_imagerie.connectors.inprocess import ALL_VERBS
from dmp_imagerie.model.clock import iso
from dmp_imagerie.proof.doctor import clocks
from dmp_imagerie.proof.doctor.check import Check, Side, ok, to_fix, untested
from dmp_imagerie.proof.doctor.leftovers import MARK, survivors
from dmp_imagerie.proof.doctor.usage import left_open, verbs_by_rule
from dmp_imagerie.runner.bench import Bench, BenchError
from dmp_imagerie.runner.cast import Cast
from dmp_imagerie.runner.config import ConfigError, RunConfig, overridden, profile_from
from dmp_imagerie.runner.launch import SuiteError

START, CONTRACT, PROFILE, CALL, STOP, RULES = "pilote", "contrat", "profil", "appel à blanc", "arrêt", "règles"

_ARRIVED = (Status.DONE, Status.ACCEPTED)


def checks(config: RunConfig, catalogue: Catalogue) -> Iterator[Check]:
    """Every check of the connector that ``config`` names."""
    token = secrets.token_hex(8)
    os.environ[MARK] = token
    try:
        with tempfile.TemporaryDirectory(prefix="dmp-imagerie-", ignore_cleanup_errors=True) as folder:
            told = yield from _driven(msgspec.structs.replace(config, out=Path(folder) / "examen"), catalogue)
    finally:
        del os.environ[MARK]
    if config.connector.startswith("process:"):
        yield stopped(survivors(token))
    if told is not None:
        yield _rules(told, config, catalogue)


def contract(told: Description) -> Check:
    """The connector names its product, speaks a version of the contract we know, and declares verbs that exist."""
    if told.contract > CONTRACT_VERSION:
        seen = f"le pilote suit la version {told.contract} du contrat, ce banc la version {CONTRACT_VERSION}"
        return to_fix(CONTRACT, seen, "mettez le banc à jour", Side.CONFIG)
    unknown = [name for name in told.verbs if name not in ALL_VERBS]
    if unknown:
        near = [close for name in unknown for close in difflib.get_close_matches(name, ALL_VERBS, n=1)]
        hint = f"vouliez-vous dire {', '.join(near)} ?" if near else "voyez « dmp-imagerie contract »"
        return to_fix(CONTRACT, f"verbes que le contrat n'a pas : {', '.join(unknown)}", hint, Side.PRODUCT)
    if not told.product:
        remedy = "remplissez « product » dans la réponse à « describe » : il est au rapport"
        return to_fix(CONTRACT, "le pilote ne dit pas quel produit il pilote", remedy, Side.PRODUCT)
    return ok(CONTRACT, f"version {told.contract}, {len(told.verbs)} verbes déclarés sur {len(ALL_VERBS)}")


def profile(told: Description, config: RunConfig) -> Iterator[Check]:
    """What the configuration says of the product otherwise than its driver: which of them is right, nobody here knows.

    Nothing when they agree.
    """
    declared = msgspec.to_builtins(told.profile)
    if lines := overridden(declared, msgspec.to_builtins(profile_from(declared, config.profile))):
        yield untested(
            PROFILE,
            f"le pilote et la configuration ne disent pas la même chose du produit ({len(lines)} clés) ; la "
            "configuration l'emporte, car quelqu'un l'atteste",
            "si le pilote dit vrai, retirez ces clés de [profil] ; sinon, corrigez sa réponse à « describe »",
            lines,
        )


def answered(verb: AnyVerb, outcome: Outcome | DriverError, told: Description) -> Check:
    """The answer to the harmless verb is one of the contract, and agrees with what was declared."""
    name = verb_name(verb)
    if isinstance(outcome, DriverError):
        return to_fix(CALL, str(outcome), "« dmp-imagerie contract » dit la forme des réponses", Side.PRODUCT)
    seen = f"« {name} » répond « {outcome.status} »"
    said = "".join(f" : {message}" for message in outcome.messages[:1])
    unsupported = outcome.status is Status.UNSUPPORTED
    if name in told.verbs and unsupported:
        return to_fix(CALL, f"{seen}, et il est déclaré", "ne déclarez que les verbes écrits", Side.PRODUCT)
    if name not in told.verbs and not unsupported:
        remedy = "répondez « unsupported » à ce que le produit ne fait pas, ou déclarez ce verbe"
        return to_fix(CALL, f"{seen}, et il n'est pas déclaré", remedy, Side.PRODUCT)
    if isinstance(verb, RegisterPatient) and outcome.status not in _ARRIVED:
        remedy = "réglez le produit d'essai pour qu'il prenne les patients du banc : tout scénario commence ainsi"
        return to_fix(CALL, f"{seen}{said}", remedy, Side.PRODUCT)
    return ok(CALL, f"{seen}, comme déclaré" if unsupported else f"{seen}{said}")


def stopped(left: tuple[str, ...] | None) -> Check:
    """Nothing that the driver's program started outlives it; None when this system cannot tell."""
    if left is None:
        return untested(STOP, "ce système ne montre pas quels programmes restent", "regardez-le vous-même")
    if left:
        remedy = "à « stop », terminez tout ce que le pilote a lancé (ceux-ci sont encore là)"
        return to_fix(STOP, f"{len(left)} programme(s) restent après l'arrêt : {', '.join(left)}", remedy, Side.PRODUCT)
    return ok(STOP, "aucun programme lancé par le pilote ne reste")


def rules(usage: Mapping[str, frozenset[str]], offered: Mapping[str, tuple[str, ...]]) -> Check:
    """Which of the rules in ``usage`` will be judged with the verbs ``offered``, and what the others lack."""
    missing = left_open(usage, offered)
    lost = {rule for names in missing.values() for rule in names}
    if not usage:
        return untested(RULES, "aucune des règles demandées ne fait agir le produit")
    if not missing:
        return ok(RULES, f"les {len(usage)} règles jouées trouvent leurs verbes")
    return untested(
        RULES,
        f"{len(lost)} règles sur {len(usage)} resteront ouvertes : il manque {len(missing)} verbes",
        "écrivez d'abord ceux dont dépendent le plus de règles ; un verbe que le produit n'a pas reste absent",
        tuple(f"{verb} ({len(names)}) : {', '.join(names)}" for verb, names in missing.items()),
    )


def _driven(config: RunConfig, catalogue: Catalogue) -> Generator[Check, None, Description | None]:
    try:
        with Bench(config, catalogue) as bench:
            told, driver = bench.description, bench.connector.driver
            vendor = f" ({told.vendor})" if told.vendor else ""
            product = " ".join(filter(None, (told.product, told.version)))
            yield ok(START, f"« {product}{vendor} », pilote {driver}, DMP simulé par {bench.transport}")
            yield contract(told)
            yield from profile(told, config)
            yield from _called(bench, config)
            return told
    except ConfigError as error:
        yield to_fix(START, str(error), "corrigez la configuration ou la ligne de commande", Side.CONFIG)
    except BenchError as error:
        yield to_fix(START, str(error.__cause__ or error), _by_hand(config.connector), Side.PRODUCT)
    return None


def _called(bench: Bench, config: RunConfig) -> Iterator[Check]:
    told = bench.description
    verb = _harmless(bench.connector.driver)
    outcome = _call(bench, verb, config.deadline_s)
    yield answered(verb, outcome, told)
    if isinstance(outcome, DriverError):
        return
    if "set_clock" in told.verbs:
        yield clocks.from_set_clock(_call(bench, SetClock(at=iso(datetime.now(UTC))), config.deadline_s))
    else:
        yield clocks.from_traces(outcome.displayed, datetime.now(UTC))


def _harmless(driver: str) -> AnyVerb:
    """Looking changes nothing; but nothing is asked over HL7v2: there, the arrival of a made-up patient travels."""
    if driver == "hl7v2":
        return RegisterPatient(patient=Cast(seed=0).patient("patiente", "doctor"))
    return Inspect(view="traces")


def _call(bench: Bench, verb: AnyVerb, deadline_s: float) -> Outcome | DriverError:
    try:
        return bench.connector.call(verb, deadline_s)
    except DriverError as error:
        return error


def _by_hand(spec: str) -> str:
    kind, _, rest = spec.partition(":")
    if kind == "process":
        return f"lancez-le à la main dans ce dossier et lisez ce qu'il dit : {rest}"
    if kind == "http":
        return "lancez le serveur d'essai avant le banc ; docs/fr/pilote-http.md explique chaque message"
    return "corrigez cela, puis recommencez"


def _rules(told: Description, config: RunConfig, catalogue: Catalogue) -> Check:
    """``rules`` on those that this configuration would play."""
    try:
        usage = verbs_by_rule()
    except (BenchError, ConfigError, SuiteError) as error:
        return to_fix(RULES, f"la suite ne se joue pas : {error}", "réinstallez le paquet", Side.KIT)
    profile = profile_from(msgspec.to_builtins(told.profile), config.profile)
    played = {rule for rule in config.rules or usage if applies(catalogue.rule(rule), profile)[0]}
    return rules({rule: verbs for rule, verbs in usage.items() if rule in played}, told.verbs)

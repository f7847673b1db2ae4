"""``dmp-imagerie rules``: what the catalogue asks, on whose authority, and what the suite covers of it."""

import json
import sys
from typing import Any

import click

from dmp_imagerie.catalogue.translation import FRENCH
from dmp_imagerie.cli.failure import EPILOG, told
from dmp_imagerie.cli.language import lang_option, said, tell

WEIGHTS = {
    "bloque": "compte dans le verdict",
    "a_surveiller": "à surveiller, hors du verdict",
    "non": "hors du verdict",
}
"""What a rule weighs in the verdict of a run."""


@click.command("rules", epilog=EPILOG)
@click.argument("names", nargs=-1, metavar="[RÈGLE]...")
@click.option("--chapitre", help="Préfixe de chapitre : INS, VIS, CON…")
@click.option("--gravite", type=click.Choice(["bloquant", "majeur", "mineur"]))
@click.option("--force", type=click.Choice(["texte", "referentiel", "feuillet", "projet_rem", "interpretation"]))
@click.option("--porteur", type=click.Choice(["produit", "centre", "dmp"]))
@click.option("--origine", type=click.Choice(["leaflet", "extension"]))
@click.option("--couverte/--non-couverte", default=None, help="Avec, ou sans scénario.")
@click.option("--a-confirmer", is_flag=True, help="Seulement les règles dont la source est à confirmer.")
@click.option("--json", "as_json", is_flag=True, help="Sortie JSON, pour un programme.")
@lang_option()
def command(names: tuple[str, ...], *, as_json: bool, lang: str, **filters: Any) -> None:
    """Liste les règles ; avec un identifiant ou un alias, montre la règle entière, ses sources et ses scénarios."""
    with told():
        _list(names, as_json=as_json, lang=lang, **filters)


def _list(names: tuple[str, ...], *, as_json: bool, lang: Any, **filters: Any) -> None:
    from dmp_imagerie.catalogue.load import load_catalogue
    from dmp_imagerie.catalogue.suite import find_suite
    from dmp_imagerie.runner.coverage import covered_rules

    catalogue = load_catalogue()
    coverage = covered_rules(find_suite() / "features", frozenset(rule.id for rule in catalogue.rules))
    if names:
        rules = [rule for name in names for rule in (catalogue.find(name) or (catalogue.rule(name),))]
    else:
        rules = [rule for rule in catalogue.rules if _keeps(rule, coverage, **filters)]
    if as_json:
        click.echo(json.dumps([_as_json(catalogue, rule, coverage) for rule in rules], ensure_ascii=False, indent=2))
        return
    for rule in rules:
        if names:
            _show(catalogue, rule, coverage, lang)
        else:
            mark = f"{len(coverage[rule.id]):>2} sc." if rule.id in coverage else "  —   "
            doubt = said(" (à confirmer)") if rule.a_confirmer else ""
            click.echo(f"{rule.id}  {mark}  {rule.gravite:<8}  {rule.force:<14}  {rule.statement(lang)}{doubt}")
    if not names:
        covered = sum(rule.id in coverage for rule in rules)
        tell(f"\n{len(rules)} règle(s), {covered} avec scénario, {len(rules) - covered} sans.")
    sys.stdout.flush()


def _keeps(rule: Any, coverage: Any, *, chapitre: str | None, couverte: bool | None, a_confirmer: bool, **equal: Any) -> bool:  # fmt: skip  # noqa: E501
    return (
        (chapitre is None or rule.chapter == chapitre.upper())
        and (couverte is None or couverte == (rule.id in coverage))
        and (not a_confirmer or rule.a_confirmer)
        and all(wanted is None or str(getattr(rule, field)) == wanted for field, wanted in equal.items())
    )


def _show(catalogue: Any, rule: Any, coverage: Any, lang: Any) -> None:
    from dmp_imagerie.catalogue.rules import blocks

    chapter, note = catalogue.chapter_of(rule), rule.note if lang == FRENCH else rule.note_en
    tell(f"{rule.id}, révision {rule.revision} — {chapter.titre if lang == FRENCH else chapter.title_en}")
    click.echo(f"  {rule.statement(lang)}")
    tell(
        f"  gravité {rule.gravite} · force {rule.force} · porteur {rule.porteur} · vague {rule.vague} · "
        f"{said(WEIGHTS[blocks(rule).value])}"
    )
    if rule.a_confirmer:
        tell("  À CONFIRMER : source faible, non lue ou discutée")
    if note:
        tell(f"  Note : {note}")
    for source in catalogue.sources_of(rule):
        tell(f"  Source : {source.label}" + (f" — {source.url}" if source.url else ""))
    if rule.alias:
        tell(f"  Alias : {', '.join(rule.alias)}")
    for scenario in coverage.get(rule.id, ()):
        tell(f"  Scénario : {scenario}")
    if rule.id not in coverage:
        tell("  Aucun scénario")
    click.echo("")


def _as_json(catalogue: Any, rule: Any, coverage: Any) -> dict[str, Any]:
    import msgspec

    return {
        **msgspec.to_builtins(rule),
        "sources": msgspec.to_builtins(catalogue.sources_of(rule)),
        "scenarios": list(coverage.get(rule.id, ())),
    }

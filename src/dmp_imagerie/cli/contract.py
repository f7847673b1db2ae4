"""``dmp-imagerie contract``: the contract as data, for those who do not write Python."""

import json

import click


@click.command("contract")
def command() -> None:
    """Affiche le schéma JSON du contrat : surroundings, verbes, réponses, protocole ligne à ligne."""
    from dmp_imagerie.connectors.protocol import contract_schema

    click.echo(json.dumps(contract_schema(), ensure_ascii=False, indent=2, sort_keys=True))

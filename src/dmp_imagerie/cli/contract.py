"""``dmp-imagerie contract``: the contract as data, for those who do not write Python."""

import json
from typing import Any

import click


@click.command("contract")
@click.option("--openapi", is_flag=True, help="Description OpenAPI 3.1 du pilote HTTP, exemples compris.")
def command(*, openapi: bool) -> None:
    """Affiche le schéma JSON du contrat : surroundings, verbes, réponses, protocole ligne à ligne."""
    click.echo(json.dumps(_document(openapi=openapi), ensure_ascii=False, indent=2, sort_keys=True))


def _document(*, openapi: bool) -> dict[str, Any]:
    if openapi:
        from dmp_imagerie.connectors.openapi import openapi_document

        return openapi_document()
    from dmp_imagerie.connectors.protocol import contract_schema

    return contract_schema()

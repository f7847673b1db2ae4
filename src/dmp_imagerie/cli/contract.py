"""``dmp-imagerie contract``: the contract as data, for those who do not write Python."""

import json
from typing import Any

import click

from dmp_imagerie.cli.language import said


@click.command("contract")
@click.option("--openapi", is_flag=True, help="Description OpenAPI 3.1 du pilote HTTP, exemples compris.")
def command(*, openapi: bool) -> None:
    """Affiche le schéma JSON du contrat : surroundings, verbes, réponses, protocole ligne à ligne."""
    from dmp_imagerie.report.text import map_strings

    document = map_strings(_document(openapi=openapi), said)
    click.echo(json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True))


def _document(*, openapi: bool) -> dict[str, Any]:
    if openapi:
        from dmp_imagerie.connectors.openapi import openapi_document

        return openapi_document()
    from dmp_imagerie.connectors.protocol import contract_schema

    return contract_schema()

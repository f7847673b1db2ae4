"""Declarations: what the centre or the vendor answers where no machine can see, with its evidence.

Format (TOML), one table per rule::

    [[declaration]]
    regle = "DMP-INF-01"
    reponse = true                        # false : le centre dit ne pas s'y conformer
    le = 2026-11-01
    par = "Prénom Nom, fonction"
    texte = "Affiche en salle d'attente et information à la prise de rendez-vous."
    piece = "affiche.txt"                 # à côté de ce fichier

    [declaration.acceptation]             # facultatif : une personne nommée a examiné la pièce
    par = "Prénom Nom, fonction"
    le = 2026-11-10
    decision = "acceptee"                 # ou "refusee"
    jusqu_au = 2027-11-10
    empreinte = "9f86d0…"                 # facultatif : SHA-256 de la pièce examinée
"""

import datetime as dt
import hashlib
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from dmp_imagerie.catalogue.errors import CatalogueError
from dmp_imagerie.catalogue.rules import Catalogue, Rule, Verification
from dmp_imagerie.journal.writer import JournalWriter
from dmp_imagerie.model.events import Acceptance, Declared
from dmp_imagerie.model.plain import Plain
from dmp_imagerie.runner.config import ConfigError, convert_strictly
from dmp_imagerie.runner.misdeclarations import spoiled

MAX_EVIDENCE = 20 * 1024 * 1024
Digest = Annotated[str, msgspec.Meta(pattern="^([0-9a-fA-F]{64})?$")]


class AcceptanceTable(Plain):
    """``[declaration.acceptation]``; ``empreinte`` is the SHA-256 (hexadecimal) of the evidence looked at, if told."""

    par: str
    le: dt.date
    decision: Literal["acceptee", "refusee"]
    jusqu_au: dt.date
    empreinte: Digest = ""


class DeclarationTable(Plain):
    """``[[declaration]]``."""

    regle: str
    reponse: bool
    le: dt.date
    par: str
    texte: str
    piece: str
    acceptation: AcceptanceTable | None = None


class DeclarationFile(Plain):
    """A file of declarations."""

    declaration: tuple[DeclarationTable, ...]


class Declaration(Plain):
    """One declaration read, with the bytes of its evidence."""

    table: DeclarationTable
    evidence: bytes


def load_declarations(path: Path, catalogue: Catalogue, misdeclarations: Iterable[str] = ()) -> tuple[Declaration, ...]:
    """Read a file of declarations and the evidence it names, which lies beside it.

    ``misdeclarations`` names defects to put in it (see ``misdeclarations``), for a self-test.

    Raises ConfigError: unreadable file, unknown key or rule, rule that is not answered by a declaration, two
    declarations for one rule, no signatory or statement, evidence missing, empty, too large or outside the folder of
    the file. A rule named by an alias is given back under its own id.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path} : illisible ({error.strerror})") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path} : ce n'est pas du TOML valide ({error})") from error
    if misdeclarations:
        raw = _spoiled(path, raw, misdeclarations)
    tables: DeclarationFile = convert_strictly(raw, DeclarationFile, str(path))
    declared: dict[str, Declaration] = {}
    for table in tables.declaration:
        rule = _rule(path, table, catalogue)
        if Verification.DECLARATION not in rule.verification:
            raise ConfigError(f"{path} : {rule.id} se vérifie sur le produit, une déclaration n'y peut rien")
        if rule.id in declared:
            raise ConfigError(f"{path} : deux déclarations pour {rule.id}")
        if not table.par.strip() or not table.texte.strip():
            raise ConfigError(f"{path}, {rule.id} : « par » et « texte » disent qui déclare et quoi, remplissez-les")
        named = msgspec.structs.replace(table, regle=rule.id)
        declared[rule.id] = Declaration(table=named, evidence=_evidence(path, table))
    return tuple(declared.values())


def record_declaration(declaration: Declaration, writer: JournalWriter) -> None:
    """Write a declaration and its evidence in the journal, as the current scenario's.

    The piece kept may differ from the file by masked secrets: the digest someone accepted is held beside the file.
    """
    table, accepted = declaration.table, declaration.table.acceptation
    kept, digest = writer.piece(declaration.evidence), hashlib.sha256(declaration.evidence).hexdigest()
    writer.record(
        Declared,
        rule=table.regle,
        answer=table.reponse,
        on=table.le.isoformat(),
        by=table.par,
        statement=table.texte,
        evidence=kept,
        evidence_name=Path(table.piece).name,
        acceptance=Acceptance(
            by=accepted.par,
            on=accepted.le.isoformat(),
            accepted=accepted.decision == "acceptee",
            until=accepted.jusqu_au.isoformat(),
            evidence=kept if accepted.empreinte.lower() == digest else accepted.empreinte.lower(),
        )
        if accepted
        else None,
    )


def _spoiled(path: Path, raw: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    try:
        return spoiled(raw, names)
    except ValueError as error:
        raise ConfigError(f"{path} : {error}") from error


def _rule(path: Path, table: DeclarationTable, catalogue: Catalogue) -> Rule:
    try:
        return catalogue.rule(table.regle)
    except CatalogueError as error:
        raise ConfigError(f"{path} : {error}") from error


def _evidence(path: Path, table: DeclarationTable) -> bytes:
    folder = path.parent.resolve()
    piece = (folder / table.piece).resolve()
    if not piece.is_relative_to(folder):
        raise ConfigError(f"{path}, {table.regle} : la pièce « {table.piece} » doit être à côté du fichier")
    try:
        if piece.stat().st_size > MAX_EVIDENCE:
            raise ConfigError(f"{path}, {table.regle} : la pièce « {table.piece} » dépasse 20 Mo")
        content = piece.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path}, {table.regle} : pièce « {table.piece} » illisible ({error.strerror})") from error
    if not content:
        raise ConfigError(f"{path}, {table.regle} : la pièce « {table.piece} » est vide")
    return content

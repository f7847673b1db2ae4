"""A file of declarations: what is wrong with it is told with its place; what is right is kept with its evidence."""

from pathlib import Path
from typing import Any

import pytest

from dmp_imagerie.catalogue.load import load_catalogue
from dmp_imagerie.catalogue.rules import Catalogue
from dmp_imagerie.journal.writer import JournalWriter
from dmp_imagerie.model.clock import ScenarioClock
from dmp_imagerie.model.events import Acceptance, Declared
from dmp_imagerie.runner import declarations
from dmp_imagerie.runner.config import ConfigError
from dmp_imagerie.runner.declarations import Declaration, load_declarations, record_declaration

RULE, OTHER, BY_MACHINE = "DMP-INF-01", "DMP-INF-02", "DMP-VIS-01"
EVIDENCE = b"Affiche d'essai"
ACCEPTED = """
[declaration.acceptation]
par = "Alix ESSAI, référente"
le = 2026-11-10
decision = "{decision}"
jusqu_au = 2027-11-10
"""


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a piece of evidence, in a folder that holds another."""
    inner = tmp_path / "centre"
    inner.mkdir()
    (inner / "affiche.txt").write_bytes(EVIDENCE)
    (tmp_path / "ailleurs.txt").write_bytes(EVIDENCE)
    return inner


def table(**fields: str) -> str:
    """One declaration; each field is given as TOML writes it."""
    values = {
        "regle": f'"{RULE}"',
        "reponse": "true",
        "le": "2026-11-01",
        "par": '"Sacha ESSAI, responsable"',
        "texte": '"Une affiche en salle d\'attente"',
        "piece": '"affiche.txt"',
    }
    return "[[declaration]]\n" + "".join(f"{key} = {value}\n" for key, value in (values | fields).items())


def written(folder: Path, *tables: str) -> Path:
    path = folder / "declarations.toml"
    path.write_text("".join(tables), "utf-8")
    return path


def refused(path: Path, catalogue: Catalogue) -> str:
    with pytest.raises(ConfigError) as error:
        load_declarations(path, catalogue)
    assert str(path) in str(error.value)
    return str(error.value)


def test_what_is_declared_is_read_with_its_evidence(folder: Path, catalogue: Catalogue) -> None:
    path = written(folder, table(), ACCEPTED.format(decision="acceptee"), table(regle=f'"{OTHER}"', reponse="false"))
    first, second = load_declarations(path, catalogue)
    assert (first.table.regle, first.table.reponse, first.evidence) == (RULE, True, EVIDENCE)
    assert first.table.acceptation is not None
    assert (second.table.regle, second.table.reponse, second.table.acceptation) == (OTHER, False, None)


def test_a_file_that_is_not_there_is_unreadable(tmp_path: Path, catalogue: Catalogue) -> None:
    assert "illisible (No such file" in refused(tmp_path / "absent.toml", catalogue)


@pytest.mark.parametrize("content", [b"[[declaration", b"\xff\xfe"])
def test_a_file_that_is_not_toml_is_told_so(folder: Path, catalogue: Catalogue, content: bytes) -> None:
    path = folder / "declarations.toml"
    path.write_bytes(content)
    assert "ce n'est pas du TOML valide" in refused(path, catalogue)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"signature": '"oui"'}, "clé inconnue `signature`"),
        ({"reponse": '"oui"'}, "attendu : `bool`, trouvé : `str`"),
        ({"le": '"hier"'}, "Invalid"),
        ({"regle": '"DMP-INF-1"'}, "règle inconnue : « DMP-INF-1 » (vouliez-vous dire « DMP-INF-01 »"),
        ({"regle": f'"{BY_MACHINE}"'}, f"{BY_MACHINE} se vérifie sur le produit, une déclaration n'y peut rien"),
        ({"par": '" "'}, f"{RULE} : « par » et « texte » disent qui déclare et quoi"),
        ({"texte": '""'}, f"{RULE} : « par » et « texte » disent qui déclare et quoi"),
        ({"piece": '"absente.txt"'}, f"{RULE} : pièce « absente.txt » illisible (No such file"),
        ({"piece": '"."'}, f"{RULE} : pièce « . » illisible (Is a directory)"),
        ({"piece": '"../ailleurs.txt"'}, "la pièce « ../ailleurs.txt » doit être à côté du fichier"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_what_is_wrong_is_told(folder: Path, catalogue: Catalogue, fields: dict[str, Any], message: str) -> None:
    assert message in refused(written(folder, table(**fields)), catalogue)


def test_a_missing_key_is_named(folder: Path, catalogue: Catalogue) -> None:
    assert "`regle`" in refused(written(folder, "[[declaration]]\nreponse = true\n"), catalogue)


def test_a_decision_is_one_of_two(folder: Path, catalogue: Catalogue) -> None:
    assert "valeur refusée" in refused(written(folder, table(), ACCEPTED.format(decision="oui")), catalogue)


def test_a_rule_is_declared_once(folder: Path, catalogue: Catalogue) -> None:
    assert f"deux déclarations pour {RULE}" in refused(written(folder, table(), table()), catalogue)


def test_a_link_out_of_the_folder_is_no_evidence(folder: Path, catalogue: Catalogue) -> None:
    (folder / "lien.txt").symlink_to(folder.parent / "ailleurs.txt")
    assert "doit être à côté du fichier" in refused(written(folder, table(piece='"lien.txt"')), catalogue)


def test_empty_evidence_is_none(folder: Path, catalogue: Catalogue) -> None:
    (folder / "affiche.txt").write_bytes(b"")
    assert "la pièce « affiche.txt » est vide" in refused(written(folder, table()), catalogue)


def test_evidence_has_a_size_limit(folder: Path, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(declarations, "MAX_EVIDENCE", len(EVIDENCE))
    assert load_declarations(written(folder, table()), catalogue)
    monkeypatch.setattr(declarations, "MAX_EVIDENCE", len(EVIDENCE) - 1)
    assert "la pièce « affiche.txt » dépasse 20 Mo" in refused(written(folder, table()), catalogue)


def recorded(folder: Path, declaration: Declaration) -> tuple[Declared, bytes]:
    """The event a declaration leaves, and the piece it names."""
    with JournalWriter(folder / "run", ScenarioClock()) as writer:
        writer.scenario = "s"
        record_declaration(declaration, writer)
        (event,) = writer.journal.all(Declared)
        return event, writer.journal.piece(event.evidence)


@pytest.mark.parametrize(("decision", "accepted"), [("acceptee", True), ("refusee", False)])
def test_a_declaration_is_recorded_whole(folder: Path, catalogue: Catalogue, decision: str, accepted: bool) -> None:
    path = written(folder, table(), ACCEPTED.format(decision=decision))
    event, piece = recorded(folder, load_declarations(path, catalogue)[0])
    assert (event.scenario, event.rule, event.answer, event.on) == ("s", RULE, True, "2026-11-01")
    assert (event.by, event.statement) == ("Sacha ESSAI, responsable", "Une affiche en salle d'attente")
    assert (event.evidence_name, piece) == ("affiche.txt", EVIDENCE)
    assert event.acceptance == Acceptance(
        by="Alix ESSAI, référente", on="2026-11-10", accepted=accepted, until="2027-11-10"
    )


def test_a_refusal_to_comply_is_recorded_too(folder: Path, catalogue: Catalogue) -> None:
    (declaration,) = load_declarations(written(folder, table(reponse="false")), catalogue)
    event, piece = recorded(folder, declaration)
    assert (event.answer, event.acceptance, piece) == (False, None, EVIDENCE)

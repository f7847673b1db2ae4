"""The command, as someone who writes rules of their own uses it."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from lint_suites import FEATURE, FILES, IN_FEATURE, IN_STEPS, REDS, STEPS, reddened, write_suite

from dmp_imagerie.catalogue.suite import find_suite
from dmp_imagerie.cli.main import cli
from dmp_imagerie.proof.lint.codes import CODES

OWN_RULE = """[chapitre]
numero = 90
prefixe = "MAI"
titre = "Règles de la maison"
title_en = "House rules"

[[regle]]
id = "DMP-MAI-01"
revision = 1
depuis = "1.0.0"
enonce = "Le compte rendu part le soir même"
statement_en = "The report leaves the same evening"
sources = ["MAISON"]
origine = "extension"
force = "interpretation"
exigence = "doit"
gravite = "mineur"
porteur = "produit"
verification = ["pilotage"]
vague = "2"
"""
OWN_SOURCE = """[[source]]
cle = "MAISON"
titre = "Charte de la maison"
title_en = "House charter"
urls = []
niveau = "B"
"""
OWN_TABLE = """[DMP-MAI-01]
temoin = ["depot-recu-une-fois"]
tentation = ["aucun-depot"]
"""
OWN = FILES | {
    IN_FEATURE: FEATURE.replace("@DMP-INS-01", "@DMP-MAI-01"),
    "features/sources.toml": OWN_SOURCE,
    "features/90-maison/regles.toml": OWN_RULE,
    "features/controles.toml": OWN_TABLE,
}


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(cli, ["lint", *map(str, words)], catch_exceptions=False)


def test_the_shipped_suite_exits_with_0() -> None:
    done = run()

    assert (done.exit_code, done.stdout) == (0, "")
    assert "0 constat(s)" in done.stderr


def test_a_finding_is_a_line_and_exits_with_1(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_suite(tmp_path, reddened(REDS["V07"]))
    monkeypatch.chdir(tmp_path)
    done = run(".")

    assert done.exit_code == 1
    assert done.stdout.splitlines()[0].startswith(
        "features/soir.feature:18: V07 « identité <statut>, rien ne part » n'a"
    )


def test_json_holds_the_same(tmp_path: Path) -> None:
    write_suite(tmp_path, reddened(REDS["V31"]))
    done = run(tmp_path, "--format", "json")
    table = json.loads(done.stdout)

    assert done.exit_code == 1
    assert table["schema"] == "dmp-imagerie/lint/1"
    assert [(f["code"], f["rule"]) for f in table["findings"]] == [("V31", "DMP-INS-01")]
    assert table["findings"][0]["file"] == (tmp_path / IN_FEATURE).as_posix()


def test_codes_are_listed() -> None:
    assert [line.partition("  ")[0] for line in run("--codes").stdout.splitlines()] == list(CODES)
    assert json.loads(run("--codes", "--format", "json").stdout) == CODES


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("absent", None, "n'existe pas"),
        ("features/soir.feature", FEATURE.encode("latin-1"), "ce n'est pas de l'UTF-8"),
        ("features/soir.feature", b"n'importe quoi", "Gherkin illisible"),
        ("steps/soir.py", STEPS.encode("latin-1"), "ce n'est pas du Python lisible"),
        ("steps/soir.py", b"def :", "ce n'est pas du Python lisible"),
        ("steps/soir.py", b"\x00", "ce n'est pas du Python lisible"),
        ("features/controles.toml", b"[DMP-INS-99]\n", "règle inconnue « DMP-INS-99 »"),
        ("features/controles.toml", b"[DMP-INS-01]\ntemoins = []\n", "clé inconnue"),
        ("features/controles.toml", b"[DMP-INS-01]\ntemoin = ['depot']\n", "contrôle inconnu « depot »"),
        ("features/controles.toml", b"[DMP-INS-01\n", "TOML illisible"),
        ("features/controles.toml", b"DMP-INS-01 = 3\n", "attendu une table"),
        ("features/90-maison/regles.toml", b"", "sources.toml"),
    ],
)
def test_what_cannot_be_read_is_told_and_exits_with_2(
    name: str, content: bytes | None, said: str, tmp_path: Path
) -> None:
    write_suite(tmp_path)
    if content is not None:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    done = run(tmp_path if content is not None else tmp_path / name)

    assert done.exit_code == 2
    assert done.stdout == ""
    assert said in done.stderr
    assert done.stderr.startswith("dmp-imagerie : ")


def test_every_unreadable_file_is_told_at_once(tmp_path: Path) -> None:
    write_suite(tmp_path, {IN_FEATURE: "rien", "features/matin.feature": "rien non plus", IN_STEPS: "def :"})
    done = run(tmp_path)

    assert done.exit_code == 2
    assert all(name in done.stderr for name in ("soir.feature", "matin.feature", "soir.py"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((IN_STEPS,), "n'est pas un fichier .feature"),
        (("steps",), "aucun fichier .feature ici"),
        ((IN_FEATURE, "--steps", "features"), "aucun fichier d'étapes"),
        ((IN_FEATURE, "--run", "features"), "journal illisible"),
    ],
)
def test_nothing_to_read_is_no_success(
    words: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_suite(tmp_path)
    monkeypatch.chdir(tmp_path)
    done = run(*words)

    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr


@pytest.mark.parametrize("word", [".", "features", IN_FEATURE])
def test_a_folder_of_ones_own_is_found_by_any_of_its_names(
    word: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_suite(tmp_path)
    monkeypatch.chdir(tmp_path)

    assert run(word).exit_code == 0


def test_steps_that_lie_elsewhere_are_named(tmp_path: Path) -> None:
    write_suite(tmp_path, {"soir.feature": FEATURE, "ailleurs/soir.py": STEPS})

    assert run(tmp_path / "soir.feature").exit_code == 1
    assert run(tmp_path / "soir.feature", "--steps", tmp_path / "ailleurs").exit_code == 0
    assert run(tmp_path / "soir.feature", "--steps", tmp_path / "ailleurs" / "soir.py").exit_code == 0


def test_a_sentence_is_unused_only_once_every_feature_was_read(tmp_path: Path) -> None:
    write_suite(tmp_path, reddened(REDS["V40"]) | {"features/matin.feature": FEATURE})

    assert "V40" not in run(tmp_path / IN_FEATURE).stdout
    assert "V40" in run(tmp_path).stdout


def test_rules_of_ones_own_come_with_their_table(tmp_path: Path) -> None:
    write_suite(tmp_path / "avec", OWN)
    write_suite(tmp_path / "sans", {name: text for name, text in OWN.items() if name != "features/controles.toml"})

    assert run(tmp_path / "avec").exit_code == 0
    done = run(tmp_path / "sans")
    assert done.exit_code == 1
    assert {line.split()[1] for line in done.stdout.splitlines()} == {"V33"}


def test_a_copy_of_the_suite_stands_alone(tmp_path: Path) -> None:
    for name in ("features", "steps"):
        shutil.copytree(find_suite() / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))

    assert run(tmp_path).exit_code == 0


def test_a_rule_of_ones_own_takes_no_id_of_the_suite(tmp_path: Path) -> None:
    head, _, table = OWN_RULE.partition("[[regle]]")
    ids = ("DMP-INS-01", "DMP-INS-97", "DMP-INS-98")
    rules = head.replace("MAI", "INS") + "".join("[[regle]]" + table.replace("DMP-MAI-01", one) for one in ids)
    write_suite(tmp_path, OWN | {"features/90-maison/regles.toml": rules})
    done = run(tmp_path)

    assert done.exit_code == 2
    assert "identifiants déjà pris par la suite : DMP-INS-01 ; changez-les" in done.stderr


def test_a_misspelt_sentence_is_shown_the_closest(tmp_path: Path) -> None:
    write_suite(tmp_path, FILES | {IN_FEATURE: FEATURE.replace("Alors rien n'est parti", "Alors rien n'est partit")})

    assert (
        "V14 « rien n'est partit » : aucune définition (vouliez-vous dire « rien n'est parti » ?)"
        in run(tmp_path).stdout
    )


def test_the_steps_of_the_suite_named_again_are_not_read_twice(tmp_path: Path) -> None:
    write_suite(tmp_path, {"soir.feature": FEATURE, "soir.py": STEPS})
    named = ("--steps", tmp_path / "soir.py", "--steps", find_suite() / "steps")

    assert "V15" not in run(tmp_path / "soir.feature", *named).stdout


def test_a_feature_that_is_a_link_is_read_where_it_lies(tmp_path: Path) -> None:
    write_suite(tmp_path / "suite")
    write_suite(tmp_path / "liens", {"steps/soir.py": STEPS})
    (tmp_path / "liens" / "soir.feature").symlink_to(tmp_path / "suite" / IN_FEATURE)

    assert run(tmp_path / "liens").exit_code == 0


def test_hidden_folders_are_left_alone(tmp_path: Path) -> None:
    write_suite(tmp_path, FILES | {"features/.cache/x.feature": "rien"})

    assert run(tmp_path).exit_code == 0

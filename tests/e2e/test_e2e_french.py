"""In French, everything a command says is French: what click says by itself too."""

import click
import pytest
from e2e_runs import in_process

from dmp_imagerie.cli.main import cli

COMMANDS = cli.list_commands(click.Context(cli))
ENGLISH = ("Usage", "Show ", "default", "required", "Error", "Try ", "Invalid", "is not", "Missing", "Choose")


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_is_in_french(command: str) -> None:
    words = [command] if command else []
    told = in_process(*words, "--help").stdout
    assert told.startswith("Emploi : ")
    assert "  Affiche cette aide et s'arrête." in told
    assert [word for word in ENGLISH if word in told.replace("--option", "")] == []
    assert in_process("--lang", "en", *words, "--help").stdout.startswith("Usage: ")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("zork",), "Commande inconnue : « zork »."),
        (("run", "--zork"), "Option inconnue : « --zork ». Vouliez-vous dire « --port » ?"),
        (("run", "--sedd", "1"), "Option inconnue : « --sedd »."),
        (("run", "--seed"), "L'option « --seed » attend une valeur."),
        (("run", "--quiet=3"), "L'option « --quiet » ne prend pas de valeur."),
        (("run", "--seed", "x"), "Valeur refusée pour « --seed » : « x » n'est pas un nombre entier."),
        (("run", "--deadline", "x"), "Valeur refusée pour « --deadline » : « x » n'est pas un nombre."),
        (("serve", "--port", "99999"), "« --port » : 99999 n'est pas dans l'intervalle 0<=x<=65535."),
        (("rules", "--gravite", "z"), "« --gravite » : « z » n'est pas l'un de 'bloquant', 'majeur', 'mineur'."),
        (("observe",), "Il manque l'argument « PATHS... »."),
        (("replay", "a", "b"), "Argument de trop : b."),
        (("init",), "« --pilote process » demande un langage : --langage python, node, java"),
        (("--lang", "de"), "« --lang » : « de » n'est pas l'un de 'fr', 'en'."),
    ],
)
def test_a_refused_command_line_is_told_in_french(words: tuple[str, ...], told: str) -> None:
    done = in_process(*words)
    assert done.returncode == 2
    assert told in done.stderr
    assert [word for word in ENGLISH if word in done.stderr.replace("OPTIONS", "")] == []


def test_the_same_refusal_is_click_s_own_in_english() -> None:
    done = in_process("--lang", "en", "run", "--seed", "x")
    assert done.returncode == 2
    assert "Error: Invalid value for '--seed': 'x' is not a valid integer." in done.stderr
    assert "run --help' for help." in done.stderr


def test_a_command_line_without_a_command_shows_the_help() -> None:
    assert in_process().stderr.startswith("Emploi : ")

"""``dmp-imagerie pki``: the test certificates, what each is for, and as PFX for the products that need them."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from dmp_imagerie.cli.failure import EPILOG, told
from dmp_imagerie.cli.language import said, tell
from dmp_imagerie.cli.options import pfx_options

MAX_PASSWORD_FILE = 4096


@click.command("pki", epilog=EPILOG)
@click.option("--out", type=click.Path(path_type=Path), help="Dossier neuf où les copier. Par défaut : là où le banc les garde.")  # fmt: skip  # noqa: E501
@click.option("--name", "names", multiple=True, metavar="NOM", help="Nom (ou adresse) du banc vu du produit ; les mêmes que pour serve.")  # fmt: skip  # noqa: E501
@pfx_options
@click.option("--bad", is_flag=True, help="Ajoute les certificats que le DMP doit refuser (périmé, révoqué…).")
def command(**asked: Any) -> None:
    """Écrit les certificats d'essai et dit à quoi sert chacun. Avec les mêmes --name, serve prend les mêmes."""
    with told():
        _pki(**asked)


def _pki(out: Path | None, names: tuple[str, ...], pfx: bool, password_file: Path | None, bad: bool) -> None:
    from dmp_imagerie.runner.sandbox_keys import export, inventory, require_new, sandbox_pki, with_pfx

    password = pfx_password(pfx, password_file)
    if out:
        require_new(out)
    pki = sandbox_pki(names)
    files = inventory(pki, bad=bad)
    if out:
        files = export(files, out)
    if password:
        files = with_pfx(files, pki.ca_file, password)
    show_files(files, password)


def pfx_password(pfx: bool, password_file: Path | None) -> str:
    """Return the password of the PFX to write: the file's first line, else the kit's own; "" when none is asked for.

    Raises ConfigError for a file that is unreadable or empty, or given without --pfx.
    """
    from dmp_imagerie.runner.config import ConfigError
    from dmp_imagerie.runner.sandbox_keys import TEST_PASSWORD

    if password_file is None:
        return TEST_PASSWORD if pfx else ""
    if not pfx:
        raise ConfigError("--password-file ne sert qu'avec --pfx")
    try:
        with password_file.open(encoding="utf-8") as file:
            password = file.read(MAX_PASSWORD_FILE).partition("\n")[0].rstrip("\r")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"--password-file {password_file} : illisible ({error})") from error
    if not password:
        raise ConfigError(f"--password-file {password_file} : la première ligne est vide")
    return password


def show_files(files: Sequence[Any], password: str) -> None:
    """Print what each certificate is for and where it is; a password is printed only when it is the kit's own."""
    from dmp_imagerie.runner.sandbox_keys import password_words

    for line in file_lines(files, password_words(password)):
        tell(line)


def file_lines(files: Sequence[Any], password: str) -> Iterator[str]:
    """The lines that say what each certificate is for and where it is; ``password`` is what is said of the PFX's."""
    from dmp_imagerie.runner.sandbox_keys import WARNING

    yield WARNING
    for file in files:
        yield f"  {said(file.purpose)}"
        for label, path in (("certificat", file.certificate), ("clé", file.key), ("PFX", file.pfx)):
            if path:
                yield f"    {said(label):<10} {path}"
    if password:
        yield f"  Mot de passe des PFX : {password}"
    yield ""

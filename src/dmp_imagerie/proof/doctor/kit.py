"""The kit and its machine: interpreter, suite, sentences, PDF, folders."""

import platform
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from dmp_imagerie.catalogue.errors import CatalogueError
from dmp_imagerie.catalogue.load import load_catalogue
from dmp_imagerie.catalogue.suite import PACKAGE, find_suite
from dmp_imagerie.proof.doctor.check import Check, Side, ok, to_fix, untested
from dmp_imagerie.report.errors import ReportError
from dmp_imagerie.report.pdf import load_typst
from dmp_imagerie.report.wording import LANGUAGES, Wording, wording
from dmp_imagerie.runner.coverage import covered_rules

OLDEST = (3, 11)
PARTS = ("features", "steps", "reports", "notebooks", "examples", "conftest.py")
"""What lies in the suite's folder."""

_REINSTALL = "réinstallez le paquet : pip install --force-reinstall dmp-imagerie"


def python(version: tuple[int, ...] = tuple(sys.version_info[:3])) -> Check:
    """The interpreter is one the kit runs on."""
    told = f"Python {'.'.join(map(str, version))}, {platform.system()} {platform.release()} ({platform.machine()})"
    if version[:2] < OLDEST:
        remedy = f"installez Python {'.'.join(map(str, OLDEST))} ou plus récent"
        return to_fix("python", told, remedy, Side.KIT)
    return ok("python", told)


def suite(package: Path = PACKAGE) -> Check:
    """The rules and their scenarios are there, and the catalogue loads."""
    try:
        folder = find_suite(package)
        catalogue = load_catalogue(folder / "features")
    except CatalogueError as error:
        return to_fix("suite", str(error), _REINSTALL, Side.KIT)
    missing = [name for name in PARTS if not (folder / name).exists()]
    if missing:
        return to_fix("suite", f"{folder} : il manque {', '.join(missing)}", _REINSTALL, Side.KIT)
    covered = covered_rules(folder / "features", frozenset(rule.id for rule in catalogue.rules))
    return ok("suite", f"{len(catalogue.rules)} règles, {len(covered)} avec scénario, dans {folder}")


def sentences(load: Callable[[str], Wording] = wording) -> Check:
    """The sentences of the reports are there in each language, the same ones."""
    try:
        names = {lang: load(lang).names() for lang in LANGUAGES}
    except ReportError as error:
        return to_fix("textes", str(error), _REINSTALL, Side.KIT)
    apart = sorted(frozenset().union(*names.values()) - frozenset.intersection(*names.values()))
    if apart:
        return to_fix("textes", f"phrases absentes d'une langue : {', '.join(apart)}", _REINSTALL, Side.KIT)
    return ok("textes", f"rapports en {', '.join(LANGUAGES)}")


def pdf(sample: str = "Aptitude : é, œ, ≤ 3 s") -> Check:
    """Typst is there and its own fonts draw ``sample`` as the report asks: PDF/A-3a, PDF/UA-1, no system font."""
    try:
        typst = load_typst()
    except ReportError:
        return untested(
            "pdf", "typst n'est pas installé : tous les formats sauf pdf", 'pip install "dmp-imagerie[pdf]"'
        )
    page = f'#set document(title: "Essai")\n#set text(lang: "fr")\n= Essai\n{sample}'.encode()
    try:
        typst.compile(page, format="pdf", ignore_system_fonts=True, pdf_standards=["a-3a", "ua-1"])
    except typst.TypstError as error:
        return to_fix("pdf", f"typst refuse une page d'essai : {error.message}", "réinstallez typst", Side.KIT)
    return ok("pdf", "typst et ses polices composent une page d'essai")


def folder(name: str, path: Path, remedy: str) -> Check:
    """``path`` can be written to, or made."""
    nearest = next((place for place in (path, *path.absolute().parents) if place.exists()), path)
    try:
        with tempfile.TemporaryFile(dir=nearest):
            return ok(name, str(path.absolute()))
    except OSError as error:
        return to_fix(name, f"{path.absolute()} : écriture impossible ({error.strerror or error})", remedy, Side.CONFIG)

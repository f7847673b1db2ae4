"""Essaie un vrai produit tiers, oru2xds : l'installe à part, le lance, le juge, l'arrête.

    python examples/oru2xds/essayer.py [options de « dmp-imagerie run »]

oru2xds (PyPI, GPL-3) reçoit un compte rendu en HL7v2 et l'envoie par ITI-41. Il n'est ni copié ni importé par le kit :
il a son environnement et son processus. L'environnement est fait une fois (pip, donc le réseau), dans le dossier que
nomme DMP_IMAGERIE_ORU2XDS, ou dans le cache de l'utilisateur. Le code de sortie est celui de « dmp-imagerie run ».
"""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from dmp_imagerie.endpoint.dmp import BASE_PATH
from dmp_imagerie.runner.config import home

VARIABLE = "DMP_IMAGERIE_ORU2XDS"
VERSION = "2.0.25"
ICI = Path(__file__).resolve().parent
DEPART_S = 20.0


def main(options: list[str]) -> int:
    """Prépare, lance, joue ; rend le code de sortie."""
    dossier = Path(os.environ.get(VARIABLE) or home() / "oru2xds").absolute()
    python = preparer(dossier)
    mllp, dmp = ports_libres(2)
    with lance(python, mllp, dmp, dossier / "journal"):
        spec = ["--config", str(ICI / "dmp-imagerie.toml"), "--connector", f"hl7v2:mllp://127.0.0.1:{mllp}"]
        mots = [sys.executable, "-m", "dmp_imagerie", "run", *spec, "--port", str(dmp), *options]
        return subprocess.run(mots, check=False).returncode  # noqa: S603 - les mots sont les nôtres


def preparer(dossier: Path) -> Path:
    """Rend le Python de l'environnement d'oru2xds, fait au besoin."""
    venv = dossier / "venv"
    python = venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    fait = dossier / f"oru2xds-{VERSION}.fait"
    if not fait.exists():
        print(f"Installation d'oru2xds {VERSION} dans {venv} (une seule fois)…", file=sys.stderr)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        commandes = (
            [sys.executable, "-m", "venv", "--clear", str(venv)],
            [*pip, "-r", str(ICI / "requirements.txt")],
            [*pip, "--no-deps", f"oru2xds=={VERSION}"],  # ses versions sont figées à celles de 2021
        )
        for commande in commandes:
            try:
                subprocess.run(commande, check=True)  # noqa: S603 - les mots sont les nôtres
            except (OSError, subprocess.CalledProcessError) as erreur:
                sys.exit(f"l'installation d'oru2xds a échoué ({erreur}) : voyez ci-dessus ce que dit pip.")
        fait.touch()
    return python


def ports_libres(nombre: int) -> list[int]:
    """Rend des ports libres de la boucle locale, distincts."""
    with contextlib.ExitStack() as pile:
        prises = [pile.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(nombre)]
        return [int(prise.getsockname()[1]) for prise in prises]


@contextlib.contextmanager
def lance(python: Path, mllp: int, dmp: int, journal: Path) -> Iterator[None]:
    """Fait tourner oru2xds le temps du bloc ; ce qu'il écrit va dans ``journal``."""
    journal.mkdir(parents=True, exist_ok=True)
    depot = f"http://127.0.0.1:{dmp}{BASE_PATH}/repository"
    mots = [str(python), str(ICI / "lancer.py"), "--port", str(mllp), "--depot", depot, "--journal", str(journal)]
    propre = {nom: valeur for nom, valeur in os.environ.items() if not nom.startswith("PYTHON")}
    with (
        (journal / "sortie.txt").open("wb") as sortie,
        subprocess.Popen(mots, env=propre, stdout=sortie, stderr=subprocess.STDOUT) as produit,  # noqa: S603 - idem
    ):
        try:
            attendre(produit, mllp, journal / "sortie.txt")
            yield
        finally:
            produit.terminate()
            try:
                produit.wait(5)
            except subprocess.TimeoutExpired:
                produit.kill()


def attendre(produit: "subprocess.Popen[bytes]", port: int, sortie: Path) -> None:
    """Attend qu'oru2xds écoute ; s'il s'est arrêté, montre ce qu'il a dit."""
    fin = time.monotonic() + DEPART_S
    while time.monotonic() < fin and produit.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    sys.exit(f"oru2xds n'écoute pas. Il a dit :\n{sortie.read_text('utf-8', 'replace')[-2000:]}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

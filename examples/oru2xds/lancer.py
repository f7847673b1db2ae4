"""Lance oru2xds pour un essai : réglé de l'extérieur, sur la boucle locale, sans rien changer à son code.

oru2xds (PyPI, GPL-3) est un programme tiers, qui s'installe dans son propre environnement : voir essayer.py, qui
appelle ce fichier avec le Python de cet environnement. Ce fichier-ci fait partie du kit (Apache-2.0).

    python lancer.py --port 2575 --depot http://127.0.0.1:8080/…/repository --journal DOSSIER
"""

import argparse
import functools
import importlib
import importlib.util
import logging
import os
import sys
import types
from pathlib import Path

INS_D_ESSAI = "1.2.250.1.213.1.4.10"


def installe() -> Path:
    """Rend le dossier des modules d'oru2xds, qui s'importent les uns les autres sans leur paquet."""
    trouve = importlib.util.find_spec("oru2xds")
    if trouve is None or not trouve.submodule_search_locations:
        sys.exit(f"oru2xds n'est pas installé pour {sys.executable} : lancez essayer.py, qui l'installe à part.")
    return Path(trouve.submodule_search_locations[0])


def main() -> None:
    """Lit les arguments, règle oru2xds et sert jusqu'à l'arrêt du programme."""
    options = argparse.ArgumentParser(description="Lance oru2xds devant le DMP simulé.")
    options.add_argument("--port", type=int, required=True, help="port MLLP, sur 127.0.0.1")
    options.add_argument("--depot", required=True, help="adresse où envoyer ITI-41")
    options.add_argument("--journal", type=Path, required=True, help="dossier de ce qu'oru2xds écrit")
    choix = options.parse_args()
    choix.journal.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    os.environ["NO_PROXY"] = "127.0.0.1,localhost"

    # Il n'importe de sympy qu'un nom, dont il ne se sert pas : 30 Mo de moins à installer.
    sys.modules["sympy"] = types.SimpleNamespace(false=False)
    sys.path.insert(0, str(installe()))
    reglages = importlib.import_module("config")
    reglages.SERVICE_URL = choix.depot
    reglages.LOG_DIR_PATH = str(choix.journal)
    reglages.HL7_LISTENER_PORT = choix.port
    reglages.AFFINITY_DOMAIN_ASSIGNING_AUTHORITY_OID = INS_D_ESSAI

    # Son récepteur d'abord : ses modules s'importent en rond.
    recepteur = importlib.import_module("hl7_v2x_receiver")
    recepteur.start_hl7_server = functools.partial(recepteur.start_hl7_server, host="127.0.0.1")
    recepteur.Hl7v2x().start_service()


if __name__ == "__main__":
    main()

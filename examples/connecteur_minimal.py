"""Un pilote en un fichier, en Python nu (3.9 ou plus récent) : il n'importe rien du banc. Deux façons de le lancer :

    sans argument                un objet JSON par ligne, sur l'entrée et la sortie standard   (--connector process:…)
    --http 8765                  les mêmes objets, postés à http://127.0.0.1:8765              (--connector http:…)

Ce qui est à faire porte « REMPLIR ». Pour chaque verbe que votre produit sait faire : remplacez A_REMPLIR par la liste
de ses options ([] s'il n'en a pas), et écrivez dans MyRis la méthode du même nom, qui rend ce que l'utilisateur a vu.
Un champ absent d'une requête a sa valeur par défaut (« dmp-imagerie contract » les donne). Ne répondez jamais « done »
à ce qui n'a pas été fait : « unsupported », la réponse d'un verbe resté A_REMPLIR, est toujours honnête.
"""

import json
import os
import sys
import traceback
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

Json = dict[str, Any]

# --- Le produit : ce que vous remplacez -------------------------------------------------------------------------------

PRODUCT = {"product": "Mon RIS", "version": "1.0", "vendor": "Ma société"}  # À REMPLIR

A_REMPLIR = None  # le produit n'a pas ce geste, ou le pilote pas encore

VERBS = {  # verbe, options, puis ses champs et ce que fait l'utilisateur
    # Accueil
    "register_patient": [],  # patient : création du dossier, à ce statut d'identité
    "update_patient": A_REMPLIR,  # patient : l'accueil corrige les traits, l'INS ou le statut d'identité
    "verify_identity": A_REMPLIR,  # patient_id, result, status : vérification, INSi répond ok ou ko
    "register_exam": [],  # exam : un examen est prévu et réalisé
    "record_information": A_REMPLIR,  # patient_id, informed, opposed : informé ou non, opposé ou non
    "record_consent": A_REMPLIR,  # patient_id, agreement, informed, frame, episode : son accord ou non
    # Session
    "sign_in": A_REMPLIR,  # ps_id, means : ouverture de session ; options : "cps", "e-cps"
    "sign_out": A_REMPLIR,  # aucun champ : fermeture de la session
    # Comptes rendus
    "save_draft": [],  # report : le compte rendu est écrit et gardé, pas validé
    "set_visibility": A_REMPLIR,  # report_id, hidden : l'utilisateur choisit qui ne doit pas le voir
    "require_announcement": A_REMPLIR,  # report_id : le résultat est d'abord à dire au patient
    "validate_report": A_REMPLIR,  # report_id, ps_id : le radiologue valide, la suite est au produit
    "withhold_report": A_REMPLIR,  # report_id, reason : le radiologue décide de ne pas l'envoyer
    "replace_report": A_REMPLIR,  # report, ps_id : le radiologue valide une nouvelle version
    "delete_report": A_REMPLIR,  # report_id, reason : le compte rendu est retiré, partout où il est parti
    "mark_announced": A_REMPLIR,  # report_id : l'annonce est faite, le patient peut le voir
    "catch_up": A_REMPLIR,  # exam_ids : envoi des anciens comptes rendus de ces examens
    # Consultation
    "open_dmp": A_REMPLIR,  # patient_id, mode, secret : l'utilisateur demande le DMP du patient
    "search_documents": A_REMPLIR,  # patient_id : liste des documents ; displayed : unique_id, title
    "open_document": A_REMPLIR,  # patient_id, unique_id : ouverture d'un document ; displayed : unique_id
    "import_document": A_REMPLIR,  # patient_id, unique_id : le produit en garde une copie
    "open_web_dmp": A_REMPLIR,  # patient_id : le bouton du DMP en ligne ; displayed : url
    "open_images": A_REMPLIR,  # patient_id, unique_id : ouverture des images d'un compte rendu
    "declare_access": A_REMPLIR,  # patient_id : l'utilisateur déclare lui-même son autorisation
    "revoke_access": A_REMPLIR,  # patient_id : il la retire
    # Inspection
    "inspect": A_REMPLIR,  # view, patient_id : ce que garde le produit ; traces, displayed : at, who, what
    # Banc, facultatifs
    "settle": A_REMPLIR,  # aucun champ : répondre quand il ne reste rien à envoyer
    "set_clock": A_REMPLIR,  # at : l'heure du produit devient celle-ci
    "reset": A_REMPLIR,  # aucun champ : fermer les sessions et les écrans, garder les dossiers
}


class MyRis:
    """Trois verbes pour l'exemple, tenus en mémoire. À REMPLIR : l'appel de votre produit, et les autres verbes."""

    def __init__(self, surroundings: Json) -> None:
        self.surroundings = surroundings  # adresse du DMP, autorité, certificats, utilisateurs, dossier de travail
        self.patients: dict[str, Json] = {}
        self.exams: dict[str, Json] = {}
        self.drafts: dict[str, Json] = {}

    def register_patient(self, verb: Json) -> Json:
        self.patients[verb["patient"]["local_id"]] = verb["patient"]
        return {"status": "done"}

    def register_exam(self, verb: Json) -> Json:
        if verb["exam"]["patient_id"] not in self.patients:
            return {"status": "refused", "messages": ["Patient inconnu."]}
        self.exams[verb["exam"]["exam_id"]] = verb["exam"]
        return {"status": "done"}

    def save_draft(self, verb: Json) -> Json:
        self.drafts[verb["report"]["report_id"]] = verb["report"]
        return {"status": "done"}


# --- Une requête après l'autre, quel que soit le chemin ---------------------------------------------------------------


class Dialogue:
    """Répond à chaque requête."""

    def __init__(self) -> None:
        self.product = MyRis({})

    def reply(self, request: Json) -> Json:
        """La réponse. « error » est une panne du pilote ; ce que le produit refuse est un « outcome »."""
        try:
            return {"id": request["id"], **self.answer(request)}
        except Exception as error:
            traceback.print_exc()
            return {"id": request["id"], "error": f"{type(error).__name__} : {error}"}

    def answer(self, request: Json) -> Json:
        kind = request["request"]
        if kind == "describe":
            return {"description": {**PRODUCT, "verbs": {name: o for name, o in VERBS.items() if o is not A_REMPLIR}}}
        if kind == "start":  # un serveur en voit un par exécution : chacune repart de rien
            self.product = MyRis(request["surroundings"])
        if kind == "call":
            name = request["verb"]["verb"]
            known = VERBS.get(name) is not A_REMPLIR
            return {"outcome": getattr(self.product, name)(request["verb"]) if known else {"status": "unsupported"}}
        return {}


def over_pipes(dialogue: Dialogue) -> None:
    """Lit les requêtes jusqu'à « stop ». Ce que le produit affiche part sur l'erreur standard."""
    replies, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin.buffer:
        request = json.loads(line)
        print(json.dumps(dialogue.reply(request)), file=replies, flush=True)
        if request["request"] == "stop":
            return


def over_http(dialogue: Dialogue, port: int) -> None:
    """N'écoute que sur cette machine, une requête à la fois."""
    token = os.environ.get("DMP_IMAGERIE_HTTP_TOKEN")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            if token and self.headers["Authorization"] != f"Bearer {token}":
                return self.send(401)
            if self.headers["Content-Type"] != "application/json":
                return self.send(415)  # la page d'un navigateur ne peut donc rien poster ici
            if self.path not in ("/describe", "/start", "/call", "/stop"):
                return self.send(404)
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            return self.send(200, json.dumps(dialogue.reply(request)).encode())

        def send(self, status: int, body: bytes = b"") -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Se taire : le banc dit ce qui ne va pas."""

    with HTTPServer(("127.0.0.1", port), Handler) as server:
        print(f"À l'écoute : http://127.0.0.1:{server.server_port}", file=sys.stderr, flush=True)
        server.serve_forever()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--http"]:
        over_http(Dialogue(), int(sys.argv[2]))
    else:
        over_pipes(Dialogue())

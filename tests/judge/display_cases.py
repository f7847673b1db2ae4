"""The checks on what the product shows of its sendings, as scenes they must find red, green, or neither."""

from judge_cases import GREEN, OPEN, RED, Case, Tell, did, do, got, nothing, sent

MINE = {"report_id": "CR-1"}


def look(
    status: str = "", *, report_id: str = "CR-1", view: str = "reports", outcome: str = "done", **row: str
) -> Tell:
    """The user looks where the reports are; ``status`` "": nothing is shown."""
    rows = [{"report_id": report_id, "title": "Radio refusée", "status": status} | row] if status else []
    return did("inspect", *rows, arguments={"view": view}, status=outcome)


NO = sent(refusal="XDSRepositoryError")
ANONYMOUS = did("inspect", {"status": "Transmis le 10/03"}, arguments={"view": "reports"})
AGAIN = "à transmettre"
VALIDATED = did("validate_report")
OVER, NOT_OVER = (did("settle", phase="bench", status=status) for status in ("done", "failed"))
IN_TWO_SIGNS = look("e\N{COMBINING ACUTE ACCENT}chec")

CASES = (
    Case("envoi-montre", "envoyé", GREEN, do(sent(), look("envoyé au DMP")), "« envoyé au DMP »", MINE),
    Case("envoi-montre", "sans dire de quel compte rendu", GREEN, do(sent(), ANONYMOUS), params=MINE),
    Case("envoi-montre", "en attente", OPEN, do(sent(), look("validé, à envoyer")), "peut-être pas fini", MINE),
    Case("envoi-montre", "en attente, plus rien ne part", RED, do(VALIDATED, sent(), OVER, look(AGAIN)), AGAIN, MINE),
    Case("envoi-montre", "ni oui ni non", OPEN, do(sent(), look("OK")), "ni oui ni non", MINE),
    Case("envoi-montre", "rien de montré", RED, do(sent(), look()), "rien", MINE),
    Case(
        "envoi-montre", "envoyé, puis en erreur", RED, do(sent(), look("envoyé", reason="erreur du DMP")), params=MINE
    ),
    Case("envoi-montre", "un autre compte rendu", RED, do(sent(), look("envoyé", report_id="CR-2")), "rien", MINE),
    Case("envoi-montre", "regardé avant", OPEN, do(look("envoyé"), sent()), "depuis le dépôt", MINE),
    Case("envoi-montre", "une autre vue", OPEN, do(sent(), look("envoyé", view="traces")), "depuis le dépôt", MINE),
    Case("envoi-montre", "la vue est refusée", OPEN, do(sent(), look("envoyé", outcome="refused")), params=MINE),
    Case("envoi-montre", "rien n'est parti", OPEN, look("envoyé"), "aucun dépôt", MINE),
    Case("refus-montre", "refusé", GREEN, do(NO, look("refusé par le DMP")), "« refusé par le DMP »", MINE),
    Case("refus-montre", "envoyé, et pourquoi non", GREEN, do(NO, look("Envoyé", reason="Rejet du DMP")), params=MINE),
    Case("refus-montre", "à renvoyer, plus rien ne part", GREEN, do(VALIDATED, NO, OVER, look(AGAIN)), params=MINE),
    Case("refus-montre", "à renvoyer, ou pas encore parti", OPEN, do(NO, look(AGAIN)), "peut-être pas fini", MINE),
    Case("refus-montre", "il reste des envois", OPEN, do(VALIDATED, NO, NOT_OVER, look(AGAIN)), params=MINE),
    Case("refus-montre", "validé de nouveau depuis", OPEN, do(OVER, VALIDATED, NO, look(AGAIN)), params=MINE),
    Case("refus-montre", "en échec, l'accent à part de sa lettre", GREEN, do(NO, IN_TWO_SIGNS), params=MINE),
    Case("refus-montre", "envoyé", RED, do(NO, look("envoyé au DMP")), "« envoyé au DMP »", MINE),
    Case("refus-montre", "envoyé, regardé deux fois", RED, do(NO, look("à envoyer"), look("Déposé")), "Déposé", MINE),
    Case("refus-montre", "par la plateforme", RED, do(got("HL7", refusal="HL7-101"), look("transmis")), params=MINE),
    Case("refus-montre", "ni oui ni non", OPEN, do(NO, look("traité")), "ni oui ni non", MINE),
    Case("refus-montre", "rien de montré", OPEN, do(NO, look()), "rien", MINE),
    Case("refus-montre", "regardé avant", OPEN, do(look("envoyé"), NO), "depuis le refus", MINE),
    Case("refus-montre", "pris au second essai", OPEN, do(NO, sent(), look("envoyé")), "n'a rien refusé", MINE),
    Case("refus-montre", "rien n'est parti", OPEN, do(nothing, look("envoyé")), "n'a rien refusé", MINE),
)

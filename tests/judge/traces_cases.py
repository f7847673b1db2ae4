"""The checks on what is traced of the information and of the agreement, as scenes found red, green, or neither."""

from datetime import datetime, timedelta
from typing import Any

from judge_cases import GREEN, OPEN, RED, Case, Tell, did, do, signed
from story import RADIOLOGIST_ID, Story

from dmp_imagerie.runner.cast import CENTRE, MANIPULATEUR

AGREED = {"who": "Max Libre", "what": "accord oral"}
INFORMED = {"who": "Max Libre", "what": "information donnée"}
ORAL = {"form": "oral"}
ISO, DAY = "%Y-%m-%dT%H:%M:%SZ", timedelta(days=1)
COLLECTED, INFORMATION = did("record_consent"), did("record_information")


def traces(*rows: dict[str, str], **fields: Any) -> Tell:
    """The product's traces are shown; a row without its own date is of today."""

    def tell(story: Story) -> None:
        today = {"at": story.now}
        story.verb("inspect", displayed=[today | row for row in rows], arguments={"view": "traces"}, **fields)

    return tell


def today(form: str, *rows: dict[str, str], shift: timedelta = timedelta()) -> Tell:
    """The same, the date of the rows being that of today, written in this way."""

    def tell(story: Story) -> None:
        at = (datetime.fromisoformat(story.now) + shift).strftime(form)
        traces(*({"at": at} | row for row in rows))(story)

    return tell


def traced(*rows: dict[str, str]) -> Tell:
    """The agreement was collected, then these traces were shown."""
    return collected(traces(*rows))


def collected(*steps: Tell) -> Tell:
    """The agreement was collected by the radiologist, then this happened."""
    return do(signed(), COLLECTED, *steps)


def both(*rows: dict[str, str]) -> Tell:
    """Information and agreement were recorded, then these traces were shown."""
    return do(INFORMATION, COLLECTED, traces(*rows))


def by_radiographer(*rows: dict[str, str]) -> Tell:
    """The radiographer collected the agreement, and the radiologist reads these traces."""
    return do(signed(), signed(MANIPULATEUR.ps_id), COLLECTED, signed(), traces(*rows))


ORAL_INFORMATION = {"what": "information orale"}
LONG_AGO = AGREED | {"at": "1970-01-01T00:00:00Z"}
BY_HER = AGREED | {"who": f"{MANIPULATEUR.given_name} {MANIPULATEUR.family_name}"}
CASES = (
    Case("aucune-trace-d-accord", "aucune", GREEN, traces({"what": "radiographie de l'os temporal"})),
    Case("aucune-trace-d-accord", "l'information seule", GREEN, traces(ORAL_INFORMATION)),
    Case("aucune-trace-d-accord", "une", RED, traces(AGREED), "1 trace"),
    Case("aucune-trace-d-accord", "non montrées", OPEN, traces(status="failed"), "pas été montrées"),
    Case("trace-de-l-accord", "entière", GREEN, traced(AGREED), params=ORAL),
    Case(
        "trace-de-l-accord", "avec ses propres mots", GREEN, traced(AGREED | {"what": "Séjour 3 : oral"}), params=ORAL
    ),
    Case(
        "trace-de-l-accord",
        "informée, accord oral",
        GREEN,
        traced(AGREED | {"what": "informée, accord oral"}),
        params=ORAL,
    ),
    Case("trace-de-l-accord", "heure locale", GREEN, collected(today("%Y-%m-%d %H:%M", AGREED)), params=ORAL),
    Case("trace-de-l-accord", "jour seul", GREEN, collected(today("%Y-%m-%d", AGREED)), params=ORAL),
    Case("trace-de-l-accord", "à l'autre bout du monde", GREEN, collected(today(ISO, AGREED, shift=DAY)), params=ORAL),
    Case(
        "trace-de-l-accord",
        "de l'avant-veille",
        RED,
        collected(today(ISO, AGREED, shift=-2 * DAY)),
        "sans la date",
        ORAL,
    ),
    Case(
        "trace-de-l-accord", "du surlendemain", RED, collected(today(ISO, AGREED, shift=2 * DAY)), "sans la date", ORAL
    ),
    Case(
        "trace-de-l-accord",
        "écrite, l'accent à part de sa lettre",
        GREEN,
        traced(AGREED | {"what": "accord e\N{COMBINING ACUTE ACCENT}crit"}),
        params={"form": "écrit"},
    ),
    Case("trace-de-l-accord", "écrite", GREEN, traced(AGREED | {"what": "ACCORD ÉCRIT"}), params={"form": "écrit"}),
    Case("trace-de-l-accord", "par numéro", GREEN, traced(AGREED | {"who": RADIOLOGIST_ID}), params=ORAL),
    Case("trace-de-l-accord", "par RPPS", GREEN, traced(AGREED | {"who": f"RPPS {RADIOLOGIST_ID[1:]}"}), params=ORAL),
    Case("trace-de-l-accord", "autre forme", RED, traced(AGREED), "« écrit »", {"form": "écrit"}),
    Case("trace-de-l-accord", "os temporal", RED, traced(AGREED | {"what": "os temporal"}), "« oral »", ORAL),
    Case("trace-de-l-accord", "information orale", RED, traced(AGREED | ORAL_INFORMATION), "« oral »", ORAL),
    Case(
        "trace-de-l-accord", "date illisible", RED, traced(AGREED | {"at": "hier"}), "la date du recueil : hier", ORAL
    ),
    Case("trace-de-l-accord", "sans date", RED, traced(AGREED | {"at": ""}), "aucune", ORAL),
    Case("trace-de-l-accord", "d'un autre jour", RED, traced(LONG_AGO), "1970", ORAL),
    Case("trace-de-l-accord", "sans personne", RED, traced(AGREED | {"who": ""}), "personne", ORAL),
    Case("trace-de-l-accord", "par un autre", RED, traced(BY_HER), MANIPULATEUR.family_name, ORAL),
    Case("trace-de-l-accord", "par le logiciel", RED, traced(AGREED | {"who": "RIS"}), "RIS", ORAL),
    Case("trace-de-l-accord", "un nom plus long", RED, traced(AGREED | {"who": "LIBRERIE"}), "LIBRERIE", ORAL),
    Case("trace-de-l-accord", "par le manipulateur", GREEN, by_radiographer(BY_HER), params=ORAL),
    Case(
        "trace-de-l-accord", "au nom du centre", RED, by_radiographer(BY_HER | {"who": CENTRE.name}), CENTRE.name, ORAL
    ),
    Case("trace-de-l-accord", "par qui l'a lue", RED, by_radiographer(AGREED), "Max Libre", ORAL),
    Case("trace-de-l-accord", "non montrées", OPEN, collected(), "non montrées", ORAL),
    Case("trace-de-l-accord", "montrées avant", OPEN, do(signed(), traces(AGREED), COLLECTED), "non recueilli", ORAL),
    Case("trace-de-l-accord", "non recueilli", OPEN, do(signed(), traces(AGREED)), "non recueilli", ORAL),
    Case("trace-de-l-accord", "sans session", OPEN, do(COLLECTED, traces(AGREED)), "personne n'avait ouvert", ORAL),
    Case("information-et-accord-enregistres", "les deux", GREEN, do(INFORMATION, COLLECTED)),
    Case(
        "information-et-accord-enregistres",
        "l'information est refusée",
        RED,
        do(did("record_information", status="refused"), COLLECTED),
        "enregistré : record_consent",
    ),
    Case("information-et-accord-enregistres", "un seul geste", OPEN, COLLECTED, "pas été recueilli"),
    Case("information-et-accord-relus", "deux traces", GREEN, both(INFORMED, AGREED)),
    Case("information-et-accord-relus", "information orale", GREEN, both(ORAL_INFORMATION, AGREED)),
    Case("information-et-accord-relus", "sans accord", RED, both(INFORMED), "aucune trace : accord"),
    Case("information-et-accord-relus", "informée deux fois", RED, both(INFORMED, ORAL_INFORMATION), "trace : accord"),
    Case("information-et-accord-relus", "d'accord deux fois", RED, both(AGREED, BY_HER), "trace : information"),
    Case(
        "information-et-accord-relus",
        "un poste informatique n'informe pas",
        RED,
        both(AGREED, {"what": "poste informatique"}),
        "aucune trace : information",
    ),
    Case("information-et-accord-relus", "une pour deux", RED, both({"what": "accord oral, informée"}), "une seule"),
    Case("information-et-accord-relus", "rien", RED, both(), "information, accord"),
    Case("information-et-accord-relus", "un seul geste", OPEN, traced(INFORMED, AGREED), "pas été enregistré"),
    Case("information-et-accord-relus", "non montrées", OPEN, do(INFORMATION, COLLECTED), "pas été montrées"),
)

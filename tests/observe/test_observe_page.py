"""What an observation writes: a file that its published schema describes, and a page that says the same and no more."""

import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmp_imagerie.catalogue.suite import find_suite
from dmp_imagerie.catalogue.translation import translate
from dmp_imagerie.model.verdicts import Outcome
from dmp_imagerie.proof.observe.observation_file import observation_schema, write_observation
from dmp_imagerie.proof.observe.outcome import Observation, Observed, Place
from dmp_imagerie.proof.observe.page import page, ranges, sights
from dmp_imagerie.report.wording import wording

SCHEMA = find_suite() / "reports" / "schemas" / "observation.schema.json"
REAL = "184127645108946"
"""Laid out as an INS, and nobody's test identity."""


def seen(outcome: Outcome, *places: Place, **changes: Any) -> Observed:
    values: dict[str, Any] = {
        "rule": "DMP-HL7-06",
        "invariant": "identifiant-du-document-hl7",
        "text": "TXA-12 = identifiant du CDA",
        "text_en": "TXA-12 = identifier of the CDA",
        "gravite": "majeur",
        "expected": "TXA-12 égal à l'identifiant du CDA",
        "conforme": 2,
        "non_verifiable": 0,
    }
    return Observed(outcome=outcome, non_conforme=places, **(values | changes))


def observation(*rules: Observed, **changes: Any) -> Observation:
    values: dict[str, Any] = {
        "production": False,
        "messages": 3,
        "unanswered": 1,
        "transactions": {"HL7 MDM^T02": 3},
        "skipped": (("a/note.txt", "aucun message"),),
    }
    return Observation(rules=rules, **(values | changes))


def place(rank: int, observed: str = "TXA-12 absent", file: str = "a/trafic.hl7") -> Place:
    return Place(message=rank, file=file, rank=rank, observed=observed, hint="voir TXA")


RED = observation(seen(Outcome.NON_CONFORME, place(1), place(2)))


def words(html: str) -> str:
    """What the page shows."""
    body = html.partition("<main>")[2]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).replace("\u00a0", " ").split())


def test_the_published_schema_is_the_one_of_the_structs() -> None:
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == observation_schema()


def test_the_schema_accepts_an_observation_and_refuses_another_outcome(tmp_path: Path) -> None:
    validator = jsonschema.Draft202012Validator(observation_schema())
    validator.check_schema(observation_schema())
    document = json.loads(write_observation(RED, tmp_path / "observation.json").read_bytes())
    assert document["schema"] == "dmp-imagerie/observation/1"
    validator.validate(document)
    document["rules"][0]["outcome"] = "vert"
    assert not validator.is_valid(document)


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_page_shows_what_the_file_holds(lang: str) -> None:
    shown = words(page(RED, wording(lang)))
    (rule,) = RED.rules
    for text in ("DMP-HL7-06", rule.expected, "TXA-12 absent", "a/trafic.hl7", "1-2", "voir TXA", "HL7 MDM^T02"):
        assert translate(text, lang) in shown
    assert (rule.text if lang == "fr" else rule.text_en) in shown
    assert re.search(r"a/note\.txt ?: aucun message", shown)


def test_the_page_fetches_and_runs_nothing() -> None:
    html = page(RED, wording("fr"))
    assert "<script" not in html
    assert not re.findall(r"(?:src|href)=\"(?!#)", html)


@pytest.mark.parametrize(
    ("outcome", "told", "tone"),
    [
        (Outcome.NON_CONFORME, "1 règle montre un écart.", "NON_PRET"),
        (Outcome.ERREUR_BANC, "Le banc lui-même a échoué", "ERREUR"),
        (Outcome.CONFORME, "Aucun écart vu", "PARTIEL"),
        (Outcome.NON_VERIFIABLE, "Aucune règle n'a rien pu juger", "INCOMPLET"),
    ],
)
def test_the_headline_is_never_the_green_of_a_product_that_is_ready(outcome: Outcome, told: str, tone: str) -> None:
    html = page(observation(seen(outcome, *([place(1)] if outcome is Outcome.NON_CONFORME else []))), wording("fr"))
    assert told in words(html)
    assert f'class="verdict {tone}"' in html


def test_why_nothing_was_concluded_is_said() -> None:
    open_ = seen(Outcome.NON_VERIFIABLE, conforme=0, non_verifiable=2, doubts=("le CDA n'a pas d'identifiant",))
    assert "Non vérifiable : le CDA n'a pas d'identifiant" in words(page(observation(open_), wording("fr")))


def test_what_messages_say_is_masked_and_cannot_break_the_page() -> None:
    wrong = place(1, f"PID-3 « {REAL} », <b>gras</b>\u202e", file=f"{REAL}.hl7")
    html = page(observation(seen(Outcome.NON_CONFORME, wrong), skipped=((f"{REAL}.txt", REAL),)), wording("fr"))
    assert REAL not in html
    assert html.count("[identité masquée]") == 4
    assert "<b>" not in html
    assert "\u202e" not in html


def test_in_production_the_page_holds_counts_alone() -> None:
    private = observation(seen(Outcome.NON_CONFORME, Place(message=1), Place(message=2)), production=True, skipped=())
    shown = words(page(private, wording("fr")))
    assert "2 messages." in shown
    assert "trafic.hl7" not in shown
    assert "Identités de production" in shown


@given(st.sets(st.integers(1, 60)))
def test_ranges_say_every_number_once(numbers: set[int]) -> None:
    said = [part.split("-") for part in ranges(numbers).split(", ") if part]
    assert [n for run in said for n in range(int(run[0]), int(run[-1]) + 1)] == sorted(numbers)


def test_the_same_departure_is_said_once_a_file() -> None:
    places = [place(1), place(2, "autre"), place(3), place(4), place(1, file="b")]
    assert [(one.file, one.ranks, one.count, one.observed) for one in sights(places)] == [
        ("a/trafic.hl7", "1, 3-4", 3, "TXA-12 absent"),
        ("a/trafic.hl7", "2", 1, "autre"),
        ("b", "1", 1, "TXA-12 absent"),
    ]


def test_the_file_says_the_same_in_the_same_bytes(tmp_path: Path) -> None:
    first = write_observation(RED, tmp_path / "un.json").read_bytes()
    assert msgspec.json.decode(first, type=Observation) == RED
    assert write_observation(RED, tmp_path / "deux.json").read_bytes() == first

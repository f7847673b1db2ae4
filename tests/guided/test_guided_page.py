"""The page in a real browser: a scripted operator clicks a guided run through, from the form to the report."""

import os
import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from guided_browser import Browsing, browser_page, served_page
from guided_hands import Hands

from dmp_imagerie.catalogue.rules import Catalogue
from dmp_imagerie.connectors.contract import Status
from dmp_imagerie.journal.reader import read_journal
from dmp_imagerie.judge.results import Results
from dmp_imagerie.model.events import Answered, Resumed, Verb
from dmp_imagerie.model.verdicts import Outcome
from dmp_imagerie.proof.replay import replay
from dmp_imagerie.runner.config import RunConfig
from dmp_imagerie.runner.launch import run_suite

MISSING = [name for name in ("ipywidgets", "voila", "playwright") if find_spec(name) is None]
CHROMIUM = os.environ.get("DMP_IMAGERIE_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or ""

pytestmark = [
    pytest.mark.skipif(bool(MISSING), reason=f"paquets absents : {', '.join(MISSING)} (voir make test-outside)"),
    pytest.mark.skipif(not CHROMIUM, reason="chromium absent (voir DMP_IMAGERIE_CHROMIUM)"),
]
OPTIONS = ("--seed", "1", "--port", "0", "--formats", "json,html")
FAULTY = "faulty:web-dmp-du-dossier-precedent"
PICTURE = b"\x89PNG\r\n\x1a\n essai"


@pytest.fixture(scope="module")
def tab() -> Iterator[Any]:
    with browser_page(CHROMIUM) as page:
        yield page


def results_in(folder: Path, catalogue: Catalogue) -> tuple[Path, Results]:
    """The only run of a folder, judged again from its journal."""
    (run,) = (folder / "runs").iterdir()
    return run, replay(run, catalogue)


def checks(results: Results, *rules: str) -> dict[str, Outcome]:
    return {check.key: check.outcome for rule in results.rules if rule.id in rules for check in rule.checks}


def test_a_sound_product_worked_through_the_page_gets_the_reference_s_verdicts(
    tab: Any, tmp_path: Path, catalogue: Catalogue
) -> None:
    rules = ("DMP-AUT-01", "DMP-HAB-03")
    hands = Hands("reference", tmp_path / "produit")
    browsing = Browsing(tab, hands)
    with served_page(tmp_path, "--rules", ",".join(rules), *OPTIONS) as url:
        browsing.open(url, product="RIS Exemple")
        browsing.start()
        browsing.work()
        tab.locator(".seance-finish").click()
        browsing.wait_for(".seance-report")
        assert "PARTIEL" in tab.locator(".verdict").first.text_content()
        tab.locator(".seance-report").click()
        report = tab.frame_locator("iframe").locator("h1")
        report.wait_for()
        assert "RIS Exemple" in report.text_content()
    hands.let_go()
    run, results = results_in(tmp_path, catalogue)
    run_suite(RunConfig(connector="reference", out=tmp_path / "sans-personne", transport="https", rules=rules, seed=1))
    assert checks(results, *rules) == checks(replay(tmp_path / "sans-personne", catalogue), *rules)
    assert set(checks(results, *rules).values()) == {Outcome.CONFORME}
    assert (results.target.name, results.exit_code) == ("RIS Exemple", 0)
    assert (run / "aptitude.html").is_file()
    assert all(request.startswith((url.partition("?")[0], "data:", "blob:")) for request in browsing.requests)


def test_a_faulty_product_is_red_and_the_operator_s_gestures_are_kept(
    tab: Any, tmp_path: Path, catalogue: Catalogue
) -> None:
    hands = Hands(FAULTY, tmp_path / "produit")
    browsing = Browsing(tab, hands)
    picture = tmp_path / "écran.png"
    picture.write_bytes(PICTURE)
    with served_page(tmp_path, "--rules", "DMP-AUT-01", *OPTIONS) as url:
        browsing.open(url)
        browsing.start()
        tab.locator(".seance-send").click()
        tab.get_by_text("choisissez d'abord une réponse").wait_for()
        browsing.work(until=lambda instruction: instruction.verb["verb"] == "open_web_dmp")
        answer_with_mistakes(browsing, picture)
        browsing.work(until=lambda instruction: instruction.verb["verb"] == "register_patient")
        tab.reload()  # the page goes: the session stops, and is offered again
        resume(browsing)
        browsing.work()
        tab.locator(".seance-finish").click()
        browsing.wait_for(".seance-report")
    hands.let_go()
    run, results = results_in(tmp_path, catalogue)
    run_suite(
        RunConfig(connector=FAULTY, out=tmp_path / "sans-personne", transport="https", rules=("DMP-AUT-01",), seed=1)
    )
    found = checks(results, "DMP-AUT-01")
    assert found == checks(replay(tmp_path / "sans-personne", catalogue), "DMP-AUT-01")
    assert Outcome.NON_CONFORME in found.values()
    assert results.exit_code == 4, "a major rule is open, no blocking one is red"
    assert len(read_journal(run).all(Resumed)) == results.run.resumed == 1
    kept = [answered for answered in read_journal(run).all(Answered) if answered.screenshot]
    assert [(answered.screenshot_name[-9:], len(answered.corrected)) for answered in kept] == [("écran.png", 1)]
    assert read_journal(run).piece(kept[0].screenshot) == PICTURE
    pressed = [verb.outcome for verb in read_journal(run).all(Verb) if verb.name == "open_web_dmp"]
    assert pressed[0] is not None
    assert pressed[0]["status"] == Status.DONE


def answer_with_mistakes(browsing: Browsing, picture: Path) -> None:
    """Press the button, forget the address, then answer wrongly, then correct it and join a screenshot; pause too."""
    tab = browsing.page
    instruction = browsing.instruction()
    seen = browsing.hands.do(instruction)
    tab.locator(".seance-choice label").filter(has_text="fait").click()
    tab.locator(".seance-send").click()
    tab.get_by_text("recopiez : Adresse appelée").wait_for()
    tab.locator(".seance-pause").click()
    tab.get_by_text("En pause").wait_for()
    tab.locator(".seance-pause").click()
    tab.locator(".seance-choice label").filter(has_text="refusé par le logiciel").click()
    tab.locator(".seance-send").click()
    tab.locator(".seance-correct").click()
    tab.locator(".seance-send").wait_for()
    browsing.fill(instruction, seen)
    with tab.expect_file_chooser() as chooser:
        tab.locator(".seance-screenshot").click()
    chooser.value.set_files(str(picture))
    tab.get_by_text("(1)").wait_for()
    tab.locator(".seance-send").click()
    tab.get_by_text("écran.png").wait_for()
    browsing.take()


def resume(browsing: Browsing) -> None:
    """Choose the session that was cut in the list, and go on with it."""
    tab = browsing.page
    tab.locator(".seance-begin").wait_for()
    tab.get_by_label("Séance").select_option(index=1)
    tab.locator(".seance-begin").click()
    browsing.wait_for(".seance-go")
    tab.get_by_text("Séance reprise").wait_for()
    browsing.start()

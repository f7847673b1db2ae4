"""A guided session in English: every screen, on the terminal and on the page; what must be typed stays as it is."""

import asyncio
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, get_args

import pytest
from french_words import french_in, french_on
from guided_hands import Hands, Scripted, guided_config, reading_back

from dmp_imagerie.catalogue.rules import Catalogue
from dmp_imagerie.cli.language import speaking
from dmp_imagerie.cli.terminal import Terminal
from dmp_imagerie.connectors.contract import Status
from dmp_imagerie.connectors.operator.instruction import Answer, Instruction
from dmp_imagerie.connectors.operator.templates import templates
from dmp_imagerie.model.verdicts import Outcome
from dmp_imagerie.runner.guided.english import screen_in
from dmp_imagerie.runner.guided.hold import hold_session
from dmp_imagerie.runner.guided.screens import (
    AnyScreen,
    Asked,
    Closing,
    Correct,
    Failed,
    Opening,
    Over,
    Played,
    Received,
    Reviewed,
    Tick,
    Where,
)
from dmp_imagerie.runner.guided.sitting import Sitting
from dmp_imagerie.runner.guided.words import fragment

RULES = ("DMP-INS-01", "DMP-VIS-01", "DMP-CON-01", "DMP-TRA-01")
WHERE = Where(
    key="k", rule="DMP-INS-01", statement="Énoncé.", statement_en="Statement.", title="T", rank=1, total=2, step=3
)
RECEIVED = (
    Received(seq=1, time="10:00:00", what="TD2.1 (dépôt)", patient="279035121518989", served=True),
    Received(seq=2, time="10:00:01", what="TD3.1 (recherche)", refusal="DMPFound", advice="Ce patient n'a pas de DMP."),
    Received(seq=3, time="10:00:02", what="connexion refusée : aucun certificat client présenté"),
)


@pytest.fixture(scope="module")
def screens(tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue) -> Sequence[AnyScreen]:
    """Every screen of a session where one answer is corrected."""
    folder = tmp_path_factory.mktemp("anglais")
    hands = Hands("reference", folder / "produit")
    front = Scripted(hands, [(reading_back("reset"), Correct())])
    hold_session(Sitting(config=guided_config(folder / "run", *RULES)), catalogue, front)
    hands.let_go()
    return front.screens


def printed(screen: AnyScreen, lang: str) -> str:
    """What the terminal prints of ``screen``, on one line."""
    target = io.StringIO()
    with speaking(lang):
        Terminal(io.BytesIO(), target).show(screen)
    return " ".join(target.getvalue().split())


def product_s(screen: AnyScreen) -> list[str]:
    """What the person, the product and the suite say: it stays as it is."""
    if isinstance(screen, Closing):
        return [played.title for played in screen.played]
    if not isinstance(screen, Asked | Reviewed):
        return []
    answer = screen.answer if isinstance(screen, Reviewed) else Answer(status=Status.DONE)
    told = (*answer.messages, *(value for row in answer.rows for value in row.values()))
    return [*copied(screen.instruction), *(" ".join(text.split()) for text in told), screen.where.title]


def copied(instruction: Instruction) -> list[str]:
    """What a person copies or compares as it is."""
    values = [" ".join(datum.value.split()) for datum in instruction.data if not datum.worded]
    return [*values, *(document.title for document in instruction.documents)]


def test_the_terminal_speaks_english_from_the_opening_to_the_closing(screens: Sequence[AnyScreen]) -> None:
    assert {Opening, Asked, Reviewed, Closing} <= {type(screen) for screen in screens}
    left: list[tuple[list[str], str]] = []
    for screen in screens:
        text = printed(screen, "en")
        left += [(found, text)] if (found := french_in(text, *product_s(screen))) else []
        assert text != printed(screen, "fr")
    assert left == []


def test_the_page_speaks_english_from_the_start_to_the_end(screens: Sequence[AnyScreen]) -> None:
    shown = [
        fragment("en", "start", "runs", "--rules X"),
        fragment("en", "waiting"),
        fragment("en", "clock", 65.0, True),
        fragment("en", "clock", 65.0, False),
        fragment("en", "problems", ()),
        fragment("en", "heading", "Rejouer un scénario"),
        fragment("en", "live", screen_in("en", Tick(remaining_s=1.0, paused=False, received=RECEIVED)).received, True),
        fragment("en", "live", (), True),
        fragment("en", "live", (), False),
        fragment("en", "over", Over(verdicts=(), files={"html": "a.html"}, resume="dmp-imagerie guide --resume a")),
        fragment("en", "failed", screen_in("en", Failed(message="Aucun document 1.2 accessible dans ce DMP"))),
    ]
    named = {Opening: "opening", Asked: "asked", Reviewed: "reviewed", Closing: "closing"}
    for screen in screens:
        more = ("{}",) if isinstance(screen, Opening | Asked) else ()
        page = fragment("en", named[type(screen)], screen_in("en", screen), *more)
        assert french_on(page, *product_s(screen)) == {}, page
    assert french_on("".join(shown)) == {}


def test_every_label_and_button_of_the_page_is_english(screens: Sequence[AnyScreen], tmp_path: Path) -> None:
    pytest.importorskip("ipywidgets", reason="paquet absent : ipywidgets")
    from dmp_imagerie.runner.guided.page import GuidedPage
    from dmp_imagerie.runner.guided.page_settings import PageSettings

    seen: set[str] = set()

    async def show() -> None:
        page = GuidedPage(PageSettings(folder=str(tmp_path), lang="en"))
        seen.update(labels(page.widget))
        tick = Tick(remaining_s=5.0, paused=True, received=())
        for screen in (*screens, Over(verdicts=(), files={"html": "a.html"}), Failed(message="x")):
            page._show(screen)
            seen.update(labels(page.widget))
            if isinstance(screen, Asked):
                page._show(tick)
                seen.update(labels(page.widget))

    asyncio.run(show())
    names = {name for screen in screens for name in product_s(screen)}
    assert {"Begin", "Resume the clock", "Save my answer", "Correct my answer", "See the report"} <= seen
    assert [text for text in seen if french_in(text, *names)] == []


def labels(widget: Any) -> Iterator[str]:
    """Every text of a widget and of those it holds, its HTML left out."""
    for name in ("description", "placeholder"):
        yield str(getattr(widget, name, ""))
    yield from (str(option[0]) for option in getattr(widget, "_options_full", ()))
    if type(widget).__name__ == "Label":
        yield widget.value
    for child in getattr(widget, "children", ()):
        yield from labels(child)


def test_what_is_typed_and_what_the_machine_reads_is_never_translated(screens: Sequence[AnyScreen]) -> None:
    for screen in screens:
        if isinstance(screen, Asked):
            english = screen_in("en", screen)
            assert isinstance(english, Asked)
            assert copied(english.instruction) == copied(screen.instruction)
            assert english.instruction.verb == screen.instruction.verb
            assert [one.key for one in english.instruction.columns] == [one.key for one in screen.instruction.columns]
            assert english.where.title == screen.where.title
            assert screen_in("fr", screen) is screen


@pytest.mark.parametrize("name", sorted(templates().by_verb))
def test_every_instruction_has_its_english(name: str) -> None:
    instruction = templates().fill({"verb": name.partition(":")[0], "view": name.partition(":")[2]}, {}, ())
    asked = Asked(
        where=WHERE, instruction=instruction, deadline_s=60.0, problems=("choisissez une des réponses proposées",)
    )
    text = printed(asked, "en")
    assert french_in(text) == []
    assert instruction.title.upper() not in text
    assert "Statement." in text


@pytest.mark.parametrize("status", get_args(Status) or list(Status))
def test_a_review_and_a_tick_are_english(status: Status) -> None:
    instruction = templates().fill({"verb": "open_document"}, {}, ())
    answer = Answer(status=status, messages=("« Trop tard »",), comment="ok", screenshot="a.png", rows=({"text": "x"},))
    review = Reviewed(where=WHERE, instruction=instruction, answer=answer, received=RECEIVED)
    tick = Tick(remaining_s=59.0, paused=False, received=RECEIVED)
    for screen in (review, tick, Failed(message="la séance s'est arrêtée net")):
        assert french_in(printed(screen, "en")) == []


def test_the_closing_words_every_outcome_in_english() -> None:
    played = tuple(Played(key=one, rule="DMP-INS-01", title="T", outcome=one) for one in Outcome)
    assert french_in(printed(Closing(played=played), "en")) == []
    assert "not conformant" in printed(Closing(played=played), "en")

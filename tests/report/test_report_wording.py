"""Both languages say the same things, and no sentence lives outside them."""

import re
from string import Formatter

import pytest

from dmp_imagerie.catalogue.suite import find_suite
from dmp_imagerie.model.verdicts import Outcome, RunVerdict
from dmp_imagerie.report.errors import ReportError
from dmp_imagerie.report.wording import wording


def fields(sentence: str) -> set[str | None]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def test_french_and_english_have_the_same_keys_and_fields() -> None:
    fr, en = wording("fr"), wording("en")
    assert fr.names() == en.names()
    differing = [key for key in fr.names() if fields(fr.template(key)) != fields(en.template(key))]
    assert differing == []


def test_every_verdict_and_outcome_has_its_words() -> None:
    keys = wording("fr").names()
    assert {f"outcome.{outcome}" for outcome in Outcome} <= keys
    spoken = {key.split(".")[1] for key in keys if key.startswith("verdict.")}
    assert spoken == set(RunVerdict)
    counted = set(Outcome) - {Outcome.NON_APPLICABLE}
    assert {f"tally.{outcome}.{form}" for outcome in counted for form in ("one", "many")} <= keys


def test_the_templates_hold_no_sentence() -> None:
    for name in ("aptitude.html.j2", "observation.html.j2", "pieces.html.j2"):
        source = (find_suite() / "reports" / name).read_text(encoding="utf-8")
        bare = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<[^>]*>", " ", source, flags=re.DOTALL)
        assert re.findall(r"[^\W\d_]{2,}", bare) == []


def test_number_agrees_as_each_language_does() -> None:
    assert [wording("fr").count("tally.conforme", n) for n in (0, 1, 2)] == ["0 conforme", "1 conforme", "2 conformes"]
    assert [wording("en").count("rule.checks", n) for n in (0, 1, 2)] == ["0 findings", "1 finding", "2 findings"]


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ReportError, match="« de »"):
        wording("de")

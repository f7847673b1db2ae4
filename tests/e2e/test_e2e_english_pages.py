"""In English, the live page is English: what is empty, what was received, what was refused and why."""

from pathlib import Path

import httpx
import pytest
from e2e_runs import Run, play
from french_words import french_on

from dmp_imagerie.model.events import Exchange
from dmp_imagerie.runner.live_page import LivePages
from dmp_imagerie.runner.sandbox import Sandbox, SandboxConfig


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Sandbox:
    out = tmp_path_factory.mktemp("bac") / "journal"
    opened = Sandbox(SandboxConfig(out=out, port=0, page_port=0, lang="en"))
    with opened, httpx.Client(trust_env=False) as browser:
        page = browser.get(opened.page_url)
        lost = browser.get(f"{opened.page_url}zork")
        elsewhere = browser.get(opened.page_url, headers={"Host": "example.org"})
    assert french_on(page.text) == {}
    assert "Nothing has come yet." in page.text
    assert lost.text == "Unknown page: begin with /\n"
    assert elsewhere.text == "This page is read only at the address http://127.0.0.1\n"
    return opened


@pytest.mark.parametrize("connector", ["reference", "faulty:consulte-sans-accord", "faulty:vihf-non-signe"])
def test_the_live_page_is_in_english_whatever_it_shows(
    connector: str, sandbox: Sandbox, reference_run: Run, tmp_path: Path
) -> None:
    run = reference_run if connector == "reference" else play(tmp_path / "run", connector)
    names = [person.name for person in sandbox.setting.people]
    french, english = (LivePages(run.journal, sandbox.setting, lang) for lang in ("fr", "en"))
    exchanges = run.journal.all(Exchange)
    told = ["/", *(f"/echanges/{exchange.seq}" for exchange in exchanges)]
    assert french_on(french.answer("/", "").text)
    left: dict[str, list[str]] = {}
    for path in told:
        left |= french_on(english.answer(path, "").text.replace("<pre", "<code").replace("</pre>", "</code>"), *names)
    assert left == {}

"""What the guide to observation shows is what the command prints."""

import pytest
from click.testing import CliRunner
from pages import ROOT, blocks_of, text_of

from dmp_imagerie.cli.main import cli
from dmp_imagerie.model.verdicts import Outcome

GUIDES = ("docs/fr/observer.md", "docs/en/observe.md")


@pytest.mark.parametrize("page", GUIDES)
def test_the_output_shown_is_the_one_printed(page: str) -> None:
    words = ["observe", str(ROOT / "examples" / "observation"), "--lang", page.split("/")[1]]
    printed = CliRunner().invoke(cli, words).output.splitlines()
    (shown,) = (block.body for block in blocks_of(page) if block.kind == "text")
    assert set(shown.splitlines()) - {"  …"} <= set(printed)


@pytest.mark.parametrize("page", GUIDES)
def test_every_exit_code_and_finding_is_explained(page: str) -> None:
    text = text_of(page)
    assert all(f"\n| {code} |" in text for code in range(5))
    assert all(f"`{one.value}`" in text for one in (Outcome.CONFORME, Outcome.NON_CONFORME, Outcome.NON_VERIFIABLE))

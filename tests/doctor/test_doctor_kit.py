"""The machine and the kit: each check is seen in order, then not."""

from pathlib import Path

import pytest

from dmp_imagerie.proof.doctor import kit
from dmp_imagerie.proof.doctor.check import Check, Side, State, exit_code, ok, to_fix, untested
from dmp_imagerie.report.errors import ReportError
from dmp_imagerie.report.wording import Wording, wording


def test_what_is_to_fix_gives_the_exit_code_of_who_can_mend_it() -> None:
    wrong = {side: to_fix(side, "vu", "faire", side) for side in Side}
    assert exit_code([ok("a", ""), untested("b", "")]) == 0
    assert [exit_code([wrong[side]]) for side in (Side.PRODUCT, Side.CONFIG, Side.KIT)] == [1, 2, 3]
    assert exit_code(wrong.values()) == 3
    assert exit_code([wrong[Side.PRODUCT], wrong[Side.CONFIG]]) == 2


def test_a_long_story_is_told_on_one_line_with_its_details_below() -> None:
    check = to_fix("pilote", "il s'est arrêté. Fin :\nligne 1\nligne 2\n", "", Side.PRODUCT)
    assert (check.told, check.details) == ("il s'est arrêté. Fin :", ("ligne 1", "ligne 2"))


def test_this_machine_is_in_order() -> None:
    assert {check.name: check.state for check in (kit.python(), kit.suite(), kit.sentences())} == {
        "python": State.OK,
        "suite": State.OK,
        "textes": State.OK,
    }


def test_an_old_python_is_to_be_replaced() -> None:
    check = kit.python((3, 10, 14))
    assert check.state is State.TO_FIX
    assert "3.10.14" in check.told
    assert "3.11" in check.remedy


def red(check: Check, words: str) -> None:
    assert check.state is State.TO_FIX
    assert words in check.told
    assert check.remedy


def test_a_suite_that_is_absent_or_incomplete_is_told(tmp_path: Path) -> None:
    package = tmp_path / "lib" / "dmp_imagerie"
    red(kit.suite(package), "suite introuvable")
    features = package / "suite" / "features"
    features.mkdir(parents=True)
    red(kit.suite(package), "features")
    for part in Path(kit.find_suite()).joinpath("features").rglob("*.toml"):
        copy = features / part.relative_to(kit.find_suite() / "features")
        copy.parent.mkdir(exist_ok=True)
        copy.write_bytes(part.read_bytes())
    red(kit.suite(package), "il manque steps, reports, notebooks, examples, conftest.py")


def test_sentences_that_one_language_lacks_are_told() -> None:
    def load(lang: str) -> Wording:
        names = dict.fromkeys(wording(lang).names(), "")
        return Wording(lang, {**names, "seulement.ici": ""} if lang == "fr" else names)

    red(kit.sentences(load), "seulement.ici")


def test_sentences_that_cannot_be_read_are_told() -> None:
    def load(lang: str) -> Wording:
        raise ReportError("Textes des rapports illisibles")

    red(kit.sentences(load), "illisibles")


def test_the_pdf_is_tried_for_good_and_a_character_without_glyph_shows() -> None:
    pytest.importorskip("typst", reason="typst n'est pas installé (extra pdf)")
    assert kit.pdf().state is State.OK
    red(kit.pdf("\U00013000"), "typst refuse")


def test_without_typst_the_pdf_is_untested_and_nothing_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent() -> None:
        raise ReportError("pas de typst")

    monkeypatch.setattr(kit, "load_typst", absent)
    check = kit.pdf()
    assert (check.state, exit_code([check])) == (State.UNTESTED, 0)
    assert "dmp-imagerie[pdf]" in check.remedy


def test_a_folder_is_tried_where_it_would_be_made(tmp_path: Path) -> None:
    assert kit.folder("dossier", tmp_path / "a" / "b", "ailleurs").state is State.OK
    assert not (tmp_path / "a").exists()
    (tmp_path / "fichier").write_text("", "utf-8")
    check = kit.folder("dossier", tmp_path / "fichier" / "b", "ailleurs")
    red(check, "écriture impossible")
    assert (check.remedy, check.side) == ("ailleurs", Side.CONFIG)

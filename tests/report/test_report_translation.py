"""Every sentence of the kit is known in English, with the same values, and nothing that it quotes is touched."""

import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kit_messages import SRC, messages_in, messages_of, sources

from dmp_imagerie.report.translation import LONGEST, PLACE, messages, sections, translate

SHARED = {"commun.valeurs"}
"""Recorded values: no sentence of the source stands for them."""

NOT_SAID = {
    *("certificate has expired", "certificate is not yet valid", "certificate revoked"),
    *("unsuitable certificate purpose", "unable to get local issuer certificate", "text/plain; charset=utf-8"),
    *(" - at `", "écrit", "Python 3"),
    *("AC DE TEST", "AC INCONNUE", "DMP SIMULE", "dmp-imagerie, contrat de connecteur, version {0}"),
    *("dmp-imagerie {0}", "dmp-imagerie · {0} {1}", "dmp-imagerie: {0}", "{0} --rules {1}"),
    *("Compte rendu de radiographie du thorax", "Thorax de face : pas d'anomalie."),
    *("Compte rendu de scanner thoracique", "Nodule à surveiller : annonce à faire au patient."),
    *("dmp-imagerie run", "dmp-imagerie serve", "{0}: scénario témoin"),
    *('spec = "reference" ', "{0}spec = {1}  {2}"),
}
"""Strings that look like sentences: what others say, and names written in files."""


def said() -> dict[str, str]:
    """Every sentence of the scope, with where it stands."""
    found: dict[str, str] = {}
    for path in sources():
        for line, message in messages_of(path):
            if not message.lstrip().startswith("<"):  # SVG
                found.setdefault(message, f"{path.relative_to(SRC)}:{line}")
    return found


def test_every_sentence_has_its_english() -> None:
    known = messages().keys() | NOT_SAID
    missing = [f'"{message}" = ""    # {where}' for message, where in said().items() if message not in known]
    assert not missing, "à traduire dans reports/locale/messages :\n" + "\n".join(missing)


def test_nothing_is_translated_that_nobody_says() -> None:
    known = said()
    orphans = [
        f"{section} : {french}"
        for section, table in sections()
        for french in table
        if section not in SHARED and french not in known
    ]
    assert orphans == []
    assert {message for message in NOT_SAID if message not in known} == set()


def test_a_sentence_is_translated_once_and_keeps_its_values() -> None:
    keys = Counter(french for _, table in sections() for french in table)
    assert [french for french, count in keys.items() if count > 1] == []
    for french, english in messages().items():
        assert sorted(PLACE.findall(french)) == sorted(PLACE.findall(english)), french
        assert english.strip(), french
        quotes = [re.findall("«[^«»]*»", text) for text in (french, english)]
        if "leaflet" not in english:
            assert len(quotes[0]) <= len(quotes[1]), french


@pytest.mark.parametrize(
    ("french", "english"),
    [
        ("1 déclaration(s) sans accord (et 2 autres)", "1 declaration(s) without an agreement (and 2 others)"),
        (
            "aucune recherche (TD3.1) servie par le DMP ; refus du DMP : SimX",
            "no search (TD3.1) served by the DMP; refusal of the DMP: SimX",
        ),
        (
            "TD2.1 (dépôt), patient 2, au nom de 8 (DIRECTE) — refusé : X",
            "TD2.1 (submission), patient 2, in the name of 8 (DIRECTE) — refused: X",
        ),
        ("fiche du document : 2 (1.2) ; VIHF : vide (1.2)", "document entry: 2 (1.2); VIHF: empty (1.2)"),
        ("{0} appel(s)", "{0} call(s)"),
        ("un mot que personne ne dit", "un mot que personne ne dit"),
        ("", ""),
    ],
)
def test_sentences_are_found_whatever_their_values(french: str, english: str) -> None:
    assert translate(french, "en") == english
    assert translate(french, "fr") == french


@pytest.mark.parametrize("quoted", ["aucun dépôt", "Refusé : non, l'accord ; rien", "« déjà » dit", "2 appel(s)", ""])
def test_what_is_quoted_is_never_translated(quoted: str) -> None:
    assert translate(f"appel open_dmp : refused (« {quoted} »)", "en") == f"call open_dmp: refused (« {quoted} »)"
    assert translate(f"3 dépôt(s), identité « {quoted} »", "en") == f"3 submission(s), identity « {quoted} »"


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_is_translated_without_harm(one: str, other: str) -> None:
    assert isinstance(translate(f"{one} : {other}, {one} ; « {other} »", "en"), str)


@pytest.mark.parametrize("piece", [", ", " : ", " ; ", " — ", "(x ", "« ", "a\n", " » : «", "2 appel(s), ", "mode "])
def test_what_a_product_may_write_keeps_nobody_waiting(piece: str) -> None:
    hostile = piece * (LONGEST // len(piece))
    for text in (hostile, f"témoin en échec : {hostile}"[:LONGEST], f"préalable non tenu, x : « {hostile} »"[:LONGEST]):
        assert isinstance(translate(text, "en"), str)


def test_a_text_too_long_to_be_ours_is_left_alone() -> None:
    long = "2 appel(s) : " + "x" * LONGEST
    assert translate(long, "en") == long


def test_the_sentences_of_a_source_are_all_found() -> None:
    source = '''
@check("nom")
def f(x):
    """Première ligne.

    More.
    """
    expected = "rien du tout : " + (", ".join(x) or "aucun")
    raise ValueError(f"{x!r:>10} n'est pas {'là' if x else 'ici'}" f" ; voir {x}")

@click.command("nom")
@click.option("--a", help="De l'aide.")
def g():
    """Une
    phrase.

    Une autre."""
    return {"cle": "mot", "deux-mots": "deux mots"}
'''
    found = [message for _, message in messages_in(source)]
    assert sorted(set(found)) == sorted(
        [
            "Première ligne.",
            "rien du tout : {0}",
            "aucun",
            "{0} n'est pas {1} ; voir {2}",
            "là",
            "ici",
            "Une phrase.",
            "Une autre.",
            "De l'aide.",
            "deux mots",
        ]
    )

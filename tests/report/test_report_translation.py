"""Every sentence of the kit is known in English, with the same values, and nothing that it quotes is touched."""

import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kit_messages import ROOT, descriptions, messages_in, messages_of, printed_in, sources

from dmp_imagerie.catalogue.translation import LONGEST, PLACE, messages, sections, translate

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
    *("dmp-imagerie run", "dmp-imagerie serve", "{0}: scénario témoin", "dmp-imagerie selftest --list"),
    *(
        "UNICODE UTF-8",
        "Bearer {0}",
        "%d/%m/%Y %Hh%M",
        "CDA {0}",
        "PFI SIMULEE",
        "{0} min {1} s",
        "{0} min",
        "https://…",
    ),
    *("A header is repeated: {0}", "MustUnderstand headers: [{{0}}Security] are not understood"),
    *("A required header representing a Message Addressing Property is not present", "location header"),
    "SOAP {0} envelope: this service speaks SOAP 1.2",
    '<{0}relatedDocument typeCode="RPLC"><{1}parentDocument><{2}id{3}/></{4}parentDocument></{5}relatedDocument>',
    *("Not a valid signature certificate", 'application/soap+xml; charset=UTF-8; action="{0}"'),
    *("application/soap+xml; charset=UTF-8", "text/xml; charset=UTF-8", "text/html; charset=utf-8"),
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    *("calc(100% - 6px)", "0 28px 0 0", "18px 0 0", " or ", ", line ", 'spec = "reference" ', "{0}spec = {1}  {2}"),
    *(r"(?:, (?:EX|REC)_[0-9A-Z.]+-\d+(?: \(#\d+\))?)*", "_bind[0](_bind[1], features_base_dir=_bind[2])"),
}
"""Strings that look like sentences: what others say, names written in files, code."""

COMMANDS = {"  cd {0}", "\n  json : {0}\n  html : {1}"}
"""Printed as they are in any language."""


def said() -> dict[str, str]:
    """Every sentence of the scope, with where it stands."""
    found: dict[str, str] = {}
    for path in sources():
        for line, message in messages_of(path):
            if not re.match(r"\s*</?[a-z]", message):  # SVG
                found.setdefault(message, f"{path.relative_to(ROOT)}:{line}")
    for name, message in descriptions():
        found.setdefault(message, name)
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


def test_a_command_prints_no_sentence_as_it_is_written() -> None:
    paths = [path for path in sources() if path.parent.name == "cli"]
    printed = {path.name: set(printed_in(path.read_text(encoding="utf-8"))) - COMMANDS for path in paths}
    assert {name: found for name, found in printed.items() if found} == {}
    assert list(printed_in('click.echo(f"rien à {x}")\ntell("rien à faire")\nclick.echo(said("rien à dire"))'))


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
        (
            "message HL7 MDM^T02 123 (nouveau compte rendu), patient 2 — accepté (acquittement AA)",
            "HL7 message MDM^T02 123 (new report), patient 2 — accepted (acknowledgement AA)",
        ),
        (
            "message HL7 illisible — refusé : X (sans acquittement)",
            "HL7 message unreadable — refused: X (without an acknowledgement)",
        ),
        (
            "« Oui », déclaré par A. B, chef, le 1, pièce a.pdf (0…) ; acceptée par C. D, chef le 2, jusqu'au 3",
            "« Oui », declared by A. B, chef, on 1, evidence a.pdf (0…); accepted by C. D, chef on 2, until 3",
        ),
        (
            "Connecteur « p », « call » : pas de réponse, il s'est arrêté (code 3). Fin de l'erreur standard :\nle la",
            "Connector « p », « call »: no answer, it ended (code 3). End of the standard error:\nle la",
        ),
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

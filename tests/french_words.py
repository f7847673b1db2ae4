"""French words left where only English is expected: what is marked French, quoted, or a name does not count."""

import re

from lxml import html

_WORDS = """
    le la les un une des du de au aux et est sont dans par pour sur avec sans ne pas que qui ce cette son sa ses
    aucun aucune tous toutes attendu observé règle règles dépôt dépôts accord patiente produit banc constat constats
    scénario scénarios refusé servi appel appels déclaration recherche autorisation identité rendu témoin épreuve joué
    jugé montré montrés enregistré inconnu illisible vide personne ouvert fermé lecture preuve piste refaire graine
    connecteur dossier fichier défaut erreur incomplet prêt
"""
_STOP = frozenset(_WORDS.split())
_WORD = re.compile(r"(?<![\w=/.:'|\[-])[^\W\d_]+(?![\w=/:'|-])")
_QUOTED = re.compile("«(?:[^«»]|«[^«»]*»)*»")


def french_in(text: str, *names: str) -> list[str]:
    """The French words of ``text``, guillemets and the proper ``names`` left out."""
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, " ")
    found = {word for word in _WORD.findall(_QUOTED.sub(" ", text)) if not word.isupper()}  # codes
    return sorted(word for word in found if word.lower() in _STOP)


def french_on(page: str, *names: str) -> dict[str, list[str]]:
    """The French words of each text of an HTML page, what is marked French and commands left out."""
    tree = html.document_fromstring(page)
    for hidden in tree.xpath("//style | //code | //body//*[@lang='fr']"):
        hidden.drop_tree()
    texts = (" ".join(text.split()) for text in tree.itertext())
    return {text: words for text in texts if (words := french_in(text, *names))}

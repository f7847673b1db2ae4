"""The loader, one fault at a time: each is refused, with its place, its key and what is expected."""

from pathlib import Path

import pytest

from dmp_imagerie.catalogue.errors import CatalogueError
from dmp_imagerie.catalogue.load import load_catalogue

SOURCES = """
[[source]]
cle = "SEED"
titre = "Feuillet"
title_en = "Leaflet"
urls = ["https://example.org/feuillet"]
niveau = "D"

[[source]]
cle = "DBX"
titre = "Guide"
title_en = "Guide"
urls = ["https://example.org/tickets"]
niveau = "B"
liens = [["EX_0.3-1010", "https://example.org/tickets/35"]]
"""

RULES = """
[chapitre]
numero = 1
prefixe = "INS"
titre = "Identité"
title_en = "Identity"

[[regle]]
id = "DMP-INS-01"
revision = 1
depuis = "0.1.0"
enonce = "Énoncé"
statement_en = "Statement"
sources = ["SEED ❶", "EX_0.3-1010 (#35)"]
alias = ["INS/va1.59"]
origine = "leaflet"
force = "feuillet"
exigence = "doit"
gravite = "bloquant"
porteur = "produit"
verification = ["pilotage"]
vague = "1+2"
applicable_si = "pfi or drimbox"
politique = "consentement"
note = "Note"
note_en = "Note"
"""

FILE = "01-identite/regles.toml"
SECOND = RULES[RULES.index("[[regle]]") :]


@pytest.fixture
def features(tmp_path: Path) -> Path:
    (tmp_path / "01-identite").mkdir()
    (tmp_path / "sources.toml").write_text(SOURCES, encoding="utf-8")
    (tmp_path / FILE).write_text(RULES, encoding="utf-8")
    return tmp_path


def problems(features: Path) -> tuple[str, ...]:
    with pytest.raises(CatalogueError) as caught:
        load_catalogue(features)
    assert str(caught.value) == "\n".join(caught.value.problems)
    return caught.value.problems


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert text.count(old) >= 1
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_the_witness_loads(features: Path) -> None:
    catalogue = load_catalogue(features)
    assert [rule.id for rule in catalogue.rules] == ["DMP-INS-01"]
    assert [source.detail for source in catalogue.sources_of(catalogue.rules[0])] == ["❶", "EX_0.3-1010"]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param(
            'gravite = "bloquant"',
            'gravit = 1\ngravite = "bloquant"',
            "DMP-INS-01 · clé « gravit » : clé inconnue (vouliez-vous dire « gravite » ?) ; clés admises : id, ",
            id="unknown-key",
        ),
        pytest.param(
            'gravite = "bloquant"\n',
            "",
            "DMP-INS-01 · clé « gravite » : clé manquante ; attendu l'une des valeurs bloquant, majeur, mineur",
            id="missing-key",
        ),
        pytest.param(
            'gravite = "bloquant"',
            'gravite = "bloquent"',
            "DMP-INS-01 · clé « gravite » : trouvé « bloquent » ; "
            "attendu l'une des valeurs bloquant, majeur, mineur (vouliez-vous dire « bloquant » ?)",
            id="bad-enumeration",
        ),
        pytest.param(
            'verification = ["pilotage"]',
            'verification = ["pilotage", "traces"]',
            "DMP-INS-01 · clé « verification » : trouvé « traces » ; attendu une liste non vide, chaque élément étant "
            "l'une des valeurs pilotage, trace, declaration (vouliez-vous dire « trace » ?)",
            id="bad-enumeration-in-list",
        ),
        pytest.param(
            'verification = ["pilotage"]',
            "verification = []",
            "DMP-INS-01 · clé « verification » : trouvé [] ; attendu une liste non vide",
            id="empty-list",
        ),
        pytest.param(
            "revision = 1",
            'revision = "1"',
            "DMP-INS-01 · clé « revision » : trouvé « 1 » ; attendu un nombre entier, au moins 1",
            id="wrong-type",
        ),
        pytest.param(
            'note = "Note"',
            'note = ""',
            "DMP-INS-01 · clé « note » : trouvé «  » ; attendu un texte non vide",
            id="empty-text",
        ),
        pytest.param(
            'vague = "1+2"',
            'vague = "1+2"\na_confirmer = "oui"',
            "DMP-INS-01 · clé « a_confirmer » : trouvé « oui » ; attendu true ou false",
            id="not-a-boolean",
        ),
        pytest.param(
            'depuis = "0.1.0"',
            'depuis = "0.1"',
            "DMP-INS-01 · clé « depuis » : trouvé « 0.1 » ; attendu un texte de la forme ",
            id="bad-version",
        ),
        pytest.param(
            'id = "DMP-INS-01"',
            'id = "INS-1"',
            "INS-1 · clé « id » : trouvé « INS-1 » ; attendu un texte de la forme ",
            id="malformed-id",
        ),
        pytest.param(
            'id = "DMP-INS-01"',
            'id = "DMP-INF-01"',
            "DMP-INF-01 · clé « id » : trouvé « DMP-INF-01 » ; attendu « DMP-INS-NN », préfixe du chapitre",
            id="id-of-another-chapter",
        ),
        pytest.param(
            'id = "DMP-INS-01"\n',
            "",
            "règle n° 1 · clé « id » : clé manquante ; attendu un texte de la forme ",
            id="no-id",
        ),
        pytest.param(
            '"INS/va1.59"',
            '"INS/va1.59", "SC.INS/va1.59"',
            "DMP-INS-01 · clé « alias » : « SC.INS/va1.59 » est donné deux fois",
            id="alias-twice",
        ),
        pytest.param(
            '"INS/va1.59"',
            '"DMP-INS-01"',
            "DMP-INS-01 · clé « alias » : « DMP-INS-01 » est l'identifiant d'une règle",
            id="alias-is-a-rule",
        ),
        pytest.param(
            '"SEED ❶"',
            '"SEAD ❶"',
            "DMP-INS-01 · clé « sources » : source inconnue « SEAD ❶ » ; attendu « CLÉ précision » "
            "avec une clé de sources.toml (vouliez-vous dire « SEED » ?)",
            id="unknown-source",
        ),
        pytest.param(
            "(#35)",
            "(#36)",
            "DMP-INS-01 · clé « sources » : « EX_0.3-1010 (#36) » : sources.toml donne https://example.org/tickets/35",
            id="wrong-ticket",
        ),
        pytest.param(
            '"pfi or drimbox"',
            '"pfi or drimbix"',
            "DMP-INS-01 · clé « applicable_si » : nom inconnu « drimbix » (vouliez-vous dire « drimbox » ?)",
            id="unknown-name-in-condition",
        ),
        pytest.param(
            '"pfi or drimbox"',
            '"(pfi or drimbox"',
            "DMP-INS-01 · clé « applicable_si » : condition « (pfi or drimbox » illisible : parenthèse non fermée",
            id="malformed-condition",
        ),
        pytest.param(
            'politique = "consentement"',
            'politique = "consentment"',
            "DMP-INS-01 · clé « politique » : trouvé « consentment » ; attendu l'une de consentement, ",
            id="unknown-policy",
        ),
        pytest.param(
            'note_en = "Note"\n',
            "",
            "DMP-INS-01 · clé « note_en » : clé manquante ; une note se donne en français et en anglais",
            id="untranslated-note",
        ),
        pytest.param(
            "numero = 1",
            "numero = 2",
            "chapitre · clé « numero » : trouvé 2 ; attendu le numéro du dossier « 01-identite »",
            id="chapter-number",
        ),
        pytest.param(
            "[[regle]]",
            "[[regles]]",
            "clé « regles » : clé inconnue (vouliez-vous dire « regle » ?) ; attendu [chapitre] et [[regle]]",
            id="unknown-section",
        ),
        pytest.param("[[regle]]", "[[regle]", "TOML illisible : ", id="not-toml"),
    ],
)
def test_a_fault_in_a_rule_file(features: Path, old: str, new: str, expected: str) -> None:
    edit(features / FILE, old, new)
    found = problems(features)
    assert [problem for problem in found if problem.startswith(FILE) and expected in problem] == [found[0]]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('niveau = "D"', 'niveau = "C"', "SEED · clé « projet » : attendu true : une source de niveau C est un projet"),
        ('niveau = "D"', 'niveau = "E"', "SEED · clé « niveau » : trouvé « E » ; attendu l'une des valeurs A, B, C, D"),
        ('cle = "DBX"', 'cle = "SEED"', "SEED · clé « cle » : déjà employée par une autre source"),
        ('"https://example.org/feuillet"', '"feuillet.pdf"', "SEED · clé « urls » : trouvé ['feuillet.pdf'] ; attendu"),
        ('[["EX_0.3-1010", ', '[["EX_0.3-1010"], [', "DBX · clé « liens » : trouvé "),
        ("[[source]]", "[[sources]]", "clé « sources » : clé inconnue (vouliez-vous dire « source » ?)"),
    ],
)
def test_a_fault_in_the_sources(features: Path, old: str, new: str, expected: str) -> None:
    edit(features / "sources.toml", old, new)
    assert any(problem.startswith("sources.toml") and expected in problem for problem in problems(features))


def test_an_id_used_twice_names_the_first_file(features: Path) -> None:
    (features / "02-autre").mkdir()
    other = RULES.replace("numero = 1", "numero = 2").replace('prefixe = "INS"', 'prefixe = "INF"')
    (features / "02-autre" / "regles.toml").write_text(other, encoding="utf-8")
    expected = f"02-autre/regles.toml · DMP-INS-01 · clé « id » : identifiant déjà employé dans {FILE}"
    assert any(problem.startswith(expected) for problem in problems(features))


def test_a_prefix_used_by_two_chapters(features: Path) -> None:
    (features / "02-autre").mkdir()
    other = RULES.replace("numero = 1", "numero = 2").replace("DMP-INS-01", "DMP-INS-02")
    (features / "02-autre" / "regles.toml").write_text(other, encoding="utf-8")
    assert problems(features) == (
        "02-autre/regles.toml · chapitre · clé « prefixe » : « INS » est celui d'un autre chapitre",
    )


def test_a_rule_may_cite_another_only_if_the_source_exists(features: Path) -> None:
    second = SECOND.replace("DMP-INS-01", "DMP-INS-02").replace("SEED ❶", "DMP-INS-01")
    (features / FILE).write_text(RULES + second, encoding="utf-8")
    assert problems(features) == (
        f"{FILE} · DMP-INS-02 · clé « sources » : la source « REGLE » manque dans sources.toml",
    )


def test_all_faults_are_told_at_once(features: Path) -> None:
    edit(features / FILE, 'gravite = "bloquant"', 'gravite = "grave"')
    edit(features / FILE, "revision = 1", "revision = 0")
    edit(features / "sources.toml", 'niveau = "D"', 'niveau = "Z"')
    assert len(problems(features)) == 3


def test_a_section_of_the_wrong_shape_is_refused(features: Path) -> None:
    (features / "sources.toml").write_text("source = 3\n", encoding="utf-8")
    assert problems(features)[0] == "sources.toml · source n° 1 : attendu une table TOML, trouvé 3"


def test_an_empty_folder_is_not_an_empty_catalogue(tmp_path: Path) -> None:
    missing, nothing = problems(tmp_path)
    assert missing.endswith("sources.toml : fichier absent")
    assert "aucun « NN-chapitre/regles.toml » trouvé" in nothing

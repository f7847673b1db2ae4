"""The configuration of a run: what is wrong is told with its file, its key and the closest known one."""

from pathlib import Path

import pytest

from dmp_imagerie.catalogue.policy import Policy
from dmp_imagerie.runner.config import MAX_CONFIG, ConfigError, ConfigFile, home, load_config, profile_from

WHOLE = """
transport = "https"
regles = ["DMP-INS-01"]
projets_bloquants = true
[connecteur]
spec = "process:./ris"
delai_s = 5
options = {essai = 1}
[politique]
consentement = "equipe_de_soins"
[profil]
voie = "pfi"
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "centre.toml"
    path.write_text(text, "utf-8")
    return path


def refused(path: Path) -> str:
    with pytest.raises(ConfigError) as error:
        load_config(path)
    assert str(path) in str(error.value)
    return str(error.value)


def test_a_whole_configuration_is_read(tmp_path: Path) -> None:
    config = load_config(written(tmp_path, WHOLE))
    assert (config.transport, config.regles, config.projets_bloquants) == ("https", ("DMP-INS-01",), True)
    assert (config.connecteur.spec, config.connecteur.delai_s, config.connecteur.patience_s) == ("process:./ris", 5, 5)
    assert config.politique == Policy(consentement="equipe_de_soins")
    assert config.profil == {"voie": "pfi"}


def test_an_empty_configuration_is_the_default_one(tmp_path: Path) -> None:
    assert load_config(written(tmp_path, "")) == ConfigFile()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("transports = 'auto'", "clé inconnue `transports`. Vouliez-vous dire « transport » ?"),
        ("[connecteur]\ndelais = 3", "clé inconnue `delais` — à `$.connecteur`. Vouliez-vous dire « delai_s »"),
        ("patience_s = 3", "Vouliez-vous dire « patience_s », dans [connecteur] ?"),
        ("[politique]\nconsentment = 'x'", "« consentement », dans [politique]"),
        ("zzzzzzz = 1", "clé inconnue `zzzzzzz`"),
        ("[connecteur]\ndelai_s = 'dix'", "attendu : `float`, trouvé : `str` — à `$.connecteur.delai_s`"),
        ("regles = 'DMP-INS-01'", "attendu : `array`, trouvé : `str` — à `$.regles`"),
        ("transport = 'ftp'", "valeur refusée : 'ftp' — à `$.transport`"),
        ("[politique]\nconsentement = 'oui'", "valeur refusée : 'oui' — à `$.politique.consentement`"),
        ("= 3", "ce n'est pas du TOML valide"),
        ("finess = 010000024", "ce n'est pas du TOML valide"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, text: str, said: str) -> None:
    assert said in refused(written(tmp_path, text))


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert "illisible" in refused(tmp_path / "absent.toml")
    assert "illisible" in refused(tmp_path)


def test_a_file_that_is_no_configuration_is_told(tmp_path: Path) -> None:
    path = tmp_path / "centre.toml"
    path.write_bytes(b"\xff\xfe")
    assert "TOML" in refused(path)
    path.write_bytes(b"#" * (MAX_CONFIG + 1))
    assert "million" in refused(path)


def test_the_configuration_corrects_what_the_product_declares() -> None:
    profile = profile_from({"voie": "pfi", "drimbox": True}, {"voie": "directe"})
    assert (profile.voie, profile.drimbox, profile.vague) == ("directe", True, 2)


@pytest.mark.parametrize(
    ("declared", "configured", "said"),
    [
        ({"voi": "pfi"}, {}, "profil déclaré par le connecteur : clé inconnue `voi`. Vouliez-vous dire « voie »"),
        ({}, {"vague": 3}, "[profil] : "),
        ({"voie": "autre"}, {"voie": "pfi"}, "profil déclaré par le connecteur"),
    ],
)
def test_a_wrong_profile_says_whose_it_is(
    declared: dict[str, object], configured: dict[str, object], said: str
) -> None:
    with pytest.raises(ConfigError, match="profil") as error:
        profile_from(declared, configured)
    assert said in str(error.value)


def test_where_things_are_kept_can_be_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DMP_IMAGERIE_HOME", str(tmp_path))
    assert home() == tmp_path
    monkeypatch.delenv("DMP_IMAGERIE_HOME")
    monkeypatch.delenv("LOCALAPPDATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert home() == tmp_path / "dmp-imagerie"

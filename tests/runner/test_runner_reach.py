"""Where the simulated DMP of a run is reached: on this machine unless told otherwise, and the journal says so."""

import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from dmp_imagerie.catalogue.load import load_catalogue
from dmp_imagerie.runner.bench import Bench
from dmp_imagerie.runner.config import ConfigError, Reach, RunConfig


@pytest.fixture(scope="module", autouse=True)
def kit_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DMP_IMAGERIE_HOME", str(tmp_path_factory.mktemp("home")))
        yield


def config(tmp_path: Path, transport: str = "auto", **reach: object) -> RunConfig:
    told = {"connector": "reference", "out": tmp_path / "run", "seed": 1, "transport": transport}
    return RunConfig(**told, reach=Reach(**reach))  # type: ignore[arg-type]


def test_a_name_and_a_network_are_followed_and_recorded(tmp_path: Path) -> None:
    asked = config(tmp_path, names=("localhost",), peers=("127.0.0.0/8",))
    with Bench(asked, load_catalogue()) as bench:
        assert urlsplit(bench.surroundings.dmp_url).hostname == "localhost"
        header = bench.writer.journal.header
    assert header.transport == "https", "a connector in process too: an address was asked for"
    assert header.options["reach"] == {"names": ("localhost",), "peers": ("127.0.0.0/8",)}


def test_loopback_alone_is_not_worth_a_word(tmp_path: Path) -> None:
    with Bench(config(tmp_path), load_catalogue()) as bench:
        assert "reach" not in bench.writer.journal.header.options


@pytest.mark.parametrize(
    ("transport", "reach", "told"),
    [
        ("https", {"bind": "192.0.2.7"}, "--peer"),
        ("https", {"bind": "192.0.2.7", "peers": ("192.0.2.8",)}, "--name"),
        ("https", {"bind": "ici"}, "adresse IP"),
        ("https", {"peers": ("0.0.0.0/0",)}, "réseau restreint"),
        ("https", {"bind": "192.0.2.7", "peers": ("192.0.2.8",), "names": ("dmp.test",)}, "ne s'ouvre pas"),
        ("respx", {"port": 8443}, "n'écoute nulle part"),
    ],
)
def test_what_cannot_be_reached_is_refused_and_leaves_nothing(
    tmp_path: Path, transport: str, reach: dict[str, object], told: str
) -> None:
    if told == "ne s'ouvre pas" and sys.platform == "win32":
        pytest.skip("l'adresse d'une autre machine se lie autrement sous Windows")
    with pytest.raises(ConfigError, match=told), Bench(config(tmp_path, transport, **reach), load_catalogue()):
        pass
    assert not (tmp_path / "run").exists()

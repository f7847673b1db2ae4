"""Plain HTTP, for a product without TLS: asked for, on this machine only, printed and recorded."""

from pathlib import Path

import pytest

from dmp_imagerie.catalogue.load import load_catalogue
from dmp_imagerie.runner.bench import Bench
from dmp_imagerie.runner.config import ConfigError, Reach, RunConfig, load_config


def test_it_never_leaves_this_machine(tmp_path: Path) -> None:
    reach = Reach(bind="192.168.1.10", peers=("192.168.1.20",), names=("dmp.test",))
    config = RunConfig(connector="reference", out=tmp_path / "run", seed=1, transport="http", reach=reach)
    with pytest.raises(ConfigError, match="--transport http reste sur cette machine"):
        Bench(config, load_catalogue())


def test_nobody_gets_it_without_asking(tmp_path: Path) -> None:
    product = "process:python -m rien"
    assert Bench(RunConfig(connector=product, out=tmp_path / "run", seed=1), load_catalogue()).transport == "https"


def test_a_configuration_may_ask_for_it(tmp_path: Path) -> None:
    file = tmp_path / "dmp.toml"
    file.write_text('transport = "http"\n', "utf-8")
    assert load_config(file).transport == "http"

"""Fixtures shared by all tests."""

import json
import os
import site
import subprocess
import sys
import venv
from pathlib import Path

import hypothesis
import pytest

# How fast examples come depends on what else the machine does: no test is about time.
hypothesis.settings.register_profile("dmp", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("dmp")

ROOT = Path(__file__).resolve().parents[1]
SITE_PACKAGES = "import json, site; print(json.dumps(site.getsitepackages()[-1:]))"


@pytest.fixture(scope="session")
def wheel_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment with the wheel installed; its dependencies are this environment's own."""
    base = tmp_path_factory.mktemp("wheel")
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")
    _told([*pip, "wheel", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", str(base), str(ROOT)])
    (wheel,) = base.glob("dmp_imagerie-*.whl")

    venv.create(base / "env", with_pip=False)
    scripts = base / "env" / ("Scripts" if os.name == "nt" else "bin")
    interpreter = scripts / Path(sys.executable).name
    if not interpreter.exists():
        interpreter = scripts / "python"
    _told([*pip, "--python", str(interpreter), "install", "--no-deps", "--no-index", str(wheel)])
    (packages,) = json.loads(_told([str(interpreter), "-I", "-c", SITE_PACKAGES]))
    # A path added by a .pth file is searched, but the .pth files it holds (this checkout's among them) are not read.
    (Path(packages) / "dependances.pth").write_text("\n".join(site.getsitepackages()), "utf-8")
    return interpreter


def _told(words: list[str]) -> str:
    done = subprocess.run(words, capture_output=True, encoding="utf-8", timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def samples() -> Path:
    """Folder of the public example data, which is never part of the project: its tests skip without it."""
    folder = Path(os.environ.get("DMP_IMAGERIE_SAMPLES", ROOT.parent / "shared" / "samples"))
    if not folder.is_dir():
        pytest.skip(f"échantillons absents : {folder} (voir DMP_IMAGERIE_SAMPLES)")
    return folder

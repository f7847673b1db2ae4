"""Fixtures shared by all tests."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def samples() -> Path:
    """Folder of the public example data, which is never part of the project: its tests skip without it."""
    folder = Path(os.environ.get("DMP_IMAGERIE_SAMPLES", ROOT.parent / "shared" / "samples"))
    if not folder.is_dir():
        pytest.skip(f"échantillons absents : {folder} (voir DMP_IMAGERIE_SAMPLES)")
    return folder

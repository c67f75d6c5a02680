"""Shared fixtures."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def data() -> Path:
    """Folder with real recordings; tests that need it are skipped without it."""
    folder = Path(os.environ.get("ECG_CORE_DATA", ROOT.parent / "shared" / "data"))
    if not (folder / "manifest.csv").exists():
        pytest.skip(f"no real recordings at {folder}; set ECG_CORE_DATA")
    return folder

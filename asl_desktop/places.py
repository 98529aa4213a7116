"""Where this program keeps what belongs to a person on this machine."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

STATE_ENVIRONMENT = "ASL_DESKTOP_STATE"


def data_folder() -> Path:
    """Return the folder for data of this person; the environment variable ASL_DESKTOP_STATE moves it."""
    moved = os.environ.get(STATE_ENVIRONMENT)
    return Path(moved) if moved else platformdirs.user_data_path("asl-desktop")

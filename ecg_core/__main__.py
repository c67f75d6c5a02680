"""``python -m ecg_core`` is the command ``ecg-core``."""

from __future__ import annotations

import sys

from ecg_core.cli import main

sys.exit(main())

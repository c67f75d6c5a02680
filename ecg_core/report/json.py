"""The JSON report: everything, in the layout that `Interpretation.json_schema` publishes."""

from __future__ import annotations

from ecg_core.findings import Interpretation


class JsonRenderer:
    """Renders indented UTF-8 JSON with one final newline."""

    def render(self, interpretation: Interpretation) -> bytes:
        """Return the report's bytes."""
        return (interpretation.to_json() + "\n").encode()

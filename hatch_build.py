"""Puts the pages' assets into the package, or beside its source for an editable install."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class AssetsHook(BuildHookInterface):  # type: ignore[type-arg]
    """Builds the assets unless nothing has changed since the last time."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        sys.path.insert(0, str(Path(self.root) / "frontend"))
        from build import build_assets  # noqa: PLC0415 - it stands beside the assets

        build_assets()

"""What the wheel holds beside the source: the model as machine code for usual processors, so that no first start waits.

An installation for development makes its own when it first plays. Where the code cannot be made the wheel is whole without it.
"""

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class MachineCode(BuildHookInterface):
    """Makes the code while the wheel is built, from the source that goes into it."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        self._folder = tempfile.TemporaryDirectory(prefix="tandem-built-")
        for file in self._made(Path(self._folder.name)):
            build_data["force_include"][str(file)] = f"tandem/sim/built/{file.name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        if version != "editable":
            self._folder.cleanup()

    def _made(self, folder: Path) -> list[Path]:
        sys.path.insert(0, self.root)
        try:
            import tandem.sim.kernel  # noqa: F401  (declares what is to be made)
            from tandem.sim.compiler.shipping import ship

            return ship(folder)
        except ImportError as missing:
            self.app.display_warning(f"the wheel holds no machine code ({missing}): the model is compiled when it first plays")
            return []
        finally:
            sys.path.remove(self.root)

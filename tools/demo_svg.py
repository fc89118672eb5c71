"""Draw docs/images/demo.svg from a real run of the demo. Run it as `.venv/bin/python tools/demo_svg.py`."""

import asyncio
from io import StringIO
from pathlib import Path

from rich.console import Console

from tocsin.cli.demo import demo

_PICTURE = Path(__file__).parent.parent / "docs" / "images" / "demo.svg"

console = Console(record=True, width=96, highlight=False, file=StringIO())
asyncio.run(demo(console))
_PICTURE.parent.mkdir(parents=True, exist_ok=True)
console.save_svg(str(_PICTURE), title="make demo")

"""Draw docs/images/demo.svg from a real run of the demo. Run it as `.venv/bin/python tools/demo_svg.py`."""

import asyncio
import re
from io import StringIO
from pathlib import Path

from rich.console import Console

from tocsin.cli.demo import demo

_PICTURE = Path(__file__).parent.parent / "docs" / "images" / "demo.svg"

console = Console(record=True, width=96, highlight=False, file=StringIO())
asyncio.run(demo(console))
picture = console.export_svg(title="make demo")
# Without Rich's fonts, which would be loaded from elsewhere: the reader's own monospace font does.
_PICTURE.write_text(re.sub(r"@font-face \{.*?\}\s*", "", picture, flags=re.DOTALL), encoding="utf-8")

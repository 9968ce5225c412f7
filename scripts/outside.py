"""Write docs/outside.md, the list of PyTorch's names that stay out: `python scripts/outside.py`."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

from steepest.errors.outside import NAMES  # noqa: E402

PAGE = ROOT / "docs" / "outside.md"


def page() -> str:
    """The text of the page."""
    rows: dict[tuple[str, str], list[str]] = {}
    for name, why in NAMES.items():
        rows.setdefault(why, []).append(f"`{name}`")
    lines = [f"| {', '.join(names)} | {reason} | {instead} |" for (reason, instead), names in rows.items()]
    return "\n".join([
        "# Names that stay out", "",
        "Where a program asks for one of these, the error says why it is not there and what to write instead. What programs ask for",
        "routinely answers as on a computer without accelerators: `torch.cuda.is_available()`, `torch.backends.*`, `torch.version`,",
        "`torch.set_num_threads`. [parity.md](parity.md) lists the operations that are not compared.", "",
        "| `torch.` | reason | instead |", "|---|---|---|", *lines, ""])


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")

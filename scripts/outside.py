"""Write docs/outside.md, the list of PyTorch's names that stay out: `python scripts/outside.py`."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

from steepest.errors.asked import CLASS, ERROR, TABLE, TREES  # noqa: E402
from steepest.errors.outside import DTYPES, LEFT, NAMES  # noqa: E402

PAGE = ROOT / "docs" / "outside.md"


def page() -> str:
    """The text of the page."""
    rows: dict[tuple[str, str], list[str]] = {}
    for name, why in (NAMES | DTYPES).items():
        rows.setdefault(why, []).append(f"`{name}`")
    lines = [f"| {', '.join(names)} | {reason} | {instead} |" for (reason, instead), names in rows.items()]
    more = [f"| `{module}` | {', '.join(f'`{p}`' for p in patterns.split())} | {reason} | {instead} |"
            for module, groups in LEFT.items() for (reason, instead), patterns in groups.items()]
    asked = [f"| `{module}` | {', '.join(f'`{name}`' for kind in (CLASS, ERROR) for name in kinds.get(kind, '').split())} |"
             for module, kinds in TABLE.items() if kinds.keys() & {CLASS, ERROR}]
    trees = ", ".join(f"`{tree}`" for tree in TREES)
    return "\n".join([
        "# Names that stay out", "",
        "Where a program asks for one of these, the error says why it is not there and what to write instead. What programs ask for",
        "routinely answers as on a computer without accelerators: `torch.cuda.is_available()`, `torch.backends.*`, `torch.version`,",
        "`torch.set_num_threads`. [parity.md](parity.md) lists the operations that are not compared.", "",
        "| `torch.` | reason | instead |", "|---|---|---|", *lines, "", "## The rest, by module", "",
        "`tests/live/test_names.py` compares every name that these modules of PyTorch have with what is here: what is missing is on this",
        "list. A star stands for any letters.", "", "| in | names | reason | instead |", "|---|---|---|---|", *more,
        "", "## Names that can be imported, and are an error to use", "",
        "Packages import these to ask `isinstance`, or to write them into annotations; making one says that it is out of scope. So is",
        f"every name in {trees}.", "", "| in | names |", "|---|---|", *asked, ""])


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")

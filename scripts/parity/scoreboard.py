"""The scoreboard: everything examined, counted by area, and the page that holds it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import examining
import modules
import operations
import optimizers
import torch
from graphs import DIFFERENT, EXPRESSIONS
from scope import EXCEPTIONS, LOOSE, LOOSENED, NOT_BATCHED, NOT_LAID_OUT, OVERFLOWING, REASONS, ROUNDED, UNWRITTEN_OUT

PAGE = Path(__file__).parents[2] / "docs" / "parity.md"
KINDS = ("values", "methods", "in place", "out=", "gradients", "second", "errors", "other dtypes", "16-bit gradients", "refused dtypes",
         "layouts", "empty", "forward", "vmap")
Found = dict[str, list[str]]


def everything() -> Iterator[tuple[str, str, Callable[[int | None], Found]]]:
    """Area, name and examination of everything in scope."""
    for op in operations.in_scope():
        yield operations.area(op), op.formatted_name, lambda count, op=op: examining.examine(op, count)
    for module in modules.in_scope():
        yield "modules", modules.path(module), lambda count, module=module: modules.examine(module, count)
    for optimizer in optimizers.in_scope():
        yield "optimizers", optimizers.path(optimizer), lambda count, optimizer=optimizer: optimizers.examine(optimizer, count)


def table(results: dict[tuple[str, str], Found]) -> list[str]:
    """One line an area: of how many names a kind of check was made, and how many of them agree."""
    lines = ["| area | names | agree in all | " + " | ".join(KINDS) + " |", "|---|---|---|" + "---|" * len(KINDS)]
    areas = list(dict.fromkeys(area for area, _ in results))
    for area in [*areas, "**all**"]:
        some = [found for (a, _), found in results.items() if area in (a, "**all**")]
        cells = [area, str(len(some)), str(sum(not any(found.values()) for found in some))]
        for kind in KINDS:
            made = [found[kind] for found in some if kind in found]
            cells.append(f"{sum(not d for d in made)} / {len(made)}" if made else "")
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def page(results: dict[tuple[str, str], Found], count: int | None) -> str:
    """The text of the page."""
    differing = {name: [k for k, d in found.items() if d] for (_, name), found in results.items() if any(found.values())}
    reasons = [f"- {reason}: " + ", ".join(f"`{p}`" for p in patterns) for reason, patterns in REASONS.items()]
    loose = "PyTorch itself is off by more than the ordinary tolerance: " + ", ".join(
        f"`{name}` to {allowed}" for name, allowed in LOOSE.items())
    rounded = "in 16 bits PyTorch rounds between the steps of some operations, which are then compared to more units: " + ", ".join(
        f"`{name}` to {n} ({kind})" for (name, kind), n in ROUNDED.items())
    finite = "in 16 bits these overflow in PyTorch between the steps, and the elements that are finite there are compared: " + ", ".join(
        f"`{name}`" for name in OVERFLOWING)
    written = "PyTorch leaves `out` unwritten where one dimension alone is transformed, here it must hold the result: " + ", ".join(
        f"`{name}`" for name in UNWRITTEN_OUT)
    return "\n".join([
        "# Beside PyTorch's own sample inputs", "",
        f"PyTorch {torch.__version__.split('+')[0]} ships inputs for its operations, modules and optimizers. "
        "`python scripts/parity --write`",
        "runs them through both libraries in one process and writes this page; `tests/live/test_parity.py` fails where something",
        "differs that is not listed here. A name counts as agreeing where every sample does: results (float32, float64, int64, bool,",
        "complex64), the method, the in-place variant, `out=`, gradients and second derivatives (float64, complex128), and the class",
        "of the error for wrong inputs.",
        f"Made with {'all' if count is None else f'up to {count}'} samples of each name and dtype.", "",
        "Other dtypes are float16, bfloat16, int8, int16, int32, uint8 and complex128 (up to 10 samples of each): the same result where",
        "PyTorch has the operation for the dtype, and for those that it refuses an error of the same class. 16-bit gradients are those in",
        "float16 and bfloat16. Layouts are operands whose elements lie apart, in another order or in one place; empty are operands of",
        "which the first dimension has no entry: the same result, or an error of the same class. Forward are tangents in forward mode,",
        "vmap results for batches of two, which lie in front or behind (up to 8 samples). For modules, other dtypes are those",
        "after `.to(bfloat16)`, `.to(float16)` and, of linear layers and convolutions, `.to(complex64)`; for optimizers, those of 16-bit",
        "parameters (L-BFGS in bfloat16 alone: the products that it divides by underflow in float16).", "",
        *table(results), "", "## What differs", "",
        *([f"- `{name}`: {', '.join(kinds)}" for name, kinds in differing.items()] or ["Nothing."]), "",
        "## What is out of scope", "", *reasons, "",
        "Single differences that are passed over, each by what is told of it; all else of these checks is compared:", "",
        *grouped({key: f"{why} (`{pattern.replace('[[]', '[')}`)" for key, (why, pattern) in EXCEPTIONS.items()}), "",
        "Layouts that are not compared:", "", *grouped(NOT_LAID_OUT), "",
        "Not compared under `vmap`:", "", *grouped({(name, "vmap"): why for name, why in NOT_BATCHED.items()}), "",
        "## What is compared less strictly", "", "The tolerance is 1e-5 + 1e-4 |x| for float32 and complex64, 1e-8 + 1e-7 |x| for float64 "
        "and complex128 (first and", "second derivatives 1e-7 + 1e-6 |x|); of 16-bit floats one unit in the last place of the element and "
        "one of the largest element", "(gradients two, modules and optimizers four); integers, booleans, shapes and dtypes are equal. "
        "Besides:", "", *[f"- {what}" for what in LOOSENED], f"- {loose}", f"- {rounded}", f"- {finite}",
        f"- {written}", "",
        "## What autograd's graph shows", "",
        f"`grad_fn`, `next_functions` and `name()` of {len(EXPRESSIONS)} expressions, one of each kind, are compared node by node "
        f"(`scripts/parity/graphs.py`, `tests/live/test_graphs.py`): {len(EXPRESSIONS) - len(DIFFERENT)}", "show the same. The others:", "",
        *[f"- {why}: {', '.join(f'`{e}`' for e, w in DIFFERENT.items() if w == why)}" for why in dict.fromkeys(DIFFERENT.values())], ""])


def grouped(reasons: dict[tuple[str, str], str]) -> list[str]:
    """One line a reason, with the names and kinds of check it is the reason for."""
    return [f"- {why}: " + ", ".join(f"`{name}` ({kind})" for (name, kind), w in reasons.items() if w == why)
            for why in dict.fromkeys(reasons.values())]


def listed() -> dict[str, set[str]]:
    """What the page says differs: kinds of checks by names."""
    lines = PAGE.read_text(encoding="utf-8").split("## What differs")[1].split("##")[0].splitlines()
    pairs = [line[3:].split("`: ") for line in lines if line.startswith("- `")]
    return {name: set(kinds.split(", ")) for name, kinds in pairs}


def run(count: int | None, wanted: Callable[[str, str], bool] = lambda area, name: True,
        tell: Callable[[str, Found], Any] = lambda name, found: None) -> dict[tuple[str, str], Found]:
    """Examine what is wanted."""
    results: dict[tuple[str, str], Found] = {}
    for area, name, examine in everything():
        if wanted(area, name):
            results[area, name] = examine(count)
            tell(name, results[area, name])
    return results

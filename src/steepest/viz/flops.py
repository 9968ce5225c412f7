"""Counting the multiplications and additions of matrix products and convolutions: `torch.utils.flop_counter`.

As in PyTorch a product of an (m, k) by a (k, n) matrix counts 2 m k n, a convolution twice the size of its result times the weights of
one element, and elementwise work nothing. The counts are by module and by the operation's name in PyTorch.
"""

import warnings
from collections import Counter, defaultdict
from math import prod
from typing import Any

from steepest.core.modes import interpreters
from steepest.core.recorder import paused
from steepest.errors import text
from steepest.nn.modules import hooks
from steepest.nn.modules.module import Module

__all__ = ["FlopCounterMode"]

WHOLE = {"linear": "aten.addmm", "linear_without_bias": "aten.mm", "addmm": "aten.addmm", "baddbmm": "aten.baddbmm",
         "convolution": "aten.convolution", "convolution_transposed": "aten.convolution",
         "convolution_weight_backward": "aten.convolution_backward"}
"""Composites that are counted as a whole, and their names in PyTorch; the others are counted through their bodies."""
SUFFIXES = ["", "K", "M", "B", "T"]


def work(name: str, operands: tuple[Any, ...], params: dict[str, Any], result: Any) -> tuple[str, int] | None:
    """The name in PyTorch and the count of an operation; None for one that does not count."""
    if name.startswith("linear"):
        return WHOLE[name], 2 * prod(result.shape) * operands[0].shape[-1]
    if name in ("addmm", "baddbmm"):
        return WHOLE[name], 2 * prod(result.shape) * operands[1].shape[-1]
    if name == "convolution":
        return WHOLE[name], 2 * prod(result.shape) * prod(operands[1].shape[1:])
    if name == "convolution_transposed":
        return WHOLE[name], 2 * prod(operands[0].shape) * prod(operands[1].shape[1:])
    if name == "convolution_weight_backward":
        return WHOLE[name], 2 * prod(operands[0].shape) * prod(result.shape[1:])
    if "spec" not in params:
        return None
    inputs, out = params["spec"].split("->")
    a, b = inputs.split(",")
    if min(len(a), len(b), len(out)) < 2:                     # a product with a vector
        return None
    sizes = dict(zip(a + b, (*operands[0].shape, *operands[1].shape), strict=True))
    return "aten.mm" if len(out) == 2 else "aten.bmm", 2 * prod(sizes.values())


class _Counting:
    """The interpreter that evaluates eagerly and counts."""

    def __init__(self, mode: "FlopCounterMode"):
        self.mode = mode

    def bind(self, primitive: Any, operands: tuple[Any, ...], params: dict[str, Any]) -> Any:
        if primitive.form == "composite" and primitive.name not in WHOLE:
            return primitive.evaluate_body(operands, params)
        with paused(self):
            result = primitive(*operands, **params)
        counted = work(primitive.name, operands, params, result)
        if counted is not None:
            for module in ("Global", *self.mode.inside):
                self.mode.flop_counts[module][counted[0]] += counted[1]
        return result

    def write(self, target: Any, value: Any) -> bool:
        return False

    def read(self, x: Any) -> None: ...

    def accumulated(self, leaf: Any, gradient: Any) -> None: ...


class FlopCounterMode:
    """`with FlopCounterMode() as counter:` counts what is computed inside, backward passes too (these under "Global" alone).

    >>> from steepest.utils.flop_counter import FlopCounterMode
    >>> with FlopCounterMode(display=False) as counter:
    ...     _ = torch.ones(2, 3) @ torch.ones(3, 4)
    >>> counter.get_total_flops()
    48
    """

    def __init__(self, mods: Any = None, depth: int = 2, display: bool = True, custom_mapping: dict[Any, Any] | None = None) -> None:
        self.flop_counts: dict[str, Counter[str]] = defaultdict(Counter)
        self.depth, self.display = depth, display
        if mods is not None:
            warnings.warn(text("flops-mods"), stacklevel=2)
        self.inside: list[str] = []

    def __enter__(self) -> "FlopCounterMode":
        self.flop_counts.clear()
        self.inside.clear()
        self._names: dict[int, str] = {}
        self._counting = _Counting(self)
        interpreters.append(self._counting)
        self._handles = [hooks.register_module_forward_pre_hook(self._enter),
                         hooks.register_module_forward_hook(self._leave, always_call=True)]
        return self

    def __exit__(self, *problem: Any) -> None:
        interpreters.remove(self._counting)
        for handle in self._handles:
            handle.remove()
        if self.display:
            print(self.get_table(self.depth))

    def _enter(self, module: Module, inputs: Any) -> None:
        if id(module) not in self._names:
            root = type(module).__name__
            self._names |= {id(m): f"{root}.{name}" if name else root for name, m in module.named_modules()}
        self.inside.append(self._names[id(module)])

    def _leave(self, module: Module, inputs: Any, output: Any) -> None:
        self.inside.pop()

    def get_total_flops(self) -> int:
        """The count of everything."""
        return self.flop_counts["Global"].total()

    def get_flop_counts(self) -> dict[str, dict[Any, int]]:
        """The counts by module and, in it, by operation."""
        return {module: dict(counts) for module, counts in self.flop_counts.items()}

    def get_table(self, depth: int | None = None) -> str:
        """The counts as a table, down to some depth of modules."""
        total = self.get_total_flops()
        unit = max(0, min(len(SUFFIXES) - 1, (len(str(total)) - 2) // 3))

        def row(name: str, count: int) -> list[str]:
            return [name, f"{count / 1000 ** unit:.3f}{SUFFIXES[unit]}", f"{count / total:.2%}" if total else "0%"]

        rows, whole = [], False
        for module in sorted(self.flop_counts):
            level = module.count(".")
            if module == "Global" or level >= (self.depth if depth is None else depth):
                continue
            count = self.flop_counts[module].total()
            whole = whole or count >= total
            rows += [row(" " * level + module, count),
                     *(row(" " * level + f" - {name}", n) for name, n in self.flop_counts[module].items())]
        if not whole:
            rows = [row("Global", total), *(row(f" - {name}", n) for name, n in self.flop_counts["Global"].items()),
                    *([f" {name}", *numbers] for name, *numbers in rows)]
        rows.insert(0, ["Module", "FLOP", "% Total"])
        width = [max(len(r[k]) for r in rows) for k in range(3)]
        lines = [f"{a:<{width[0]}}  {b:>{width[1]}}  {c:>{width[2]}}" for a, b, c in rows]
        return "\n".join([lines[0], "  ".join("-" * w for w in width), *lines[1:]])

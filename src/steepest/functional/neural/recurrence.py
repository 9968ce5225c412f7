"""Recurrent cells: one step as an expression, and whole sequences as one node with a pass of its own through time, forward and back.

A cell is a row: its gates, its step, and the same step and its gradient over the elements of native rows (Elman 1990; Hochreiter and
Schmidhuber 1997 with the forget gate of Gers et al. 2000; Cho et al. 2014). Sequences lie one step after the other, `(rows, features)`;
a step may have fewer rows than the one before. Where an interpreter looks on, and for second derivatives, the steps are the operation.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from steepest.autograd.gradients import grad
from steepest.core.dtype import from_numpy
from steepest.core.modes import interpreters, modes
from steepest.core.tensor import Tensor, fresh
from steepest.functional.casting import lowers
from steepest.functional.joining import cat
from steepest.functional.neural.linear import linear
from steepest.functional.neural.rows import NATIVE, RowKernel
from steepest.functional.neural.steady import Steady
from steepest.ops.activations import relu, sigmoid
from steepest.ops.composites import composite
from steepest.ops.functions import tanh
from steepest.ops.views import unsafe_piece

__all__ = ["CELLS", "lowered_sequence", "run_steps", "whole_sequence"]

State = tuple[Tensor, ...]
Array = np.ndarray[Any, Any]
Values = dict[str, Any]


# one step -------------------------------------------------------------------------------------------------------------------
def simple_step(activation: Any) -> Callable[..., State]:
    """h' = activation(W_ih x + b_ih + W_hh h + b_hh)."""

    def step(from_input: Tensor, state: State, weight: Tensor, bias: Tensor | None) -> State:
        return (activation(linear(state[0], weight, bias) + from_input),)

    return step


def gates_of(sums: Tensor, count: int) -> list[Any]:
    """The equal parts of the last dimension."""
    size, dim = sums.array.shape[-1] // count, sums.array.ndim - 1
    return [unsafe_piece(sums, dim=dim, start=i * size, stop=(i + 1) * size, step=1) for i in range(count)]


def lstm_step(from_input: Tensor, state: State, weight: Tensor, bias: Tensor | None) -> State:
    """c' = f · c + i · g and h' = o · tanh(c') with the gates i, f, g, o."""
    hidden, cell = state
    i, f, g, o = gates_of(linear(hidden, weight, bias) + from_input, 4)
    cell = f.sigmoid() * cell + i.sigmoid() * g.tanh()
    return o.sigmoid() * cell.tanh(), cell


def gru_step(from_input: Tensor, state: State, weight: Tensor, bias: Tensor | None) -> State:
    """h' = (1 - z) · n + z · h with n = tanh(x_n + r · h_n)."""
    hidden = state[0]
    x_r, x_z, x_n = gates_of(from_input, 3)
    h_r, h_z, h_n = gates_of(linear(hidden, weight, bias), 3)
    reset = (h_r + x_r).sigmoid()
    update = (h_z + x_z).sigmoid()
    new = (x_n + h_n * reset).tanh()
    return ((hidden - new) * update + new,)


# the same over elements: what a step leaves for its gradient, and the gradient ----------------------------------------------
def _sums(e: Any) -> Sequence[Any]:
    """What comes from the hidden state, block by block."""
    blocks = e.product if isinstance(e.product, tuple) else (e.product,)
    if e.bias is None:
        return blocks
    return [p + b for p, b in zip(blocks, e.bias if isinstance(e.bias, tuple) else (e.bias,), strict=True)]


def _simple(activation: Any) -> Callable[[Any, Any], Values]:
    def element(m: Any, e: Any) -> Values:
        h = activation.definition(m, e.x + _sums(e)[0])
        return {"h_next": h, "out": h, "gates": h, "before": e.h}

    return element


def _tanh_slope(m: Any, e: Any) -> Values:
    return {"dx": (e.dh + e.g) * (1 - e.gates * e.gates)}


def _relu_slope(m: Any, e: Any) -> Values:
    return {"dx": m.where(e.gates > 0, e.dh + e.g, 0)}


def _lstm(m: Any, e: Any) -> Values:
    i, f, g, o = [x + p for x, p in zip(e.x, _sums(e), strict=True)]
    i, f, o = [sigmoid.definition(m, a) for a in (i, f, o)]
    g = m.tanh(g)
    cell = f * e.c + i * g
    squashed = m.tanh(cell)
    h = o * squashed
    return {"h_next": h, "c_next": cell, "out": h, "gates": (i, f, g, o), "cell": e.c, "squashed": squashed, "before": e.h}


def _lstm_slope(m: Any, e: Any) -> Values:
    i, f, g, o = e.gates
    d = e.dh + e.g
    dc = e.dc + d * o * (1 - e.squashed * e.squashed)
    slopes = dc * g * i * (1 - i), dc * e.cell * f * (1 - f), dc * i * (1 - g * g), d * e.squashed * o * (1 - o)
    return {"dx": slopes, "dc_before": dc * f}


def _gru(m: Any, e: Any) -> Values:
    x_r, x_z, x_n = e.x
    h_r, h_z, h_n = _sums(e)
    reset, update = sigmoid.definition(m, x_r + h_r), sigmoid.definition(m, x_z + h_z)
    new = m.tanh(x_n + reset * h_n)
    h = (e.h - new) * update + new
    return {"h_next": h, "out": h, "gates": (reset, update, new), "inner": h_n, "before": e.h}


def _gru_slope(m: Any, e: Any) -> Values:
    reset, update, new = e.gates
    d = e.dh + e.g
    dn = d * (1 - update) * (1 - new * new)
    dr, dz = dn * e.inner * reset * (1 - reset), d * (e.before - new) * update * (1 - update)
    return {"dx": (dr, dz, dn), "da": (dr, dz, dn * reset), "dh_before": d * update}


class Cell(NamedTuple):
    """The gates of a cell, one step of it, the native passes, and what the first leaves for the way back: blocks by name."""

    gates: int
    step: Callable[..., State]
    forward: RowKernel
    back: RowKernel
    kept: dict[str, int]

    @property
    def around(self) -> bool:
        """Whether what comes from the hidden state has another gradient than what comes from the input, and a way around both."""
        return "da" in self.back.results


def _matrices(blocks: Mapping[str, int]) -> dict[str, str]:
    return {name: "matrix" if n == 1 else f"matrix*{n}" for name, n in blocks.items()}


def _cell(name: str, gates: int, step: Callable[..., State], states: Mapping[str, str], forward: Any, back: Any,
          kept: dict[str, int], read: Sequence[str], gives: Mapping[str, int]) -> Cell:
    """A row of the table; `states` are the states before a step and their slopes, `read` what the way back reads of what is kept."""
    operands = _matrices({**dict.fromkeys(states, 1), "product": gates, "x": gates}) | {"bias": f"vector*{gates}"}
    results = _matrices({**{s + "_next": 1 for s in states}, "out": 1, **kept})
    on_the_way_back = _matrices({**dict.fromkeys(states.values(), 1), "g": 1, **{n: kept[n] for n in read}})
    return Cell(gates, step, RowKernel(name, lambda row: row.write(forward), operands, results),
                RowKernel(name + "_backward", lambda row: row.write(back), on_the_way_back, _matrices({"dx": gates, **gives})), kept)


HIDDEN, BOTH = {"h": "dh"}, {"h": "dh", "c": "dc"}
CELLS = {
    "RNN_TANH": _cell("rnn_tanh", 1, simple_step(tanh), HIDDEN, _simple(tanh), _tanh_slope, {"gates": 1, "before": 1}, ["gates"], {}),
    "RNN_RELU": _cell("rnn_relu", 1, simple_step(relu), HIDDEN, _simple(relu), _relu_slope, {"gates": 1, "before": 1}, ["gates"], {}),
    "LSTM": _cell("lstm", 4, lstm_step, BOTH, _lstm, _lstm_slope, {"gates": 4, "cell": 1, "squashed": 1, "before": 1},
                  ["gates", "cell", "squashed"], {"dc_before": 1}),
    "GRU": _cell("gru", 3, gru_step, HIDDEN, _gru, _gru_slope, {"gates": 3, "inner": 1, "before": 1}, ["gates", "inner", "before"],
                 {"da": 3, "dh_before": 1}),
}


# whole sequences ------------------------------------------------------------------------------------------------------------
def run_steps(mode: str, from_input: Tensor, first: State, weight: Tensor, bias: Tensor | None, sizes: Sequence[int], backward: bool,
              projection: Tensor | None = None) -> tuple[Tensor, State]:
    """One step after the other, from the last one if `backward`: the hidden states of all steps, and the last state of each row."""
    step = CELLS[mode].step
    inputs: Any = from_input.split(list(sizes))
    rows = sizes[-1] if backward else sizes[0]
    state = tuple(part[:rows] for part in first)
    outputs: list[Any] = [None] * len(sizes)
    finished: list[State] = []
    for time in reversed(range(len(sizes))) if backward else range(len(sizes)):
        if sizes[time] > rows:  # backward: sequences that end here begin
            state = tuple(cat([part, start[rows : sizes[time]]]) for part, start in zip(state, first, strict=True))
        elif sizes[time] < rows:  # forward: sequences that ended keep their state
            finished.append(tuple(part[sizes[time] :] for part in state))
            state = tuple(part[: sizes[time]] for part in state)
        rows = sizes[time]
        state = step(inputs[time], state, weight, bias)
        if projection is not None:
            state = (linear(state[0], projection), *state[1:])
        outputs[time] = state[0]
    if finished:
        state = tuple(cat(parts) for parts in zip(state, *reversed(finished), strict=True))
    return cat(outputs), state


class Kept:
    """What the pass through time leaves for the way back, and there the gradients until every operand has fetched its own."""

    def __init__(self, wanted: bool):
        self.wanted = wanted
        self.arrays: dict[str, Array] = {}
        self.of: Any = None
        self.gradients: dict[str, Any] = {}


def _spans(sizes: Sequence[int]) -> list[slice]:
    ends = list(itertools.accumulate(sizes))
    return [slice(end - n, end) for n, end in zip(sizes, ends, strict=True)]


def _functions(mode: str, dtype: np.dtype[Any], biased: bool, wanted: bool) -> tuple[Any, Any]:
    """The native passes; False for one where there is no native code."""
    cell, name = CELLS[mode], NATIVE[dtype]
    left_out = ({"bias"} if not biased else set()) | (cell.kept.keys() if not wanted else set())
    given = {*cell.forward.operands, *cell.forward.results} - left_out
    key = name, biased, wanted
    found = cell.forward.made.get(key)
    if found is None:
        found = cell.forward.made[key] = cell.forward.function(name, frozenset(given))
    back = cell.back.made.get(name)
    if back is None:
        back = cell.back.made[name] = cell.back.function(name, frozenset({*cell.back.operands, *cell.back.results}))
    return found, back


def _sequence_kernel(x: Array, hidden: Array, other: Any, weight: Array, bias: Any, kept: Kept, mode: str, sizes: Sequence[int],
                     backward: bool) -> Any:
    cell = CELLS[mode]
    step = _functions(mode, x.dtype, bias is not None, kept.wanted)[0]
    width = weight.shape[1]
    x, through = np.ascontiguousarray(x), Steady(weight.T, len(hidden))
    states = [np.array(s, order="C") for s in (hidden, other) if s is not None]
    out, product = np.empty((len(x), width), x.dtype), np.empty((len(hidden), cell.gates * width), x.dtype)
    if kept.wanted:
        kept.arrays = {name: np.empty((len(x), blocks * width), x.dtype) for name, blocks in cell.kept.items()}
    flat = [out, *kept.arrays.values()]
    fixed = [] if bias is None else [np.ascontiguousarray(bias)]
    spans = _spans(sizes)
    for span in reversed(spans) if backward else spans:
        n = span.stop - span.start
        now = [s[:n] for s in states]
        through(now[0], product[:n])
        step(*now, product, x[span], *fixed, *now, *[a[span] for a in flat])
    return (out, *states)


def _swept(g: Any, kept: Kept, weight: Array, hidden: Array, mode: str, sizes: Sequence[int], backward: bool) -> dict[str, Array]:
    """The gradients of what comes from the input and of the first states, and what those of weight and bias are made from."""
    cell, arrays = CELLS[mode], kept.arrays
    step = _functions(mode, weight.dtype, False, True)[1]
    rows, width = sum(sizes), weight.shape[1]
    out = np.zeros((rows, width), weight.dtype) if g[0] is None else np.ascontiguousarray(g[0].array)
    slopes = [np.zeros((len(hidden), width), weight.dtype) if s is None else np.array(s.array, order="C") for s in g[1:]]
    dx = np.empty((rows, cell.gates * width), weight.dtype)
    da = np.empty_like(dx) if cell.around else dx
    saved = [arrays[name] for name in cell.back.operands if name in arrays]
    spans, through, product = _spans(sizes), Steady(weight, len(hidden)), np.empty_like(slopes[0])
    for span in spans if backward else reversed(spans):
        n = span.stop - span.start
        now = [s[:n] for s in slopes]
        step(*now, out[span], *[a[span] for a in saved], dx[span], *([da[span], now[0]] if cell.around else now[1:]))
        if cell.around:
            through(da[span], product[:n])
            now[0] += product[:n]
        else:
            through(dx[span], now[0])
    return {"x": dx, "da": da, "hidden": slopes[0], "other": slopes[-1]}


def _gradient(name: str) -> Callable[..., Any]:
    def rule(g: Any, x: Any, hidden: Any, other: Any, weight: Any, bias: Any, kept: Kept, mode: str, sizes: Sequence[int],
             backward: bool) -> Any:
        if kept.of is not g:        # the first operand of this pass: the gradients of all are made at once
            once = not (modes.grad or interpreters)
            given = x, hidden, other, weight, bias
            kept.gradients = (_swept(g, kept, weight.array, hidden.array, mode, sizes, backward) if once
                              else _of_steps(g, given, mode, sizes, backward))
            kept.of = g
        return fetch(name, kept, weight)

    return rule


def fetch(name: str, kept: Kept, weight: Any) -> Any:
    """An operand's gradient; those of weight and bias are products and sums over all steps at once."""
    found = kept.gradients
    if name not in found:
        da = found["da"]
        found[name] = np.matmul(da.T, kept.arrays["before"]) if name == "weight" else np.add.reduce(da, axis=0)
    made = found[name]
    return made if made is None or isinstance(made, Tensor) else fresh(made, from_numpy(made.dtype))


def _of_steps(g: Any, operands: tuple[Any, ...], mode: str, sizes: Sequence[int], backward: bool) -> dict[str, Any]:
    """The gradients by way of the steps, which are differentiable again."""
    before, create = modes.grad, modes.grad
    modes.grad = True
    try:
        given = [x if x is None or not x.requires_grad else x if create else x.detach().requires_grad_() for x in operands]
        x, hidden, other, weight, bias = given
        out, state = run_steps(mode, x, (hidden,) if other is None else (hidden, other), weight, bias, sizes, backward)
    finally:
        modes.grad = before
    reached = [(y, s) for y, s in zip((out, *state), g, strict=True) if s is not None]
    wanted = [x for x in given if x is not None and x.requires_grad]
    slopes = iter(grad([y for y, _ in reached], wanted, [s for _, s in reached], create_graph=create, allow_unused=True))
    return {name: next(slopes) if x is not None and x.requires_grad else None for name, x in zip(OPERANDS, given, strict=True)}


OPERANDS = ("x", "hidden", "other", "weight", "bias")


def _body(x: Any, hidden: Any, other: Any, weight: Any, bias: Any, kept: Any, mode: str, sizes: Sequence[int], backward: bool) -> Any:
    out, state = run_steps(mode, x, (hidden,) if other is None else (hidden, other), weight, bias, sizes, backward)
    return (out, *state)


RULES: dict[str, Any] = {name: _gradient(name) for name in OPERANDS}
SEQUENCES = {mode: composite(cell.forward.name + "_sequence", _body, operands=6, kernel=_sequence_kernel, **RULES)
             for mode, cell in CELLS.items()}


def whole_sequence(mode: str, from_input: Tensor, first: State, weight: Tensor, bias: Tensor | None, sizes: Sequence[int],
                   backward: bool) -> tuple[Tensor, State]:
    """As `run_steps`, in one node where native code can and nobody watches the steps."""
    operands = (from_input, first[0], first[1] if len(first) > 1 else None, weight, bias)
    given = [x for x in operands if x is not None]
    dtype = from_input.array.dtype
    fits = not interpreters and dtype in NATIVE and all(x.array.dtype == dtype for x in given) and from_input.array.size
    if not fits or False in _functions(mode, dtype, bias is not None, True):
        return run_steps(mode, from_input, first, weight, bias, sizes, backward)
    kept = Kept(modes.grad and any(x.requires_grad for x in given))
    out, *state = SEQUENCES[mode](*operands, kept, mode=mode, sizes=sizes, backward=backward)
    return out, tuple(state)


lowered_sequence = lowers(whole_sequence)
"""Autocast lowers what an LSTM keeps, too; a GRU's state stays as it is."""

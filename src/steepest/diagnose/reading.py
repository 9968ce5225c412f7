"""What one backward pass tells: the operations that led to the loss, their values, lines and layers, and the loss itself.

Nothing is computed anew: the operations were noted while the program ran them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from steepest.core.node import Node
from steepest.core.tensor import Tensor

__all__ = ["Activation", "LossSeen", "Op", "best_constant", "broadcast_in", "loss_of", "mean_loss", "plain_inputs", "reached"]

Array = np.ndarray[Any, Any]
LARGE = 200_000
"""Of a prediction with more numbers only so many are looked at."""
ROWS = 256
"""So many rows of a batch are looked at where statistics of activations are wanted."""

ACTIVATIONS = {"sigmoid": (0.0, 1.0), "tanh": (-1.0, 1.0), "relu": (0.0, math.inf), "softmax": (0.0, 1.0)}
LOSSES = {
    "binary_cross_entropy": "bce", "binary_cross_entropy_with_logits": "logits", "nll_loss": "classes", "nll_loss2d": "classes",
    "mse_loss": "squared", "smooth_l1_loss": "absolute", "huber_loss": "absolute",
}  # fmt: skip
PASSING = {"mean", "sum", "neg", "div", "mul", "view", "squeeze", "unsqueeze", "clone", "add", "sqrt", "expand", "reshape"}
FIRST_LAYERS = {"linear", "linear_without_bias", "mm", "bmm", "convolution", "matmul", "mv"}


class Op(NamedTuple):
    """One noted operation."""

    name: str
    node: Node
    operands: tuple[Any, ...]
    result: Tensor
    params: dict[str, Any]
    line: tuple[str, int]


@dataclass
class Activation:
    """The output of an activation function in one pass, as statistics over the rows."""

    name: str
    line: tuple[str, int]
    units: int
    rows: int
    spread: float  # standard deviation over the rows, mean over the units
    saturated: float  # share of values at an end of the range
    dead: Array  # units that are zero on every row
    output: bool = False  # whether this is what the loss takes


@dataclass
class LossSeen:
    """The loss of one pass: of which kind, and what it compared."""

    kind: str
    prediction: Array
    target: Array | None
    line: tuple[str, int]
    producer: str  # the operation that made the prediction
    producer_line: tuple[str, int] | None
    value: float = math.nan  # mean over the terms, where it was worked out
    outer: Op | None = None
    own_target: bool = False  # whether the target came from the prediction itself
    paths: int = 1
    rows: int = 0
    shapes: tuple[tuple[int, ...], tuple[int, ...]] = field(default=((), ()))


def reached(root: Tensor) -> tuple[set[int], list[Tensor]]:
    """The nodes (by identity) below a result, and the leaves that its gradient reaches."""
    if root.node is None:
        return set(), [root] if root.needs_grad else []
    seen: set[int] = {id(root.node)}
    leaves: dict[int, Tensor] = {}
    stack = [root.node]
    while stack:
        for edge in stack.pop().edges:
            if edge is None:
                continue
            target = edge[0]
            if isinstance(target, Node):
                if id(target) not in seen:
                    seen.add(id(target))
                    stack.append(target)
            else:
                leaves[id(target)] = target
    return seen, list(leaves.values())


def by_node(ops: Iterable[Op]) -> dict[int, Op]:
    """The noted operations by the identity of their nodes."""
    return {id(op.node): op for op in ops}


def activations_of(ops: Sequence[Op], below: set[int]) -> list[Activation]:
    """The activation functions on the way to the loss, in the order in which they ran."""
    found = []
    for op in ops:
        if op.name in ACTIVATIONS and id(op.node) in below and op.result.array.ndim >= 2 and op.name != "softmax":
            found.append(_statistics(op))
    return found


def _statistics(op: Op) -> Activation:
    array = op.result.array
    values = array[:ROWS]
    if values.ndim > 2:  # (N, C, *): a channel is a unit, its places count as rows
        values = np.moveaxis(values, 1, -1).reshape(-1, values.shape[1])[: ROWS * 16]
    low, high = ACTIVATIONS[op.name]
    if math.isinf(high):
        saturated = 0.0
    else:
        saturated = np.count_nonzero(np.abs(values - (low + high) / 2) > 0.49 * (high - low)) / max(1, values.size)
    rows, units = values.shape
    dead: Array = np.maximum.reduce(values, 0) <= 0 if op.name == "relu" and rows else np.zeros(units, bool)
    centred = values - np.add.reduce(values, 0, dtype=np.float64) / max(1, rows)         # numpy's own std takes three times as long
    spread = np.sqrt(np.einsum("ij,ij->j", centred, centred) / max(1, rows))
    return Activation(op.name, op.line, units, rows, float(np.add.reduce(spread)) / max(1, units), saturated, dead)


def first_inputs(ops: Sequence[Op], below: set[int]) -> tuple[Array, Op] | None:
    """The data that the model was given: the first operand without gradient of the first layer, `(N, *)`."""
    for op in ops:
        if op.name in FIRST_LAYERS and id(op.node) in below:
            for x in op.operands[:2]:
                if isinstance(x, Tensor) and not x.needs_grad and x.array.ndim >= 2 and x.dtype.is_floating_point:
                    return x.array, op
            return None
    return None


def loss_of(root: Tensor, noted: dict[int, Op]) -> LossSeen | None:
    """Recognise the loss: one of the package's, or squares or absolute values of differences written by hand."""
    tensor_node: Any = root.node
    paths, steps = 1, 0
    power = None
    while isinstance(tensor_node, Node) and steps < 40:
        steps += 1
        op = noted.get(id(tensor_node))
        if op is None:
            return None
        if op.name in LOSSES:
            return _from_composite(op, noted, paths)
        if op.name in ("square", "abs") or op.name == "power" and op.operands[1] == 2 or _is_own_square(op):
            power = op
        elif op.name in ("sub", "rsub") and power is not None:
            return _from_difference(op, power, noted, paths)
        elif op.name not in PASSING:
            return None
        below = [edge[0] for edge in op.node.edges if edge is not None and isinstance(edge[0], Node)]
        if op.name == "add" and len(below) == 2:
            # a penalty beside the loss: follow the branch that ends in a known loss
            paths += 1
            known = [n for n in below if _leads_to_loss(n, noted)]
            below = known or below
        if not below:
            return None
        tensor_node = below[0]
    return None


def _leads_to_loss(node: Node, noted: dict[int, Op]) -> bool:
    steps = 0
    while steps < 20:
        op = noted.get(id(node))
        if op is None:
            return False
        if op.name in LOSSES or op.name in ("sub", "rsub"):
            return True
        below = [edge[0] for edge in node.edges if edge is not None and isinstance(edge[0], Node)]
        if not below or op.name not in PASSING | {"square", "abs", "power"}:
            return False
        node, steps = below[0], steps + 1
    return False


def _is_own_square(op: Op) -> bool:
    return op.name == "mul" and len(op.operands) == 2 and op.operands[0] is op.operands[1]


def _producer(x: Any, noted: dict[int, Op]) -> Op | None:
    node = x.node if isinstance(x, Tensor) else None
    op = noted.get(id(node)) if node is not None else None
    while op is not None and op.name in ("view", "squeeze", "unsqueeze", "reshape", "select", "transpose", "permute", "expand"):
        node = op.operands[0].node if isinstance(op.operands[0], Tensor) else None
        following = noted.get(id(node)) if node is not None else None
        if following is None:
            return op
        op = following
    return op


def _from_composite(op: Op, noted: dict[int, Op], paths: int) -> LossSeen | None:
    prediction, target = op.operands[0], op.operands[1]
    kind = LOSSES[op.name]
    producer = _producer(prediction, noted)
    if kind == "classes" and producer is not None and producer.name == "log_softmax":
        prediction = producer.operands[0]
        producer = _producer(prediction, noted)
    elif kind == "classes":
        kind = "log-probabilities"
    return _seen(kind, prediction, target, op, producer, paths, op)


def _from_difference(op: Op, power: Op, noted: dict[int, Op], paths: int) -> LossSeen | None:
    a, b = op.operands[0], op.operands[1]
    if op.name == "rsub":
        a, b = b, a
    if not (isinstance(a, Tensor) and a.needs_grad):
        a, b = b, a
    kind = "absolute" if power.name == "abs" else "squared"
    return _seen(kind, a, b, op, _producer(a, noted), paths, power)


def _seen(kind: str, prediction: Any, target: Any, op: Op, producer: Op | None, paths: int, outer: Op) -> LossSeen:
    if isinstance(target, Tensor) and target.needs_grad and not prediction.needs_grad:
        prediction, target = target, prediction         # given the other way round
    p = prediction.array
    t = target.array if isinstance(target, Tensor) else np.asarray(target)
    own = isinstance(target, Tensor) and p.size > 0 and np.may_share_memory(p, t) and p.shape == t.shape
    shapes = p.shape, t.shape
    if p.size > LARGE and p.ndim:       # part of the rows is enough for statistics
        rows_kept = max(64, LARGE // max(1, p.size // len(p)))
        p, t = p[:rows_kept], t[:rows_kept] if t.ndim and len(t) == shapes[0][0] else t
    return LossSeen(kind, p, t, op.line, producer.name if producer else "", producer.line if producer else None, outer=outer,
                    own_target=own, paths=paths, rows=shapes[0][0] if p.ndim else 1, shapes=shapes)


def mean_loss(kind: str, p: Array, t: Array) -> float:
    """The loss per term, in float64."""
    p = p.astype(np.float64)
    if kind in ("classes", "log-probabilities"):
        if t.dtype.kind not in "iu" or p.ndim != 2 or t.shape != p.shape[:1] or not t.size or t.min() < 0 or t.max() >= p.shape[1]:
            return math.nan
        logs = p if kind == "log-probabilities" else p - p.max(1, keepdims=True)
        norm = 0.0 if kind == "log-probabilities" else np.log(np.exp(logs).sum(1))
        return float((norm - logs[np.arange(len(t)), t]).mean())
    t = t.astype(np.float64)
    if kind == "bce":
        return float(-(t * np.maximum(np.log(p), -100) + (1 - t) * np.maximum(np.log1p(-p), -100)).mean())
    if kind == "logits":
        return float(((1 - t) * p + np.maximum(-p, 0) + np.log1p(np.exp(-np.abs(p)))).mean())
    d = p - t
    return float(np.abs(d).mean() if kind == "absolute" else (d * d).mean())


def best_constant(kind: str, t: Array) -> float | None:
    """The loss per term of the best answer that is the same for every row: entropy of the label rate, variance of the target."""
    if not t.size:
        return None
    if kind in ("classes", "log-probabilities"):
        if t.dtype.kind not in "iu":
            return None
        shares = np.unique(t, return_counts=True)[1] / t.size
        return float(-(shares * np.log(shares)).sum())
    t = t.astype(np.float64)
    if kind in ("bce", "logits"):
        rate = np.clip(t.mean(0) if t.ndim > 1 else t.mean(), 1e-12, 1 - 1e-12)
        return float(np.mean(-(rate * np.log(rate) + (1 - rate) * np.log(1 - rate))))
    if t.ndim == 0 or len(t) < 2:
        return None
    middle = np.median(t, 0) if kind == "absolute" else t.mean(0)
    return float(np.abs(t - middle).mean() if kind == "absolute" else ((t - middle) ** 2).mean())


def plain_inputs(ops: list[Op], loss: LossSeen) -> tuple[Array | None, tuple[str, int]]:
    """The data of a model without layers: a factor of a parameter with as many rows as the prediction."""
    columns: list[Array] = []
    line = ("", 0)
    for op in ops:
        if op.name in ("mul", "mv"):
            for x, other in ((op.operands[0], op.operands[-1]), (op.operands[-1], op.operands[0])):
                if isinstance(x, Tensor) and not x.needs_grad and x.dtype.is_floating_point and x.array.ndim \
                        and isinstance(other, Tensor) and other.needs_grad and len(x.array) == loss.rows and loss.rows > 1:
                    line = line if line[1] else op.line
                    columns.append(x.array.reshape(len(x.array), -1))
    if not columns:
        return None, line
    unique: list[Array] = []
    for c in columns:
        if not any(c is u or c.shape == u.shape and np.array_equal(c, u) for u in unique):
            unique.append(c)
    return np.concatenate(unique, 1), line


def broadcast_in(ops: list[Op], leaves: list[Tensor]) -> tuple[Any, ...] | None:
    """A difference of (n, 1) and (n) that became (n, n), in a loss written by hand."""
    for op in ops:
        if op.name in ("sub", "rsub") and len(op.operands) == 2 and all(isinstance(x, Tensor) for x in op.operands):
            a, b = op.operands
            shapes = {a.array.shape, b.array.shape}
            n = op.result.array.shape
            if len(n) == 2 and n[0] == n[1] > 1 and shapes == {(n[0], 1), (n[0],)} and not (a.needs_grad and b.needs_grad):
                return a.array.shape, b.array.shape, op.line
    return None

"""`network(model)`: neurons and weights as a picture. `summary(model, x)`: layers, shapes and parameters as text.

What the layers are is read from one forward pass: every affine map is a layer, whoever wrote it, and the functions that follow are its
activation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import steepest
from steepest.core.modes import no_graph
from steepest.core.tensor import Tensor, from_array
from steepest.errors import text
from steepest.nn import Module
from steepest.viz.graph_pictures import number
from steepest.viz.style import current, described, new_figure, picture
from steepest.viz.tracing import Operation, tracing

__all__ = ["Layer", "Summary", "layers_of", "network", "summary"]

Array = np.ndarray[Any, Any]
MOST_NEURONS = 12
ACTIVATIONS = {"sigmoid", "tanh", "relu", "leaky_relu", "elu", "gelu", "gelu_tanh", "silu", "softplus", "log_sigmoid", "hardtanh", "mish",
               "softmax", "log_softmax", "hardsigmoid", "hardswish", "prelu", "selu", "celu", "softsign", "rrelu"}  # fmt: skip
BLOCKS = {"convolution": "conv", "max_pool": "max pool", "avg_pool": "mean pool", "batch_norm": "norm", "layer_norm": "norm"}


@dataclass
class Layer:
    """One column of neurons: `weight` `(out, in)` and `bias` lead to it, None for the inputs and for blocks that are not drawn neuron by
    neuron; `values` are those of the row shown."""

    name: str
    size: int
    weight: Array | None = None
    bias: Array | None = None
    activation: str = ""
    values: Array | None = None
    block: str = ""
    made: list[int] = field(default_factory=list)


@picture
def network(model: Any, x: Any = None, *, names: Sequence[str] | None = None, outputs: Sequence[str] | None = None) -> Any:
    """Draw a model's neurons and edges; the figure, whose `data` are its layers.

    Blue solid edges are positive weights, orange dashed ones negative, wider where larger; small numbers below the neurons are biases.
    `x` is a row (or a batch, of which the first row is shown) whose values stand in the neurons. `names` are those of the inputs,
    `outputs` those of the outputs. `model` is a module or a function of one tensor. Raises ValueError where no layer is found.

    >>> figure = steepest.viz.network(torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Tanh(), torch.nn.Linear(3, 1)))
    >>> [layer.size for layer in figure.data]
    [2, 3, 1]
    """
    return draw_network(layers_of(model, x), x is not None, names, outputs)


@picture
def draw_network(layers: list[Layer], valued: bool = True, names: Sequence[str] | None = None,
                 outputs: Sequence[str] | None = None) -> Any:
    """The picture of given layers."""
    shown = [_shown(layer.size) for layer in layers]
    tallest = max(len(s) for s in shown)
    figure = new_figure(max(6.4, 2.5 * len(layers)), max(3.6, 0.62 * tallest + 1.4))
    ax = figure.add_subplot()
    ax.set_axis_off()
    for k in range(1, len(layers)):
        _edges(ax, layers[k], k, shown[k - 1], shown[k])
    for k, layer in enumerate(layers):
        _column(ax, layer, k, shown[k], valued, names if k == 0 else outputs if k == len(layers) - 1 else None, len(layers))
    ax.set(xlim=(-0.75, len(layers) - 0.25), ylim=(-tallest / 2 - 0.6, tallest / 2 + 0.9))
    figure.data = layers
    return described(figure, _words(layers))


def layers_of(model: Any, x: Any = None) -> list[Layer]:
    """The layers of a forward pass; ValueError where there is none."""
    row = _input(model, x)
    training = [m for m in model.modules() if m.training] if isinstance(model, Module) else []
    for m in training:
        m.training = False
    try:
        with tracing() as trace, no_graph():
            model(row)
    finally:
        for m in training:
            m.training = True
    return layers_from(trace.steps)


def layers_from(operations: Sequence[Operation]) -> list[Layer]:
    """The layers that traced operations make up; a sum of numbers times parameters is a neuron too."""
    layers: list[Layer] = []
    for op in operations:
        _take(layers, op)
    layers = layers or _neuron(operations)
    if not layers:
        raise ValueError(text("viz-network-none"))
    return layers


@dataclass
class _Form:
    """A sum of parameters times numbers, and a parameter alone."""

    weights: list[float]
    inputs: list[float]
    bias: float | None = None
    value: float = 0.0
    activation: str = ""


def _neuron(operations: Sequence[Operation]) -> list[Layer]:
    """The largest such sum: `w1 * x ** 2 + w2 * x + b` has two inputs."""
    forms: dict[int, _Form] = {}
    largest: _Form | None = None
    for op in operations:
        form = _form_of(op, forms)
        if form is not None:
            forms[id(op.makes[0])] = form
            largest = form if largest is None or len(form.weights) >= len(largest.weights) else largest
    if largest is None:
        return []
    return [Layer(text("viz-network-inputs"), len(largest.inputs), values=np.array(largest.inputs)),
            Layer("", 1, np.array([largest.weights]), None if largest.bias is None else np.array([largest.bias]), largest.activation,
                  np.array([largest.value]))]


def _form_of(op: Operation, forms: dict[int, _Form]) -> _Form | None:
    if not op.makes[0].size:
        return None
    value = float(op.makes[0].reshape(-1)[0])
    leaves = [k for k, x in enumerate(op.operands) if isinstance(x, Tensor) and x.requires_grad and x.node is None and x.array.size == 1]
    known = [forms.get(id(a)) if a is not None else None for a in op.reads]
    if op.name == "mul" and len(leaves) == 1 and not any(known):
        other = op.operands[1 - leaves[0]]
        x = float(other.array.reshape(-1)[0]) if isinstance(other, Tensor) else float(other)
        return _Form([float(op.operands[leaves[0]].array.reshape(-1)[0])], [x], value=value)
    if op.name == "add" and known[0] is not None and known[1] is not None:
        a, b = known[0], known[1]
        return _Form(a.weights + b.weights, a.inputs + b.inputs, a.bias if a.bias is not None else b.bias, value)
    first = next((f for f in known if f is not None), None)
    if first is not None and op.name == "add" and leaves and first.bias is None:
        return _Form(first.weights, first.inputs, float(op.operands[leaves[0]].array.reshape(-1)[0]), value)
    if first is not None and op.name in ACTIVATIONS and not first.activation:
        return _Form(first.weights, first.inputs, first.bias, value, op.name)
    return None


def _input(model: Any, x: Any) -> Tensor:
    if x is not None:
        given = x if isinstance(x, Tensor) else from_array(np.asarray(x, np.float32))
        return given if given.array.ndim > 1 or not isinstance(model, Module) else given.reshape(1, -1)
    first = next((m for m in model.modules() if hasattr(m, "in_features")), None) if isinstance(model, Module) else None
    if first is None:
        raise ValueError(text("viz-network-input"))
    return steepest.zeros(1, first.in_features, dtype=first.weight.dtype)


def _take(layers: list[Layer], op: Operation) -> None:
    """Add to the layers what one operation is."""
    result = op.results[0].array
    flat = result.reshape(-1, result.shape[-1])[0] if result.ndim else result.reshape(1)
    affine = _affine(op)
    if affine is not None:
        weight, bias, before = affine
        if not layers or layers[-1].size != weight.shape[1]:
            first = before.reshape(-1, before.shape[-1])[0] if before.ndim else before.reshape(1)
            layers.append(Layer(text("viz-network-inputs"), weight.shape[1], values=first[-weight.shape[1]:]))
        layers.append(Layer(op.modules[-1] if op.modules else "", weight.shape[0], weight, bias, values=flat))
    elif op.name in ACTIVATIONS and layers and flat.size == layers[-1].size:
        layers[-1].activation = " ".join(filter(None, [layers[-1].activation, op.name]))
        layers[-1].values = flat
    elif op.name in ("add", "sub") and layers and layers[-1].weight is not None and layers[-1].bias is None and not layers[-1].activation:
        other = next((o for o in op.operands if isinstance(o, Tensor) and o.requires_grad and o.array.size == layers[-1].size), None)
        if other is not None:
            layers[-1].bias, layers[-1].values = other.array.reshape(-1), flat
    elif result.ndim > 2 and op.primitive.form != "view":
        kind = next((said for key, said in BLOCKS.items() if key in op.name), "")
        if kind:
            if not layers:
                layers.append(Layer(text("viz-network-inputs"), 1, block="×".join(map(str, op.operands[0].array.shape[1:]))))
            layers.append(Layer(kind, 1, block="×".join(map(str, result.shape[1:]))))
        elif op.name in ACTIVATIONS and layers:
            layers[-1].activation = op.name


def _affine(op: Operation) -> tuple[Array, Array | None, Array] | None:
    """Weight `(out, in)`, bias and input of an affine map."""
    if op.name in ("linear", "linear_without_bias"):
        x, weight, *bias = (o.array for o in op.operands)
        return weight, bias[0] if bias else None, x
    if op.primitive.form == "contraction" and op.name in ("mm", "mv", "dot"):
        a, b = op.operands
        if b.requires_grad or not a.requires_grad:
            inputs = op.params["spec"].split("->")[0].split(",")
            weight = b.array.reshape(-1, 1) if b.array.ndim == 1 else b.array
            turned = len(inputs[1]) == 2 and inputs[1][1] == inputs[0][-1]
            return (weight if turned else weight.T), None, a.array
        return a.array.reshape(-1, a.array.shape[-1]), None, b.array
    return None


def _shown(size: int) -> list[int]:
    """Which neurons of a column are drawn; -1 stands for those left out."""
    if size <= MOST_NEURONS:
        return list(range(size))
    return [*range(MOST_NEURONS // 2), -1, *range(size - MOST_NEURONS // 2 + 1, size)]


def _height(place: int, count: int) -> float:
    return (count - 1) / 2 - place


def _edges(ax: Any, layer: Layer, k: int, left: list[int], right: list[int]) -> None:
    look = current()
    if layer.weight is None:
        ax.annotate("", (k - 0.3, 0), (k - 0.7, 0), arrowprops={"arrowstyle": "-|>", "color": look.faint, "linewidth": 1.6})
        return
    largest = float(np.abs(layer.weight).max()) or 1.0
    for p, i in enumerate(left):
        for q, j in enumerate(right):
            if i < 0 or j < 0:
                continue
            w = float(layer.weight[j, i])
            size = abs(w) / largest
            ax.plot([k - 1, k], [_height(p, len(left)), _height(q, len(right))], color=look.colour(0 if w >= 0 else 1),
                    linestyle="-" if w >= 0 else (0, (5, 2)), linewidth=0.4 + 3.2 * size, alpha=0.25 + 0.65 * size, zorder=1,
                    solid_capstyle="round")
            if layer.weight.size <= 6:
                at = 0.36 if p % 2 == 0 else 0.5
                ax.annotate(number(w), (k - 1 + at, _height(p, len(left)) * (1 - at) + _height(q, len(right)) * at), fontsize=10,
                            ha="center", va="center", color=look.ink, zorder=4,
                            bbox={"boxstyle": "round,pad=0.15", "facecolor": look.ground, "edgecolor": "none", "alpha": 0.85})


def _column(ax: Any, layer: Layer, k: int, shown: list[int], valued: bool, names: Sequence[str] | None, count: int) -> None:
    look = current()
    top = _height(0, len(shown)) + 0.62
    ax.annotate(layer.name, (k, top + 0.22), ha="center", fontsize=12, color=look.ink, fontweight="bold")
    under = " · ".join(filter(None, [layer.activation, str(layer.size) if not layer.block else ""]))
    ax.annotate(under, (k, top - 0.06), ha="center", fontsize=11, color=look.soft)
    if layer.block:
        ax.annotate(layer.block, (k, 0), ha="center", va="center", fontsize=12, color=look.ink,
                    bbox={"boxstyle": "round,pad=0.6", "facecolor": look.ground, "edgecolor": look.colour(0), "linewidth": 1.6})
        return
    for p, i in enumerate(shown):
        y = _height(p, len(shown))
        if i < 0:
            ax.annotate("⋮", (k, y), ha="center", va="center", fontsize=16, color=look.soft)
            continue
        colour = look.colour(2) if k == 0 else look.colour(1) if k == count - 1 else look.colour(0)
        ax.plot([k], [y], marker="o", markersize=29, markerfacecolor=look.ground, markeredgecolor=colour, markeredgewidth=2, zorder=3)
        if valued and layer.values is not None:
            ax.annotate(_in_circle(layer.values[i]), (k, y), ha="center", va="center", fontsize=8, color=look.ink, zorder=5)
        if layer.bias is not None:
            ax.annotate(f"b {_in_circle(layer.bias[i])}", (k, y - 0.43), ha="center", va="center", fontsize=8.5, color=look.soft, zorder=5,
                        bbox={"boxstyle": "round,pad=0.05", "facecolor": look.ground, "edgecolor": "none", "alpha": 0.8})
        if names is not None and i < len(names):
            left = k == 0
            ax.annotate(names[i], (k - 0.22 if left else k + 0.22, y), ha="right" if left else "left", va="center", fontsize=11,
                        color=look.ink)


def _in_circle(value: Any) -> str:
    """A value in at most five characters."""
    return number(round(float(value), 2)) if abs(value) < 100 else f"{value:.0e}"


def _words(layers: list[Layer]) -> str:
    said = " → ".join(f"{layer.block or layer.size}{f' {layer.activation}' if layer.activation else ''}" for layer in layers)
    return text("viz-alt-network", layers=said)


# summary --------------------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Summary:
    """The rows of a model: name, kind, shape of the output, parameters; `str` is the table."""

    rows: list[tuple[str, str, str, int]]
    parameters: int
    trained: int
    bytes: int

    def __str__(self) -> str:
        header = tuple(text(f"viz-summary-{k}") for k in ("layer", "kind", "shape", "parameters"))
        rows = [header, *[(*r[:3], f"{r[3]:,}" if r[3] else "") for r in self.rows]]
        widths = [max(len(r[k]) for r in rows) for k in range(4)]
        lines = ["  ".join((c.rjust if k == 3 else c.ljust)(w) for k, (c, w) in enumerate(zip(r, widths, strict=True))).rstrip()
                 for r in rows]
        lines.append(text("viz-summary-total", parameters=f"{self.parameters:,}", trained=f"{self.trained:,}", size=_size(self.bytes)))
        return "\n".join(lines)

    __repr__ = __str__


def summary(model: Module, x: Any = None) -> Summary:
    """The layers of a model in the order of their calls, with output shapes and numbers of parameters.

    `x` is an input to run; without it the shapes come from a row of zeros of the first layer's size, where that is known.

    >>> print(steepest.viz.summary(torch.nn.Sequential(torch.nn.Linear(8, 6), torch.nn.Sigmoid()), torch.zeros(2, 8)))
    layer  kind     output shape  parameters
    0      Linear   2×6                   54
    1      Sigmoid  2×6
    54 parameters, 54 of them trained, 216 bytes
    """
    given = x if isinstance(x, (tuple, list)) else (_input(model, x),)
    names = {id(m): name for name, m in model.named_modules()}
    rows: list[tuple[str, str, str, int]] = []
    counted: set[int] = set()

    def after(module: Any, inputs: Any, output: Any) -> None:
        own = [p for p in module.parameters(recurse=False) if id(p) not in counted]
        if any(True for _ in module.children()) and not own:
            return
        counted.update(id(p) for p in own)
        first = output[0] if isinstance(output, (tuple, list)) else output
        shape = "×".join(map(str, first.shape)) if isinstance(first, Tensor) else ""
        rows.append((names[id(module)] or type(module).__name__, type(module).__name__, shape, sum(p.numel() for p in own)))

    handles = [m.register_forward_hook(after) for m in model.modules()]
    training = [m for m in model.modules() if m.training]
    for m in training:
        m.training = False
    try:
        with no_graph():
            model(*given)
    finally:
        for handle in handles:
            handle.remove()
        for m in training:
            m.training = True
    parameters = list(model.parameters())
    return Summary(rows, sum(p.numel() for p in parameters), sum(p.numel() for p in parameters if p.requires_grad),
                   sum(p.array.nbytes for p in parameters))


def _size(count: int) -> str:
    for unit in ("bytes", "KiB", "MiB"):
        if count < 1024:
            return f"{count:.4g} {unit}"
        count /= 1024  # type: ignore[assignment]
    return f"{count:.4g} GiB"

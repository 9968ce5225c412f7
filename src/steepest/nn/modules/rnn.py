"""Recurrent networks: one step as a cell, whole sequences in several layers and both directions as a layer."""

from __future__ import annotations

import math
import numbers
import warnings
from collections.abc import Sequence
from typing import Any

from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional.appearing import show_as
from steepest.functional.creating import empty, zeros
from steepest.functional.joining import cat, stack
from steepest.functional.neural.recurrence import CELLS, lowered_sequence, run_steps, whole_sequence
from steepest.nn import functional as F
from steepest.nn import init
from steepest.nn.modules.module import Module
from steepest.nn.parameter import Parameter
from steepest.nn.utils.rnn import PackedSequence

__all__ = ["GRU", "LSTM", "RNN", "GRUCell", "LSTMCell", "RNNBase", "RNNCell", "RNNCellBase"]

State = tuple[Tensor, ...]


class RNNBase(Module):
    """Layers of a recurrent cell over `(L, N, input_size)`, `(N, L, input_size)` with `batch_first`, or `(L, input_size)`."""

    def __init__(
        self,
        mode: str,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        check_arguments(input_size, hidden_size, num_layers, bias, batch_first, dropout, proj_size)
        if mode not in CELLS:
            raise ValueError("Unrecognized RNN mode: " + mode)
        self.mode = mode
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.bias = bias
        self.batch_first = batch_first
        self.dropout = float(dropout)
        self.bidirectional = bidirectional
        self.proj_size = proj_size
        rows = CELLS[mode].gates * hidden_size
        out = proj_size or hidden_size
        directions = 2 if bidirectional else 1
        self._all_weights: list[list[str]] = []
        for layer in range(num_layers):
            columns = input_size if layer == 0 else out * directions
            for suffix in ("", "_reverse")[:directions]:
                shapes: dict[str, tuple[int, ...]] = {"weight_ih": (rows, columns), "weight_hh": (rows, out)}
                if bias:
                    shapes |= {"bias_ih": (rows,), "bias_hh": (rows,)}
                if proj_size:
                    shapes["weight_hr"] = (proj_size, hidden_size)
                names = [f"{name}_l{layer}{suffix}" for name in shapes]
                for name, shape in zip(names, shapes.values(), strict=True):
                    setattr(self, name, Parameter(empty(shape, device=device, dtype=dtype)))
                self._all_weights.append(names)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw all weights and biases uniformly between ±1/sqrt(hidden_size)."""
        bound = 1.0 / math.sqrt(self.hidden_size)
        for weight in self.parameters():
            init.uniform_(weight, -bound, bound)

    def flatten_parameters(self) -> None:
        """Nothing to do: parameters need no special layout on the CPU."""

    @property
    def all_weights(self) -> list[list[Parameter]]:
        """The parameters of each layer and direction."""
        return [[getattr(self, name) for name in names] for names in self._all_weights]

    @property
    def _flat_weights_names(self) -> list[str]:
        return [name for names in self._all_weights for name in names]

    @property
    def _flat_weights(self) -> list[Any]:
        return list(self._weights().values())

    @_flat_weights.setter
    def _flat_weights(self, weights: Sequence[Any]) -> None:
        # Packages put tensors here that forward takes in the place of the parameters, until one of these is replaced itself.
        own = {name: getattr(self, name, None) for name in self._flat_weights_names}
        self.__dict__["_given"] = own, dict(zip(own, weights, strict=True))

    def _weights(self) -> dict[str, Any]:
        """What forward multiplies with, by the parameters' names."""
        own = {name: getattr(self, name) for name in self._flat_weights_names}
        replaced, given = self.__dict__.get("_given", (None, None))
        return given if replaced is not None and all(replaced[name] is weight for name, weight in own.items()) else own

    def extra_repr(self) -> str:
        shown = [
            ("proj_size", self.proj_size, self.proj_size != 0),
            ("num_layers", self.num_layers, self.num_layers != 1),
            ("bias", self.bias, self.bias is not True),
            ("batch_first", self.batch_first, self.batch_first is not False),
            ("dropout", self.dropout, self.dropout != 0),
            ("bidirectional", self.bidirectional, self.bidirectional is not False),
        ]
        unusual = [f"{name}={value}" for name, value, wanted in shown if wanted]
        return ", ".join([f"{self.input_size}, {self.hidden_size}", *unusual])

    # -- running

    def forward(self, input: Any, hx: Any = None) -> Any:
        states = None if hx is None else hx if isinstance(hx, tuple) else (hx,)
        if isinstance(input, PackedSequence):
            return self._forward_packed(input, states)
        name = self._get_name()
        if input.dim() not in (2, 3):
            raise ValueError(text("rnn-input-dimensions", layer=name, wanted="2D or 3D", got=input.dim()))
        batched = input.dim() == 3
        if states is not None and any(state.dim() != input.dim() for state in states):
            kinds = ("batched", "3-D") if batched else ("unbatched", "2-D")
            got = ", ".join(f"{state.dim()}-D" for state in states)
            raise RuntimeError(text("rnn-state-dimensions", kind=kinds[0], wanted=kinds[1], got=got))
        if not batched:
            input = input.unsqueeze(1)
            states = None if states is None else tuple(state.unsqueeze(1) for state in states)
        elif self.batch_first:
            input = input.transpose(0, 1)
        states = self._checked(input, input.shape[1], states)
        length, batch = input.shape[:2]
        if not length:
            raise RuntimeError(text("rnn-no-steps"))
        flat, last = self._run(input.reshape(length * batch, input.shape[2]), [batch] * length, states)
        steps = "MkldnnRnnLayerBackward0" if self.mode == "LSTM" and not self.proj_size else "StackBackward0"
        output = show_as(flat.view(length, batch, flat.shape[1]), "CatBackward0" if self.bidirectional else steps, flat)
        if not batched:
            return output.squeeze(1), self._given_back(tuple(state.squeeze(1) for state in last))
        if self.batch_first:
            turned = output.transpose(0, 1)
            output = turned if self.mode == "LSTM" else show_as(turned, "TransposeBackward1", output)
        return output, self._given_back(last)

    def _forward_packed(self, packed: PackedSequence, states: State | None) -> Any:
        data, batch_sizes, sorted_indices, unsorted_indices = packed
        sizes = [int(size) for size in batch_sizes.tolist()]
        if states is not None and sorted_indices is not None:
            states = tuple(state.index_select(1, sorted_indices) for state in states)
        states = self._checked(data, sizes[0], states, packed=True)
        output, last = self._run(data, sizes, states)
        if unsorted_indices is not None:
            last = tuple(state.index_select(1, unsorted_indices) for state in last)
        result = PackedSequence(output, batch_sizes, sorted_indices, unsorted_indices)
        return result, self._given_back(last)

    def _given_back(self, states: State) -> Any:
        return states if self.mode == "LSTM" else states[0]

    def _checked(self, input: Tensor, batch: int, states: State | None, packed: bool = False) -> State:
        """The initial states: zeros where none were given."""
        weight = getattr(self, self._all_weights[0][0])
        if packed and self.mode == "LSTM" and states is None:
            self._check_rows(input, weight)
        if input.dtype != weight.dtype:
            raise ValueError(text("rnn-dtype", input=input.dtype, weight=weight.dtype))
        if input.dim() != 2 + (not packed):
            raise RuntimeError(text("rnn-packed-dimensions", got=input.dim()))
        if input.shape[-1] != self.input_size:
            raise RuntimeError(text("rnn-input-size", expected=self.input_size, got=input.shape[-1]))
        count = self.num_layers * (2 if self.bidirectional else 1)
        wanted = [(count, batch, self.proj_size or self.hidden_size)]
        if self.mode == "LSTM":
            wanted.append((count, batch, self.hidden_size))
        if states is None:
            return tuple(zeros(shape, dtype=input.dtype) for shape in wanted)
        for number, (shape, state) in enumerate(zip(wanted, states, strict=True)):
            if tuple(state.shape) != shape:
                which = f"hidden[{number}]" if self.mode == "LSTM" else "hidden"
                raise RuntimeError(text("rnn-state-size", which=which, expected=shape, got=list(state.shape)))
        return states

    def _check_rows(self, rows: Tensor, weight: Tensor) -> None:
        """The rows of a packed sequence, which PyTorch gives to an LSTM without a look."""
        if rows.dtype != weight.dtype:
            raise RuntimeError(text("lstm-rows-dtype", rows=rows.dtype, weight=weight.dtype))
        if rows.shape[-1] != weight.shape[1]:
            given = "x".join(map(str, rows.shape))
            raise RuntimeError(text("product-shapes", operation="LSTM", a=given, b=f"{weight.shape[1]}x{weight.shape[0]}"))

    def _run(self, rows: Tensor, sizes: Sequence[int], states: State) -> tuple[Tensor, State]:
        """All layers over the rows of all steps, one after the other; a step may have fewer than the one before (packed sequences)."""
        directions = 2 if self.bidirectional else 1
        ends: list[State] = []
        for layer in range(self.num_layers):
            results = []
            for direction in range(directions):
                number = layer * directions + direction
                start = tuple(state[number] for state in states)
                outputs, end = self._one_direction(rows, sizes, start, self._all_weights[number], direction == 1)
                results.append(outputs)
                ends.append(end)
            rows = results[0] if directions == 1 else cat(results, -1)
            if self.dropout > 0 and self.training and layer < self.num_layers - 1:
                rows = F.dropout(rows, self.dropout, True)
        return rows, tuple(stack(parts) for parts in zip(*ends, strict=True))

    def _one_direction(
        self, rows: Tensor, sizes: Sequence[int], state: State, names: list[str], backward: bool
    ) -> tuple[Tensor, State]:
        given = self._weights() if "_given" in self.__dict__ else None
        weights = {name.split("_l")[0]: given[name] if given else getattr(self, name) for name in names}
        weight_hh, bias_hh, projection = weights["weight_hh"], weights.get("bias_hh"), weights.get("weight_hr")
        from_input = F.linear(rows, weights["weight_ih"], weights.get("bias_ih"))
        if projection is not None:
            return run_steps(self.mode, from_input, state, weight_hh, bias_hh, sizes, backward, projection)
        over_all = whole_sequence if self.mode == "GRU" else lowered_sequence
        return over_all(self.mode, from_input, state, weight_hh, bias_hh, sizes, backward)


def check_arguments(
    input_size: Any, hidden_size: Any, num_layers: int, bias: Any, batch_first: Any, dropout: Any, proj_size: int
) -> None:
    """PyTorch's checks of a recurrent layer's arguments, in its order."""
    if not isinstance(dropout, numbers.Number) or isinstance(dropout, bool) or not 0 <= dropout <= 1:  # type: ignore[operator]
        raise ValueError(text("rnn-dropout-range", got=dropout))
    if dropout > 0 and num_layers == 1:  # type: ignore[operator]
        warnings.warn(text("rnn-dropout-unused", dropout=dropout, num_layers=num_layers), stacklevel=4)
    for name, value, kind in (
        ("bias", bias, bool),
        ("batch_first", batch_first, bool),
        ("input_size", input_size, int),
        ("hidden_size", hidden_size, int),
    ):
        if not isinstance(value, kind):
            raise TypeError(f"{name} should be of type {kind.__name__}, got: {type(value).__name__}")
        if kind is int and value <= 0:
            raise ValueError(f"{name} must be greater than zero")
    if num_layers <= 0:
        raise ValueError("num_layers must be greater than zero")
    if proj_size < 0:
        raise ValueError("proj_size should be a positive integer or zero to disable projections")
    if proj_size >= hidden_size:
        raise ValueError("proj_size has to be smaller than hidden_size")


class RNN(RNNBase):
    """Elman's network with tanh or relu: `output, h_n = rnn(input, h_0)`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if "proj_size" in kwargs:
            raise ValueError("proj_size argument is only supported for LSTM, not RNN or GRU")
        if len(args) > 3:
            nonlinearity = args[3]
            args = args[:3] + args[4:]
        else:
            nonlinearity = kwargs.pop("nonlinearity", "tanh")
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError(f"Unknown nonlinearity '{nonlinearity}'. Select from 'tanh' or 'relu'.")
        super().__init__(f"RNN_{nonlinearity.upper()}", *args, **kwargs)
        self.nonlinearity = nonlinearity


class LSTM(RNNBase):
    """Long short-term memory: `output, (h_n, c_n) = lstm(input, (h_0, c_0))`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__("LSTM", *args, **kwargs)


class GRU(RNNBase):
    """Gated recurrent units: `output, h_n = gru(input, h_0)`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if "proj_size" in kwargs:
            raise ValueError("proj_size argument is only supported for LSTM, not RNN or GRU")
        super().__init__("GRU", *args, **kwargs)


class RNNCellBase(Module):
    """One step of a recurrent cell: `(N, input_size)` or `(input_size,)`."""

    bias_ih: Tensor | None
    bias_hh: Tensor | None

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool, num_chunks: int, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.bias = bias
        rows = num_chunks * hidden_size
        self.weight_ih = Parameter(empty((rows, input_size), device=device, dtype=dtype))
        self.weight_hh = Parameter(empty((rows, hidden_size), device=device, dtype=dtype))
        if bias:
            self.bias_ih = Parameter(empty(rows, device=device, dtype=dtype))
            self.bias_hh = Parameter(empty(rows, device=device, dtype=dtype))
        else:
            self.register_parameter("bias_ih", None)
            self.register_parameter("bias_hh", None)
        self.reset_parameters()

    def extra_repr(self) -> str:
        shown = f"{self.input_size}, {self.hidden_size}"
        if self.bias is not True:
            shown += f", bias={self.bias}"
        if getattr(self, "nonlinearity", "tanh") != "tanh":
            shown += f", nonlinearity={self.nonlinearity}"
        return shown

    def reset_parameters(self) -> None:
        """Draw all weights and biases uniformly between ±1/sqrt(hidden_size)."""
        bound = 1.0 / math.sqrt(self.hidden_size) if self.hidden_size > 0 else 0
        for weight in self.parameters():
            init.uniform_(weight, -bound, bound)

    def _advance(self, mode: str, input: Tensor, states: State | None) -> State:
        name = self._get_name()
        if input.dim() not in (1, 2):
            raise ValueError(text("rnn-input-dimensions", layer=name, wanted="1D or 2D", got=input.dim()))
        for state in states or ():
            if state.dim() not in (1, 2):
                raise ValueError(text("rnn-cell-state-dimensions", layer=name, got=state.dim()))
        batched = input.dim() == 2
        if not batched:
            input = input.unsqueeze(0)
            states = None if states is None else tuple(state.unsqueeze(0) for state in states)
        if input.shape[1] != self.input_size:
            raise RuntimeError(text("rnn-cell-input-size", got=input.shape[1], expected=self.input_size))
        for k, state in enumerate(states or ()):
            if state.shape[0] != input.shape[0]:
                raise RuntimeError(text("rnn-cell-batch", input=input.shape[0], which=k, state=state.shape[0]))
            if state.shape[1] != self.hidden_size:
                raise RuntimeError(text("rnn-cell-state-size", which=k, got=state.shape[1], expected=self.hidden_size))
        if states is None:
            count = 2 if mode == "LSTM" else 1
            states = tuple(zeros((input.shape[0], self.hidden_size), dtype=input.dtype) for _ in range(count))
        from_input = F.linear(input, self.weight_ih, self.bias_ih)
        after = CELLS[mode].step(from_input, states, self.weight_hh, self.bias_hh)
        return after if batched else tuple(state.squeeze(0) for state in after)


class RNNCell(RNNCellBase):
    """One step of Elman's network: `h = cell(x, h)`."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        nonlinearity: str = "tanh",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 1, device, dtype)
        self.nonlinearity = nonlinearity

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        if self.nonlinearity not in ("tanh", "relu"):
            raise RuntimeError(f"Unknown nonlinearity: {self.nonlinearity}")
        return self._advance(f"RNN_{self.nonlinearity.upper()}", input, None if hx is None else (hx,))[0]


class LSTMCell(RNNCellBase):
    """One step of long short-term memory: `h, c = cell(x, (h, c))`."""

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool = True, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 4, device, dtype)

    def forward(self, input: Tensor, hx: tuple[Tensor, Tensor] | None = None) -> tuple[Tensor, Tensor]:
        hidden, cell = self._advance("LSTM", input, hx)
        return hidden, cell


class GRUCell(RNNCellBase):
    """One step of gated recurrent units: `h = cell(x, h)`."""

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool = True, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 3, device, dtype)

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        return self._advance("GRU", input, None if hx is None else (hx,))[0]


def apply_permutation(tensor: Tensor, permutation: Tensor, dim: int = 1) -> Tensor:
    """The rows of `tensor` along `dim` in another order."""
    return tensor.index_select(dim, permutation)

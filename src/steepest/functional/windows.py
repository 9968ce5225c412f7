"""Windows: `torch.signal.windows`, `torch.hann_window` and its kind."""

import math
from collections.abc import Iterable
from typing import Any

from steepest.core import dtype as dtypes
from steepest.core.dtype import asked
from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional.creating import finished, linspace, ones, tensor, zeros
from steepest.functional.special import i0


def _checked(name: str, M: int, dtype: Any, layout: Any) -> Any:
    """The dtype of a window; ValueError for wrong lengths, dtypes and layouts."""
    dtype = asked(dtype)
    if M < 0:
        raise ValueError(text("window-length", name=name, length=M))
    if layout is not None and str(layout) != "torch.strided":
        raise ValueError(text("window-layout", name=name, layout=layout))
    of = dtype or dtypes.get_default_dtype()
    if of not in (dtypes.float32, dtypes.float64):
        raise ValueError(text("window-dtype", name=name, dtype=of))
    return of


def _end(M: int, sym: bool) -> int:
    """How many steps make a whole period: one less than points where the window is symmetric."""
    return M - 1 if sym or M < 2 else M


def general_cosine(M: int, *, a: Iterable[float], sym: bool = True, dtype: Any = None, layout: Any = None, device: Any = None,
                   requires_grad: bool = False) -> Tensor:
    """`sum (-1)^i a[i] cos(2 pi i k / n)`."""
    of = _checked("general_cosine", M, dtype, layout)
    if not isinstance(a, Iterable):
        raise TypeError(text("window-weights", kind=type(a).__name__))
    weights = list(a)
    if not weights:
        raise ValueError(text("window-weights", kind="[]"))
    if M < 2:
        return finished(ones(M, dtype=of), requires_grad, device)
    step = 2 * math.pi / _end(M, sym)
    k = linspace(0, (M - 1) * step, M, dtype=of)
    total = zeros(M, dtype=of)
    for i, weight in enumerate(weights):
        total = total + ((-1) ** i * weight) * (k * i).cos()
    return finished(total, requires_grad, device)


def general_hamming(M: int, *, alpha: float = 0.54, sym: bool = True, dtype: Any = None, layout: Any = None, device: Any = None,
                    requires_grad: bool = False) -> Tensor:
    """`alpha - (1 - alpha) cos(2 pi k / n)`."""
    _checked("general_hamming", M, dtype, layout)
    return general_cosine(M, a=[alpha, 1 - alpha], sym=sym, dtype=dtype, device=device, requires_grad=requires_grad)


COSINES: dict[str, tuple[float, ...]] = {
    "hamming": (0.54, 0.46), "hann": (0.5, 0.5), "blackman": (0.42, 0.5, 0.08), "nuttall": (0.3635819, 0.4891775, 0.1365995, 0.0106411)}
"""Windows that are sums of cosines, by their weights."""


def _cosines(name: str) -> Any:
    def window(M: int, *, sym: bool = True, dtype: Any = None, layout: Any = None, device: Any = None,
               requires_grad: bool = False) -> Tensor:
        _checked(name, M, dtype, layout)
        return general_cosine(M, a=COSINES[name], sym=sym, dtype=dtype, device=device, requires_grad=requires_grad)

    window.__name__ = window.__qualname__ = name
    window.__doc__ = f"{name.capitalize()}'s window: a sum of cosines with the weights {COSINES[name]}."
    return window


hamming, hann, blackman, nuttall = (_cosines(name) for name in COSINES)


def bartlett(M: int, *, sym: bool = True, dtype: Any = None, layout: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """A triangle."""
    of = _checked("bartlett", M, dtype, layout)
    if M < 2:
        return finished(ones(M, dtype=of), requires_grad, device)
    return finished(1 - linspace(-1, -1 + (M - 1) * (2 / _end(M, sym)), M, dtype=of).abs(), requires_grad, device)


def cosine(M: int, *, sym: bool = True, dtype: Any = None, layout: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Half a wave of the sine."""
    of = _checked("cosine", M, dtype, layout)
    step = math.pi / (M + 1 if not sym and M > 1 else max(M, 1))
    return finished(linspace(0.5 * step, (0.5 + (M - 1)) * step, M, dtype=of).sin(), requires_grad, device)


def exponential(M: int, *, center: float | None = None, tau: float = 1.0, sym: bool = True, dtype: Any = None, layout: Any = None,
                device: Any = None, requires_grad: bool = False) -> Tensor:
    """`exp(-|k - center| / tau)`."""
    of = _checked("exponential", M, dtype, layout)
    if tau <= 0:
        raise ValueError(text("window-positive", name="tau", value=tau))
    if sym and center is not None:
        raise ValueError(text("window-center"))
    start = -(_end(M, sym) / 2 if center is None else center)
    return finished((-linspace(start / tau, (start + (M - 1)) / tau, M, dtype=of).abs()).exp(), requires_grad, device)


def gaussian(M: int, *, std: float = 1.0, sym: bool = True, dtype: Any = None, layout: Any = None, device: Any = None,
             requires_grad: bool = False) -> Tensor:
    """`exp(-(k / std)^2 / 2)` around the middle."""
    of = _checked("gaussian", M, dtype, layout)
    if std <= 0:
        raise ValueError(text("window-positive", name="std", value=std))
    start, factor = -_end(M, sym) / 2, 1 / (std * math.sqrt(2))
    return finished((-linspace(start * factor, (start + (M - 1)) * factor, M, dtype=of) ** 2).exp(), requires_grad, device)


def kaiser(M: int, *, beta: float = 12.0, sym: bool = True, dtype: Any = None, layout: Any = None, device: Any = None,
           requires_grad: bool = False) -> Tensor:
    """`I0(beta sqrt(1 - (2 k / n - 1)^2)) / I0(beta)`."""
    of = _checked("kaiser", M, dtype, layout)
    if beta < 0:
        raise ValueError(text("window-positive", name="beta", value=beta))
    if M < 2:
        return finished(ones(M, dtype=of), requires_grad, device)
    step = 2 * beta / _end(M, sym)
    k = linspace(-beta, min(beta, -beta + (M - 1) * step), M, dtype=of)
    return finished(i0((beta * beta - k**2).clamp(min=0).sqrt()) / i0(tensor(beta, dtype=of)), requires_grad, device)


def _window(name: str, function: Any) -> Any:
    def window(window_length: int, periodic: bool = True, *args: Any, dtype: Any = None, layout: Any = None, device: Any = None,
               requires_grad: bool = False, pin_memory: bool = False, **options: Any) -> Tensor:
        if window_length < 0:
            raise RuntimeError(text("window-length", name=name, length=window_length))
        options = {**dict(zip(("alpha", "beta") if name == "hamming" else ("beta",), args, strict=False)), **options}
        if name == "hamming":
            alpha, beta = options.get("alpha", 0.54), options.get("beta", 0.46)
            made = general_cosine(window_length, a=[alpha, beta], sym=not periodic, dtype=dtype, layout=layout)
        else:
            made = function(window_length, sym=not periodic, dtype=dtype, layout=layout, **options)
        return finished(made, requires_grad, device)

    window.__name__ = window.__qualname__ = f"{name}_window"
    window.__doc__ = f"The {name} window, of a periodic signal unless told."
    return window


hann_window, hamming_window, blackman_window = _window("hann", hann), _window("hamming", hamming), _window("blackman", blackman)
bartlett_window, kaiser_window = _window("bartlett", bartlett), _window("kaiser", kaiser)

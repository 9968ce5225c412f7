"""Make tests/reference/scalar.npz: what PyTorch gives for scalar functions on a grid of special values. Run with torch==2.13.0.

Keys are `dtype/function`; `dtype/a` and `dtype/b` are the operands (all pairs). Unary functions take `a`. Division of integers by
zero, which PyTorch refuses, is left out of the comparison by the tests.
"""

import warnings
from pathlib import Path

import numpy as np
import torch

INF, NAN = float("inf"), float("nan")
FLOATS = [0.0, -0.0, INF, -INF, NAN, 1.0, -1.0, 0.5, -0.5, 1.5, -2.5, 2.0, 3.0, -3.0, 0.1, -7.3, 100.0, -88.0,
          1e-30, 1e-40, 65504.0, 65520.0, 2147483648.0, -2147483649.0, 1e20]
UNARY = {name: getattr(torch, name) for name in
         "exp exp2 expm1 log log2 log10 log1p sqrt rsqrt sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh "
         "erf erfc lgamma digamma abs sign isnan isinf isfinite signbit logical_not neg floor ceil trunc round".split()}
BINARY = {name: getattr(torch, name) for name in
          "atan2 pow hypot fmod remainder floor_divide maximum minimum fmax fmin copysign nextafter "
          "lt le gt ge eq ne logical_and logical_or logical_xor add sub mul".split()} | {"divide": torch.div}
WHOLE_UNARY = "abs sign logical_not neg floor ceil trunc round isnan isinf isfinite bitwise_not".split()
WHOLE_BINARY = ("add sub mul fmod remainder floor_divide maximum minimum fmax fmin "
                "lt le gt ge eq ne logical_and logical_or logical_xor bitwise_and bitwise_or bitwise_xor "
                "bitwise_left_shift bitwise_right_shift pow").split()
CASTS = "bool int8 int16 int32 int64 uint8 float16 bfloat16 float32 float64".split()


def grid(values: list[float], dtype: torch.dtype) -> tuple[torch.Tensor, torch.Tensor]:
    numbers = torch.tensor(values, dtype=dtype)
    a, b = torch.meshgrid(numbers, numbers, indexing="ij")
    return a.reshape(-1), b.reshape(-1)


def converted(x: torch.Tensor, dtype: torch.dtype) -> np.ndarray:
    """x as this dtype; floating values in a float64 array, as NumPy has no bfloat16."""
    x = x.to(dtype)
    return (x.double() if dtype.is_floating_point else x).numpy()


def main() -> None:
    warnings.simplefilter("ignore")
    results: dict[str, np.ndarray] = {}
    for dtype in (torch.float32, torch.float64):
        name = str(dtype).removeprefix("torch.")
        a, b = grid(FLOATS, dtype)
        results[f"{name}/a"], results[f"{name}/b"] = a.numpy(), b.numpy()
        single = torch.tensor(FLOATS, dtype=dtype)
        results |= {f"{name}/{key}": f(single).numpy() for key, f in UNARY.items()}
        results |= {f"{name}/{key}": f(a, b).numpy() for key, f in BINARY.items()}
        results |= {f"{name}/to_{to}": converted(single, getattr(torch, to)) for to in CASTS}
    for dtype in (torch.int8, torch.int16, torch.int32, torch.int64, torch.uint8):
        name, info = str(dtype).removeprefix("torch."), torch.iinfo(dtype)
        values = [info.min, info.min + 1, info.max, info.max - 1, 0, 1, 2, 3, 5, 7, 8, 31, 63, 100]
        values += [-1, -2, -3, -7] if info.min else []
        a, b = grid(values, dtype)
        divisor = torch.where(b == 0, 1, b)
        results[f"{name}/a"], results[f"{name}/b"] = a.numpy(), b.numpy()
        single = torch.tensor(values, dtype=dtype)
        for key in WHOLE_UNARY:
            results[f"{name}/{key}"] = getattr(torch, key)(single).numpy()
        for key in WHOLE_BINARY:
            second = divisor if key in ("fmod", "remainder", "floor_divide") else b.clamp(min=0) if key == "pow" else b
            results[f"{name}/{key}"] = getattr(torch, key)(a, second).numpy()
        results |= {f"{name}/to_{to}": converted(single, getattr(torch, to)) for to in CASTS}
    place = Path(__file__).parents[2] / "tests" / "reference" / "scalar.npz"
    np.savez_compressed(place, **results)
    print(place, place.stat().st_size)


if __name__ == "__main__":
    main()

"""torch's operations with its own sample inputs (`op_db`): values, variants, gradients, second derivatives, errors."""

import random
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import numpy as np
import torch
from crossing import Loose, NoCounterpart, counterpart, cross, difference, plain, resolve, small
from scope import LOOSE, UNWRITTEN_OUT, out_of_scope
from torch.testing._internal.common_methods_invocations import op_db

import steepest

DTYPES = (torch.float32, torch.float64, torch.int64, torch.bool, torch.complex64)
NOT_UNIQUE = {"linalg.svd", "svd", "linalg.eigh", "linalg.eig", "svd_lowrank", "pca_lowrank", "linalg.qr", "qr"}
"""Results that are unique up to signs or phases: compared as torch's own gradient checks do, after `output_process_fn_grad`."""
TIES = {"kthvalue": 1, "topk": 1, "mode": 0, "sort": 0, "argsort": 0}
"""Operations that may take any of equal elements, and which of their arguments is the dimension: elements are compared, not indices."""
FEW_VALUES = (torch.bool, torch.int64, torch.int8, torch.int16, torch.int32, torch.uint8, torch.float16, torch.bfloat16)
"""Types in whose samples equal elements occur."""
UNWRITTEN = {"empty", "empty_like", "new_empty", "new_empty_strided", "empty_strided", "empty_permuted"}
"""Functions whose elements are yet to be written: shapes and dtypes are compared, values are not."""


def area(op: Any) -> str:
    """The line of the scoreboard that an operation belongs to."""
    for prefix, name in (("nn.functional", "nn.functional"), ("linalg.", "linalg"), ("fft.", "fft"), ("special.", "special"),
                         ("signal.", "signal.windows"), ("masked.", "masked")):
        if op.name.startswith(prefix):
            return name
    kind = type(op).__name__
    return {"UnaryUfuncInfo": "elementwise, one operand", "BinaryUfuncInfo": "elementwise, two operands",
            "ReductionOpInfo": "reductions"}.get(kind, "other operations")


def in_scope() -> list[Any]:
    """The operations that are compared."""
    return [op for op in op_db if out_of_scope(op.name) is None]


def spread(n: int) -> list[int]:
    """0, n - 1 and then the numbers between, far apart at first, so that a longer beginning holds a shorter one."""
    order: list[int] = [0, n - 1] if n > 1 else [0][:n]
    step = n - 1
    while step > 1 and len(order) < n:
        half = (step + 1) // 2
        order += list(range(half, n - 1, half))
        step = half
    return list(dict.fromkeys([*order, *range(n)]))


def samples(op: Any, dtype: torch.dtype, count: int | None, requires_grad: bool = False) -> Iterator[Any]:
    """Sample inputs; always the same ones where only `count` are wanted."""
    key = op.formatted_name, dtype, requires_grad
    if key not in made:
        torch.manual_seed(0)
        random.seed(0)
        np.random.seed(0)
        some = [s.transform(own_leaf) for s in islice(op.sample_inputs("cpu", dtype, requires_grad=requires_grad), 400)]
        made[key] = [some[i] for i in spread(len(some))]
    return iter([s for s in made[key][:count] if small((s.input, s.args, s.kwargs))])


def own_leaf(x: Any) -> Any:
    """A leaf that is a view made without gradients gets none in PyTorch; detached it does."""
    return x.detach().requires_grad_() if isinstance(x, torch.Tensor) and x.requires_grad and x._is_view() else x


made: dict[Any, list[Any]] = {}
"""The sample inputs of the operation that is examined."""


def ours(op: Any) -> Any:
    """steepest's function for an operation."""
    if callable(op.op) and (getattr(op.op, "__module__", None) or "").startswith("torch.testing"):
        return counterpart(op.op)
    name = op.name.split(".")[-1]
    on_tensor = hasattr(torch.Tensor, name) and (not hasattr(torch, name) or isinstance(getattr(torch, name), torch.dtype))
    return resolve(f"Tensor.{name}" if on_tensor and op.name == name else op.name)


def shape_only(x: Any) -> Any:
    """Arrays of zeros in the place of arrays."""
    return np.zeros_like(x) if isinstance(x, np.ndarray) else [shape_only(p) for p in x] if isinstance(x, list) else x


def outcome(function: Callable[..., Any], sample: Any, before: Callable[[Any], Any] = lambda x: x) -> Any:
    """The plain result of a call on a sample of torch."""
    return plain(before(function(sample.input, *sample.args, **sample.kwargs)))


def outcome_here(function: Callable[..., Any], sample: Any, before: Callable[[Any], Any] = lambda x: x) -> Any:
    """The plain result of steepest's call on the same sample."""
    x, args, kwargs = cross((sample.input, sample.args, sample.kwargs))
    return plain(before(function(x, *args, **kwargs)))


def copied(sample: Any) -> Any:
    """A sample whose tensors may be written, each in a storage of its own with what lies around it there."""
    def copy(x: Any) -> Any:
        if not isinstance(x, torch.Tensor) or x.is_sparse or x.is_conj() or x.is_neg():
            return x.clone() if isinstance(x, torch.Tensor) else x
        return torch.empty(0, dtype=x.dtype).set_(x.untyped_storage().clone(), x.storage_offset(), x.size(), x.stride())

    return sample.transform(copy)


# seeding every device that is not there formats a traceback each time, which takes longer than the comparisons
torch.random._manual_seed_impl = torch.default_generator.manual_seed

Check = Callable[[Any, int | None], Iterator[tuple[str, str]]]


def seeded() -> None:
    """The same state of both random streams."""
    torch.manual_seed(5)
    steepest.manual_seed(5)


def compare(there: Callable[[], Any], here: Callable[[], Any], rtol: float = 0.0, atol: float = 0.0, forget: bool = False,
            loose: Loose | None = None) -> str | None:
    """The difference of two calls; None where torch refuses the sample."""
    seeded()
    try:
        expected = there()
    except Exception:
        return None
    seeded()
    try:
        got = here()
    except Exception as problem:
        return f"{type(problem).__name__}: {problem}"[:160].replace("\n", " ")
    return difference(shape_only(expected), shape_only(got)) if forget else difference(expected, got, rtol, atol, loose=loose)


def along(name: str, sample: Any) -> int:
    """The dimension in which an operation looks for equal elements."""
    if name == "msort":
        return 0
    return int(sample.kwargs.get("dim", sample.args[TIES[name]] if len(sample.args) > TIES[name] else -1))


def of_equals(name: str, sample: Any, gradients: list[Any]) -> list[Any]:
    """The gradient of the operand, of which equal elements have the sum of theirs in float32."""
    if not sample.input.ndim:
        return gradients
    dim = along(name, sample)
    x = np.moveaxis(plain(sample.input).astype(np.float32), dim, -1)
    g = np.moveaxis(gradients[0].astype(np.float32), dim, -1)
    return [np.moveaxis(np.einsum("...ij,...j->...i", x[..., :, None] == x[..., None, :], g), -1, dim), *gradients[1:]]


def elements(name: str, sample: Any) -> Callable[[Any], Any]:
    """From values and indices to the values and the elements that lie at the indices."""
    dim = along(name, sample)
    array = plain(sample.input)

    def read(result: Any) -> Any:
        alone = not isinstance(result, (tuple, list))
        found, at = ([], plain(result)) if alone else (plain(r) for r in result)
        if not array.ndim or not at.size:
            return [found, at]
        at = at if at.ndim == array.ndim else np.expand_dims(at, dim)
        return [found, np.take_along_axis(array, at, dim)]

    return read


def values(op: Any, count: int | None) -> Iterator[tuple[str, str]]:
    """Results for every dtype."""
    for dtype in DTYPES:
        if dtype in op.dtypes:
            for s in samples(op, dtype, count):
                found = compared(op, s, dtype)
                if found is not None:
                    yield named(dtype), found


def named(dtype: torch.dtype) -> str:
    """A dtype's name without its library's."""
    return str(dtype).removeprefix("torch.")


def compared(op: Any, s: Any, dtype: torch.dtype, within: float = 0.0) -> str | None:
    """The difference of the results for one sample."""
    there = here = elements(op.name, s) if op.name in TIES and dtype in FEW_VALUES else (lambda x: x)
    if op.name in NOT_UNIQUE:
        there, here = s.output_process_fn_grad, cross(s.output_process_fn_grad)
    return compare(lambda: outcome(op.op, copied(s), there), lambda: outcome_here(ours(op), s, here), within, within, op.name in UNWRITTEN,
                   LOOSE.get(op.name))


def first_dtype(op: Any) -> torch.dtype:
    """The dtype in which variants are compared."""
    return next((d for d in DTYPES if d in op.dtypes), torch.float32)


def methods(op: Any, count: int | None) -> Iterator[tuple[str, str]]:
    """The method of the operation's name on Tensor."""
    if op.method_variant is None or op.name.startswith("__") or not hasattr(torch.Tensor, op.name):
        return
    for s in samples(op, first_dtype(op), count and min(count, 3)):
        if isinstance(s.input, torch.Tensor) and op.name not in NOT_UNIQUE:
            found = compare(lambda: outcome(op.method_variant, copied(s)), lambda: outcome_here(method(op), s),  # noqa: B023
                            forget=op.name in UNWRITTEN, loose=LOOSE.get(op.name))
            if found is not None:
                yield "method", found


def method(op: Any) -> Any:
    """steepest's method for that of an operation; one of the test suite's own functions where that stands in for it."""
    if (getattr(op.method_variant, "__module__", None) or "").startswith("torch.testing"):
        return counterpart(op.method_variant)
    return resolve(f"Tensor.{op.name}")


def in_place(op: Any, count: int | None) -> Iterator[tuple[str, str]]:
    """The in-place variant."""
    variant = op.inplace_variant
    if variant is None or not isinstance(getattr(torch.Tensor, getattr(variant, "__name__", ""), None), object):
        return
    name = getattr(variant, "__name__", "")
    if not hasattr(torch.Tensor, name):
        return
    for s in samples(op, first_dtype(op), count and min(count, 3)):
        if isinstance(s.input, torch.Tensor) and not s.broadcasts_input:
            found = compare(lambda: outcome(variant, copied(s)), lambda: outcome_here(resolve(f"Tensor.{name}"), s),  # noqa: B023
                            loose=LOOSE.get(op.name))
            if found is not None:
                yield "in place", found


def empty(x: torch.Tensor) -> torch.Tensor:
    """A contiguous tensor to write into: into others PyTorch's own transforms do not write."""
    return torch.empty_like(x, memory_format=torch.contiguous_format)


def out_variants(op: Any, count: int | None) -> Iterator[tuple[str, str]]:
    """`out=`: the same values in the tensor given, which is what is returned."""
    if not op.supports_out or op.name in NOT_UNIQUE or op.name in UNWRITTEN:
        return
    for s in samples(op, first_dtype(op), count and min(count, 2)):
        def there() -> Any:
            expected = op.op(s.input, *s.args, **s.kwargs)  # noqa: B023
            like = empty(expected) if isinstance(expected, torch.Tensor) else tuple(empty(e) for e in expected)
            written = op.op(s.input, *s.args, **s.kwargs, out=like)  # noqa: B023
            return plain(expected if op.name in UNWRITTEN_OUT else like if written is None else written)

        def here() -> Any:
            expected = op.op(s.input, *s.args, **s.kwargs)  # noqa: B023
            like = cross(torch.zeros_like(expected) if isinstance(expected, torch.Tensor) else tuple(torch.zeros_like(e) for e in expected))
            x, args, kwargs = cross((s.input, s.args, s.kwargs))  # noqa: B023
            made = ours(op)(x, *args, **kwargs, out=like)
            same = made is None or made is like if isinstance(like, steepest.Tensor) else all(a is b for a, b in zip(made or (), like))
            assert same, "out= is not what is returned"
            return plain(like)

        found = compare(there, here, loose=LOOSE.get(op.name))
        if found is not None:
            yield "out", found


def leaves(x: Any) -> list[Any]:
    """The tensors in `x` that want gradients, each once."""
    found: dict[int, Any] = {}

    def walk(p: Any) -> None:
        if isinstance(p, (torch.Tensor, steepest.Tensor)):
            if p.requires_grad:
                found[id(p)] = p
        elif isinstance(p, (list, tuple)):
            for q in p:
                walk(q)
        elif isinstance(p, dict):
            for q in p.values():
                walk(q)

    walk(x)
    return list(found.values())


def cotangents(library: Any, results: list[Any], seed: int) -> list[Any]:
    """The same made-up gradients of results in either library."""
    made = []
    rng = np.random.default_rng(seed)
    for r in results:
        array = rng.uniform(0.5, 1.5, tuple(r.shape))
        if r.dtype.is_complex:
            array = array + 1j * rng.uniform(0.5, 1.5, tuple(r.shape))
        made.append(library.from_numpy(np.asarray(array)).to(r.dtype))
    return made


def derivatives(library: Any, function: Any, x: Any, args: Any, kwargs: Any, process: Any, order: int) -> list[Any]:
    """Gradients of the given order with respect to every operand that wants one; zeros where there is none."""
    given = (x, args, kwargs)
    wanted = leaves(given)
    results = leaves(process(function(x, *args, **kwargs)))
    if not results:
        raise NotImplementedError("no result wants a gradient")
    for k in range(order):
        results = list(library.autograd.grad(results, wanted, cotangents(library, results, k), create_graph=k + 1 < order,
                                             allow_unused=True))
        if k + 1 < order:
            results = [r for r in results if r is not None and r.requires_grad]
            if not results:
                return [np.zeros_like(plain(w)) for w in wanted]
    return [np.zeros_like(plain(w)) if r is None else plain(r) for r, w in zip(results, wanted)]


def _gradients(op: Any, count: int | None, order: int) -> Iterator[tuple[str, str]]:
    if not (op.supports_autograd if order == 1 else op.supports_gradgrad):
        return
    for dtype in (torch.float64, torch.complex128):
        if dtype in op.supported_backward_dtypes("cpu"):
            for s in samples(op, dtype, count and min(count, 4 if order == 1 else 3), requires_grad=True):
                found = derived(op, s, order, 1e-6, 1e-7)
                if found is not None:
                    yield named(dtype), found


def derived(op: Any, s: Any, order: int, rtol: float, atol: float) -> str | None:
    """The difference of the gradients for one sample."""
    def there() -> Any:
        if not leaves((s.input, s.args, s.kwargs)):
            raise ValueError("nothing to derive by")
        return derivatives(torch, op.op, s.input, s.args, s.kwargs, s.output_process_fn_grad, order)

    def here() -> Any:
        x, args, kwargs = cross((s.input, s.args, s.kwargs))
        return derivatives(steepest, ours(op), x, args, kwargs, cross(s.output_process_fn_grad), order)

    if op.name in {*TIES, "msort"} and s.input.dtype in FEW_VALUES:
        return compare(lambda: of_equals(op.name, s, there()), lambda: of_equals(op.name, s, here()), rtol=rtol, atol=atol)
    return compare(there, here, rtol=rtol, atol=atol, loose=LOOSE.get(op.name))


def gradients(op: Any, count: int | None) -> Iterator[tuple[str, str]]:
    """First derivatives."""
    return _gradients(op, count, 1)


def second(op: Any, count: int | None) -> Iterator[tuple[str, str]]:
    """Second derivatives."""
    return _gradients(op, count, 2)


def error_class(call: Callable[[], Any]) -> str:
    """The class of the error that a call raises; empty where it raises none."""
    try:
        call()
    except Exception as problem:
        return type(problem).__name__
    return ""


def same_class(expected: str, got: str) -> bool:
    """Whether a program that catches the one error catches the other: NotImplementedError is a RuntimeError."""
    return got == expected or (expected, got) == ("RuntimeError", "NotImplementedError")


def crossed_over(s: Any) -> Any:
    """What a sample holds as steepest takes it; None where there is no such thing."""
    try:
        return cross((s.input, s.args, s.kwargs))
    except (NoCounterpart, TypeError, ValueError):
        return None


def errors(op: Any, count: int | None) -> Iterator[tuple[str, str]]:
    """Wrong inputs: an error of the same class."""
    if op.error_inputs_func is None or op.name.startswith("__r"):       # whose wrong input is a number in the tensor's place
        return
    torch.manual_seed(0)
    try:
        wrong = [e for e in op.error_inputs("cpu") if small((e.sample_input.input, e.sample_input.args, e.sample_input.kwargs))]
    except Exception:
        return
    for e, crossed in [(e, crossed_over(e.sample_input)) for e in wrong]:       # all of them before torch gives `out` another size
        if crossed is None:
            continue
        s, (x, args, kwargs) = e.sample_input, crossed
        expected = error_class(lambda: op.op(s.input, *s.args, **s.kwargs))  # noqa: B023
        if not expected:
            continue
        got = error_class(lambda: ours(op)(x, *args, **kwargs))  # noqa: B023
        if "unsupported operation" in str(e.error_regex) or "written-to tensor" in str(e.error_regex):
            continue                                                        # overlapping memory, which is safe here
        yield "error", "" if same_class(expected, got) else f"{got or 'nothing'} raised, not {expected} ({str(e.error_regex)[:60]})"


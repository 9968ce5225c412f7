"""Products of vectors and matrices, and einsum."""

import string
from typing import Any

import numpy as np

from steepest.core import dtype as dtypes
from steepest.core.dtype import numpy_dtype, promote_types
from steepest.core.promotion import result_type
from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional.appearing import show_as
from steepest.functional.casting import as_given, in_single_precision, lowers
from steepest.functional.early import numbers_first
from steepest.functional.neural.precision import widened
from steepest.functional.operands import result_into
from steepest.functional.shaping import expand, reshape, to_dtype
from steepest.functional.supporting import refuses
from steepest.ops import contractions as con
from steepest.ops.arithmetic import cast, conjugate, mul
from steepest.ops.composites import composite
from steepest.ops.maps import common_shape
from steepest.ops.reductions import total
from steepest.ops.views import diagonal, spread, squeeze_result, unsafe_view
from steepest.ops.views import permute as permute_view


def _check(name: str, a: Tensor, b: Tensor, ndims: tuple[int, int], inner: tuple[int, int]) -> None:
    for x, n in zip((a, b), ndims, strict=True):
        if x.array.ndim != n:
            raise RuntimeError(text("product-ndim", operation=name, expected=n, shape=list(x.array.shape)))
    if a.array.shape[inner[0]] != b.array.shape[inner[1]]:
        raise RuntimeError(text("product-shapes", operation=name, a="x".join(map(str, a.array.shape)), b="x".join(map(str, b.array.shape))))


@lowers
@refuses("bool")
def mm(input: Tensor, mat2: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The product of matrices `(n, m)` and `(m, p)`."""
    _check("mm", input, mat2, (2, 2), (1, 0))
    return result_into(out, con.mm(input, mat2, spec="ij,jk->ik"), exact=True)


@lowers
@refuses("bool")
def bmm(input: Tensor, mat2: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The products of matrices `(b, n, m)` and `(b, m, p)`."""
    _check("bmm", input, mat2, (3, 3), (2, 1))
    if input.array.shape[0] != mat2.array.shape[0]:
        raise RuntimeError(text("product-shapes", operation="bmm", a=list(input.array.shape), b=list(mat2.array.shape)))
    return result_into(out, con.bmm(input, mat2, spec="bij,bjk->bik"), exact=True)


@refuses("bool")
def mv(input: Tensor, vec: Tensor) -> Tensor:
    """The product of a matrix `(n, m)` and a vector `(m)`."""
    _check("mv", input, vec, (2, 1), (1, 0))
    return con.mv(input, vec, spec="ij,j->i")


@refuses("bool")
def dot(input: Tensor, tensor: Tensor) -> Tensor:
    """The sum of the products of two vectors."""
    _check("dot", input, tensor, (1, 1), (0, 0))
    return con.dot(input, tensor, spec="i,i->")


def vdot(input: Tensor, other: Tensor) -> Tensor:
    """As `dot`, the first vector conjugated."""
    return dot(conjugate(input), other)


def outer(input: Tensor, vec2: Tensor) -> Tensor:
    """All products of the elements of two vectors, `(n, m)`."""
    for x in (input, vec2):
        if x.array.ndim != 1:
            raise RuntimeError(text("product-ndim", operation="outer", expected=1, shape=list(x.array.shape)))
    return show_as(mul(input.unsqueeze(1), vec2), "MulBackward0", ("ViewBackward0", input), vec2)


ger = outer


@lowers
def matmul(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The matrix product: vectors count as a row or a column, dimensions before the last two are broadcast."""
    if not isinstance(other, Tensor) or not isinstance(input, Tensor):
        raise TypeError(text("argument-not-tensor", function="matmul", name="other", kind=type(other).__name__))
    m, n = input.array.ndim, other.array.ndim
    if m == 2 and n == 2:
        result = mm(input, other)
    elif m == 0 or n == 0:
        raise RuntimeError(text("product-ndim", operation="matmul", expected=1, shape=[]))
    elif m == 1 and n == 1:
        result = dot(input, other)
    elif m == 2 and n == 1:
        result = mv(input, other)
    elif m == 1 and n == 2:
        result = squeeze_result(mm(input.unsqueeze(0), other), dim=(0,))
    else:
        result = _batched(input, other)
    return result_into(out, result, exact=True)


def _batched(a: Tensor, b: Tensor) -> Tensor:
    row, column = a.array.ndim == 1, b.array.ndim == 1
    a, b = a.unsqueeze(0) if row else a, b.unsqueeze(1) if column else b
    if a.array.shape[-1] != b.array.shape[-2]:
        raise RuntimeError(text("product-shapes", operation="matmul", a=list(a.array.shape), b=list(b.array.shape)))
    if b.array.ndim == 2:
        lead = a.array.shape[:-1]
        result = mm(reshape(a, int(np.prod(lead)), a.array.shape[-1]), b)
        result = unsafe_view(result, shape=(*lead, b.array.shape[1]))
    else:
        lead = common_shape("matmul", a.array.shape[:-2], b.array.shape[:-2])
        a3 = reshape(expand(a, *lead, *a.array.shape[-2:]), int(np.prod(lead)), *a.array.shape[-2:])
        b3 = reshape(expand(b, *lead, *b.array.shape[-2:]), int(np.prod(lead)), *b.array.shape[-2:])
        result = unsafe_view(bmm(a3, b3), shape=(*lead, a.array.shape[-2], b.array.shape[-1]))
    if row:
        result = result.squeeze(-2)
    return result.squeeze(-1) if column else result


@numbers_first(3, "beta", "alpha")
@lowers
@refuses("bool")
def addmm(input: Tensor, mat1: Tensor, mat2: Tensor, *, beta: Any = 1, alpha: Any = 1) -> Tensor:
    """`beta * input + alpha * (mat1 @ mat2)`."""
    _check("addmm", mat1, mat2, (2, 2), (1, 0))
    if mat1.dtype is not mat2.dtype:
        raise con.mismatch("addmm", mat1, mat2)
    _same_dtype("addmm", input, mat1)
    _fits("addmm", input, mat1.array.shape[0], mat2.array.shape[1])
    return _addmm(input, mat1, mat2, beta=_factor(beta, mat1), alpha=_factor(alpha, mat1))


def _same_dtype(name: str, input: Tensor, other: Tensor) -> None:
    if input.dtype is not other.dtype:
        raise con.mismatch(name, input, other)


def _fits(name: str, input: Tensor, *shape: int) -> None:
    """Raise RuntimeError unless the tensor that a product is added to expands to the product's shape."""
    own = input.array.shape
    if own != shape and (len(own) > len(shape) or any(n not in (1, m) for n, m in zip(own[::-1], shape[::-1], strict=False))):
        raise RuntimeError(text("product-input", operation=name, input=list(own), product=list(shape)))


def _factor(factor: Any, of: Tensor) -> Any:
    """A factor in the category of the matrices' dtype: a whole number for integers."""
    return int(factor) if of.dtype.category < dtypes.FLOATING else factor


def _scaled(x: Any, factor: Any) -> Any:
    return x if factor == 1 else x * factor


def _combined(c: Any, beta: Any, product: Any, alpha: Any) -> Any:
    """`beta * c + alpha * product`; where beta is 0, nothing of c counts, not even its NaN."""
    return _scaled(product, alpha) if beta == 0 else _scaled(c, beta) + _scaled(product, alpha)


def _addmm_kernel(c: Any, a: Any, b: Any, beta: Any, alpha: Any) -> Any:
    if a.dtype.kind in "biu":
        return _combined(c, beta, np.matmul(a, b), alpha).astype(a.dtype)
    out = np.matmul(a, b)
    if alpha != 1:
        out *= alpha
    if beta != 0:
        out += c if beta == 1 else c * beta
    return out


_addmm = composite(
    "addmm", lambda c, a, b, beta, alpha: _combined(c, beta, con.mm(a, b, spec="ij,jk->ik"), alpha), operands=3,
    kernel=widened(_addmm_kernel),
    c=lambda g, beta: _scaled(g, conjugate(beta)),
    a=lambda g, b, alpha: _scaled(con.mm(g, conjugate(b), spec="ik,jk->ij"), conjugate(alpha)),
    b=lambda g, a, alpha: _scaled(con.mm(conjugate(a), g, spec="ij,ik->jk"), conjugate(alpha)))


@numbers_first(3, "beta", "alpha")
@refuses("bool")
def addmv(input: Tensor, mat: Tensor, vec: Tensor, *, beta: Any = 1, alpha: Any = 1) -> Tensor:
    """`beta * input + alpha * (mat @ vec)`."""
    _check("addmv", mat, vec, (2, 1), (1, 0))
    _same_dtype("addmv", input, mat)
    _same_dtype("addmv", mat, vec)
    _fits("addmv", input, mat.array.shape[0])
    return _addmv(input, mat, vec, beta=_factor(beta, mat), alpha=_factor(alpha, mat))


@numbers_first(3, "beta", "alpha")
@lowers
@refuses("bool")
def addbmm(input: Tensor, batch1: Tensor, batch2: Tensor, *, beta: Any = 1, alpha: Any = 1) -> Tensor:
    """`beta * input + alpha * sum over the batch of batch1 @ batch2`."""
    _check("addbmm", batch1, batch2, (3, 3), (2, 1))
    _same_dtype("addbmm", input, batch1)
    _same_dtype("addbmm", batch1, batch2)
    _fits("addbmm", input, batch1.array.shape[1], batch2.array.shape[2])
    return _addbmm(input, batch1, batch2, beta=_factor(beta, batch1), alpha=_factor(alpha, batch1))


@numbers_first(3, "beta", "alpha")
@lowers
@refuses("bool")
def baddbmm(input: Tensor, batch1: Tensor, batch2: Tensor, *, beta: Any = 1, alpha: Any = 1) -> Tensor:
    """`beta * input + alpha * (batch1 @ batch2)`."""
    _check("baddbmm", batch1, batch2, (3, 3), (2, 1))
    _same_dtype("baddbmm", input, batch1)
    _fits("baddbmm", input, *batch1.array.shape[:2], batch2.array.shape[2])
    return _baddbmm(input, batch1, batch2, beta=_factor(beta, batch1), alpha=_factor(alpha, batch1))


@numbers_first(3, "beta", "alpha")
def addr(input: Tensor, vec1: Tensor, vec2: Tensor, *, beta: Any = 1, alpha: Any = 1) -> Tensor:
    """`beta * input + alpha * outer(vec1, vec2)`."""
    _fits("addr", input, vec1.array.size, vec2.array.size)
    if dtypes.bool_ is input.dtype is vec1.dtype is vec2.dtype:
        return (input & bool(beta)) | (outer(vec1, vec2) & bool(alpha))
    kind = result_type(input, vec1, vec2)
    return _addr(*[cast(x, to=kind) for x in (input, vec1, vec2)], beta=beta, alpha=alpha)


def _added_product(name: str, spec: str, a_spec: str, b_spec: str) -> Any:
    """`beta * c + alpha * (the contraction of a and b)` as one node."""
    return composite(name, lambda c, a, b, beta, alpha: _combined(c, beta, con.contraction(a, b, spec=spec), alpha), operands=3,
                     c=lambda g, beta: _scaled(g, conjugate(beta)),
                     a=lambda g, b, alpha: _scaled(con.contraction(g, conjugate(b), spec=a_spec), conjugate(alpha)),
                     b=lambda g, a, alpha: _scaled(con.contraction(conjugate(a), g, spec=b_spec), conjugate(alpha)))


_addmv = _added_product("addmv", "ij,j->i", "i,j->ij", "ij,i->j")
_addbmm = _added_product("addbmm", "bij,bjk->ik", "ik,bjk->bij", "bij,ik->bjk")
_baddbmm = _added_product("baddbmm", "bij,bjk->bik", "bik,bjk->bij", "bij,bik->bjk")
_addr = _added_product("addr", "i,j->ij", "ij,j->i", "i,ij->j")


def einsum(equation: Any, *operands: Any) -> Tensor:
    """A sum of products in Einstein's notation, such as `"bij,bjk->bik"`; pairs are contracted in an order that costs little.

    The letters may also be numbers behind each operand: `einsum(x, [..., 0, 1], y, [..., 1, 2], [..., 0, 2])`.
    """
    if isinstance(equation, Tensor):
        equation, operands = _in_letters((equation, *operands))
    tensors = list(operands[0]) if len(operands) == 1 and isinstance(operands[0], (list, tuple)) else list(operands)
    inputs, out = _parse(equation, tensors)
    terms = [_diagonals(x, letters) for x, letters in zip(tensors, inputs, strict=True)]
    if len(terms) > 2:
        path = np.einsum_path(",".join(inputs) + "->" + out, *[np.empty(x.array.shape, bool) for x in tensors], optimize="greedy")[0][1:]
    else:
        path = [tuple(range(len(terms)))] if len(terms) == 2 else []
    for together in path:
        chosen = [terms[i] for i in together]
        terms = [t for i, t in enumerate(terms) if i not in together]
        joined, held = chosen[0]
        for k, (other, letters) in enumerate(chosen[1:], 2):
            later = set(out).union(*[few for _, few in (*terms, *chosen[k:])])
            joined, held = _pair(joined, held, other, letters, later)
        terms.append((joined, held))
    (x, letters), = terms
    result = _arranged(*_summed(x, letters, set(out)), out)
    if len(tensors) > 1 and set("".join(inputs)) - set(out):          # PyTorch's way through `bmm`, its views left out
        show_as(result, "ViewBackward0", ("PermuteBackward0", ("ViewBackward0", ("BmmBackward0", *tensors))))
    return result


def _in_letters(given: tuple[Any, ...]) -> tuple[str, tuple[Any, ...]]:
    """The equation that lists of numbers behind the operands say, and the operands; a list at the end is that of the result."""
    def letters(numbers: Any) -> str:
        out = ""
        for n in numbers:
            if n is not ... and not 0 <= n < len(LETTERS):
                raise ValueError(text("einsum-number", number=n, limit=len(LETTERS)))
            out += "..." if n is ... else LETTERS[n]
        return out

    pairs = len(given) // 2
    equation = ",".join(letters(given[2 * k + 1]) for k in range(pairs))
    return equation + ("->" + letters(given[-1]) if len(given) % 2 else ""), given[: 2 * pairs : 2]


LETTERS = string.ascii_uppercase + string.ascii_lowercase


def _parse(equation: str, tensors: list[Tensor]) -> tuple[list[str], str]:
    equation = equation.replace(" ", "")
    left, arrow, out = equation.partition("->")
    inputs = left.split(",")
    if len(inputs) != len(tensors):
        raise RuntimeError(text("einsum-operands", equation=equation, expected=len(inputs), given=len(tensors)))
    spare = [c for c in LETTERS if c not in equation]
    width = max([x.array.ndim - len(s.replace("...", "")) for s, x in zip(inputs, tensors, strict=True) if "..." in s], default=0)
    dots = "".join(spare[:width])
    inputs = [s.replace("...", dots[width - (x.array.ndim - len(s) + 3):] if "..." in s else "")
              for s, x in zip(inputs, tensors, strict=True)]
    if arrow:
        out = out.replace("...", dots)
    else:
        joined = "".join(inputs)
        out = dots + "".join(sorted(c for c in set(joined) if joined.count(c) == 1 and c not in dots))
    for s, x in zip(inputs, tensors, strict=True):
        if len(s) != x.array.ndim:
            raise RuntimeError(text("einsum-dims", equation=equation, letters=s, shape=list(x.array.shape)))
    return inputs, out


def _diagonals(x: Tensor, letters: str) -> tuple[Tensor, str]:
    """Repeated letters of one operand taken along the diagonal."""
    for c in dict.fromkeys(letters):
        while letters.count(c) > 1:
            i = letters.index(c)
            j = letters.index(c, i + 1)
            x = x.diagonal(0, i, j)
            letters = letters[:i] + letters[i + 1:j] + letters[j + 1:] + c
    return x, letters


def _summed(x: Tensor, letters: str, wanted: set[str]) -> tuple[Tensor, str]:
    gone = tuple(i for i, c in enumerate(letters) if c not in wanted)
    return (x.sum(gone), "".join(c for c in letters if c in wanted)) if gone else (x, letters)


def _pair(a: Tensor, la: str, b: Tensor, lb: str, later: set[str]) -> tuple[Tensor, str]:
    a, la = _summed(a, la, later | set(lb))
    b, lb = _summed(b, lb, later | set(la))
    for c in set(la) & set(lb):
        n, m = a.array.shape[la.index(c)], b.array.shape[lb.index(c)]
        if n != m:
            if 1 not in (n, m):
                raise RuntimeError(text("einsum-sizes", letter=c, a=n, b=m))
            if c not in later:                      # what meets one number is summed before, as in PyTorch
                a, b = (x.sum(letters.index(c), keepdim=True, dtype=x.dtype) for x, letters in ((a, la), (b, lb)))
            elif n == 1:
                a = a.expand(*[m if d == c else -1 for d in la])
            else:
                b = b.expand(*[n if d == c else -1 for d in lb])
    made = [c for c in la if c in lb and c in later] + [c for c in la if c not in lb] + [c for c in lb if c not in la]
    out = "".join(made)
    if a.dtype is not b.dtype and set(out) == {*la, *lb}:       # a product without a sum is a multiplication, which promotes
        common = promote_types(a.dtype, b.dtype)
        a, b = to_dtype(a, common), to_dtype(b, common)
    multiply = con.contraction if set(out) == {*la, *lb} else _summed_product
    return multiply(a, b, spec=f"{la},{lb}->{out}"), out


@lowers
@refuses("bool")
def _summed_product(a: Tensor, b: Tensor, spec: str) -> Tensor:
    return con.contraction(a, b, spec=spec)


def _arranged(x: Tensor, letters: str, out: str) -> Tensor:
    order = tuple(letters.index(c) for c in out)
    return x if order == tuple(range(len(order))) else permute_view(x, order=order)


def tensordot(a: Tensor, b: Tensor, dims: Any = 2) -> Tensor:
    """Products summed over the last `dims` dimensions of `a` and the first of `b`, or over given pairs of dimensions."""
    if isinstance(dims, int):
        dims = (list(range(a.array.ndim - dims, a.array.ndim)), list(range(dims)))
    da, db = ([d % x.array.ndim for d in ds] for ds, x in zip(dims, (a, b), strict=True))
    la = "".join(chr(97 + i) for i in range(a.array.ndim))
    lb = [chr(65 + i) for i in range(b.array.ndim)]
    for i, j in zip(da, db, strict=True):
        lb[j] = la[i]
    out = "".join(c for i, c in enumerate(la) if i not in da) + "".join(c for j, c in enumerate(lb) if j not in db)
    multiply = lowers(einsum) if out else as_given(einsum)      # what leaves a number is `dot`, whose precision autocast does not lower
    result = multiply(f"{la},{''.join(lb)}->{out}", a, b)
    parts = ("ViewBackward0", ("PermuteBackward0", a)), ("ReshapeAliasBackward0" if out else "ViewBackward0", ("PermuteBackward0", b))
    return show_as(result, "ViewBackward0", ("MmBackward0" if out else "DotBackward0", *parts))


def inner(input: Tensor, other: Tensor) -> Tensor:
    """Products summed over the last dimensions of both."""
    if not input.array.ndim or not other.array.ndim:
        return mul(input, other)
    if input.array.shape[-1] != other.array.shape[-1]:
        raise RuntimeError(text("product-shapes", operation="inner", a=list(input.array.shape), b=list(other.array.shape)))
    return tensordot(input, other, dims=([input.array.ndim - 1], [other.array.ndim - 1]))


def kron(input: Tensor, other: Tensor) -> Tensor:
    """The Kronecker product; of tensors with unequal numbers of dimensions the smaller one counts as one with dimensions of size 1."""
    n = max(input.array.ndim, other.array.ndim)
    a, b = ((1,) * (n - x.array.ndim) + x.array.shape for x in (input, other))
    wide = input.reshape([k for size in a for k in (size, 1)]) * other.reshape([k for size in b for k in (1, size)])
    return show_as(wide.reshape([p * q for p, q in zip(a, b, strict=True)]), "UnsafeViewBackward0",
                   ("MulBackward0", ("UnsafeViewBackward0", input), ("UnsafeViewBackward0", other)))


def chain_matmul(*matrices: Tensor) -> Tensor:
    """The product of several matrices."""
    result = matrices[0]
    for x in matrices[1:]:
        result = mm(result, x)
    return result


@in_single_precision
@refuses("bool")
def trace(input: Tensor) -> Tensor:
    """The sum of the diagonal of a matrix."""
    if input.array.ndim != 2:
        raise RuntimeError(text("product-ndim", operation="trace", expected=2, shape=list(input.array.shape)))
    return _trace(input)


def _trace_kernel(x: Any) -> Any:
    """Summed in double precision and rounded once, as in PyTorch; of integers as int64."""
    if x.dtype.kind in "biu":
        return np.asarray(np.trace(x, dtype=np.int64))
    wide = np.complex128 if x.dtype.kind == "c" else np.float32 if x.dtype.itemsize == 2 else np.float64
    return np.asarray(np.diagonal(x).sum(dtype=wide)).astype(x.dtype)


_trace = composite("trace", lambda x: total(diagonal(x, offset=0, dim1=0, dim2=1), dim=(0,), keepdim=False), operands=1,
                   kernel=_trace_kernel,
                   x=lambda g, like: spread(g.expand(min(like.shape)), like, diagonal, {"offset": 0, "dim1": 0, "dim2": 1}))


def linear_dtype(name: str, x: Tensor, weight: Tensor) -> None:
    """A layer's weight and input must have one dtype; RuntimeError with what to write instead."""
    if x.dtype is not weight.dtype:
        raise RuntimeError(text("dtype-mismatch", operation=name, a=x.dtype, b=weight.dtype))


def identity_like(n: int, x: Tensor) -> Any:
    """An identity matrix with the dtype of `x`."""
    return np.eye(n, dtype=numpy_dtype(x.dtype if x.dtype.category >= dtypes.FLOATING else dtypes.get_default_dtype()))

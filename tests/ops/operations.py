"""Expressions to compare with PyTorch: every operation of the core, on small float64 inputs with names.

An expression is evaluated with `torch` and the inputs below; `scripts/reference/core.py` evaluates it with PyTorch's, the tests
with ours. Compared are the values, dtypes, shapes, strides and node names of the results, and the gradients of the inputs.
"""

import re
from typing import Any

import numpy as np

UNARY = {
    "x": "exp exp2 expm1 sin cos tan sinh cosh tanh asinh atan abs sign floor ceil trunc frac erf erfc neg square sigmoid relu sinc "
         "positive sgn deg2rad rad2deg isnan isinf isfinite signbit isposinf isneginf isreal logical_not round absolute negative arctan "
         "arcsinh fix",
    "p": "log log2 log10 log1p sqrt rsqrt lgamma digamma reciprocal",
    "u": "asin acos atanh logit arcsin arccos arctanh erfinv",
    "q": "acosh arccosh",
}
BINARY = {
    "x y": "add sub mul div remainder fmod maximum minimum fmax fmin atan2 hypot copysign subtract "
           "multiply divide true_divide arctan2 eq ne lt le gt ge not_equal less less_equal greater greater_equal logical_and "
           "logical_or logical_xor isclose rsub logaddexp logaddexp2",
    "p y": "pow float_power",
    "y p": "xlogy",
    "i j": "add sub mul div remainder fmod floor_divide maximum minimum pow bitwise_and bitwise_or bitwise_xor bitwise_left_shift "
           "bitwise_right_shift gcd lcm eq lt",
}
OPERATORS = [
    "x + y", "x - y", "x * y", "x / y", "r // 0.3", "x % y", "p ** y", "x ** 2", "x ** 3", "x ** 0", "p ** 0.5", "p ** -1",
    "p ** 2.5", "2 ** x", "2.5 - x", "3 / x", "7 // i", "7 % i", "1 + x", "2 * x", "-x", "abs(x)", "+x", "x + 1", "x - 2",
    "x * 0.5", "x / 4", "r // 2", "x % 2", "x + c", "c * v", "x + s", "s - v", "x @ w2", "w2.T @ x.T", "x @ v", "v @ v",
    "b @ d", "x == y", "x > 0", "i & j", "i | 1", "i ^ j", "~i", "~k", "j << 2", "i >> 1", "i + 1.5", "i / j", "i // j",
    "i % j", "j ** 2", "k & k", "k + 1", "i + x", "z * x", "z + 1j", "z / z", "z.conj() * 2", "z.abs()", "z.real", "z.imag * 3",
    "(z * z.conj()).real", "x.double() + i.int()", "2 ** j", "1 - u", "x ** 4.0", "x ** 1",
]
POINTWISE = [
    "torch.nextafter(r, r + 1)", "torch.heaviside(r, r + 2)", "torch.floor_divide(r, 0.4)", "torch.add(x, y, alpha=3)",
    "torch.sub(x, y, alpha=0.5)", "torch.rsub(x, 2)", "torch.div(x, y, rounding_mode='floor')",
    "torch.div(x, y, rounding_mode='trunc')", "torch.div(i, j, rounding_mode='trunc')",
    "torch.div(i, j, rounding_mode='floor')", "x.clamp(-0.5, 0.5)", "x.clamp(min=0)", "x.clamp(max=0.25)",
    "torch.clamp(x, y, y + 1)", "x.clamp(min=y)", "x.clamp(max=y)", "x.clamp_min(0.1)", "x.clamp_max(0.1)", "i.clamp(0, 2)",
    "torch.where(k, x, y)", "torch.where(k, x, 0)", "torch.where(k, 1.0, x)", "torch.where(x > 0, x, c)",
    "torch.lerp(x, y, 0.3)", "torch.lerp(x, y, u)", "torch.addcmul(x, y, p, value=2)", "torch.addcdiv(x, y, p, value=-0.5)",
    "x.masked_fill(k, 7)", "x.masked_fill(k, s)", "torch.nan_to_num(x)", "torch.round(x, decimals=1)", "torch.logit(u, 0.2)",
    "torch.pow(2, x)", "torch.pow(x, 2)", "torch.conj(z)", "torch.angle(z)", "torch.polar(p, x)", "torch.polygamma(1, x)",
    "torch.polygamma(2, p)", "torch.ldexp(x, j)", "torch.where(k)", "x.where(k, y)", "torch.float_power(p, 2)",
    "torch.complex(x, y)", "x.sigmoid().log()", "x.relu() + x.tanh()", "torch.maximum(t, t.flip(0))",
    "torch.fmax(t, t.flip(0))", "o.abs()", "o.sign()", "o.pow(2)", "torch.frexp(x)",
]
REDUCTIONS = ["torch.{f}({x})", "torch.{f}({x}, 0)", "torch.{f}({x}, dim=1, keepdim=True)", "torch.{f}({x}, -1)"]
REDUCERS = {"x": "sum mean nansum nanmean amax amin prod var std argmax argmin all any max min median nanmedian mode",
            "i": "sum prod amax all any max min"}
ALONG = {"x": "softmax log_softmax cumsum cumprod cummax cummin logcumsumexp sort argsort logsumexp count_nonzero",
         "i": "cumsum cumprod sort cummax"}
REDUCED = [
    "torch.kthvalue(x, 2)", "torch.norm(x)", "b.sum((0, 2))", "b.sum((0, 2), keepdim=True)", "b.sum(())", "b.mean((1, 2))",
    "b.amax((0, 1))", "t.amax(0)", "t.amin()", "t.max()", "t.min(0)", "t.max(1)", "b.var((0, 1))", "b.std(2, unbiased=False)",
    "x.var(correction=0)", "x.std(0, keepdim=True)", "x.var(unbiased=False)", "torch.var_mean(x, 0)", "torch.std_mean(x)",
    "o.prod()", "o.prod(0)", "o.prod(1)", "b.prod(1)", "b.logsumexp((0, 1))", "x.norm()", "x.norm(1)", "x.norm(2, 0)",
    "x.norm(3, 1)", "x.norm(float('inf'))", "x.norm(float('inf'), 1)", "x.norm(-float('inf'), 0)", "x.norm(0)",
    "torch.dist(x, y)", "torch.aminmax(x, dim=0)", "x.sum(dtype=torch.float32)", "i.sum(dtype=torch.float64)",
    "x.mean(dtype=torch.float32)", "b.flatten().topk(5)", "x.topk(2)", "x.topk(2, largest=False)", "x.topk(1, 0)",
    "x.sort(0, descending=True)", "x.msort()", "x.quantile(0.3)", "x.quantile(q2, dim=1)", "x.quantile(0.5, 0, True)",
    "x.cumsum(0).cumprod(1)", "o.cumprod(1)", "x.diff()", "x.diff(dim=0)", "v.diff(n=2)", "torch.trapezoid(x)", "x.cov()",
    "x.corrcoef()", "x.all()", "k.any(1)", "k.sum()", "x.trace()", "m.trace()", "x.count_nonzero()",
    "torch.cumulative_trapezoid(x)", "x.kthvalue(2, 1, True)", "x.mode(0)", "x.median(1, keepdim=True)", "s.sum()", "s.max()",
    "s.max(0)", "s.sort()", "s.mean(0)", "s.var(correction=0)",
]
VIEWS = [
    "x.view(3, 2)", "x.view(-1)", "x.reshape(3, 2)", "x.T.reshape(6)", "x.T", "x.t()", "v.t()", "m.mT", "b.transpose(0, 2)",
    "b.permute(2, 0, 1)", "b.permute(2, 0, 1).contiguous()", "b.movedim(0, -1)", "torch.moveaxis(b, 0, 1)", "b.flatten()",
    "b.flatten(1)", "b.flatten(0, 1)", "b.transpose(0, 1).flatten()", "b.unflatten(2, (2, 2))", "x.ravel()", "x.T.ravel()",
    "c.squeeze()", "c.squeeze(1)", "c.squeeze(0)", "c.squeeze((0, 1))", "x.unsqueeze(0)", "x.unsqueeze(-1)", "c.expand(2, 4)",
    "c.expand(3, -1, 4)", "v.expand(2, 3)", "c.expand_as(x)", "c.broadcast_to((2, 3))", "b.narrow(1, 1, 2)", "b.select(1, -1)",
    "m.diagonal()", "m.diagonal(1)", "m.diagonal(-1)", "b.diagonal(0, 0, 2)", "w.unfold(0, 2, 1)", "b.unfold(2, 2, 1)",
    "b.unfold(1, 2, 2)", "w.clone().as_strided((2, 2), (1, 2))", "w.clone().as_strided((2, 2), (1, 1), 1)", "b.split(2, 1)",
    "b.split([1, 3], 2)", "b.chunk(2, 2)", "b.chunk(3, 1)", "x.unbind()", "x.unbind(1)", "b.swapaxes(0, 1)", "b.swapdims(0, 1)",
    "torch.broadcast_tensors(x, c)", "torch.atleast_1d(s)", "torch.atleast_2d(v)", "torch.atleast_3d(x)",
    "x.tensor_split(3, 1)", "x.tensor_split((1, 2), 1)", "torch.hsplit(b, 3)", "torch.vsplit(b, 2)", "torch.dsplit(b, 2)",
    "x.clone()", "x.T.clone()", "b.permute(2, 0, 1).clone()", "x.contiguous()", "x.T.contiguous()", "x.detach()",
    "x.view_as(y)", "x.T.reshape_as(y)", "x.to(torch.float32)", "x.float()", "x.double()", "x.long()", "x.bool()", "x.half()",
    "x.type(torch.float32)", "x.to(y)", "z.real", "z.imag", "torch.view_as_real(z)", "torch.view_as_complex(d2)", "x.H",
    "x.adjoint()", "x.sum_to_size(1, 3)", "x.T + y.T", "x.T * 2", "b.permute(2, 0, 1) + 1", "x.T.exp()", "c.expand(2, 3).exp()",
    "x[:, ::2].exp()", "x[:, ::2] * 2", "b.transpose(1, 2).sum(0)", "b.permute(1, 2, 0).sigmoid()",
    "b.permute(2, 1, 0) + b.permute(2, 1, 0)", "x.T.sum(0)", "torch.zeros_like(x.T)",
    "torch.empty_like(b.permute(2, 0, 1)) * 0", "c.expand(2, 3) + c.expand(2, 3)", "x.new_ones(2)", "x.resolve_conj() + 1",
]
CONTRACTIONS = [
    "torch.mm(x, w2)", "torch.bmm(b, d)", "torch.mv(x, v)", "torch.dot(v, v2)", "torch.outer(v, v2)", "torch.ger(v, v2)",
    "torch.vdot(v, v2)", "torch.matmul(b, d)", "torch.matmul(v, w2)", "torch.matmul(x, v)", "torch.matmul(b, d[0])",
    "torch.matmul(x, d[:, :3])", "torch.matmul(b[None], d)", "torch.matmul(v4, d)", "torch.matmul(b, v4)",
    "torch.addmm(m2, x, w2)", "torch.addmm(m2, x, w2, beta=0.5, alpha=2)", "torch.addmm(v4, x, w2)",
    "torch.addmv(c[:, 0], x, v)", "torch.addbmm(m, b, d)", "torch.baddbmm(m, b, d, beta=2, alpha=0.5)", "torch.addr(m, v, v2)",
    "torch.einsum('ij,jk->ik', x, w2)", "torch.einsum('bij,bjk->bik', b, d)", "torch.einsum('ij->ji', x)",
    "torch.einsum('ii->i', m)", "torch.einsum('ii', m)", "torch.einsum('ij,j', x, v)", "torch.einsum('i,j->ij', v, v2)",
    "torch.einsum('...ij,...jk->...ik', b, d)", "torch.einsum('ij,jk,kl->il', x, m, w2)", "torch.einsum('bij->b', b)",
    "torch.tensordot(x, m, 1)", "torch.tensordot(b, d, ([1, 2], [2, 1]))", "torch.inner(x, y)", "torch.kron(x, m)",
    "torch.chain_matmul(x, m, w2)", "torch.cross(x, y, dim=1)", "z @ z.T", "torch.linalg.multi_dot([x, m, w2])",
]
INDEXING = [
    "x[0]", "x[-1]", "x[1, 2]", "x[:, 1]", "x[..., 0]", "x[None]", "x[:, None]", "x[0:1]", "x[:, ::2]", "x[1:, 1:]",
    "x[:, -2:]", "x[...]", "x[:]", "x[l]", "x[:, l]", "x[l, l]", "x[l][:, l]", "x[[0, 1, 0]]", "x[[0, 1], [2, 0]]", "x[k]",
    "x[x > 0]", "x[k[:, 0]]", "x[:, k[0]]", "b[:, l]", "b[l, :, l]", "b[:, l, l]", "b[0, l]", "b[l, 0]", "b[..., l]",
    "b[None, l]", "b[l[:, None], l]", "b[:, None, l]", "b[k[:, 0], 0]", "x[torch.tensor(1)]", "x[l[0]]", "x[True]", "x[False]",
    "x[True, 0]", "x[i % 2]", "x[(0, 1)]", "s[()]", "s[None]", "s[...]", "s[True]", "x[-l]", "b[0][1][2]", "b[:, :, 1:3][0]",
    "b[l, l, l]", "b[0, ..., None]", "b[1:2, [0, 2], 1:]", "b[:, [0, 2], [1, 3]]", "b[[0, 1], :, [1, 3]]",
    "b[[1], 1:, None, [0, 2]]", "x.index_select(0, l)", "x.index_select(1, l)", "x.gather(1, g)", "x.gather(0, g)",
    "b.gather(2, l.view(2, 1, 1))", "torch.take(x, l)", "x.take_along_dim(g, 1)", "x.masked_select(k)",
    "x.masked_select(k[:, :1])", "x.nonzero()", "k.nonzero()", "k.nonzero(as_tuple=True)", "torch.argwhere(k)",
    "x.scatter(1, g, y)", "x.scatter(1, g, 5.0)", "x.scatter_add(1, g, y)", "x.scatter_add(0, g, y)",
    "x.scatter_reduce(1, g, y, 'sum')", "x.scatter_reduce(1, g, y, 'amax')",
    "x.scatter_reduce(1, g, y, 'prod', include_self=False)", "x.scatter_reduce(1, g, y, 'mean')", "x.index_add(0, l, y)",
    "x.index_add(1, l, y[:, :2], alpha=2)", "x.index_copy(0, l, y)", "x.index_copy(1, l, y[:, :2])", "x.index_fill(1, l, 3)",
    "x.index_put((l, l), s)", "x.index_put((l,), y, accumulate=True)", "x.masked_scatter(k, y)", "x.put(l, v[:2])",
    "x.put(l, v[:2], accumulate=True)", "x.select_scatter(v, 0, 1)", "x.slice_scatter(y[:, :2], 1, 1)",
    "x.diagonal_scatter(v[:2])", "torch.unravel_index(l, (2, 3))", "torch.isin(i, l)", "torch.searchsorted(r, x)",
    "torch.bucketize(x, r)", "torch.bincount(j.flatten())", "x.histc(4)", "i.unique()",
    "i.unique(return_inverse=True, return_counts=True)", "torch.unique_consecutive(j)", "torch.histc(x, 3, -1, 1)",
    "x.argmax()", "x.argsort(1)", "x.argsort(1, descending=True)",
]
JOINS = [
    "torch.cat([x, y])", "torch.cat([x, y], 1)", "torch.cat([x, i])", "torch.cat((x, c), -1)", "torch.stack([x, y])",
    "torch.stack([x, y], 1)", "torch.stack([x, y], -1)", "torch.stack([s, s])", "torch.hstack([x, c])", "torch.hstack([v, v])",
    "torch.vstack([x, v])", "torch.dstack([x, y])", "torch.column_stack([v, v2])", "x.tile(2)", "x.tile((2, 1))",
    "x.repeat(2, 1)", "v.repeat(2, 2)", "x.repeat_interleave(2)", "x.repeat_interleave(2, 0)",
    "v.repeat_interleave(torch.tensor([1, 0, 2]))", "x.flip(0)", "x.flip((0, 1))", "x.fliplr()", "x.flipud()", "x.rot90()",
    "x.rot90(2)", "x.rot90(-1)", "x.roll(1)", "x.roll(1, 1)", "x.roll((1, -1), (0, 1))", "m.tril()", "m.triu()", "m.tril(1)",
    "m.triu(-1)", "x.tril(-1)", "b.triu(1)", "m.diag()", "v.diag()", "v.diag(1)", "m.diag(-1)", "torch.diag_embed(x)",
    "torch.diag_embed(x, 1)", "torch.diagflat(x)", "torch.meshgrid(v, v4, indexing='ij')",
    "torch.meshgrid(v, v4, indexing='xy')", "torch.cartesian_prod(v, v2)", "torch.combinations(v)", "torch.block_diag(m, x)",
    "torch.vander(r)", "torch.vander(r, 2, True)", "x.renorm(2, 0, 1.0)", "torch.tril_indices(3, 3)",
    "torch.triu_indices(2, 4, 1)", "torch.cat([x[:0], x])", "torch.cat([x, x, x], 1)",
]
LINALG = [
    "torch.inverse(a)", "torch.linalg.inv(a)", "torch.det(a)", "torch.linalg.det(a)", "torch.logdet(e)", "torch.slogdet(a)",
    "torch.linalg.slogdet(a)", "torch.linalg.cholesky(e)", "torch.linalg.solve(a, m)", "torch.linalg.solve(a, v)",
    "torch.linalg.eigh(e).eigenvalues", "torch.linalg.eigvalsh(e)", "torch.linalg.svdvals(x)", "torch.matrix_power(m, 3)",
    "torch.linalg.matrix_power(a, -1)", "torch.linalg.norm(x)", "torch.linalg.norm(x, 1)", "torch.linalg.norm(v)",
    "torch.linalg.vector_norm(x, 3)", "torch.linalg.matrix_norm(x)", "torch.linalg.matrix_norm(x, 'nuc')",
    "torch.linalg.matrix_norm(x, 2)", "torch.linalg.qr(a).R.abs()", "torch.linalg.cross(x, y)", "torch.linalg.pinv(x)",
    "torch.linalg.lstsq(w2, v).solution", "torch.linalg.matrix_rank(m)", "torch.linalg.diagonal(b)",
    "torch.linalg.vecdot(x, y)", "torch.linalg.cond(a)", "torch.linalg.eigvals(e).real", "torch.matrix_exp(m)",
]
CREATION = [
    "torch.arange(5)", "torch.arange(1, 2, 0.25)", "torch.arange(5, 0, -2)", "torch.arange(3.)",
    "torch.arange(0, 5, 2, dtype=torch.float32)", "torch.linspace(0, 1, 5)", "torch.linspace(-1, 2, 7, dtype=torch.float64)",
    "torch.logspace(0, 2, 3)", "torch.zeros(2, 3)", "torch.zeros((2, 3), dtype=torch.int64)", "torch.ones(2)",
    "torch.full((2,), 3)", "torch.full((2,), 3.5)", "torch.full((2,), True)", "torch.eye(3)", "torch.eye(2, 3)",
    "torch.zeros_like(x)", "torch.ones_like(i)", "torch.full_like(x, 2)", "torch.tensor(3)", "torch.tensor([1, 2.5])",
    "torch.tensor([True, False])", "torch.tensor([[1, 2], [3, 4]])", "torch.tensor([])", "torch.tensor(1j)", "torch.empty(0)",
    "torch.tensor([1, True])", "torch.as_tensor([1.5])", "torch.scalar_tensor(2)", "torch.tensor([v[0].item(), 2])",
    "torch.tensor([[], []])", "torch.range(0, 3)", "torch.eye(0)", "torch.linspace(3, 3, 1)", "torch.arange(0)",
    "torch.full((), 2)",
]

CHAINS = {
    "torch.rsub(x, y)", "z.real", "(z * z.conj()).real", "torch.angle(z)", "torch.polar(p, x)", "torch.polygamma(1, x)",
    "torch.polygamma(2, p)", "torch.ldexp(x, j)",
    "torch.complex(x, y)", "torch.frexp(x)", "torch.var_mean(x, 0)", "torch.std_mean(x)", "torch.dist(x, y)",
    "torch.aminmax(x, dim=0)", "x.quantile(0.3)", "x.quantile(q2, dim=1)", "x.quantile(0.5, 0, True)", "torch.trapezoid(x)",
    "x.T.ravel()", "z.imag", "x.H", "x.sum_to_size(1, 3)", "torch.vdot(v, v2)", "torch.matmul(x, d[:, :3])",
    "torch.matmul(v4, d)", "torch.matmul(b, v4)", "torch.einsum('ij,jk->ik', x, w2)", "torch.einsum('bij,bjk->bik', b, d)",
    "torch.einsum('ii->i', m)", "torch.einsum('ij,j', x, v)", "torch.einsum('i,j->ij', v, v2)",
    "torch.einsum('...ij,...jk->...ik', b, d)", "torch.einsum('ij,jk,kl->il', x, m, w2)", "torch.tensordot(x, m, 1)",
    "torch.tensordot(b, d, ([1, 2], [2, 1]))", "torch.inner(x, y)", "torch.kron(x, m)", "torch.chain_matmul(x, m, w2)",
    "torch.cross(x, y, dim=1)", "torch.linalg.multi_dot([x, m, w2])", "x.scatter_reduce(1, g, y, 'mean')",
    "x.masked_scatter(k, y)", "x.put(l, v[:2])", "x.put(l, v[:2], accumulate=True)", "x.select_scatter(v, 0, 1)",
    "x.slice_scatter(y[:, :2], 1, 1)", "x.diagonal_scatter(v[:2])", "x.repeat_interleave(2)", "x.repeat_interleave(2, 0)",
    "torch.combinations(v)", "torch.block_diag(m, x)", "x.renorm(2, 0, 1.0)", "torch.logdet(e)", "torch.linalg.solve(a, v)",
    "torch.linalg.matrix_power(a, -1)", "torch.linalg.norm(x, 1)", "torch.linalg.cross(x, y)", "torch.linalg.pinv(x)",
    "torch.linalg.lstsq(w2, v).solution", "torch.linalg.cond(a)", "torch.linalg.eigvals(e).real", "torch.matrix_exp(m)",
}
"""Several nodes here where PyTorch has one of its own name, or another chain."""

OTHER_STRIDES = {
    "torch.unravel_index(l, (2, 3))",
    "torch.zeros_like(x.T)", "torch.empty_like(b.permute(2, 0, 1)) * 0", "torch.einsum('ij,jk,kl->il', x, m, w2)", "x.rot90()",
    "x.rot90(-1)", "torch.inverse(a)", "torch.linalg.inv(a)", "torch.linalg.cholesky(e)", "torch.linalg.solve(a, m)",
    "torch.linalg.matrix_power(a, -1)", "torch.linalg.qr(a).R.abs()",
}
"""Results that lie in memory in another order than PyTorch's."""


def expressions() -> list[str]:
    """All of them, in the order of this file."""
    found = [f"torch.{f}({x})" for x, names in UNARY.items() for f in names.split()]
    found += [f"torch.{f}({', '.join(xs.split())})" for xs, names in BINARY.items() for f in names.split()]
    found += OPERATORS + POINTWISE
    found += [form.format(f=f, x=x) for x, names in REDUCERS.items() for f in names.split() for form in REDUCTIONS]
    found += [f"torch.{f}({x}, {dim})" for x, names in ALONG.items() for f in names.split() for dim in (0, -1)]
    return list(dict.fromkeys(found + REDUCED + VIEWS + CONTRACTIONS + INDEXING + JOINS + LINALG + CREATION))


def inputs() -> dict[str, np.ndarray]:
    """The inputs by name: floats are distinct unless the name says otherwise (t: ties, o: zeros)."""
    rng = np.random.default_rng(11)
    n = rng.standard_normal
    a = n((3, 3)) + 3 * np.eye(3)
    return {
        "x": n((2, 3)), "y": n((2, 3)), "p": rng.random((2, 3)) + 0.5, "u": rng.random((2, 3)) * 0.8 + 0.1, "q": rng.random((2, 3)) + 1.5,
        "v": n(3), "v2": n(3), "v4": n(4), "w": n(4), "c": n((2, 1)), "s": n(()), "m": n((3, 3)), "m2": n((2, 4)), "w2": n((3, 4)),
        "b": n((2, 3, 4)),
        "d": n((2, 4, 3)), "d2": n((2, 3, 2)), "a": a, "e": a @ a.T, "t": np.array([[1.0, 2.0, 2.0], [2.0, 0.5, 2.0]]),
        "o": np.array([[0.0, 2.0, 3.0], [1.5, 0.0, 0.0]]), "z": n((2, 3)) + 1j * n((2, 3)), "i": rng.integers(-4, 5, (2, 3)),
        "j": rng.integers(1, 5, (2, 3)),
        "k": rng.random((2, 3)) < 0.5, "l": np.array([1, 0]), "g": rng.integers(0, 2, (2, 3)), "r": np.array([-1.0, 0.0, 1.0]),
        "q2": np.array([0.25, 0.5]),
    }


CONSTANT = {"r", "q2"}
"""Float inputs that are given as they are, without a gradient."""


def used(expression: str) -> list[str]:
    """The names of the inputs that an expression uses."""
    return [name for name in inputs() if re.search(rf"(?<![\w.']){name}(?![\w'=(])", expression)]


def weights(shape: tuple[int, ...]) -> np.ndarray:
    """What a result is multiplied with before it is summed for the gradient: different for every element."""
    return np.cos(1 + np.arange(int(np.prod(shape)))).reshape(shape)


def tensors_in(value: Any) -> list[Any]:
    """The tensors of a result."""
    if isinstance(value, (tuple, list)):
        return [part for each in value for part in tensors_in(each)]
    return [value] if hasattr(value, "backward") else []


def outcome(torch: Any, expression: str, arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    """Evaluate with one library: what is compared, as arrays and plain values."""
    names = {}
    for name in used(expression):
        array = arrays[name]
        x = names[name] = torch.from_numpy(array.copy()) if array.ndim else torch.tensor(array.item(), dtype=torch.float64)
        if arrays[name].dtype.kind in "fc" and name not in CONSTANT:
            x.requires_grad_()
    results = tensors_in(eval(expression, {"torch": torch}, names))
    row: dict[str, Any] = {"results": [], "gradients": {}}
    total = None
    for r in results:
        node = r.grad_fn.name() if r.grad_fn is not None else None
        row["results"].append({"dtype": str(r.dtype), "shape": list(r.shape), "stride": list(r.stride()), "node": node,
                               "values": r.detach().numpy(force=True)})
        if r.requires_grad and r.numel():
            part = (r * torch.from_numpy(np.asarray(weights(tuple(r.shape))))).sum()
            part = part.real + 2 * part.imag if part.is_complex() else part
            total = part if total is None else total + part
    if total is not None and total.requires_grad:
        total.backward()
        row["gradients"] = {name: None if x.grad is None else x.grad.numpy(force=True) for name, x in names.items() if x.requires_grad}
    return row

"""Which functions of this layer are `torch.X`."""

from typing import Any

from steepest.functional import (
    checking,
    complex_numbers,
    copies,
    creating,
    devices,
    extreme_eigenpairs,
    factors,
    indexing,
    joining,
    kinds,
    legacy,
    limits,
    linalg,
    matrices,
    pointwise,
    products,
    random,
    reducing,
    scanning,
    segments,
    shaping,
    sorting,
    special,
    spectral,
    statistics,
    storages,
    structured_control,
    symbols,
    threads,
    together,
    underscored,
    windows,
)
from steepest.functional.keywords import has_other_names, other_names
from steepest.functional.neural.softmax import log_softmax, softmax
from steepest.functional.operands import with_out

MODULES = (pointwise, reducing, shaping, products, creating, complex_numbers, indexing, joining, sorting, scanning, statistics, random,
           threads, limits, kinds, devices, symbols)
LINALG = ("inverse", "det", "logdet", "cholesky", "matrix_power", "matrix_exp", "pinverse", "triangular_solve")
FACTORS = {"cholesky_inverse": "", "cholesky_solve": "", "geqrf": "", "lu": "", "lu_solve": "", "lu_unpack": "", "orgqr": "", "ormqr": "",
           "pca_lowrank": "", "svd_lowrank": "", "svd": "svd_of", "qr": "qr_of", "slogdet": "slogdet_of"}
"""Functions of `factors` as `torch.X`, and their names there where these differ."""
WINDOWS = ("hann_window", "hamming_window", "blackman_window", "bartlett_window", "kaiser_window")
OUT = """
conj_physical index_reduce index_fill as_strided_scatter slice_scatter histogram clamp_max clamp_min addcmul addcdiv frexp lcm gcd
float_power round sgn nan_to_num lerp angle isposinf isneginf polygamma logit where
addmm addmv addbmm baddbmm dot vdot mv addr outer kron inner tensordot cholesky qr complex logspace polar cross cumsum cumprod cummax
cummin diff diag isin kthvalue quantile nanquantile topk mode column_stack sort hstack histc bucketize searchsorted vstack dstack msort
renorm tril triu logcumsumexp max min aminmax logsumexp norm all any amax amin argmax argmin mean nanmean std var nansum masked_select
gather index_copy index_select index_add take scatter scatter_add take_along_dim nonzero scatter_reduce softmax log_softmax multinomial
igamma igammac mvlgamma sum prod det inverse cholesky_inverse cholesky_solve geqrf lu lu_solve lu_unpack orgqr ormqr svd
triangular_solve ger matrix_power argsort
"""
"""Functions that `with_out` gives the argument `out=`."""
EXACT = frozenset("mv dot vdot addmm addmv addbmm baddbmm complex polar amax amin aminmax gather multinomial argmax argmin".split())
"""Those whose `out=` must have the dtype of the result."""
RENAMED = {"filled": "fill", "range_": "range", "complex_": "complex", "clone_": "clone"}
INTERNAL = frozenset((
    "unary binary both tensors wanted take_quantiles"
    " named restore_shape unravel from_values alias_as view_dtype to_dtype view clone_ordered check_device"
    " stranger stranger_or_error"
    " finished to_array linear_dtype identity_like getitem setitem NamedResult result_type_of repeat amax_all amin_all expand expand_as"
    " reshape_as contiguous not_empty extreme least").split())


def functions() -> dict[str, Any]:
    """The public functions by their PyTorch names."""
    found: dict[str, Any] = {}
    for module in MODULES:
        for name, value in vars(module).items():
            if name.startswith("_") or name in INTERNAL or not callable(value) or getattr(value, "__module__", "") != module.__name__:
                continue
            found[RENAMED.get(name, name)] = value
    found.update({name: getattr(linalg, name) for name in LINALG})
    found.update({name: getattr(special, name) for name in ("i0", "igamma", "igammac", "mvlgamma")})
    found.update(sparse_coo_tensor=matrices.sparse_coo_tensor, spmm=matrices.sparse_product, dsmm=matrices.sparse_product)
    found.update({name: getattr(windows, name) for name in WINDOWS}, stft=spectral.stft, istft=spectral.istft)
    found.update({name: getattr(factors, own or name) for name, own in FACTORS.items()})
    found.update(legacy.TYPES)
    found.update(copies.COPIES)
    for table in (together, checking, underscored):
        found.update(table.FUNCTIONS)
    found.update(segment_reduce=segments.segment_reduce, lobpcg=extreme_eigenpairs.lobpcg,
                 while_loop=structured_control.while_loop)
    found.update(storages.TYPED, TypedStorage=storages.TypedStorage, UntypedStorage=storages.UntypedStorage,
                 is_storage=storages.is_storage)
    found.update({name: getattr(limits, name) for name in ("pi", "e", "inf", "nan")})
    found.update(softmax=softmax, log_softmax=log_softmax)
    found.update({name: with_out(found[name], exact=name in EXACT) for name in OUT.split() if name in found})
    found.update({name: other_names(f, name) for name, f in found.items() if not hasattr(f, "takes_out") and has_other_names(f, name)})
    return found

"""The one table that puts operations on Tensor."""

from typing import Any

from steepest.autograd import gradients
from steepest.core import copying, overriding
from steepest.core.sparse import SparseTensor
from steepest.core.storage import Storage
from steepest.core.tensor import Tensor
from steepest.functional import (
    copies,
    factors,
    indexing,
    joining,
    linalg,
    pointwise,
    products,
    random,
    reducing,
    scanning,
    shaping,
    sorting,
    special,
    spectral,
    statistics,
    storages,
)
from steepest.functional.keywords import has_other_names, other_names
from steepest.functional.legacy import new_tensor
from steepest.functional.neural.activations import hardshrink, prelu
from steepest.functional.neural.softmax import log_softmax, softmax
from steepest.methods import attributes, conversion, filling, inplace, operators, rewriting, sparse

FROM_FUNCTIONS: dict[Any, str] = {
    pointwise: " ".join([*pointwise.UNARY, *pointwise.BINARY, *pointwise.ALIASES])
    + " add sub div pow float_power clamp clamp_min clamp_max lerp addcmul addcdiv masked_fill nan_to_num round logit sgn positive isclose"
      " isposinf isneginf conj conj_physical angle isreal ldexp gcd lcm frexp",
    reducing: "sum nansum mean nanmean prod all any amax amin aminmax max min argmax argmin var std logsumexp norm count_nonzero median"
              " nanmedian numel equal allclose dist",
    shaping: "view reshape contiguous flatten unflatten ravel t transpose permute movedim squeeze unsqueeze expand expand_as broadcast_to"
             " narrow select diagonal unfold as_strided split chunk unbind swapaxes detach moveaxis swapdims tensor_split hsplit"
             " vsplit dsplit split_with_sizes adjoint sum_to_size resolve_conj resolve_neg"
             " unsafe_chunk unsafe_split unsafe_split_with_sizes",
    indexing: "index_select gather scatter scatter_add index_add index_copy index_fill index_put take masked_select nonzero"
              " argwhere put masked_scatter scatter_reduce select_scatter slice_scatter diagonal_scatter take_along_dim"
              " as_strided_scatter index_reduce nonzero_static",
    statistics: "diff quantile nanquantile cov corrcoef histogram",
    copies: "narrow_copy",
    joining: "tile repeat repeat_interleave flip fliplr flipud rot90 roll tril triu diag diag_embed diagflat cross renorm",
    sorting: "sort argsort msort topk kthvalue mode unique unique_consecutive isin bincount histc",
    scanning: "cumsum cumprod cummax cummin logcumsumexp",
    linalg: "inverse det logdet cholesky matrix_power matrix_exp pinverse triangular_solve",
    factors: "cholesky_inverse cholesky_solve geqrf lu lu_solve orgqr ormqr",
    products: "mm bmm mv dot outer matmul addmm addmv addbmm baddbmm addr inner kron trace ger vdot",
    random: "multinomial bernoulli",
    special: "i0 igamma igammac mvlgamma",
    spectral: "stft istft",
}
"""Functions whose first argument is the tensor: the method has the function's name."""

FUNCTIONS: dict[str, Any] = {"softmax": softmax, "log_softmax": log_softmax, "svd": factors.svd_of, "qr": factors.qr_of,
                              "slogdet": factors.slogdet_of,
                              "hardshrink": hardshrink, "prelu": prelu,
                              "polygamma": special.polygamma_of}
METHODS = (operators.METHODS, attributes.METHODS, FUNCTIONS, conversion.METHODS, rewriting.METHODS, inplace.METHODS, filling.METHODS,
           sparse.METHODS, gradients.METHODS, storages.METHODS)
assert overriding.state
PROPERTIES = (attributes.PROPERTIES, gradients.PROPERTIES)


def _method(function: Any, name: str) -> Any:
    return other_names(function, name) if has_other_names(function, name) else function


def install() -> None:
    """Put everything on the class."""
    for module, names in FROM_FUNCTIONS.items():
        for name in names.split():
            setattr(Tensor, name, _method(getattr(module, name), name))
    for table in METHODS:
        for name, function in table.items():
            setattr(Tensor, name, function if name.startswith("__") else _method(function, name))
    for name, function in sparse.OF_SPARSE.items():
        setattr(SparseTensor, name, function)
    for properties in PROPERTIES:
        for name, getter in properties.items():
            setattr(Tensor, name, getter if isinstance(getter, property) else property(getter))
    Tensor.__new__ = new_tensor  # type: ignore[method-assign, assignment]
    for name, function in storages.UNTYPED.items():
        setattr(Storage, name, function)
    Storage.__reduce__ = copying.reduce_storage  # type: ignore[method-assign, assignment]
    Tensor.__array_priority__ = 1000


install()

"""steepest: a deep-learning framework with PyTorch's interface, for gradient descent on one computer.

>>> import steepest
>>> w = steepest.tensor([1.0], requires_grad=True)
>>> (w * 3).sum().backward(); w.grad
tensor([3.])
"""

import importlib
import sys as _sys
import warnings
from typing import Any

warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"steepest(\.|$)")

from steepest import methods as _methods  # noqa: E402
from steepest.autograd import enable_grad, inference_mode, no_grad, set_grad_enabled  # noqa: E402
from steepest.autograd.modes import is_grad_enabled, is_inference_mode_enabled  # noqa: E402
from steepest.core import dtype as _dtypes  # noqa: E402
from steepest.core import fused as _fused  # noqa: E402
from steepest.core import gaussian as _gaussian  # noqa: E402
from steepest.core import mt19937 as _mt19937  # noqa: E402
from steepest.core import operators as _operators  # noqa: E402
from steepest.core import overriding as _overriding  # noqa: E402
from steepest.core.device import (  # noqa: E402
    CHANNELS_LAST,
    CHANNELS_LAST_3D,
    COMPRESSED,
    CONTIGUOUS,
    PRESERVE,
    SPARSE,
    STRIDED,
    device,
    layout,
    memory_format,
)
from steepest.core.dtype import dtype, get_default_dtype, promote_types  # noqa: E402
from steepest.core.printing import set_printoptions  # noqa: E402
from steepest.core.size import Size  # noqa: E402
from steepest.core.storage import Storage as UntypedStorage  # noqa: E402
from steepest.core.tensor import Tensor  # noqa: E402
from steepest.errors import outside as _names_outside  # noqa: E402
from steepest.functional import tables as _tables  # noqa: E402
from steepest.functional.random import default_generator  # noqa: E402
from steepest.ops import arithmetic as _arithmetic  # noqa: E402
from steepest.ops import contractions as _contractions  # noqa: E402
from steepest.ops import indexing as _indexing  # noqa: E402
from steepest.ops import linalg as _linalg  # noqa: E402
from steepest.ops import maps as _maps  # noqa: E402
from steepest.ops import ordering as _ordering  # noqa: E402
from steepest.ops import reductions as _reductions  # noqa: E402
from steepest.ops import scans as _scans  # noqa: E402
from steepest.version import __version__  # noqa: E402


def _let_functions_look() -> None:
    importlib.import_module("steepest.overrides")


_overriding.activators.append(_let_functions_look)


def _later(place: list[Any], module: str, name: str) -> None:
    """Put a function of a module into a list of functions; the module is imported when it is first called."""

    def call(*given: Any) -> Any:
        function = getattr(importlib.import_module(module), name)
        place[:] = [function if f is call else f for f in place]
        return function(*given)

    place.append(call)


_later(_maps.kernel_builders, "steepest.lower.kernels", "build")
_later(_gaussian.makers, "steepest.lower.normals", "normals")
_later(_fused.multipliers, "steepest.lower.normals", "fused")
_later(_dtypes.converters, "steepest.lower.halving", "converted")
_later(_gaussian.library, "steepest.lower.normals", "by_library")
_later(_mt19937.samplers, "steepest.lower.rejecting", "sample")
_later(_mt19937.fillers, "steepest.lower.filling", "fill")
_later(_contractions.small_products, "steepest.lower.small_matrices", "product")
_later(_reductions.sums, "steepest.lower.cascading", "cascade")
_later(_scans.runners, "steepest.lower.scanning", "running")
_later(_scans.extremum_runners, "steepest.lower.scanning", "running_extremum")
_later(_linalg.triangular_solvers, "steepest.lower.lapack", "solved_triangular")
_later(_linalg.least_squares_solvers, "steepest.lower.lapack", "least_squares")
_later(_linalg.factorers, "steepest.lower.lapack", "factored")
_later(_ordering.rankers, "steepest.lower.ranking", "ranked")
_later(_arithmetic.combiners, "steepest.lower.pairs", "combined")
_later(_indexing.pickers, "steepest.lower.picking", "picked")
_later(_indexing.scatterers, "steepest.lower.picking", "scattered")
_later(_indexing.row_adders, "steepest.lower.adding", "add_rows")
_outside = _names_outside.explain(__name__)
_sys.meta_path.append(_names_outside.Finder)
newaxis = None
contiguous_format, preserve_format, strided, sparse_coo = CONTIGUOUS, PRESERVE, STRIDED, SPARSE
channels_last, channels_last_3d, legacy_contiguous_format = CHANNELS_LAST, CHANNELS_LAST_3D, CONTIGUOUS
globals().update({d.name: d for d in (*_dtypes.ALL, *_dtypes.NAMED)})
globals().update(COMPRESSED)
globals().update(_dtypes.ALIASES)
globals().update(_tables.functions())

_imported_from = "steepest"      # where modules come from when first asked for; `steepest.as_torch` says "torch"
_LAZY = {"autograd", "nn", "optim", "utils", "serialization", "random", "cuda", "backends", "linalg", "special", "fft",
         "signal", "multiprocessing", "func", "testing",
         "sparse", "hub", "futures", "xpu", "__future__", "_utils",
         "version", "as_torch", "datasets", "tables", "cli", "compiling", "distributions", "amp",
         "accelerator", "diagnose", "fx", "viz", "compiler", "cpu", "types", "jit", "distributed", "mps", "torch_version", "return_types",
         "__config__",
         "storage", "quasirandom", "overrides", "_C", "_higher_order_ops", "library", "ops", "profiler"}
_NEURAL = """
adaptive_avg_pool1d adaptive_max_pool1d avg_pool1d bilinear celu celu_ channel_shuffle conv1d conv2d conv3d conv_tbc conv_transpose1d
conv_transpose2d conv_transpose3d cosine_similarity embedding_bag hardshrink max_pool1d max_pool1d_with_indices max_pool2d max_pool3d
pairwise_distance pixel_shuffle pixel_unshuffle prelu relu_ rms_norm rrelu rrelu_ selu selu_ threshold threshold_
"""
_COMPILED = """
batch_norm instance_norm layer_norm group_norm embedding dropout alpha_dropout feature_alpha_dropout binary_cross_entropy_with_logits
cosine_embedding_loss hinge_embedding_loss kl_div margin_ranking_loss poisson_nll_loss triplet_margin_loss ctc_loss
"""
"""Functions whose arguments come in another order than those of `nn.functional`."""
_MODES = """
is_autocast_enabled get_autocast_dtype is_autocast_cpu_enabled is_autocast_cache_enabled set_autocast_enabled
set_autocast_cache_enabled clear_autocast_cache get_autocast_cpu_dtype get_autocast_gpu_dtype set_autocast_dtype
set_autocast_cpu_enabled set_autocast_cpu_dtype
"""
_FROM = dict.fromkeys(_NEURAL.split(), "nn.functional") | dict.fromkeys(_COMPILED.split(), "functional.neural.compiled_signatures") | {
    **dict.fromkeys("dropout_ alpha_dropout_ feature_dropout feature_dropout_ feature_alpha_dropout_".split(), "functional.neural.dropout"),
    "vmap": "func", "compile": "compiling.compiled", "save": "serialization", "load": "serialization", "load_ipython_extension": "as_torch",
    "autocast": "amp", "GradScaler": "amp", **dict.fromkeys(_MODES.split(), "amp.autocast_mode"),
    "is_anomaly_enabled": "autograd.anomaly_mode",
    "is_anomaly_check_nan_enabled": "autograd.anomaly_mode", "set_anomaly_enabled": "autograd.anomaly_mode",
    "to_dlpack": "utils.dlpack", "OutOfMemoryError": "errors", "AcceleratorError": "errors",
    "get_device_module": "accelerator", "doctor": "diagnose", "loop": "compiling.loop", "native": "compiling.native_loops",
    **dict.fromkeys(("DisableTorchFunction", "DisableTorchFunctionSubclass", "_assert"), "core.overriding"),
    **dict.fromkeys(("_standard_gamma", "_sample_dirichlet"), "distributions.gamma"),
    "cdist": "functional.neural.distances", "pdist": "functional.neural.distances"}

_METHODS_TOO = {f"{name}_" for name in """
abs absolute acos acosh addmv arccos arccosh arcsin arcsinh arctan arctanh as_strided asin asinh atan atanh ceil clamp clamp_max clamp_min
clip conj_physical cos cosh deg2rad detach erf erfc exp exp2 expm1 fill fix floor frac gcd i0 index_put lcm ldexp log log10 log1p log2
logit nan_to_num neg negative rad2deg reciprocal resize_as round rsqrt sigmoid sin sinc sinh sqrt square tan tanh trunc xlogy zero
""".split()} | {"is_same_size", "is_signed", "is_conj", "is_neg", "is_inference", "get_device", "is_distributed"}
"""Methods that are functions of `torch` as well."""

assert _methods.METHODS


def _function_named(name: str) -> Any:
    """The function of PyTorch's that an operator `torch.ops.aten.X` is; None where there is none of its name."""
    for found in (globals(), vars(importlib.import_module("steepest.nn.functional")), vars(Tensor)):
        if callable(found.get(name)):
            return found[name]
    return None


_operators.known.append(_function_named)


def __dir__() -> list[str]:
    return sorted(globals().keys() | _LAZY | _METHODS_TOO | _FROM.keys())


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return importlib.import_module(f"{_imported_from}.{name}")
    if name in _METHODS_TOO:
        return getattr(Tensor, name)
    if name in _FROM:
        return getattr(importlib.import_module(f"steepest.{_FROM[name]}"), name)
    return _outside(name)


_importer: Any = _sys._getframe()
while _importer is not None and _importer.f_globals.get("__name__", "").partition(".")[0] in ("steepest", "importlib", "runpy"):
    _importer = _importer.f_back
if _importer is not None and _overriding.mentioned(_importer.f_code):   # classes of the program take part in functions
    _overriding.activate()
del _importer

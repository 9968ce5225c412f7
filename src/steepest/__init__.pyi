# Written by scripts/stubs.py; run that after adding an operation.
"""A deep-learning framework with PyTorch's interface, for gradient descent on one computer."""

from builtins import bool as _bool, float as _float, int as _int
from collections.abc import Callable
from numpy import ndarray
from typing import Any
from steepest import (
    _C as _C,
    __config__ as __config__,
    __future__ as __future__,
    _higher_order_ops as _higher_order_ops,
    _utils as _utils,
    accelerator as accelerator,
    amp as amp,
    autograd as autograd,
    backends as backends,
    compiler as compiler,
    compiling as compiling,
    cpu as cpu,
    cuda as cuda,
    datasets as datasets,
    diagnose as diagnose,
    distributed as distributed,
    distributions as distributions,
    fft as fft,
    func as func,
    futures as futures,
    fx as fx,
    hub as hub,
    jit as jit,
    library as library,
    linalg as linalg,
    mps as mps,
    multiprocessing as multiprocessing,
    nn as nn,
    ops as ops,
    optim as optim,
    overrides as overrides,
    profiler as profiler,
    quasirandom as quasirandom,
    random as random,
    return_types as return_types,
    serialization as serialization,
    signal as signal,
    sparse as sparse,
    special as special,
    storage as storage,
    tables as tables,
    testing as testing,
    torch_version as torch_version,
    types as types,
    utils as utils,
    version as version,
    viz as viz,
    xpu as xpu,
)
from steepest.accelerator import get_device_module as get_device_module
from steepest.amp import GradScaler as GradScaler, autocast as autocast
from steepest.amp.autocast_mode import (
    clear_autocast_cache as clear_autocast_cache,
    get_autocast_cpu_dtype as get_autocast_cpu_dtype,
    get_autocast_dtype as get_autocast_dtype,
    get_autocast_gpu_dtype as get_autocast_gpu_dtype,
    is_autocast_cache_enabled as is_autocast_cache_enabled,
    is_autocast_cpu_enabled as is_autocast_cpu_enabled,
    is_autocast_enabled as is_autocast_enabled,
    set_autocast_cache_enabled as set_autocast_cache_enabled,
    set_autocast_cpu_dtype as set_autocast_cpu_dtype,
    set_autocast_cpu_enabled as set_autocast_cpu_enabled,
    set_autocast_dtype as set_autocast_dtype,
    set_autocast_enabled as set_autocast_enabled,
)
from steepest.autograd.anomaly_mode import (
    is_anomaly_check_nan_enabled as is_anomaly_check_nan_enabled,
    is_anomaly_enabled as is_anomaly_enabled,
    set_anomaly_enabled as set_anomaly_enabled,
)
from steepest.autograd.modes import (
    enable_grad as enable_grad,
    inference_mode as inference_mode,
    no_grad as no_grad,
    set_grad_enabled as set_grad_enabled,
)
from steepest.compiling.compiled import compile as compile
from steepest.compiling.loop import loop as loop
from steepest.compiling.native_loops import native as native
from steepest.core.device import device as device, layout as layout, memory_format as memory_format
from steepest.core.dtype import dtype as dtype
from steepest.core.overriding import (
    DisableTorchFunction as DisableTorchFunction,
    DisableTorchFunctionSubclass as DisableTorchFunctionSubclass,
    _assert as _assert,
)
from steepest.core.size import Size as Size
from steepest.core.sparse import SparseTensor
from steepest.core.tensor import Tensor as Tensor
from steepest.diagnose import doctor as doctor
from steepest.distributions.gamma import _sample_dirichlet as _sample_dirichlet, _standard_gamma as _standard_gamma
from steepest.errors import AcceleratorError as AcceleratorError, OutOfMemoryError as OutOfMemoryError
from steepest.func import vmap as vmap
from steepest.functional.limits import finfo as finfo, iinfo as iinfo
from steepest.functional.neural.compiled_signatures import (
    alpha_dropout as alpha_dropout,
    batch_norm as batch_norm,
    binary_cross_entropy_with_logits as binary_cross_entropy_with_logits,
    cosine_embedding_loss as cosine_embedding_loss,
    ctc_loss as ctc_loss,
    dropout as dropout,
    embedding as embedding,
    feature_alpha_dropout as feature_alpha_dropout,
    group_norm as group_norm,
    hinge_embedding_loss as hinge_embedding_loss,
    instance_norm as instance_norm,
    kl_div as kl_div,
    layer_norm as layer_norm,
    margin_ranking_loss as margin_ranking_loss,
    poisson_nll_loss as poisson_nll_loss,
    triplet_margin_loss as triplet_margin_loss,
)
from steepest.functional.neural.distances import cdist as cdist, pdist as pdist
from steepest.functional.neural.dropout import (
    alpha_dropout_ as alpha_dropout_,
    dropout_ as dropout_,
    feature_alpha_dropout_ as feature_alpha_dropout_,
    feature_dropout as feature_dropout,
    feature_dropout_ as feature_dropout_,
)
from steepest.functional.random import Generator as Generator
from steepest.functional.storages import TypedStorage as TypedStorage
from steepest.nn.functional import (
    adaptive_avg_pool1d as adaptive_avg_pool1d,
    adaptive_max_pool1d as adaptive_max_pool1d,
    avg_pool1d as avg_pool1d,
    bilinear as bilinear,
    celu as celu,
    celu_ as celu_,
    channel_shuffle as channel_shuffle,
    conv1d as conv1d,
    conv2d as conv2d,
    conv3d as conv3d,
    conv_tbc as conv_tbc,
    conv_transpose1d as conv_transpose1d,
    conv_transpose2d as conv_transpose2d,
    conv_transpose3d as conv_transpose3d,
    cosine_similarity as cosine_similarity,
    embedding_bag as embedding_bag,
    hardshrink as hardshrink,
    max_pool1d as max_pool1d,
    max_pool1d_with_indices as max_pool1d_with_indices,
    max_pool2d as max_pool2d,
    max_pool3d as max_pool3d,
    pairwise_distance as pairwise_distance,
    pixel_shuffle as pixel_shuffle,
    pixel_unshuffle as pixel_unshuffle,
    prelu as prelu,
    relu_ as relu_,
    rms_norm as rms_norm,
    rrelu as rrelu,
    rrelu_ as rrelu_,
    selu as selu,
    selu_ as selu_,
    threshold as threshold,
    threshold_ as threshold_,
)
from steepest.serialization import load as load, save as save
from steepest.utils.dlpack import to_dlpack as to_dlpack

CHANNELS_LAST: memory_format
CHANNELS_LAST_3D: memory_format
COMPRESSED: dict
CONTIGUOUS: memory_format
PRESERVE: memory_format
SPARSE: layout
STRIDED: layout
UntypedStorage: type[Tensor]
default_generator: Generator
newaxis: None
contiguous_format: memory_format
preserve_format: memory_format
strided: layout
sparse_coo: layout
channels_last: memory_format
channels_last_3d: memory_format
legacy_contiguous_format: memory_format
bool: dtype
uint8: dtype
int8: dtype
int16: dtype
int32: dtype
int64: dtype
bfloat16: dtype
float16: dtype
float32: dtype
float64: dtype
complex64: dtype
complex128: dtype
uint16: dtype
uint32: dtype
uint64: dtype
complex32: dtype
float8_e4m3fn: dtype
float8_e5m2: dtype
float8_e4m3fnuz: dtype
float8_e5m2fnuz: dtype
float8_e8m0fnu: dtype
float4_e2m1fn_x2: dtype
sparse_csr: layout
sparse_csc: layout
sparse_bsr: layout
sparse_bsc: layout
float: dtype
double: dtype
half: dtype
long: dtype
int: dtype
short: dtype
cfloat: dtype
cdouble: dtype
FloatTensor: type[Tensor]
DoubleTensor: type[Tensor]
HalfTensor: type[Tensor]
BFloat16Tensor: type[Tensor]
LongTensor: type[Tensor]
IntTensor: type[Tensor]
ShortTensor: type[Tensor]
CharTensor: type[Tensor]
ByteTensor: type[Tensor]
BoolTensor: type[Tensor]
FloatStorage: type[Tensor]
DoubleStorage: type[Tensor]
HalfStorage: type[Tensor]
BFloat16Storage: type[Tensor]
LongStorage: type[Tensor]
IntStorage: type[Tensor]
ShortStorage: type[Tensor]
CharStorage: type[Tensor]
ByteStorage: type[Tensor]
BoolStorage: type[Tensor]
ComplexFloatStorage: type[Tensor]
ComplexDoubleStorage: type[Tensor]
pi: _float
e: _float
inf: _float
nan: _float
__version__: str

def is_grad_enabled() -> _bool:
    """Whether operations are recorded for gradients now."""

def is_inference_mode_enabled() -> _bool:
    """Whether `inference_mode` is on."""

def get_default_dtype() -> dtype:
    """The type of floating-point tensors made from Python numbers (float32 unless set)."""

def promote_types(a: dtype, b: dtype) -> dtype:
    """The smallest type that holds both, by PyTorch's lattice."""

def set_printoptions(precision: _int | None = None, threshold: _float | None = None, edgeitems: _int | None = None,
                     linewidth: _int | None = None, profile: str | None = None, sci_mode: _bool | None = None) -> None:
    """How tensors are printed: digits, number of elements from which the middle is left out, how many stay, line width.

    `sci_mode` is set at every call, as in PyTorch: left out, the numbers decide. Raises ValueError for an unknown profile.

    >>> set_printoptions(precision=2)
    >>> set_printoptions(profile="default")
    """

def exp(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`exp` of every element; the result has the shape of `input`."""

def exp2(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`exp2` of every element; the result has the shape of `input`."""

def expm1(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`expm1` of every element; the result has the shape of `input`."""

def log(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`log` of every element; the result has the shape of `input`."""

def log2(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`log2` of every element; the result has the shape of `input`."""

def log10(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`log10` of every element; the result has the shape of `input`."""

def log1p(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`log1p` of every element; the result has the shape of `input`."""

def sqrt(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`sqrt` of every element; the result has the shape of `input`."""

def rsqrt(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`rsqrt` of every element; the result has the shape of `input`."""

def sin(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`sin` of every element; the result has the shape of `input`."""

def cos(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`cos` of every element; the result has the shape of `input`."""

def tan(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`tan` of every element; the result has the shape of `input`."""

def asin(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`asin` of every element; the result has the shape of `input`."""

def acos(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`acos` of every element; the result has the shape of `input`."""

def atan(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`atan` of every element; the result has the shape of `input`."""

def sinh(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`sinh` of every element; the result has the shape of `input`."""

def cosh(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`cosh` of every element; the result has the shape of `input`."""

def tanh(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`tanh` of every element; the result has the shape of `input`."""

def asinh(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`asinh` of every element; the result has the shape of `input`."""

def acosh(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`acosh` of every element; the result has the shape of `input`."""

def atanh(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`atanh` of every element; the result has the shape of `input`."""

def sign(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`sign` of every element; the result has the shape of `input`."""

def floor(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`floor` of every element; the result has the shape of `input`."""

def ceil(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`ceil` of every element; the result has the shape of `input`."""

def trunc(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`trunc` of every element; the result has the shape of `input`."""

def frac(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`frac` of every element; the result has the shape of `input`."""

def erf(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`erf` of every element; the result has the shape of `input`."""

def erfc(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`erfc` of every element; the result has the shape of `input`."""

def lgamma(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`lgamma` of every element; the result has the shape of `input`."""

def digamma(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`digamma` of every element; the result has the shape of `input`."""

def sinc(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`sinc` of every element; the result has the shape of `input`."""

def neg(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`neg` of every element; the result has the shape of `input`."""

def reciprocal(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`reciprocal` of every element; the result has the shape of `input`."""

def square(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`square` of every element; the result has the shape of `input`."""

def sigmoid(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`sigmoid` of every element; the result has the shape of `input`."""

def relu(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`relu` of every element; the result has the shape of `input`."""

def isnan(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`isnan` of every element; the result has the shape of `input`."""

def isinf(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`isinf` of every element; the result has the shape of `input`."""

def isfinite(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`isfinite` of every element; the result has the shape of `input`."""

def signbit(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`signbit` of every element; the result has the shape of `input`."""

def logical_not(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`logical_not` of every element; the result has the shape of `input`."""

def bitwise_not(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`bitwise_not` of every element; the result has the shape of `input`."""

def abs(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`abs` of every element; the result has the shape of `input`."""

def deg2rad(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`deg2rad` of every element; the result has the shape of `input`."""

def rad2deg(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`rad2deg` of every element; the result has the shape of `input`."""

def erfinv(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`erfinv` of every element; the result has the shape of `input`."""

def mul(input: Any, other: Any, *, out: Tensor | None = None) -> Tensor:
    """`mul` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""

def remainder(input: Any, other: Any, *, out: Tensor | None = None) -> Tensor:
    """`remainder` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""

def fmod(input: Any, other: Any, *, out: Tensor | None = None) -> Tensor:
    """`fmod` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""

def floor_divide(input: Any, other: Any, *, out: Tensor | None = None) -> Tensor:
    """`floor_divide` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""

def maximum(input: Any, other: Any, *, out: Tensor | None = None) -> Tensor:
    """`maximum` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""

def minimum(input: Any, other: Any, *, out: Tensor | None = None) -> Tensor:
    """`minimum` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""

def fmax(input: Any, other: Any, *, out: Tensor | None = None) -> Tensor:
    """`fmax` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""

def fmin(input: Any, other: Any, *, out: Tensor | None = None) -> Tensor:
    """`fmin` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""

def atan2(input: Any, other: Any, *, out: Tensor | None = None) -> Tensor:
    """`atan2` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""

def hypot(input: Any, other: Any, *, out: Tensor | None = None) -> Tensor:
    """`hypot` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""

def copysign(input: Any, other: Any, *, out: Tensor | None = None) -> Tensor:
    """`copysign` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""

def nextafter(input: Any, other: Any, *, out: Tensor | None = None) -> Tensor:
    """`nextafter` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""

def heaviside(input: Any, other: Any, *, out: Tensor | None = None) -> Tensor:
    """`heaviside` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""

def xlogy(input: Any, other: Any, *, out: Tensor | None = None) -> Tensor:
    """`xlogy` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""

def logaddexp(input: Any, other: Any, *, out: Tensor | None = None) -> Tensor:
    """`logaddexp` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""

def logaddexp2(input: Any, other: Any, *, out: Tensor | None = None) -> Tensor:
    """`logaddexp2` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""

def eq(input: Any, other: Any, *, out: Tensor | None = None) -> Tensor:
    """`eq` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""

def ne(input: Any, other: Any, *, out: Tensor | None = None) -> Tensor:
    """`ne` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""

def lt(input: Any, other: Any, *, out: Tensor | None = None) -> Tensor:
    """`lt` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""

def le(input: Any, other: Any, *, out: Tensor | None = None) -> Tensor:
    """`le` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""

def gt(input: Any, other: Any, *, out: Tensor | None = None) -> Tensor:
    """`gt` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""

def ge(input: Any, other: Any, *, out: Tensor | None = None) -> Tensor:
    """`ge` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""

def logical_and(input: Any, other: Any, *, out: Tensor | None = None) -> Tensor:
    """`logical_and` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""

def logical_or(input: Any, other: Any, *, out: Tensor | None = None) -> Tensor:
    """`logical_or` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""

def logical_xor(input: Any, other: Any, *, out: Tensor | None = None) -> Tensor:
    """`logical_xor` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""

def bitwise_and(input: Any, other: Any, *, out: Tensor | None = None) -> Tensor:
    """`bitwise_and` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""

def bitwise_or(input: Any, other: Any, *, out: Tensor | None = None) -> Tensor:
    """`bitwise_or` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""

def bitwise_xor(input: Any, other: Any, *, out: Tensor | None = None) -> Tensor:
    """`bitwise_xor` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""

def bitwise_left_shift(input: Any, other: Any, *, out: Tensor | None = None) -> Tensor:
    """`bitwise_left_shift` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of
    them."""

def bitwise_right_shift(input: Any, other: Any, *, out: Tensor | None = None) -> Tensor:
    """`bitwise_right_shift` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of
    them."""

def add(input: Any, other: Any, *early: Any, alpha: Any = 1, out: Tensor | None = None) -> Tensor:
    """`input + alpha * other`, broadcast."""

def sub(input: Any, other: Any, *early: Any, alpha: Any = 1, out: Tensor | None = None) -> Tensor:
    """`input - alpha * other`, broadcast; RuntimeError for bool tensors."""

def rsub(input: Any, other: Any, *, alpha: Any = 1) -> Tensor:
    """`other - alpha * input`."""

def div(input: Any, other: Any, *, rounding_mode: str | None = None, out: Tensor | None = None) -> Tensor:
    """`input / other`, broadcast; `rounding_mode` is None, "floor" or "trunc"."""

def pow(input: Any, exponent: Any, *, out: Tensor | None = None) -> Tensor:
    """`input ** exponent`, broadcast; one of them may be a number."""

def float_power(input: Any, exponent: Any, *, out: Any = None) -> Tensor:
    """`input ** exponent` computed in float64, or in complex128 where one of them is complex."""

def clamp(input: Tensor, min: Any = None, max: Any = None, *, out: Tensor | None = None) -> Tensor:
    """Every element held between `min` and `max`, numbers or tensors, either of which may be None."""

def clamp_min(input: Tensor, min: Any, *, out: Any = None) -> Tensor:
    """Every element, at least `min`."""

def clamp_max(input: Tensor, max: Any, *, out: Any = None) -> Tensor:
    """Every element, at most `max`."""

def where(condition: Tensor, input: Any = None, other: Any = None, *, out: Any = None) -> Any:
    """Elements of `input` where `condition` holds, of `other` elsewhere; with `condition` alone, the indices where it holds."""

def lerp(input: Tensor, end: Tensor, weight: Any, *, out: Any = None) -> Tensor:
    """`input + weight * (end - input)`."""

def addcmul(input: Tensor, tensor1: Tensor, tensor2: Tensor, *, value: Any = 1, out: Any = None) -> Tensor:
    """`input + value * tensor1 * tensor2`; of integers the value is one, too."""

def addcdiv(input: Tensor, tensor1: Tensor, tensor2: Tensor, *, value: Any = 1, out: Any = None) -> Tensor:
    """`input + value * tensor1 / tensor2`; RuntimeError where integers are divided."""

def masked_fill(input: Tensor, mask: Tensor, value: Any) -> Tensor:
    """`input` with `value` where the boolean `mask` holds."""

def nan_to_num(input: Tensor, nan: _float = 0.0, posinf: _float | None = None, neginf: _float | None = None, *,
               out: Any = None) -> Tensor:
    """NaN and infinities replaced by numbers, the largest finite ones unless given."""

def round(input: Tensor, *, decimals: _int | None = None, out: Any = None) -> Tensor:
    """Every element rounded, halves to even, to `decimals` places; NotImplementedError for integers where these are given."""

def logit(input: Tensor, eps: _float | None = None, *, out: Any = None) -> Tensor:
    """`log(x / (1 - x))`, x held in [eps, 1 - eps] where `eps` is given."""

def sgn(input: Tensor, *, out: Any = None) -> Tensor:
    """The sign; for complex numbers `x / |x|`."""

def angle(input: Tensor, *, out: Any = None) -> Tensor:
    """The argument of complex numbers; of real ones 0 or pi."""

def fill(input: Tensor, value: Any) -> Tensor:
    """A copy with all elements replaced by a number or a 0-dim tensor."""

def conj_physical(input: Tensor, *, out: Any = None) -> Tensor:
    """The complex conjugate."""

def real(input: Tensor) -> Tensor:
    """The real parts; real tensors are returned as they are."""

def imag(input: Tensor) -> Tensor:
    """The imaginary parts; RuntimeError for real tensors."""

def isreal(input: Tensor) -> Tensor:
    """Where the imaginary part is zero."""

def ldexp(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`input * 2 ** other`."""

def polygamma(n: _int, input: Tensor, *, out: Any = None) -> Tensor:
    """The n-th derivative of digamma."""

def gcd(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
    """The greatest common divisor of integers."""

def lcm(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
    """The least common multiple of integers."""

def frexp(input: Tensor, *, out: Any = None) -> tuple[Tensor, Tensor]:
    """Mantissas of magnitude in [1/2, 1) and integer exponents of 2."""

def positive(input: Tensor) -> Tensor:
    """The tensor itself; RuntimeError for bool tensors."""

def isclose(input: Tensor, other: Tensor, rtol: _float = 1e-05, atol: _float = 1e-08, equal_nan: _bool = False) -> Tensor:
    """Where `|input - other| <= atol + rtol * |other|`."""

def isposinf(input: Tensor, *, out: Any = None) -> Tensor:
    """Where an element is positive infinity."""

def isneginf(input: Tensor, *, out: Any = None) -> Tensor:
    """Where an element is negative infinity."""

def conj(input: Tensor) -> Tensor:
    """The complex conjugate."""

def absolute(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`abs` of every element; the result has the shape of `input`."""

def negative(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`neg` of every element; the result has the shape of `input`."""

def arcsin(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`asin` of every element; the result has the shape of `input`."""

def arccos(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`acos` of every element; the result has the shape of `input`."""

def arctan(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`atan` of every element; the result has the shape of `input`."""

def arcsinh(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`asinh` of every element; the result has the shape of `input`."""

def arccosh(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`acosh` of every element; the result has the shape of `input`."""

def arctanh(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`atanh` of every element; the result has the shape of `input`."""

def arctan2(input: Any, other: Any, *, out: Tensor | None = None) -> Tensor:
    """`atan2` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""

def fix(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`trunc` of every element; the result has the shape of `input`."""

def multiply(input: Any, other: Any, *, out: Tensor | None = None) -> Tensor:
    """`mul` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""

def subtract(input: Any, other: Any, *early: Any, alpha: Any = 1, out: Tensor | None = None) -> Tensor:
    """`input - alpha * other`, broadcast; RuntimeError for bool tensors."""

def divide(input: Any, other: Any, *, rounding_mode: str | None = None, out: Tensor | None = None) -> Tensor:
    """`input / other`, broadcast; `rounding_mode` is None, "floor" or "trunc"."""

def true_divide(input: Any, other: Any, *, rounding_mode: str | None = None, out: Tensor | None = None) -> Tensor:
    """`input / other`, broadcast; `rounding_mode` is None, "floor" or "trunc"."""

def not_equal(input: Any, other: Any, *, out: Tensor | None = None) -> Tensor:
    """`ne` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""

def less(input: Any, other: Any, *, out: Tensor | None = None) -> Tensor:
    """`lt` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""

def less_equal(input: Any, other: Any, *, out: Tensor | None = None) -> Tensor:
    """`le` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""

def greater(input: Any, other: Any, *, out: Tensor | None = None) -> Tensor:
    """`gt` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""

def greater_equal(input: Any, other: Any, *, out: Tensor | None = None) -> Tensor:
    """`ge` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."""

def clip(input: Tensor, min: Any = None, max: Any = None, *, out: Tensor | None = None) -> Tensor:
    """Every element held between `min` and `max`, numbers or tensors, either of which may be None."""

def sum(input: Tensor, dim: Any = None, keepdim: _bool = False, *, dtype: Any = None, out: Any = None) -> Tensor:
    """The sum over `dim` (all dimensions if None); integers are summed as int64."""

def nansum(input: Tensor, dim: Any = None, keepdim: _bool = False, *, dtype: Any = None, out: Any = None) -> Tensor:
    """The sum with NaN counted as zero."""

def mean(input: Tensor, dim: Any = None, keepdim: _bool = False, *, dtype: Any = None, out: Any = None) -> Tensor:
    """The mean over `dim`; RuntimeError for integers."""

def nanmean(input: Tensor, dim: Any = None, keepdim: _bool = False, *, dtype: Any = None, out: Any = None) -> Tensor:
    """The mean of the elements that are not NaN."""

def prod(input: Tensor, dim: Any = None, keepdim: _bool = False, *, dtype: Any = None, out: Any = None) -> Tensor:
    """The product over one dimension, or of all elements."""

def all(input: Tensor, dim: Any = None, keepdim: _bool = False, *, out: Any = None) -> Tensor:
    """Whether all elements are true."""

def any(input: Tensor, dim: Any = None, keepdim: _bool = False, *, out: Any = None) -> Tensor:
    """Whether any element is true."""

def amax(input: Tensor, dim: Any = ..., keepdim: _bool = False, *, out: Any = None) -> Tensor:
    """The largest element over `dim`; equal ones share the gradient."""

def amin(input: Tensor, dim: Any = ..., keepdim: _bool = False, *, out: Any = None) -> Tensor:
    """The smallest element over `dim`; equal ones share the gradient."""

def aminmax(input: Tensor, *, dim: Any = None, keepdim: _bool = False, out: Any = None) -> Any:
    """Smallest and largest element."""

def max(input: Tensor, dim: Any = None, keepdim: _bool = False, *, out: Any = None) -> Any:
    """The largest element; with `dim`, `(values, indices)` along it; with a tensor, elementwise maximum."""

def min(input: Tensor, dim: Any = None, keepdim: _bool = False, *, out: Any = None) -> Any:
    """The smallest element; with `dim`, `(values, indices)` along it; with a tensor, elementwise minimum."""

def argmax(input: Tensor, dim: _int | None = None, keepdim: _bool = False, *, out: Any = None) -> Tensor:
    """The index of the largest element, the first one where several are equal."""

def argmin(input: Tensor, dim: _int | None = None, keepdim: _bool = False, *, out: Any = None) -> Tensor:
    """The index of the smallest element, the first one where several are equal."""

def var(input: Tensor, dim: Any = None, unbiased: _bool | None = None, keepdim: _bool = False, *, correction: Any = None,
        out: Any = None) -> Tensor:
    """The variance over `dim`, divided by n - correction (1 unless given)."""

def std(input: Tensor, dim: Any = None, unbiased: _bool | None = None, keepdim: _bool = False, *, correction: Any = None,
        out: Any = None) -> Tensor:
    """The standard deviation over `dim`, divided by n - correction (1 unless given)."""

def var_mean(input: Tensor, dim: Any = None, unbiased: _bool | None = None, keepdim: _bool = False, *,
             correction: Any = None) -> Any:
    """Variance and mean."""

def std_mean(input: Tensor, dim: Any = None, unbiased: _bool | None = None, keepdim: _bool = False, *,
             correction: Any = None) -> Any:
    """Standard deviation and mean."""

def logsumexp(input: Tensor, dim: Any, keepdim: _bool = False, *, out: Any = None) -> Tensor:
    """`log(sum(exp(x)))` over `dim`, computed without overflow."""

def norm(input: Tensor, p: Any = 'fro', dim: Any = None, keepdim: _bool = False, dtype: Any = None, *, out: Any = None) -> Tensor:
    """The p-norm over `dim` (of all elements if None); "fro" is the 2-norm, "nuc" the sum of singular values."""

def nuclear_norm(input: Tensor, dim: Any = None, keepdim: _bool = False) -> Tensor:
    """The sum of the singular values of the matrices in two dimensions."""

def count_nonzero(input: Tensor, dim: Any = None) -> Tensor:
    """How many elements differ from zero."""

def median(input: Tensor, dim: _int | None = None, keepdim: _bool = False) -> Any:
    """The lower median; with `dim`, `(values, indices)`. NaN where there is one."""

def nanmedian(input: Tensor, dim: _int | None = None, keepdim: _bool = False) -> Any:
    """The lower median of the elements that are not NaN; with `dim`, `(values, indices)`."""

def numel(input: Tensor) -> _int:
    """The number of elements."""

def equal(input: Tensor, other: Tensor) -> _bool:
    """Whether two tensors have the same shape and elements."""

def allclose(input: Tensor, other: Tensor, rtol: _float = 1e-05, atol: _float = 1e-08, equal_nan: _bool = False) -> _bool:
    """Whether all elements are close: `|input - other| <= atol + rtol * |other|`."""

def dist(input: Tensor, other: Tensor, p: _float = 2) -> Tensor:
    """The p-norm of the difference."""

def reshape(input: Tensor, *shape: Any) -> Tensor:
    """The elements in another shape: a view where memory allows it, else a copy."""

def clone_in(input: Tensor, order: tuple[_int, ...]) -> Tensor:
    """A copy whose axes lie in memory in this order."""

def flatten(input: Tensor, start_dim: _int = 0, end_dim: _int = -1) -> Tensor:
    """Dimensions `start_dim` to `end_dim` as one."""

def unflatten(input: Tensor, dim: _int, sizes_: Any) -> Tensor:
    """Dimension `dim` as several."""

def ravel(input: Tensor) -> Tensor:
    """All elements in one dimension, next to one another."""

def t(input: Tensor) -> Tensor:
    """The transpose of a matrix; vectors are returned as they are."""

def transpose(input: Tensor, dim0: _int, dim1: _int) -> Tensor:
    """Two dimensions exchanged."""

def permute(input: Tensor, *dims: Any) -> Tensor:
    """The dimensions in another order."""

def movedim(input: Tensor, source: Any, destination: Any) -> Tensor:
    """Dimensions moved to other places, the rest keeping their order."""

def squeeze(input: Tensor, dim: Any = None) -> Tensor:
    """Without the dimensions of size 1, or without those of `dim` that have size 1."""

def unsqueeze(input: Tensor, dim: _int) -> Tensor:
    """With a new dimension of size 1 at `dim`."""

def broadcast_to(input: Tensor, size: Any) -> Tensor:
    """Expanded to `size`."""

def broadcast_tensors(*tensors: Tensor) -> tuple[Tensor, ...]:
    """All tensors expanded to their common shape."""

def broadcast_shapes(*shapes: Any) -> Any:
    """The shape that these shapes broadcast to."""

def narrow(input: Tensor, dim: _int, start: Any, length: _int) -> Tensor:
    """`length` entries from `start` along `dim`, as a view."""

def select(input: Tensor, dim: _int, index: _int) -> Tensor:
    """The entry `index` along `dim`, which goes."""

def diagonal(input: Tensor, offset: _int = 0, dim1: _int = 0, dim2: _int = 1) -> Tensor:
    """The diagonal of two dimensions, as the last dimension of a view."""

def unsafe_chunk(input: Tensor, chunks: _int, dim: _int = 0) -> tuple[Tensor, ...]:
    """Copies of what `chunk` shows."""

def unsafe_split(input: Tensor, split_size: Any, dim: _int = 0) -> tuple[Tensor, ...]:
    """Copies of what `split` shows."""

def unsafe_split_with_sizes(input: Tensor, split_size: Any, dim: _int = 0) -> tuple[Tensor, ...]:
    """Copies of what `split` shows."""

def unfold(input: Tensor, dimension: _int, size: _int, step: _int) -> Tensor:
    """Windows of `size` along a dimension, every `step`, as a last dimension."""

def as_strided(input: Tensor, size: Any, stride: Any, storage_offset: _int | None = None) -> Tensor:
    """The storage seen with given sizes and strides; RuntimeError where they lead out of it."""

def split(input: Tensor, split_size_or_sections: Any, dim: _int = 0) -> tuple[Tensor, ...]:
    """Pieces of one size (the last may be smaller) or of given sizes, as views."""

def chunk(input: Tensor, chunks: _int, dim: _int = 0) -> tuple[Tensor, ...]:
    """At most `chunks` pieces of equal size (the last may be smaller)."""

def unbind(input: Tensor, dim: _int = 0) -> tuple[Tensor, ...]:
    """The entries along a dimension."""

def swapaxes(input: Tensor, axis0: _int, axis1: _int) -> Tensor:
    """Two dimensions exchanged."""

def detach(input: Tensor) -> Tensor:
    """The same memory outside the graph; in-place changes of one are seen in the other and by the version check."""

def clone(input: Tensor, *, memory_format: Any = None) -> Tensor:
    """A copy with memory of its own; gradients flow through."""

def atleast_1d(*tensors: Any) -> Any:
    """With at least one dimension."""

def atleast_2d(*tensors: Any) -> Any:
    """With at least two dimensions."""

def view_as_real(input: Tensor) -> Tensor:
    """Real and imaginary parts of a complex tensor as a last dimension of size 2, a view."""

def view_as_complex(input: Tensor) -> Tensor:
    """A complex tensor from a last dimension of size 2, a view."""

def atleast_3d(*tensors: Any) -> Any:
    """With at least three dimensions; a matrix becomes the first two."""

def tensor_split(input: Tensor, indices_or_sections: Any, dim: _int = 0) -> tuple[Tensor, ...]:
    """Pieces of nearly equal size, or cut at the given places; views. RuntimeError for numbers without a dimension."""

def hsplit(input: Tensor, indices_or_sections: Any) -> tuple[Tensor, ...]:
    """Split along the second dimension, vectors along their only one."""

def vsplit(input: Tensor, indices_or_sections: Any) -> tuple[Tensor, ...]:
    """Split along the first dimension."""

def dsplit(input: Tensor, indices_or_sections: Any) -> tuple[Tensor, ...]:
    """Split along the third dimension."""

def split_with_sizes(input: Tensor, split_sizes: Any, dim: _int = 0) -> tuple[Tensor, ...]:
    """Pieces of the given sizes."""

def adjoint(input: Tensor) -> Tensor:
    """The last two dimensions exchanged, complex numbers conjugated."""

def sum_to_size(input: Tensor, *size: Any) -> Tensor:
    """Summed over the dimensions along which a tensor of shape `size` would be broadcast to this one."""

def resolve_conj(input: Tensor) -> Tensor:
    """The tensor itself: conjugation is never put off here."""

def moveaxis(input: Tensor, source: Any, destination: Any) -> Tensor:
    """Dimensions moved to other places, the rest keeping their order."""

def swapdims(input: Tensor, axis0: _int, axis1: _int) -> Tensor:
    """Two dimensions exchanged."""

def resolve_neg(input: Tensor) -> Tensor:
    """The tensor itself: conjugation is never put off here."""

def mm(input: Tensor, mat2: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The product of matrices `(n, m)` and `(m, p)`."""

def bmm(input: Tensor, mat2: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The products of matrices `(b, n, m)` and `(b, m, p)`."""

def mv(input: Tensor, vec: Tensor, *, out: Any = None) -> Tensor:
    """The product of a matrix `(n, m)` and a vector `(m)`."""

def dot(input: Tensor, tensor: Tensor, *, out: Any = None) -> Tensor:
    """The sum of the products of two vectors."""

def vdot(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
    """As `dot`, the first vector conjugated."""

def outer(input: Tensor, vec2: Tensor, *, out: Any = None) -> Tensor:
    """All products of the elements of two vectors, `(n, m)`."""

def ger(input: Tensor, vec2: Tensor, *, out: Any = None) -> Tensor:
    """All products of the elements of two vectors, `(n, m)`."""

def matmul(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The matrix product: vectors count as a row or a column, dimensions before the last two are broadcast."""

def addmm(input: Tensor, mat1: Tensor, mat2: Tensor, *, beta: Any = 1, alpha: Any = 1, out: Any = None) -> Tensor:
    """`beta * input + alpha * (mat1 @ mat2)`."""

def addmv(input: Tensor, mat: Tensor, vec: Tensor, *, beta: Any = 1, alpha: Any = 1, out: Any = None) -> Tensor:
    """`beta * input + alpha * (mat @ vec)`."""

def addbmm(input: Tensor, batch1: Tensor, batch2: Tensor, *, beta: Any = 1, alpha: Any = 1, out: Any = None) -> Tensor:
    """`beta * input + alpha * sum over the batch of batch1 @ batch2`."""

def baddbmm(input: Tensor, batch1: Tensor, batch2: Tensor, *, beta: Any = 1, alpha: Any = 1, out: Any = None) -> Tensor:
    """`beta * input + alpha * (batch1 @ batch2)`."""

def addr(input: Tensor, vec1: Tensor, vec2: Tensor, *, beta: Any = 1, alpha: Any = 1, out: Any = None) -> Tensor:
    """`beta * input + alpha * outer(vec1, vec2)`."""

def einsum(equation: Any, *operands: Any) -> Tensor:
    """A sum of products in Einstein's notation, such as `"bij,bjk->bik"`; pairs are contracted in an order that costs little.

    The letters may also be numbers behind each operand: `einsum(x, [..., 0, 1], y, [..., 1, 2], [..., 0, 2])`.
    """

def tensordot(a: Tensor, b: Tensor, dims: Any = 2, *, out: Any = None) -> Tensor:
    """Products summed over the last `dims` dimensions of `a` and the first of `b`, or over given pairs of dimensions."""

def inner(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
    """Products summed over the last dimensions of both."""

def kron(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
    """The Kronecker product; of tensors with unequal numbers of dimensions the smaller one counts as one with dimensions of size
    1."""

def chain_matmul(*matrices: Tensor) -> Tensor:
    """The product of several matrices."""

def trace(input: Tensor) -> Tensor:
    """The sum of the diagonal of a matrix."""

def tensor(data: Any, *, dtype: Any = None, device: Any = None, requires_grad: _bool = False,
           pin_memory: _bool = False) -> Tensor:
    """A new tensor with a copy of `data`; Python floats give the default dtype.

    Raises TypeError for what is not numeric, ValueError for nested sequences of unequal length.
    """

def as_tensor(data: Any, dtype: Any = None, device: Any = None) -> Tensor:
    """A tensor of `data` without copying where that is possible."""

def asarray(obj: Any, *, dtype: Any = None, device: Any = None, copy: _bool | None = None,
            requires_grad: _bool | None = None) -> Tensor:
    """A tensor of an array, a buffer or nested sequences; `copy` False: only where memory is shared (ValueError), True: never
    shared."""

def from_numpy(ndarray: ndarray[Any, Any]) -> Tensor:
    """A tensor that shares memory with a NumPy array; TypeError where that is not one."""

def frombuffer(buffer: Any, *, dtype: dtype, count: _int = -1, offset: _int = 0, requires_grad: _bool = False) -> Tensor:
    """A vector over the memory of a Python buffer, without copying."""

def from_dlpack(ext_tensor: Any) -> Tensor:
    """A tensor that shares memory with an array of any library that speaks DLPack, on the CPU; or with what a capsule holds."""

def scalar_tensor(s: Any, *, dtype: Any = None, layout: Any = None, device: Any = None, requires_grad: _bool = False) -> Tensor:
    """A 0-dim tensor."""

def empty_strided(size: Any, stride: Any, *, dtype: Any = None, layout: Any = None, device: Any = None,
                  requires_grad: _bool = False, pin_memory: _bool = False) -> Tensor:
    """A tensor whose elements are yet to be written, with given strides (here they are zeros)."""

def empty_permuted(size: Any, physical_layout: Any, *, dtype: Any = None, layout: Any = None, device: Any = None,
                   requires_grad: _bool = False, pin_memory: _bool = False) -> Tensor:
    """A tensor whose elements are yet to be written, its dimensions in another order in memory (here they are zeros)."""

def full(size: Any, fill_value: Any, *, out: Any = None, dtype: Any = None, layout: Any = None, device: Any = None,
         requires_grad: _bool = False, pin_memory: _bool = False) -> Tensor:
    """A tensor of shape `size` filled with a number."""

def zeros(*size: Any, out: Any = None, dtype: Any = None, layout: Any = None, device: Any = None, requires_grad: _bool = False,
          pin_memory: _bool = False, names: Any = None) -> Tensor:
    """A tensor of zeros."""

def ones(*size: Any, out: Any = None, dtype: Any = None, layout: Any = None, device: Any = None, requires_grad: _bool = False,
         pin_memory: _bool = False, names: Any = None) -> Tensor:
    """A tensor of ones."""

def empty(*size: Any, out: Any = None, dtype: Any = None, layout: Any = None, device: Any = None, requires_grad: _bool = False,
          pin_memory: _bool = False, memory_format: Any = None) -> Tensor:
    """A tensor whose elements are yet to be written (here they are zeros)."""

def from_file(filename: str, shared: _bool | None = None, size: _int | None = 0, *, dtype: Any = None, layout: Any = None,
              device: Any = None, requires_grad: _bool = False) -> Tensor:
    """The first `size` elements of a file of plain numbers; with `shared` the tensor is the file, which is made long enough."""

def zeros_like(input: Tensor, *, dtype: Any = None, layout: Any = None, device: Any = None, requires_grad: _bool = False,
               memory_format: Any = None) -> Tensor:
    """A tensor of zeros with the shape and, unless given, the dtype of `input`."""

def ones_like(input: Tensor, *, dtype: Any = None, layout: Any = None, device: Any = None, requires_grad: _bool = False,
              memory_format: Any = None) -> Tensor:
    """A tensor of ones with the shape and, unless given, the dtype of `input`."""

def empty_like(input: Tensor, *, dtype: Any = None, layout: Any = None, device: Any = None, requires_grad: _bool = False,
               memory_format: Any = None) -> Tensor:
    """A tensor of zeros with the shape and, unless given, the dtype of `input`."""

def full_like(input: Tensor, fill_value: Any, *, dtype: Any = None, layout: Any = None, device: Any = None,
              requires_grad: _bool = False, memory_format: Any = None) -> Tensor:
    """A tensor filled with a number, with the shape and, unless given, the dtype of `input`."""

def arange(start: Any = 0, end: Any = None, step: Any = 1, *, out: Any = None, dtype: Any = None, layout: Any = None,
           device: Any = None, requires_grad: _bool = False) -> Tensor:
    """`start`, `start + step`, ... up to but not including `end`; int64 unless an argument is a float."""

def range(start: Any = 0, end: Any = None, step: Any = 1, *, dtype: Any = None, requires_grad: _bool = False) -> Tensor:
    """`start`, `start + step`, ... up to and including `end`."""

def linspace(start: Any, end: Any, steps: _int, *, out: Any = None, dtype: Any = None, layout: Any = None, device: Any = None,
             requires_grad: _bool = False) -> Tensor:
    """`steps` numbers from `start` to `end`, both included, at equal distances."""

def logspace(start: Any, end: Any, steps: _int, base: _float = 10.0, *, dtype: Any = None, layout: Any = None, device: Any = None,
             requires_grad: _bool = False, out: Any = None) -> Tensor:
    """`steps` numbers from `base ** start` to `base ** end`."""

def eye(n: _int, m: _int | None = None, *, out: Any = None, dtype: Any = None, layout: Any = None, device: Any = None,
        requires_grad: _bool = False) -> Tensor:
    """The identity matrix."""

def complex(real: Tensor, imag: Tensor, *, out: Any = None) -> Tensor:
    """A complex tensor from its parts, floating tensors of one dtype."""

def polar(abs: Tensor, angle: Tensor, *, out: Any = None) -> Tensor:
    """A complex tensor from absolute values and angles."""

def index_select(input: Tensor, dim: _int, index: Tensor, *, out: Any = None) -> Tensor:
    """Entries at `index` along a dimension."""

def gather(input: Tensor, dim: _int, index: Tensor, *, sparse_grad: _bool = False, out: Any = None) -> Tensor:
    """`out[i][j] = input[index[i][j]][j]` for dim 0 and so on; IndexError where an index lies outside."""

def scatter(input: Tensor, dim: _int, index: Tensor, src: Any = None, *, value: Any = None, reduce: str | None = None,
            out: Any = None) -> Tensor:
    """`out[index[i][j]][j] = src[i][j]` for dim 0 and so on, elsewhere `input`; `reduce` is None, "add" or "multiply"."""

def scatter_add(input: Tensor, dim: _int, index: Tensor, src: Tensor, *, out: Any = None) -> Tensor:
    """`input` with `src` added at `index`."""

def index_add(input: Tensor, dim: _int, index: Tensor, source: Tensor, *, alpha: Any = 1, out: Any = None) -> Tensor:
    """`input` with the entries of `source` added at `index` along a dimension."""

def index_copy(input: Tensor, dim: _int, index: Tensor, source: Tensor, *, out: Any = None) -> Tensor:
    """`input` with the entries of `source` written at `index` along a dimension."""

def index_fill(input: Tensor, dim: _int, index: Tensor, value: Any, *, out: Any = None) -> Tensor:
    """`input` with a number written at `index` along a dimension."""

def index_put(input: Tensor, indices: tuple[Tensor, ...], values: Tensor, accumulate: _bool = False) -> Tensor:
    """`input` with `values` written (or added) at the elements that `indices` pick together; RuntimeError where the dtypes
    differ."""

def take(input: Tensor, index: Tensor, *, out: Any = None) -> Tensor:
    """Elements at positions counted over all elements."""

def take_along_dim(input: Tensor, indices: Tensor, dim: _int | None = None, *, out: Any = None) -> Tensor:
    """As `gather`, the indices broadcast."""

def masked_select(input: Tensor, mask: Tensor, *, out: Any = None) -> Tensor:
    """The elements where `mask` holds, in one dimension."""

def nonzero(input: Tensor, *, as_tuple: _bool = False, out: Any = None) -> Any:
    """The indices of the elements that are not zero, `(n, ndim)` or a tuple of vectors."""

def argwhere(input: Tensor) -> Tensor:
    """The indices of the elements that are not zero, one row each."""

def put(input: Tensor, index: Tensor, source: Tensor, accumulate: _bool = False) -> Tensor:
    """`input` with `source` written (or added) at positions counted over all elements."""

def masked_scatter(input: Tensor, mask: Tensor, source: Tensor) -> Tensor:
    """`input` with the elements of `source`, one after another, where `mask` holds."""

def scatter_reduce(input: Tensor, dim: _int, index: Tensor, src: Tensor, reduce: str, *, include_self: _bool = True,
                   out: Any = None) -> Tensor:
    """`input` with `src` combined at `index` by "sum", "prod", "mean", "amax" or "amin"; without `include_self` from `src` alone.

    Raises RuntimeError for other names.
    """

def select_scatter(input: Tensor, src: Tensor, dim: _int, index: _int) -> Tensor:
    """A copy of `input` with `src` as the entry `index` along `dim`."""

def slice_scatter(input: Tensor, src: Tensor, dim: _int = 0, start: _int | None = None, end: _int | None = None, step: _int = 1,
                  *, out: Any = None) -> Tensor:
    """A copy of `input` with `src` written over a slice along `dim`."""

def diagonal_scatter(input: Tensor, src: Tensor, offset: _int = 0, dim1: _int = 0, dim2: _int = 1) -> Tensor:
    """A copy of `input` with `src` written over a diagonal."""

def as_strided_scatter(input: Tensor, src: Tensor, size: Any, stride: Any, storage_offset: _int | None = None, *,
                       out: Any = None) -> Tensor:
    """A copy of `input` and of the memory around it with `src` written over a view with given sizes and strides."""

def index_reduce(input: Tensor, dim: _int, index: Tensor, source: Tensor, reduce: str, *, include_self: _bool = True,
                 out: Any = None) -> Tensor:
    """`input` with the entries of `source` combined at `index` along a dimension by "prod", "mean", "amax" or "amin"."""

def nonzero_static(input: Tensor, *, size: _int, fill_value: _int = -1) -> Tensor:
    """The first `size` rows of `nonzero`, filled up with `fill_value`."""

def unravel_index(indices: Tensor, shape: Any) -> tuple[Tensor, ...]:
    """Positions counted over all elements of a tensor of this shape as indices, one tensor a dimension."""

def cat(tensors: Any, dim: _int = 0, *, out: Tensor | None = None) -> Tensor:
    """Tensors side by side along `dim`; their other sizes must be equal."""

def side_by_side(tensors: Any, dim: _int) -> Tensor:
    """Tensors joined, in the order of their indices."""

def concat(tensors: Any, dim: _int = 0, *, out: Tensor | None = None) -> Tensor:
    """Tensors side by side along `dim`; their other sizes must be equal."""

def concatenate(tensors: Any, dim: _int = 0, *, out: Tensor | None = None) -> Tensor:
    """Tensors side by side along `dim`; their other sizes must be equal."""

def stack(tensors: Any, dim: _int = 0, *, out: Tensor | None = None) -> Tensor:
    """Tensors of one shape along a new dimension."""

def hstack(tensors: Any, *, out: Any = None) -> Tensor:
    """Side by side: along the second dimension, vectors along their only one."""

def vstack(tensors: Any, *, out: Any = None) -> Tensor:
    """One above the other: along the first dimension, vectors as rows."""

def row_stack(tensors: Any) -> Tensor:
    """One above the other: along the first dimension, vectors as rows."""

def dstack(tensors: Any, *, out: Any = None) -> Tensor:
    """Along the third dimension."""

def column_stack(tensors: Any, *, out: Any = None) -> Tensor:
    """Vectors as columns, matrices side by side."""

def tile(input: Tensor, *dims: Any) -> Tensor:
    """Copies along every dimension."""

def repeat_interleave(input: Tensor, repeats: Any = None, dim: _int | None = None, *, output_size: _int | None = None) -> Tensor:
    """Every entry several times in a row; of one tensor alone, which are numbers of times, every index so often.

    >>> torch.repeat_interleave(torch.tensor([1, 2, 3]))
    tensor([0, 1, 1, 2, 2, 2])
    """

def flip(input: Tensor, *given: Any, dims: Any = ...) -> Tensor:
    """The entries along `dims` in reverse order (a copy)."""

def fliplr(input: Tensor) -> Tensor:
    """Columns in reverse order."""

def flipud(input: Tensor) -> Tensor:
    """Rows in reverse order."""

def rot90(input: Tensor, k: _int = 1, dims: Any = ...) -> Tensor:
    """Rotated by 90 degrees `k` times in the plane of two dimensions."""

def roll(input: Tensor, shifts: Any, dims: Any = None) -> Tensor:
    """Entries moved along dimensions, those pushed off the end coming in at the beginning."""

def tril(input: Tensor, diagonal: _int = 0, *, out: Any = None) -> Tensor:
    """The lower triangle of matrices, zeros above `diagonal`."""

def triu(input: Tensor, diagonal: _int = 0, *, out: Any = None) -> Tensor:
    """The upper triangle of matrices, zeros below `diagonal`."""

def tril_indices(row: _int, col: _int, offset: _int = 0, *, dtype: Any = None, device: Any = None, layout: Any = None) -> Tensor:
    """The indices of the lower triangle, `(2, n)`."""

def triu_indices(row: _int, col: _int, offset: _int = 0, *, dtype: Any = None, device: Any = None, layout: Any = None) -> Tensor:
    """The indices of the upper triangle, `(2, n)`."""

def diag(input: Tensor, diagonal: _int = 0, *, out: Any = None) -> Tensor:
    """The diagonal of a matrix, or a matrix with a vector as its diagonal."""

def diag_embed(input: Tensor, offset: _int = 0, dim1: _int = -2, dim2: _int = -1) -> Tensor:
    """Matrices with the last dimension as their diagonals."""

def diagflat(input: Tensor, offset: _int = 0) -> Tensor:
    """A matrix with all elements as its diagonal."""

def meshgrid(*tensors: Any, indexing: str | None = None) -> tuple[Tensor, ...]:
    """Vectors spread over the grid that they span; `indexing` is "ij" or "xy"."""

def cartesian_prod(*tensors: Tensor) -> Tensor:
    """All combinations of the elements of vectors, as rows."""

def combinations(input: Tensor, r: _int = 2, with_replacement: _bool = False) -> Tensor:
    """All combinations of `r` elements of a vector, as rows."""

def result_type(a: Any, b: Any) -> Any:
    """The dtype that an arithmetic operation on `a` and `b` gives."""

def can_cast(from_: Any, to: Any) -> _bool:
    """Whether PyTorch's promotion allows a conversion (not to a lower category)."""

def block_diag(*tensors: Tensor) -> Tensor:
    """Matrices along the diagonal of a larger one."""

def vander(x: Tensor, N: _int | None = None, increasing: _bool = False) -> Tensor:
    """Powers of the elements of a vector as rows."""

def cross(input: Tensor, other: Tensor, dim: _int = -1, *, out: Any = None) -> Tensor:
    """The cross product of vectors of three elements along `dim`."""

def renorm(input: Tensor, p: _float, dim: _int, maxnorm: _float, *, out: Any = None) -> Tensor:
    """Entries along `dim` scaled down so that their p-norm is at most `maxnorm`."""

def sort(input: Tensor, dim: _int = -1, descending: _bool = False, stable: _bool = False, *, out: Any = None) -> Any:
    """`(values, indices)` in order along `dim`; equal elements keep their order; NaN counts as largest."""

def argsort(input: Tensor, dim: _int = -1, descending: _bool = False, stable: _bool = False, *, out: Any = None) -> Tensor:
    """The indices that sort along `dim`."""

def msort(input: Tensor, *, out: Any = None) -> Tensor:
    """Sorted along the first dimension."""

def topk(input: Tensor, k: _int, dim: _int = -1, largest: _bool = True, sorted: _bool = True, *, out: Any = None) -> Any:
    """The `k` largest (or smallest) elements along `dim` and their indices."""

def kthvalue(input: Tensor, k: _int, dim: _int = -1, keepdim: _bool = False, *, out: Any = None) -> Any:
    """The k-th smallest element along `dim` and its index."""

def mode(input: Tensor, dim: _int = -1, keepdim: _bool = False, *, out: Any = None) -> Any:
    """The most frequent element along `dim` (the smallest of several) and the index of its last occurrence."""

def unique(input: Tensor, sorted: _bool = True, return_inverse: _bool = False, return_counts: _bool = False,
           dim: _int | None = None) -> Any:
    """The different elements in order; also where each element went and how often each occurs."""

def unique_consecutive(input: Tensor, return_inverse: _bool = False, return_counts: _bool = False,
                       dim: _int | None = None) -> Any:
    """Runs of equal elements taken as one; with `dim` of equal entries along it."""

def isin(elements: Any, test_elements: Any, *, assume_unique: _bool = False, invert: _bool = False, out: Any = None) -> Tensor:
    """Where an element occurs (with `invert`: does not) among `test_elements`."""

def bincount(input: Tensor, weights: Tensor | None = None, minlength: _int = 0) -> Tensor:
    """How often each of 0, 1, 2 ... occurs, or the sums of the weights."""

def histc(input: Tensor, bins: _int = 100, min: _float = 0, max: _float = 0, *, out: Any = None) -> Tensor:
    """The numbers of elements in `bins` equal intervals from `min` to `max` (the extrema if both are 0)."""

def searchsorted(sorted_sequence: Tensor, input: Any, *, out_int32: _bool = False, right: _bool = False, side: str | None = None,
                 sorter: Tensor | None = None, out: Any = None) -> Tensor:
    """Where values would go in sorted rows (or in rows that `sorter` puts in order)."""

def bucketize(input: Tensor, boundaries: Tensor, *, out_int32: _bool = False, right: _bool = False, out: Any = None) -> Tensor:
    """The interval between sorted boundaries that each element lies in."""

def cumsum(input: Tensor, dim: _int, *, dtype: Any = None, out: Any = None) -> Tensor:
    """Partial sums along `dim`."""

def logcumsumexp(input: Tensor, dim: _int, *, out: Any = None) -> Tensor:
    """`log(cumsum(exp(x)))` along `dim`."""

def cumprod(input: Tensor, dim: _int, *, dtype: Any = None, out: Any = None) -> Tensor:
    """Partial products along `dim`."""

def cummax(input: Tensor, dim: _int, *, out: Any = None) -> Any:
    """Running maximum along `dim` and its index."""

def cummin(input: Tensor, dim: _int, *, out: Any = None) -> Any:
    """Running minimum along `dim` and its index."""

def diff(input: Tensor, n: _int = 1, dim: _int = -1, prepend: Tensor | None = None, append: Tensor | None = None, *,
         out: Any = None) -> Tensor:
    """Differences of neighbours along `dim`, `n` times, after other tensors were put before and behind."""

def gradient(input: Tensor, *, spacing: Any = 1, dim: Any = None, edge_order: _int = 1) -> tuple[Tensor, ...]:
    """Derivatives along dimensions by central differences; at the edges one-sided, of order `edge_order`.

    `spacing` is a distance, one for each dimension, or the coordinates along each as tensors.
    """

def trapezoid(y: Tensor, x: Tensor | None = None, *, dx: _float = 1, dim: _int = -1) -> Tensor:
    """The integral by the trapezoidal rule along `dim`."""

def cumulative_trapezoid(y: Tensor, x: Tensor | None = None, *, dx: _float = 1, dim: _int = -1) -> Tensor:
    """Partial integrals by the trapezoidal rule along `dim`."""

def trapz(y: Tensor, x: Tensor | None = None, *, dx: _float = 1, dim: _int = -1) -> Tensor:
    """The integral by the trapezoidal rule along `dim`."""

def cov(input: Tensor, *, correction: _int = 1, fweights: Tensor | None = None, aweights: Tensor | None = None) -> Tensor:
    """The covariance matrix of variables in rows; columns count `fweights` times and weigh `aweights`."""

def corrcoef(input: Tensor) -> Tensor:
    """The correlation matrix of variables in rows."""

def histogram(input: Tensor, bins: Any = 100, *, range: Any = None, weight: Tensor | None = None, density: _bool = False,
              out: Any = None) -> Any:
    """How many elements lie in each interval, and the intervals' edges; `bins` is their number or their edges."""

def histogramdd(input: Tensor, bins: Any, *, range: Any = None, weight: Tensor | None = None, density: _bool = False) -> Any:
    """The same for points `(..., n)` in boxes of n dimensions."""

def steps_of(x: Any, skip_nan: _bool) -> Any:
    """How many steps there are between the elements of sorted rows, those that are no numbers left out where `skip_nan`."""

def quantile(input: Tensor, q: Any, dim: _int | None = None, keepdim: _bool = False, *, interpolation: str = 'linear',
             out: Any = None) -> Tensor:
    """Quantiles along `dim`, between neighbours by "linear", "lower", "higher", "midpoint" or "nearest"; NaN where there is
    one."""

def nanquantile(input: Tensor, q: Any, dim: _int | None = None, keepdim: _bool = False, *, interpolation: str = 'linear',
                out: Any = None) -> Tensor:
    """Quantiles of the elements that are not NaN."""

def rand(*size: Any, generator: Any = None, out: Any = None, dtype: Any = None, layout: Any = None, device: Any = None,
         requires_grad: _bool = False, pin_memory: _bool = False) -> Tensor:
    """Uniform numbers from [0, 1)."""

def randn(*size: Any, generator: Any = None, out: Any = None, dtype: Any = None, layout: Any = None, device: Any = None,
          requires_grad: _bool = False, pin_memory: _bool = False) -> Tensor:
    """Standard normal numbers."""

def randint(*args: Any, low: Any = None, high: Any = None, size: Any = None, generator: Any = None, out: Any = None,
            dtype: Any = None, layout: Any = None, device: Any = None, requires_grad: _bool = False) -> Tensor:
    """Integers from `low` (0 unless given) up to but not including `high`: `randint(high, size)` or `randint(low, high,
    size)`."""

def randperm(n: _int, *, generator: Any = None, out: Any = None, dtype: Any = None, layout: Any = None, device: Any = None,
             requires_grad: _bool = False, pin_memory: _bool = False) -> Tensor:
    """A random order of 0 to n - 1."""

def rand_like(input: Tensor, *, generator: Any = None, dtype: Any = None, layout: Any = None, device: Any = None,
              requires_grad: _bool = False, memory_format: Any = None) -> Tensor:
    """Uniform numbers in the shape of `input`."""

def randn_like(input: Tensor, *, generator: Any = None, dtype: Any = None, layout: Any = None, device: Any = None,
               requires_grad: _bool = False, memory_format: Any = None) -> Tensor:
    """Standard normal numbers in the shape of `input`."""

def randint_like(input: Tensor, low: Any = None, high: Any = None, *, generator: Any = None, dtype: Any = None,
                 layout: Any = None, device: Any = None, requires_grad: _bool = False, memory_format: Any = None) -> Tensor:
    """Integers in the shape of `input`, from `low` (0 unless given) up to but not including `high`."""

def bernoulli(input: Tensor, p: Any = None, *, generator: Any = None, out: Any = None) -> Tensor:
    """Ones with the probabilities that `input` holds (or with `p`), else zeros."""

def normal(mean: Any, std: Any = 1.0, size: Any = None, *, generator: Any = None, out: Any = None, dtype: Any = None,
           layout: Any = None, device: Any = None, requires_grad: _bool = False, pin_memory: _bool = False) -> Tensor:
    """Normal numbers with given means and standard deviations, numbers or tensors."""

def multinomial(input: Tensor, num_samples: _int, replacement: _bool = False, *, generator: Any = None,
                out: Any = None) -> Tensor:
    """Indices drawn with the weights of each row."""

def binomial(count: Tensor, prob: Tensor, generator: Any = None) -> Tensor:
    """How many of `count` trials of probability `prob` succeed."""

def poisson(input: Tensor, generator: Any = None) -> Tensor:
    """Poisson numbers with the rates of `input`."""

def manual_seed(seed: _int) -> Any:
    """Seed the default generator; returns it."""

def seed() -> _int:
    """Seed the default generator from the system's entropy; the seed."""

def initial_seed() -> _int:
    """The seed of the default generator."""

def get_rng_state() -> Tensor:
    """The state of the default generator."""

def set_rng_state(new_state: Tensor) -> None:
    """Set the state of the default generator."""

def set_num_threads(n: _int) -> None:
    """Use at most `n` threads in native code and matrix products; RuntimeError below 1."""

def get_num_threads() -> _int:
    """The number of threads that native code may use."""

def set_num_interop_threads(n: _int) -> None:
    """Accepted; operations run one after the other."""

def get_num_interop_threads() -> _int:
    """One: operations run one after the other."""

def use_deterministic_algorithms(mode: _bool, *, warn_only: _bool = False) -> None:
    """Accepted; all operations are deterministic."""

def are_deterministic_algorithms_enabled() -> _bool:
    """What `use_deterministic_algorithms` was given."""

def is_deterministic_algorithms_warn_only_enabled() -> _bool:
    """Whether `use_deterministic_algorithms` was given `warn_only`."""

def set_deterministic_debug_mode(debug_mode: _int | str) -> None:
    """Accepted: "default", "warn" or "error", or 0 to 2."""

def get_deterministic_debug_mode() -> _int:
    """0, 1 or 2."""

def set_float32_matmul_precision(precision: str) -> None:
    """Accepted; products of float32 are computed in float32."""

def get_float32_matmul_precision() -> str:
    """What `set_float32_matmul_precision` was given."""

def set_warn_always(b: _bool) -> None:
    """Accepted; Python's own warning filters decide."""

def is_warn_always_enabled() -> _bool:
    """What `set_warn_always` was given."""

def set_flush_denormal(mode: _bool) -> _bool:
    """False: denormal numbers are kept."""

def typename(obj: Any) -> str:
    """The name of a tensor's type, such as `torch.FloatTensor`, or of any object's class."""

def is_floating_point(input: Tensor) -> _bool:
    """Whether the dtype is a floating one."""

def is_complex(input: Tensor) -> _bool:
    """Whether the dtype is a complex one."""

def is_nonzero(input: Tensor) -> _bool:
    """Whether the only element differs from zero."""

def is_tensor(obj: Any) -> _bool:
    """Whether `obj` is a tensor."""

def set_default_tensor_type(t: Any) -> None:
    """`set_default_dtype` by a type such as `torch.DoubleTensor`, or its name."""

def set_default_dtype(d: dtype) -> None:
    """Set the dtype of floating-point tensors made from Python numbers; TypeError for other than floating types."""

def set_default_device(device: Any) -> None:
    """Accepts the CPU (and None); RuntimeError for a device that is not there."""

def get_default_device() -> device:
    """`device("cpu")`."""

def sym_int(a: Any) -> _int:
    """`a` without its fraction."""

def sym_float(a: Any) -> _float:
    """`a` as a float."""

def sym_not(a: Any) -> _bool:
    """`not a`."""

def sym_max(a: Any, b: Any) -> Any:
    """The larger number."""

def sym_min(a: Any, b: Any) -> Any:
    """The smaller number."""

def sym_ite(b: _bool, t: Any, f: Any) -> Any:
    """`t` if `b`, else `f`."""

def sym_sqrt(a: Any) -> _float:
    """The square root."""

def sym_sum(args: Any) -> Any:
    """The sum of several numbers."""

def cond(pred: Any, true_fn: Any, false_fn: Any, operands: Any = ...) -> Any:
    """`true_fn(*operands)` or `false_fn(*operands)`, by a number or a tensor with one element.

    >>> steepest.cond(steepest.tensor(True), lambda x: x + 1, lambda x: x, (steepest.ones(1),))
    tensor([2.])
    """

def inverse(A: Tensor, *, out: Any = None) -> Tensor:
    """The inverse of square matrices; LinAlgError for singular ones."""

def det(A: Tensor, *, out: Any = None) -> Tensor:
    """The determinant of square matrices."""

def logdet(input: Tensor) -> Tensor:
    """The logarithm of the determinant; NaN where that is negative."""

def cholesky(A: Tensor, *, upper: _bool = False, out: Any = None) -> Tensor:
    """The lower (or upper) factor L of `L L^H`; LinAlgError where A is not positive definite."""

def matrix_power(A: Tensor, n: _int, *, out: Any = None) -> Tensor:
    """The n-th power of square matrices; negative ones through the inverse."""

def matrix_exp(A: Tensor) -> Tensor:
    """The matrix exponential by scaling, Taylor's polynomial of degree 18 and squaring (Bader, Blanes and Casas, 2019)."""

def pinverse(input: Tensor, rcond: _float = 1e-15) -> Tensor:
    """The Moore-Penrose pseudo-inverse."""

def triangular_solve(b: Tensor, A: Tensor, upper: _bool = True, transpose: _bool = False, unitriangular: _bool = False, *,
                     out: Any = None) -> Any:
    """The solution of `A x = b` for triangular A, and A."""

def i0(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`i0` of every element; the result has the shape of `input`."""

def igamma(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
    """The lower incomplete gamma function of `input` at `other`, regularised; no gradient by `input`."""

def igammac(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
    """The upper incomplete gamma function of `input` at `other`, regularised; no gradient by `input`."""

def mvlgamma(input: Tensor, p: _int, *, out: Any = None) -> Tensor:
    """The logarithm of the multivariate gamma function of dimension `p`; RuntimeError where `input` is not above `(p - 1) /
    2`."""

def sparse_coo_tensor(indices: Any = None, values: Any = None, size: Any = None, *, dtype: Any = None, device: Any = None,
                      pin_memory: _bool = False, requires_grad: _bool = False, check_invariants: _bool | None = None,
                      is_coalesced: _bool | None = None) -> SparseTensor:
    """A tensor that is zero but for `values` `(nnz, *dense)` at `indices` `(sparse_dim, nnz)`; without `size` as small as these
    allow.

    Raises RuntimeError where the two do not fit together, and for entries that want a gradient.

    >>> steepest.sparse_coo_tensor([[0, 1], [1, 0]], [2.0, 3.0]).to_dense()
    tensor([[0., 2.],
            [3., 0.]])
    """

def spmm(mat1: Tensor, mat2: Tensor, reduce: str = 'sum') -> Tensor:
    """The matrix product; of a sparse matrix `(n, m)` each entry times a row of the dense `(m, k)`, added in the order of the
    entries."""

def dsmm(mat1: Tensor, mat2: Tensor, reduce: str = 'sum') -> Tensor:
    """The matrix product; of a sparse matrix `(n, m)` each entry times a row of the dense `(m, k)`, added in the order of the
    entries."""

def hann_window(window_length: _int, periodic: _bool = True, *args: Any, dtype: Any = None, layout: Any = None,
                device: Any = None, requires_grad: _bool = False, pin_memory: _bool = False, **options: Any) -> Tensor:
    """The hann window, of a periodic signal unless told."""

def hamming_window(window_length: _int, periodic: _bool = True, *args: Any, dtype: Any = None, layout: Any = None,
                   device: Any = None, requires_grad: _bool = False, pin_memory: _bool = False, **options: Any) -> Tensor:
    """The hamming window, of a periodic signal unless told."""

def blackman_window(window_length: _int, periodic: _bool = True, *args: Any, dtype: Any = None, layout: Any = None,
                    device: Any = None, requires_grad: _bool = False, pin_memory: _bool = False, **options: Any) -> Tensor:
    """The blackman window, of a periodic signal unless told."""

def bartlett_window(window_length: _int, periodic: _bool = True, *args: Any, dtype: Any = None, layout: Any = None,
                    device: Any = None, requires_grad: _bool = False, pin_memory: _bool = False, **options: Any) -> Tensor:
    """The bartlett window, of a periodic signal unless told."""

def kaiser_window(window_length: _int, periodic: _bool = True, *args: Any, dtype: Any = None, layout: Any = None,
                  device: Any = None, requires_grad: _bool = False, pin_memory: _bool = False, **options: Any) -> Tensor:
    """The kaiser window, of a periodic signal unless told."""

def stft(input: Tensor, n_fft: _int, hop_length: _int | None = None, win_length: _int | None = None, window: Tensor | None = None,
         center: _bool = True, pad_mode: str = 'reflect', normalized: _bool = False, onesided: _bool | None = None,
         return_complex: _bool | None = None, align_to_window: _bool | None = None) -> Tensor:
    """Transforms of windowed frames of signals `(L)` or `(B, L)`: `(..., frequencies, frames)`."""

def istft(input: Tensor, n_fft: _int, hop_length: _int | None = None, win_length: _int | None = None,
          window: Tensor | None = None, center: _bool = True, normalized: _bool = False, onesided: _bool | None = None,
          length: _int | None = None, return_complex: _bool = False) -> Tensor:
    """The signal whose `stft` this is; RuntimeError where the windows do not cover it."""

def cholesky_inverse(L: Tensor, upper: _bool = False, *, out: Any = None) -> Tensor:
    """The inverse of A from its Cholesky factor."""

def cholesky_solve(B: Tensor, L: Tensor, upper: _bool = False, *, out: Any = None) -> Tensor:
    """X with `A X = B` from the Cholesky factor of A."""

def geqrf(input: Tensor, *, out: Any = None) -> Any:
    """Householder's vectors below the diagonal of R, and their factors."""

def lu(A: Tensor, pivot: _bool = True, get_infos: _bool = False, *, out: Any = None) -> Any:
    """As `lu_factor`, with `get_infos` as `lu_factor_ex`."""

def lu_solve(b: Tensor, LU_data: Tensor, LU_pivots: Tensor, *, out: Any = None) -> Tensor:
    """X with `A X = b` from the compact factors of A."""

def lu_unpack(LU_data: Tensor, LU_pivots: Tensor, unpack_data: _bool = True, unpack_pivots: _bool = True, *,
              out: Any = None) -> Any:
    """P, L and U of a compact factorisation; what is not asked for is empty."""

def orgqr(A: Tensor, tau: Tensor, *, out: Any = None) -> Tensor:
    """The first columns of the product of Householder's reflections `1 - tau v v^H`."""

def ormqr(input: Tensor, tau: Tensor, other: Tensor, left: _bool = True, transpose: _bool = False, *, out: Any = None) -> Tensor:
    """The product of `other` and the Q of Householder's vectors."""

def pca_lowrank(A: Tensor, q: _int | None = None, center: _bool = True, niter: _int = 2) -> tuple[Tensor, Tensor, Tensor]:
    """Principal components by `svd_lowrank` of the (centred) rows."""

def svd_lowrank(A: Tensor, q: _int | None = 6, niter: _int | None = 2, M: Tensor | None = None) -> tuple[Tensor, Tensor, Tensor]:
    """The largest singular values and vectors by random projection (Halko, Martinsson and Tropp 2009, algorithm 5.1)."""

def svd(input: Tensor, some: _bool = True, compute_uv: _bool = True, *, out: Any = None) -> Any:
    """`U diag(S) V^H = input`; with `some` only the columns that are needed."""

def qr(input: Tensor, some: _bool = True, *, out: Any = None) -> Any:
    """`Q R = input`; with `some` only the columns of Q that are needed."""

def slogdet(input: Tensor) -> Any:
    """Sign and logarithm of the absolute value of the determinant, under the older type's name."""

def alias_copy(input: Tensor, *args: Any, out: Any = None, **kwargs: Any) -> Any:
    """A copy of what `alias` shows."""

def as_strided_copy(input: Tensor, *args: Any, out: Any = None, **kwargs: Any) -> Any:
    """A copy of what `as_strided` shows."""

def detach_copy(input: Tensor, *args: Any, out: Any = None, **kwargs: Any) -> Any:
    """A copy of what `detach` shows."""

def diagonal_copy(input: Tensor, *args: Any, out: Any = None, **kwargs: Any) -> Any:
    """A copy of what `diagonal` shows."""

def expand_copy(input: Tensor, *args: Any, out: Any = None, **kwargs: Any) -> Any:
    """A copy of what `expand` shows."""

def narrow_copy(input: Tensor, *args: Any, out: Any = None, **kwargs: Any) -> Any:
    """A copy of what `narrow` shows."""

def permute_copy(input: Tensor, *args: Any, out: Any = None, **kwargs: Any) -> Any:
    """A copy of what `permute` shows."""

def select_copy(input: Tensor, *args: Any, out: Any = None, **kwargs: Any) -> Any:
    """A copy of what `select` shows."""

def split_copy(input: Tensor, *args: Any, out: Any = None, **kwargs: Any) -> Any:
    """A copy of what `split` shows."""

def split_with_sizes_copy(input: Tensor, *args: Any, out: Any = None, **kwargs: Any) -> Any:
    """A copy of what `split_with_sizes` shows."""

def squeeze_copy(input: Tensor, *args: Any, out: Any = None, **kwargs: Any) -> Any:
    """A copy of what `squeeze` shows."""

def t_copy(input: Tensor, *args: Any, out: Any = None, **kwargs: Any) -> Any:
    """A copy of what `t` shows."""

def transpose_copy(input: Tensor, *args: Any, out: Any = None, **kwargs: Any) -> Any:
    """A copy of what `transpose` shows."""

def unbind_copy(input: Tensor, *args: Any, out: Any = None, **kwargs: Any) -> Any:
    """A copy of what `unbind` shows."""

def unfold_copy(input: Tensor, *args: Any, out: Any = None, **kwargs: Any) -> Any:
    """A copy of what `unfold` shows."""

def unsqueeze_copy(input: Tensor, *args: Any, out: Any = None, **kwargs: Any) -> Any:
    """A copy of what `unsqueeze` shows."""

def view_as_complex_copy(input: Tensor, *args: Any, out: Any = None, **kwargs: Any) -> Any:
    """A copy of what `view_as_complex` shows."""

def view_as_real_copy(input: Tensor, *args: Any, out: Any = None, **kwargs: Any) -> Any:
    """A copy of what `view_as_real` shows."""

def view_copy(input: Tensor, *args: Any, out: Any = None, **kwargs: Any) -> Any:
    """A copy of what `view` shows."""

def segment_reduce(data: Tensor, reduce: str, *, lengths: Tensor | None = None, indices: Tensor | None = None,
                   offsets: Tensor | None = None, axis: _int = 0, unsafe: _bool = False, initial: _float | None = None) -> Tensor:
    """Each segment of `data` along `axis` combined by "sum", "mean", "prod", "max" or "min", beginning with `initial`.

    `lengths` are the sizes of the segments, or `offsets` where each begins and the last one ends; dimensions before `axis`
    have
    segments of their own. RuntimeError where they do not cover the dimension, unless `unsafe`.
    """

def lobpcg(A: Tensor, k: _int | None = None, B: Tensor | None = None, X: Tensor | None = None, n: _int | None = None,
           iK: Tensor | None = None, niter: _int | None = None, tol: _float | None = None, largest: _bool | None = None,
           method: str | None = None, tracker: Any = None, ortho_iparams: Any = None, ortho_fparams: Any = None,
           ortho_bparams: Any = None) -> tuple[Tensor, Tensor]:
    """`k` extreme eigenvalues `(*, k)` of `A` `(*, m, m)`, or of `A x = e B x`, and their eigenvectors `(*, m, k)`.

    The largest first, or with `largest=False` the smallest. The matrix is dense here, so they come from LAPACK, exact to
    rounding, in the
    place of PyTorch's iteration, whose precision `niter`, `tol`, `iK`, `method` and the starting vectors `X` decide. Vectors
    are unique up
    to signs. ValueError where `A` has fewer than 3 `n` rows; NotImplementedError for a `tracker`, as there are no iterations.
    """

def while_loop(cond_fn: Callable[..., Any], body_fn: Callable[..., Any], carried_inputs: Any) -> Any:
    """`body_fn(*carried)` again and again while `cond_fn(*carried)` holds; the last result.

    RuntimeError for what is no function, or where the condition is no number and no tensor of one element.
    """

def is_storage(obj: Any) -> _bool:
    """Whether an object is the memory of tensors, with or without a type."""

def softmax(input: Tensor, dim: _int | None = None, _stacklevel: _int = 3, dtype: Any = None, *, out: Any = None) -> Tensor:
    """`exp(x) / sum(exp(x))` along `dim`.

    >>> torch.nn.functional.softmax(torch.tensor([[0.0, 0.0]]), dim=1)
    tensor([[0.5000, 0.5000]])
    """

def log_softmax(input: Tensor, dim: _int | None = None, _stacklevel: _int = 3, dtype: Any = None, *, out: Any = None) -> Tensor:
    """`log(softmax(x))` along `dim`, computed without loss of small probabilities."""

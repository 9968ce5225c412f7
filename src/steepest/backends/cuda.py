"""`torch.backends.cuda`: not there; its switches can be set."""

import contextlib
from typing import Any

from steepest.errors import outside
from steepest.nn.attention import SDPBackend as SDPBackend

outside.explain(__name__)


class matmul:
    """Switches of matrix products on CUDA devices."""

    allow_tf32 = False
    allow_fp16_reduced_precision_reduction = True
    allow_bf16_reduced_precision_reduction = True
    fp32_precision = "none"


def is_built() -> bool:
    """False."""
    return False


def flash_sdp_enabled() -> bool:
    """False."""
    return False


mem_efficient_sdp_enabled = cudnn_sdp_enabled = is_flash_attention_available = is_ck_sdpa_available = flash_sdp_enabled
fp16_bf16_reduction_math_sdp_allowed = flash_sdp_enabled


def math_sdp_enabled() -> bool:
    """True: attention is computed as written."""
    return True


def enable_flash_sdp(enabled: bool) -> None:
    """Accepted."""


enable_mem_efficient_sdp = enable_math_sdp = enable_cudnn_sdp = allow_fp16_bf16_reduction_math_sdp = enable_flash_sdp


def sdp_kernel(enable_flash: bool = True, enable_math: bool = True, enable_mem_efficient: bool = True, enable_cudnn: bool = True) -> Any:
    """A `with` block, accepted: results do not depend on the kernel."""
    return contextlib.nullcontext()

"""`torch.backends.cuda`: not there; its switches can be set."""


class matmul:
    """Switches of matrix products on CUDA devices."""

    allow_tf32 = False
    allow_fp16_reduced_precision_reduction = True
    allow_bf16_reduced_precision_reduction = True


def is_built() -> bool:
    """False."""
    return False


def flash_sdp_enabled() -> bool:
    """False."""
    return False


mem_efficient_sdp_enabled = flash_sdp_enabled


def math_sdp_enabled() -> bool:
    """True: attention is computed as written."""
    return True


def enable_flash_sdp(enabled: bool) -> None:
    """Accepted."""


enable_mem_efficient_sdp = enable_math_sdp = enable_flash_sdp

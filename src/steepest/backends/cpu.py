"""`torch.backends.cpu`: what the processor can."""

from steepest.lower import machine

__all__ = ["get_cpu_capability"]


def get_cpu_capability() -> str:
    """The widest vectors: AVX512, AVX2 or DEFAULT."""
    return "AVX512" if machine.has("avx512f") else "AVX2" if machine.has("avx2") else "DEFAULT"

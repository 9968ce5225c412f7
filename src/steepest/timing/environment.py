"""What a report of a fault should say about the computer: versions and the processor."""

import os
import platform
import sys
from importlib import metadata
from typing import Any, NamedTuple

from steepest.version import PYTORCH, __version__

__all__ = ["SystemEnv", "get_env_info", "get_pretty_env_info"]

PACKAGES = ("numpy", "llvmlite", "safetensors", "ml_dtypes", "polars", "matplotlib")


class SystemEnv(NamedTuple):
    """Versions of what a program runs on."""

    torch_version: str
    is_debug_build: str
    cuda_compiled_version: str | None
    os: str
    libc_version: str
    python_version: str
    python_platform: str
    is_cuda_available: str
    cpu_info: str
    pip_version: str
    pip_packages: str


def _installed(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def get_env_info() -> SystemEnv:
    """The versions of this process."""
    packages = "\n".join(f"[pip3] {name}=={version}" for name in PACKAGES if (version := _installed(name)) is not None)
    bits = 64 if sys.maxsize > 2**32 else 32
    return SystemEnv(f"{PYTORCH}+steepest{__version__}", "False", None, f"{platform.system()} {platform.release()} ({platform.machine()})",
                     "-".join(platform.libc_ver()) or "N/A", f"{sys.version} ({bits}-bit runtime)", platform.platform(), "False",
                     f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores", _installed("pip") or "N/A", packages)


def get_pretty_env_info() -> str:
    """The same as text, in PyTorch's order."""
    env = get_env_info()
    rows: list[Any] = [
        f"PyTorch version: {env.torch_version}", f"Is debug build: {env.is_debug_build}", "CUDA used to build PyTorch: None", "",
        f"OS: {env.os}", f"Libc version: {env.libc_version}", "", f"Python version: {env.python_version}",
        f"Python platform: {env.python_platform}", f"Is CUDA available: {env.is_cuda_available}", "", "CPU:", env.cpu_info, "",
        "Versions of relevant libraries:", env.pip_packages]
    return "\n".join(rows)

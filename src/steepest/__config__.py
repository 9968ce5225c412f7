"""`torch.__config__`: what computes here, as a text that programs print or search for a word such as `USE_MKL=OFF`."""

import importlib.metadata
import os
import platform

import numpy as np

from steepest.functional.threads import get_num_threads
from steepest.version import PYTORCH, __version__

__all__ = ["parallel_info", "show"]


def _blas() -> str:
    found = np.show_config(mode="dicts").get("Build Dependencies", {}).get("blas", {})
    return f"{found.get('name', 'unknown')} {found.get('version', '')}".strip()


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def show() -> str:
    """The versions of what computes, and what PyTorch calls its build settings."""
    blas = _blas()
    settings = {
        "BLAS_INFO": blas.split()[0], "TORCH_VERSION": PYTORCH, "USE_MKL": "ON" if "mkl" in blas.lower() else "OFF",
        **dict.fromkeys(("USE_CUDA", "USE_CUDNN", "USE_MKLDNN", "USE_MPI", "USE_NCCL", "USE_NNPACK", "USE_OPENMP", "USE_ROCM"), "OFF")}
    return (f"steepest {__version__} with the interface of PyTorch {PYTORCH}:\n"
            f"  - Python {platform.python_version()}, NumPy {np.__version__}, BLAS {blas}\n"
            f"  - llvmlite {_version('llvmlite')}\n"
            f"  - Build settings: {', '.join(f'{key}={value}' for key, value in settings.items())}, \n")


def parallel_info() -> str:
    """How many threads compute."""
    return (f"threads of compiled code: {get_num_threads()}\nprocessors: {os.cpu_count()}\n"
            f"OMP_NUM_THREADS : {os.environ.get('OMP_NUM_THREADS', '[not set]')}\n")

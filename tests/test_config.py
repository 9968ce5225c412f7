"""`torch.__config__` tells what computes, in the words that programs search for."""

import numpy

import steepest as torch


def test_the_text_names_versions_and_settings() -> None:
    shown = torch.__config__.show()
    assert f"NumPy {numpy.__version__}" in shown and "TORCH_VERSION=2.13.0" in shown and "USE_CUDA=OFF" in shown
    assert ("USE_MKL=ON" in shown) != ("USE_MKL=OFF" in shown)


def test_the_threads_are_those_that_compute() -> None:
    assert f"threads of compiled code: {torch.get_num_threads()}\n" in torch.__config__.parallel_info()

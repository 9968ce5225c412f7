"""`torch.nn.functional` beside an installed PyTorch: float32 values and derivatives, and masks drawn from the same stream."""

import importlib.util
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch

import steepest

_spec = importlib.util.spec_from_file_location("functional_cases", Path(__file__).parents[1] / "functional" / "cases.py")
cases = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(cases)


@pytest.mark.parametrize("label", cases.CASES)
@pytest.mark.filterwarnings("ignore")
def test_float32_agrees(label):
    case = cases.CASES[label]
    expected, got = cases.evaluate(torch, case, "float32"), cases.evaluate(steepest, case, "float32")
    for name, value in expected.items():
        if value is None or got.get(name) is None:
            assert value is None or not value.any(), name
            continue
        np.testing.assert_allclose(got[name], value, rtol=2e-3 if name.startswith("second") else 2e-4, atol=2e-4, err_msg=name)


DRAWS = {
    "dropout": ((4, 6), {"p": 0.3}),
    "dropout1d": ((2, 4, 6), {"p": 0.5}),
    "dropout2d": ((2, 4, 3, 3), {"p": 0.2}),
    "dropout3d": ((2, 4, 2, 3, 3), {"p": 0.2}),
    "alpha_dropout": ((4, 6), {"p": 0.3, "training": True}),
    "feature_alpha_dropout": ((2, 4, 6), {"p": 0.3, "training": True}),
    "rrelu": ((40,), {"training": True}),
    "gumbel_softmax": ((4, 6), {}),
    "fractional_max_pool2d": ((2, 3, 9, 8), {"kernel_size": 2, "output_size": 3}),
}


@pytest.mark.parametrize("function", DRAWS)
def test_same_seed_same_numbers(function):
    shape, options = DRAWS[function]
    values = np.random.default_rng(3).standard_normal(shape).astype(np.float32)
    results = []
    for library in (torch, steepest):
        library.manual_seed(11)
        results.append(getattr(library.nn.functional, function)(library.tensor(values), **options).numpy())
    np.testing.assert_allclose(results[1], results[0], rtol=1e-6, atol=1e-7)


def test_warning_texts_begin_as_pytorchs():
    texts = []
    for library in (torch, steepest):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            library.nn.functional.mse_loss(library.zeros(3, 1), library.zeros(3))
        texts.append(str(caught[0].message).split(". ")[:3])
    assert texts[0][:2] == texts[1][:2]


def test_parameters_are_pytorchs():
    import inspect

    import torch.nn.functional as theirs

    import steepest.nn.functional as ours

    for name in ours.__all__:
        try:
            wanted = list(inspect.signature(getattr(theirs, name)).parameters)
        except (ValueError, TypeError):
            continue
        if wanted == ["args", "kwargs"]:
            continue
        assert list(inspect.signature(getattr(ours, name)).parameters) == wanted, name

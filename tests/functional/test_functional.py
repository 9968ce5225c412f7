"""`torch.nn.functional` against PyTorch's answers, against finite differences, and each kernel against its body."""

import importlib.util
import warnings
from pathlib import Path

import numpy as np
import pytest

import steepest
from steepest.ops.composites import Composite

HERE = Path(__file__).parent
_spec = importlib.util.spec_from_file_location("functional_cases", HERE / "cases.py")
cases = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(cases)
REFERENCE = np.load(HERE.parent / "reference" / "functional.npz")
BY_LABEL: dict[str, dict[str, np.ndarray]] = {}
for key in REFERENCE.files:
    label, name = key.rsplit("/", 1)
    BY_LABEL.setdefault(label, {})[name] = REFERENCE[key]
OTHER_GRADIENTS = {"embedding", "embedding by frequency", "ctc_loss"}
"""padding_idx and scale_grad_by_freq ask for something else than the derivative; ctc_loss takes its input for normalised."""
DIFFERENTIABLE = [
    k for k, c in cases.CASES.items() if k not in OTHER_GRADIENTS and any(isinstance(a, cases.Leaf) for a in c.args)
]


@pytest.fixture(autouse=True)
def quiet():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@pytest.mark.parametrize("label", cases.CASES)
def test_values_and_derivatives_are_pytorchs(label):
    found = cases.evaluate(steepest, cases.CASES[label])
    for name, expected in BY_LABEL[label].items():
        got = found.get(name)
        if got is None:
            assert not expected.any(), f"{name} is missing"
            continue
        assert got.shape == expected.shape, name
        np.testing.assert_allclose(got, expected, rtol=2e-5, atol=2e-6, err_msg=name)


@pytest.mark.parametrize("label", DIFFERENTIABLE)
def test_gradients_are_finite_differences(label):
    case = cases.CASES[label]
    found = cases.evaluate(steepest, case._replace(second=False))
    positions = [i for i, a in enumerate(case.args) if isinstance(a, cases.Leaf)]
    rng = np.random.default_rng(7)
    for number, position in enumerate(positions):
        gradient = found.get(f"grad{number}")
        if gradient is None:
            continue
        direction = rng.standard_normal(gradient.shape)

        def value(step, position=position, direction=direction):
            args = list(case.args)
            args[position] = cases.Leaf(args[position].array + step * direction)
            y = cases.evaluate(steepest, case._replace(args=tuple(args), second=False))["out0"]
            return float((y * (np.cos(np.arange(y.size)).reshape(y.shape) + 0.3)).sum())

        slope = (value(1e-6) - value(-1e-6)) / 2e-6
        assert slope == pytest.approx(float((gradient * direction).sum()), rel=1e-4, abs=1e-5), f"operand {position}, seed 7"


@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_results_keep_the_dtype_of_the_input(dtype):
    for label in (
        "linear",
        "softmax",
        "conv2d",
        "batch_norm",
        "layer_norm",
        "max_pool2d",
        "avg_pool2d",
        "cross_entropy mean",
        "gelu",
    ):
        found = cases.evaluate(steepest, cases.CASES[label]._replace(second=False), dtype)
        for name in ("out0", "grad0"):
            assert str(found[name].dtype) == dtype, (label, name)


def test_kernels_agree_with_their_bodies(monkeypatch):
    """Recorders see the body where eager runs the kernel: both must be the same operation."""
    checked = set()
    run = Composite.run

    def both(self, operands, params):
        result = run(self, operands, params)
        if self.kernel is not None:
            again = self.evaluate_body(operands, params)
            pairs = zip(result, again, strict=True) if isinstance(result, tuple) else [(result, again)]
            for a, b in pairs:
                assert a.dtype is b.dtype, self.name
                np.testing.assert_allclose(a.array, b.array, rtol=1e-7, atol=1e-9, err_msg=self.name)
            checked.add(self.name)
        return result

    monkeypatch.setattr(Composite, "run", both)
    for case in cases.CASES.values():
        cases.evaluate(steepest, case)
    assert len(checked) > 40

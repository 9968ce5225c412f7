"""Native draws give what the generator makes in Python, and leave the stream where it leaves it."""

import numpy as np
import pytest

import steepest
from steepest.core import fused, gaussian, mt19937
from steepest.core.generator import Generator
from steepest.lower import machine
from steepest.lower.rejecting import sample

HOOKS = [(mt19937, "fillers"), (mt19937, "samplers"), (gaussian, "library"), (gaussian, "makers"), (fused, "multipliers")]
DRAWS = {
    "poisson": lambda g: g.poisson(np.array([0.0, 0.3, 3.0, 9.9, 10.0, 40.0, 1e5] * 20, np.float32)),
    "binomial": lambda g: g.binomial(np.array([[1.0], [30.0], [500.0]], np.float32), np.linspace(-0.1, 1.1, 40, dtype=np.float32)),
    "binomial of doubles": lambda g: g.binomial(np.array([5.0, 100.0]), np.array([np.nan, 0.4])),
    "gamma": lambda g: g.standard_gamma(np.linspace(0, 20, 75)),
    "gamma of float32": lambda g: g.standard_gamma(np.linspace(0.01, 3, 75, dtype=np.float32)),
    "dirichlet": lambda g: g.dirichlet(np.ones((4, 3), np.float32)),
    "few normals": lambda g: g.normal((7,)),
    "log normal": lambda g: g.log_normal((301,)),
    "cauchy": lambda g: g.cauchy((301,), 0.3, 2.0),
    "exponential": lambda g: g.exponential((301,), 3.0),
    "geometric": lambda g: g.geometric((301,), 0.2),
    "uniform": lambda g: g.uniform((301,), -0.3, 0.5),
    "uniform doubles": lambda g: g.uniform((301,), -0.3, 0.5, np.float64),
    "normal doubles": lambda g: g.normal((301,), 0.1, 2.0, np.float64),
    "integers": lambda g: g.randint(-3, 12, (301,)),
    "permutation": lambda g: np.concatenate([g.randperm(n) for n in (1, 2, 16, 17, 1000)]),
    "multinomial": lambda g: g.multinomial(np.linspace(0, 1, 60, dtype=np.float32), 5),
    "multinomial with equal weights of zero": lambda g: g.multinomial(np.eye(1, 60, dtype=np.float32)[0], 4),
}


@pytest.mark.parametrize("name", DRAWS)
def test_native_draws_are_python_s(name, monkeypatch):
    assert machine.features() is not None, "the machine has LLVM, so draws are native from here on"
    native = Generator().manual_seed(11)
    drawn = DRAWS[name](native)
    for module, hooks in HOOKS:
        monkeypatch.setattr(module, hooks, [])
    plain = Generator().manual_seed(11)
    assert np.array_equal(drawn, DRAWS[name](plain), equal_nan=drawn.dtype.kind == "f")
    assert np.array_equal(native.get_state(), plain.get_state())


def test_other_dtypes_are_left_to_python():
    assert sample("poisson", np.zeros(625, np.uint32), np.zeros(3, np.float16), np.zeros(3, np.float16)) is None
    assert steepest.poisson(steepest.tensor([2.0], dtype=steepest.float16)).dtype is steepest.float16

"""Every elementwise operation of the package, compiled, against its own definition over NumPy arrays."""

import importlib
import pkgutil

import numpy as np
import pytest

import steepest.ops
from steepest.lower.ufunc import make_ufunc
from steepest.ops.maps import Elementwise
from steepest.ops.meaning import NumPy

MODULES = [importlib.import_module(f"steepest.ops.{module.name}") for module in pkgutil.iter_modules(steepest.ops.__path__)]
OPERATIONS = {value.name: value for module in MODULES for value in vars(module).values() if isinstance(value, Elementwise)}


@pytest.mark.parametrize("dtype", ["float32", "int64"])
def test_every_operation_compiles_and_agrees_with_numpy(dtype: str) -> None:
    generator = np.random.default_rng(11)
    compared = 0
    for name, operation in OPERATIONS.items():
        if operation.promote == "float" and dtype == "int64":
            continue
        inputs = ["bool" if i in operation.keep else dtype for i in range(len(operation.inputs))]
        outputs = [dtype if given is None else given.name for given in operation.gives]
        try:
            ufunc = make_ufunc(name, operation.definition, inputs, outputs)
        except TypeError:
            continue                # PyTorch refuses these as well: bits of floats, divisions of integers
        arrays = []
        for kind in inputs:
            if kind == "bool":
                arrays.append(generator.random(37) < 0.5)
            else:
                values = generator.random(37) * 0.9 + 0.05 if dtype == "float32" else generator.integers(0, 6, 37)
                arrays.append(values.astype(dtype))
        with np.errstate(all="ignore"):
            wanted = operation.definition(NumPy, *arrays)
        got = ufunc(*arrays)
        pairs = zip(got, wanted, strict=True) if isinstance(got, tuple) else [(got, wanted)]
        for one, other in pairs:
            np.testing.assert_allclose(np.asarray(one, float), np.asarray(other, float), 3e-6, 3e-6, err_msg=f"{name} {inputs}")
        compared += 1
    assert compared > (80 if dtype == "float32" else 40)

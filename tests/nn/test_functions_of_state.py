"""`functorch`, as programs of its time use it."""

import pytest

import steepest as torch
from steepest import functorch


def net():
    return torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.Tanh())


def test_a_model_as_a_function_of_its_parameters():
    model, x = net(), torch.randn(4, 3)
    function, params = functorch.make_functional(model)
    assert torch.equal(function(params, x), model(x)) and function.param_names == ("0.weight", "0.bias")
    assert params[0] is not model[0].weight and params[0].requires_grad
    each = functorch.vmap(functorch.grad(lambda p, row: function(p, row).sum()), in_dims=(None, 0))(params, x)
    model(x).sum().backward()
    assert each[0].shape == (4, 2, 3) and torch.allclose(each[0].sum(0), model[0].weight.grad, atol=1e-6)
    assert not any(p.requires_grad for p in functorch.make_functional(model, disable_autograd_tracking=True)[1])


def test_buffers_and_ensembles():
    model = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2)).eval()
    with pytest.raises(RuntimeError, match="make_functional_with_buffers"):
        functorch.make_functional(model)
    function, params, buffers = functorch.make_functional_with_buffers(model)
    x = torch.randn(4, 3)
    assert torch.equal(function(params, buffers, x), model(x)) and len(buffers) == 3
    models = [net() for _ in range(3)]
    function, params, buffers = functorch.combine_state_for_ensemble(models)
    together = functorch.vmap(function, in_dims=(0, 0, None))(params, buffers, x)
    assert buffers == () and not params[0].requires_grad
    assert all(torch.allclose(together[i], models[i](x), atol=1e-6) for i in range(3))
    with pytest.raises(RuntimeError):
        functorch.combine_state_for_ensemble([])


def test_the_name_of_the_package(tmp_path):
    import subprocess
    import sys

    program = tmp_path / "program.py"
    program.write_text("from functorch import jacrev\nimport torch\nprint(jacrev(torch.sin)(torch.zeros(1)))\n", encoding="utf-8")
    done = subprocess.run([sys.executable, "-m", "steepest", "run", str(program)], capture_output=True, text=True, check=True)
    assert done.stdout == "tensor([[1.]])\n"

"""Whole sequences as one node give what the steps give: values, gradients of every order, states, packed sequences."""

import numpy as np
import pytest

import steepest as torch
from steepest.functional.neural import recurrence
from steepest.functional.neural.steady import Steady
from steepest.nn.utils.rnn import pack_padded_sequence

KINDS = {
    "RNN": {}, "relu": {"nonlinearity": "relu"}, "LSTM": {}, "GRU": {},
    "LSTM without bias": {"bias": False}, "GRU without bias": {"bias": False},
    "LSTM, two layers, both directions": {"num_layers": 2, "bidirectional": True}, "GRU, both directions": {"bidirectional": True},
}


def layer(kind, width=5, dtype=torch.float64):
    torch.manual_seed(0)
    name = "RNN" if kind == "relu" else kind[:4].rstrip(" ,")
    return getattr(torch.nn, name)(3, width, dtype=dtype, **KINDS[kind])


def everything(kind, dtype, packed, with_state):
    """Outputs, last states and all gradients."""
    model = layer(kind, 21, dtype)
    x = torch.randn(6, 4, 3, dtype=dtype, requires_grad=True)
    directions = model.num_layers * (2 if model.bidirectional else 1)
    states = [torch.randn(directions, 4, 21, dtype=dtype, requires_grad=True) for _ in range(2 if model.mode == "LSTM" else 1)]
    given = (tuple(states) if model.mode == "LSTM" else states[0]) if with_state else None
    out, last = model(pack_padded_sequence(x, [6, 4, 4, 1]) if packed else x, given)
    out = out.data if packed else out
    last = last if isinstance(last, tuple) else (last,)
    loss = (out * torch.randn(out.shape, dtype=dtype)).sum() + sum((s * s).sum() for s in last)
    loss.backward()
    return [out, *last, x.grad, *[p.grad for p in model.parameters()], *([s.grad for s in states] if with_state else [])]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_one_node_and_steps_agree(kind, dtype, monkeypatch):
    for packed in (False, True):
        for with_state in (False, True):
            whole = everything(kind, dtype, packed, with_state)
            with monkeypatch.context() as by_steps:
                by_steps.setattr(recurrence, "NATIVE", {})
                steps = everything(kind, dtype, packed, with_state)
            for a, b in zip(whole, steps, strict=True):
                assert a.shape == b.shape and torch.allclose(a, b, rtol=1e-4 if dtype is torch.float32 else 1e-10, atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_gradients_and_second_gradients_are_those_of_finite_differences(kind):
    model = layer(kind, 2)
    x = torch.randn(3, 2, 3, dtype=torch.float64, requires_grad=True)
    weights = list(model.parameters())

    def run(x, *given):
        names = [n for n, _ in model.named_parameters()]
        out, last = torch.func.functional_call(model, dict(zip(names, given, strict=True)), (x,))
        return out, *(last if isinstance(last, tuple) else (last,))

    assert torch.autograd.gradcheck(run, (x, *weights))
    if kind in ("RNN", "LSTM", "GRU", "LSTM without bias"):
        assert torch.autograd.gradgradcheck(lambda x, w: run(x, weights[0], w, *weights[2:]), (x, weights[1]))


def test_the_node_is_one_and_the_graph_can_be_walked_twice():
    model = layer("LSTM")
    x = torch.randn(4, 2, 3, dtype=torch.float64)
    out, _ = model(x)
    assert "Sequence" in out.grad_fn.next_functions[0][0].name()
    first = torch.autograd.grad(out.sum(), model.weight_hh_l0, retain_graph=True)
    second = torch.autograd.grad((out * 2).sum(), model.weight_hh_l0)
    assert torch.allclose(first[0] * 2, second[0])
    with pytest.raises(RuntimeError):
        torch.autograd.grad(out.sum(), model.weight_hh_l0)


def test_results_may_be_changed_in_place_before_backward():
    model = layer("LSTM")
    x = torch.randn(4, 2, 3, dtype=torch.float64)
    out, (h, c) = model(x)
    (out.sum() * 1.0).backward()
    expected = model.weight_hh_l0.grad.clone()
    model.zero_grad()
    out, (h, c) = model(x)
    loss = out.sum() * 1.0
    with torch.no_grad():
        out.mul_(0)
        h.zero_()
        c.zero_()
    loss.backward()
    assert torch.equal(model.weight_hh_l0.grad, expected)


def test_a_weight_that_changed_is_told():
    model = layer("GRU")
    out, _ = model(torch.randn(4, 2, 3, dtype=torch.float64))
    with torch.no_grad():
        model.weight_hh_l0.add_(1)
    with pytest.raises(RuntimeError):
        out.sum().backward()


def test_without_gradients_nothing_is_kept():
    model = layer("LSTM")
    x = torch.randn(4, 2, 3, dtype=torch.float64)
    with torch.no_grad():
        out, _ = model(x)
    assert not out.requires_grad and torch.equal(out, model(x)[0])


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_under_vmap_and_jvp_the_steps_are_seen(kind):
    model = layer(kind)
    xs = torch.randn(3, 4, 2, 3, dtype=torch.float64)
    each = torch.stack([model(x)[0] for x in xs])
    assert torch.allclose(torch.vmap(lambda x: model(x)[0])(xs), each)
    direction = torch.randn(4, 2, 3, dtype=torch.float64)
    _, tangent = torch.func.jvp(lambda x: model(x)[0], (xs[0],), (direction,))
    ahead, behind = (model(xs[0] + sign * 1e-6 * direction)[0] for sign in (1, -1))
    assert torch.allclose(tangent, (ahead - behind) / 2e-6, atol=1e-7)


def test_nan_and_halves():
    model = layer("LSTM", dtype=torch.float32)
    x = torch.randn(4, 2, 3)
    x[1, 0, 0] = float("nan")
    out = model(x)[0]
    assert out[1:, 0].isnan().all() and not out[:, 1].isnan().any() and not out[0].isnan().any()
    half = layer("LSTM", dtype=torch.bfloat16)
    assert half(torch.randn(4, 2, 3).bfloat16())[0].dtype is torch.bfloat16


def test_a_native_loop_over_a_recurrent_model_gives_what_the_plain_loop_gives():
    def train(steps):
        model = layer("LSTM", dtype=torch.float32)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        x, y = torch.randn(5, 4, 3), torch.randn(5, 4, 5)
        losses = []
        for _ in steps:
            loss = ((model(x)[0] - y) ** 2).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        return losses, [p.detach() for p in model.parameters()]

    plain, native = train(range(12)), train(torch.loop(12))
    assert plain[0] == pytest.approx(native[0], rel=1e-5)
    assert all(torch.allclose(a, b, atol=1e-5) for a, b in zip(plain[1], native[1], strict=True))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_products_with_one_matrix_are_numpys(dtype):
    random = np.random.default_rng(0)
    for rows, inner, columns in ((1, 1, 1), (3, 5, 7), (64, 20, 80), (9, 130, 33), (2, 0, 3)):
        b = random.normal(size=(inner, columns)).astype(dtype)
        for right in (b, np.asfortranarray(b)):
            product = Steady(right, rows)
            for n in {1, rows}:
                a, out = random.normal(size=(n, inner)).astype(dtype), np.empty((n, columns), dtype)
                product(a, out)
                assert np.allclose(out, a.astype(np.float64) @ b, rtol=1e-4, atol=1e-4)


def test_weights_put_in_the_place_of_the_parameters_are_used_until_one_is_replaced():
    torch.manual_seed(0)
    layer, x = torch.nn.LSTM(3, 2), torch.ones(2, 1, 3)
    before = layer(x)[0]
    layer._flat_weights = [w * 2 for w in layer._flat_weights]
    doubled = layer(x)[0]
    other = torch.nn.LSTM(3, 2)
    other.load_state_dict({name: w * 2 for name, w in layer.state_dict().items()})
    assert torch.equal(doubled, other(x)[0]) and not torch.equal(doubled, before)
    layer.weight_ih_l0 = torch.nn.Parameter(layer.weight_ih_l0.detach().clone())
    assert torch.equal(layer(x)[0], before)

"""Networks are drawn with the weights, biases, activations and values that they have, whoever wrote the layers."""

import numpy as np
import pytest

import steepest as torch
from steepest import nn, viz


def model():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 2), nn.Tanh(), nn.Linear(2, 1), nn.Sigmoid())


def test_layers_hold_weights_biases_activations_and_the_rows_values() -> None:
    net, x = model(), torch.randn(4, 3)
    figure = viz.network(net, x, names=["area", "rooms", "age"], outputs=["price"])
    inputs, hidden, out = figure.data
    assert inputs.values == pytest.approx(x[0].numpy()) and inputs.weight is None
    assert hidden.weight == pytest.approx(net[0].weight.detach().numpy()) and hidden.bias == pytest.approx(net[0].bias.detach().numpy())
    assert (hidden.activation, out.activation) == ("tanh", "sigmoid")
    assert hidden.values == pytest.approx(torch.tanh(net[0](x))[0].detach().numpy(), rel=1e-6)
    assert out.values == pytest.approx(net(x)[0].detach().numpy(), rel=1e-6)
    shown = {t.get_text() for t in figure.axes[0].texts}
    assert {"area", "rooms", "age", "price", "tanh · 2"} <= shown
    assert figure.alt == "Network: 3 → 2 tanh → 1 sigmoid."


def test_edges_are_as_wide_as_weights_are_large_and_negative_ones_are_dashed() -> None:
    net = nn.Linear(2, 1)
    with torch.no_grad():
        net.weight.copy_(torch.tensor([[2.0, -1.0]]))
    lines = [line for line in viz.network(net).axes[0].lines if len(line.get_xdata()) == 2]
    wide = {tuple(line.get_ydata()): (line.get_linewidth(), line.is_dashed()) for line in lines}
    (first, solid), (second, dashed) = wide[(0.5, 0.0)], wide[(-0.5, 0.0)]
    assert first - 0.4 == pytest.approx(2 * (second - 0.4)) and not solid and dashed


def test_hand_written_layers_are_layers_too() -> None:
    w1, b1 = torch.randn(4, 3, requires_grad=True), torch.randn(3, requires_grad=True)
    w2 = torch.randn(2, 3, requires_grad=True)
    layers = viz.network(lambda x: (torch.relu(x @ w1 + b1) @ w2.t()), torch.randn(5, 4)).data
    assert [layer.size for layer in layers] == [4, 3, 2]
    assert layers[1].weight == pytest.approx(w1.detach().numpy().T) and layers[1].bias == pytest.approx(b1.detach().numpy())
    assert layers[1].activation == "relu" and layers[2].weight == pytest.approx(w2.detach().numpy())
    w = torch.tensor([1.5], requires_grad=True)
    assert viz.network(lambda x: x * w, torch.tensor([2.0])).data[1].weight.tolist() == [[1.5]]


def test_wide_layers_show_their_ends_and_convolutions_are_blocks() -> None:
    layers = viz.network(nn.Sequential(nn.Linear(784, 10))).data
    assert [layer.size for layer in layers] == [784, 10]
    net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(4 * 3 * 3, 2))
    layers = viz.network(net, torch.zeros(1, 1, 8, 8)).data
    assert [layer.block for layer in layers][:3] == ["1×8×8", "4×6×6", "4×3×3"] and layers[-1].size == 2


def test_drawing_does_not_change_the_mode_and_leaves_dropout_out() -> None:
    net = nn.Sequential(nn.Linear(3, 3), nn.Dropout(0.9))
    x = torch.ones(1, 3)
    values = viz.network(net, x).data[1].values
    assert net.training and net[1].training
    assert values == pytest.approx(net[0](x)[0].detach().numpy())


def test_what_has_no_layers_is_refused() -> None:
    with pytest.raises(ValueError, match="no layer was found"):
        viz.network(lambda x: x.sin(), torch.ones(2))
    with pytest.raises(ValueError, match=r"network\(model, x\)"):
        viz.network(nn.Sequential(nn.Conv2d(1, 1, 3)))


def test_the_summary_lists_calls_shapes_and_parameters_once() -> None:
    class Twice(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(4, 4)
            self.end = nn.Linear(4, 1, bias=False)

        def forward(self, x):
            return self.end(self.layer(self.layer(x)))

    net = Twice()
    net.end.weight.requires_grad = False
    found = viz.summary(net, torch.zeros(7, 4))
    assert found.rows == [("layer", "Linear", "7×4", 20), ("layer", "Linear", "7×4", 0), ("end", "Linear", "7×1", 4)]
    assert (found.parameters, found.trained, found.bytes) == (24, 20, 96)
    assert "24 parameters, 20 of them trained, 96 bytes" in str(found)
    assert np.all([hook == {} for hook in [net.layer._forward_hooks, net._forward_hooks]])

"""What `torch.nn.functional` says to the mistakes that people really make: class, text, and the line to write instead."""

import math
import warnings

import pytest

import steepest as torch
import steepest.nn.functional as F

x, p = torch.randn(4, 6), torch.rand(4, 6)
labels = torch.tensor([0, 1, 2, 3])

MISTAKES = {
    "features": (
        RuntimeError,
        lambda: F.linear(x, torch.randn(3, 5)),
        ["mat1 and mat2 shapes cannot be multiplied (4x6 and 5x3)", "nn.Linear(6, 3)"],
    ),
    "float64 data": (
        RuntimeError,
        lambda: F.linear(x.double(), torch.randn(3, 6)),
        ["mat1 and mat2 must have the same dtype, but got Double and Float", "x.float()"],
    ),
    "float64 images": (
        RuntimeError,
        lambda: F.conv2d(torch.randn(1, 1, 4, 4).double(), torch.randn(1, 1, 3, 3)),
        ["Input type (double) and weight type (float) should be the same", "x.float()"],
    ),
    "no sigmoid": (
        RuntimeError,
        lambda: F.binary_cross_entropy(torch.tensor([-1.0, 2.0]), torch.tensor([0.0, 1.0])),
        ["all elements of input should be between 0 and 1", "-1 and 2", "BCEWithLogitsLoss"],
    ),
    "column of targets": (
        ValueError,
        lambda: F.binary_cross_entropy(p[:, :1], torch.ones(4)),
        ["Using a target size (torch.Size([4]))", "target = target.view(-1, 1)"],
    ),
    "integer targets": (
        RuntimeError,
        lambda: F.binary_cross_entropy(p, torch.ones(4, 6).long()),
        ["Found dtype Long but expected Float"],
    ),
    "logits targets": (
        ValueError,
        lambda: F.binary_cross_entropy_with_logits(x, torch.ones(4)),
        ["Target size (torch.Size([4])) must be the same"],
    ),
    "float labels": (
        RuntimeError,
        lambda: F.cross_entropy(x, labels.float()),
        ["expected target dtype to be Long or Byte, but got Float", ".long()"],
    ),
    "one-hot labels": (
        RuntimeError,
        lambda: F.cross_entropy(x, F.one_hot(labels, 6)),
        ["Expected floating point type", "target.float()", "argmax(1)"],
    ),
    "labels from 1": (
        IndexError,
        lambda: F.cross_entropy(x, torch.tensor([1, 2, 6, 3])),
        ["Target 6 is out of bounds", "0 to 5", "target - 1"],
    ),
    "negative labels": (IndexError, lambda: F.cross_entropy(x, torch.tensor([1, -1, 2, 3])), ["Target -1 is out of bounds"]),
    "labels in a column": (
        RuntimeError,
        lambda: F.cross_entropy(x, labels[:, None]),
        ["multi-target not supported", "target.squeeze(1)"],
    ),
    "batch sizes": (
        ValueError,
        lambda: F.cross_entropy(x, labels[:3]),
        ["Expected input batch_size (4) to match target batch_size (3)."],
    ),
    "reduction": (ValueError, lambda: F.mse_loss(x, x, reduction="meen"), ["meen is not a valid value for reduction"]),
    "shapes of a loss": (RuntimeError, lambda: F.mse_loss(x, torch.zeros(4, 5)), ["[4, 6]", "[4, 5]"]),
    "not a tensor": (TypeError, lambda: F.mse_loss(x, [1.0]), ["target", "list"]),
    "channels": (
        RuntimeError,
        lambda: F.conv2d(torch.randn(2, 4, 6, 6), torch.randn(3, 5, 3, 3)),
        ["expected input[2, 4, 6, 6] to have 5 channels, but got 4 channels instead", "nn.Conv2d(4"],
    ),
    "no channel": (
        RuntimeError,
        lambda: F.conv2d(torch.randn(5, 28), torch.randn(3, 1, 3, 3)),
        ["Expected 3D (unbatched) or 4D (batched) input to conv2d, but got input of size: [5, 28]"],
    ),
    "small image": (
        RuntimeError,
        lambda: F.conv2d(torch.randn(1, 1, 4, 4), torch.randn(1, 1, 5, 5)),
        ["(4 x 4). Kernel size: (5 x 5)"],
    ),
    "pooled away": (RuntimeError, lambda: F.max_pool2d(torch.randn(1, 2, 1, 1), 2), ["Output size is too small"]),
    "batch of one": (
        ValueError,
        lambda: F.batch_norm(torch.randn(1, 3), None, None, training=True),
        ["Expected more than 1 value per channel when training", "drop_last=True", "model.eval()"],
    ),
    "normalized_shape": (RuntimeError, lambda: F.layer_norm(x, (5,)), ["Given normalized_shape=[5]", "[4, 6]"]),
    "groups": (RuntimeError, lambda: F.group_norm(torch.randn(2, 4, 3), 3), ["divisible by num_groups"]),
    "word numbers": (
        IndexError,
        lambda: F.embedding(torch.tensor([7]), torch.randn(5, 2)),
        ["index out of range in self", "nn.Embedding(7 + 1"],
    ),
    "float words": (RuntimeError, lambda: F.embedding(torch.tensor([1.0]), torch.randn(5, 2)), ["x.long()"]),
    "dropout": (ValueError, lambda: F.dropout(x, 2), ["dropout probability has to be between 0 and 1, but got 2"]),
    "softmax of integers": (NotImplementedError, lambda: F.softmax(labels, 0), ["x.float()"]),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_error_names_cause_and_remedy(name, monkeypatch):
    monkeypatch.setenv("STEEPEST_LANG", "en")
    kind, call, fragments = MISTAKES[name]
    with pytest.raises(kind) as caught:
        call()
    for fragment in fragments:
        assert fragment in str(caught.value)


def test_every_text_has_both_languages_with_the_same_fields():
    import string

    from steepest.errors.functional import ROWS

    for key, pair in ROWS.items():
        english, chinese = ({field for _, field, _, _ in string.Formatter().parse(s) if field} for s in pair)
        assert chinese <= english, key


def test_broadcast_loss_warns_at_the_users_line(monkeypatch):
    monkeypatch.setenv("STEEPEST_LANG", "en")
    with pytest.warns(UserWarning, match="Using a target size") as caught:
        loss = torch.nn.MSELoss()(torch.zeros(4, 1), torch.ones(4))
    assert loss.item() == 1.0
    assert caught[0].filename == __file__
    message = str(caught[0].message)
    assert "4 x 4 differences instead of 4" in message and "target.view(-1, 1)" in message


def test_equal_shapes_do_not_warn():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        F.mse_loss(x, p)
        F.l1_loss(x, p)


def test_softmax_without_dim_warns():
    with pytest.warns(UserWarning, match="dim"):
        y = F.softmax(torch.zeros(2, 4))
    assert y.tolist() == [[0.25] * 4] * 2


def test_binary_cross_entropy_holds_logarithms():
    loss = F.binary_cross_entropy(torch.tensor([0.0, 1.0]), torch.tensor([1.0, 1.0]))
    assert loss.item() == 50.0
    assert F.binary_cross_entropy(torch.tensor([math.nan]), torch.tensor([1.0])).isnan().item()


NODES = {
    "AddmmBackward0": lambda w: F.linear(x, w, torch.zeros(3)),
    "MmBackward0": lambda w: F.linear(x, w),
    "ViewBackward0": lambda w: F.linear(x[None], w, torch.zeros(3)),
    "UnsafeViewBackward0": lambda w: F.linear(x[None], w),
    "MseLossBackward0": lambda w: F.mse_loss(w, w.detach()),
    "MeanBackward0": lambda w: F.l1_loss(w, w.detach()),
    "BinaryCrossEntropyBackward0": lambda w: F.binary_cross_entropy(w.sigmoid(), w.detach().sigmoid()),
    "NllLossBackward0": lambda w: F.cross_entropy(w, labels[:3]),
    "LogSoftmaxBackward0": lambda w: F.log_softmax(w, 1),
    "SoftmaxBackward0": lambda w: F.softmax(w, 1),
    "ReluBackward0": lambda w: F.relu(w),
    "MulBackward0": lambda w: F.dropout(w),
    "EmbeddingBackward0": lambda w: F.embedding(labels[:3], w),
    "NativeBatchNormBackward0": lambda w: F.batch_norm(w, None, None, training=True),
    "NativeLayerNormBackward0": lambda w: F.layer_norm(w, (6,)),
    "ConvolutionBackward0": lambda w: F.conv1d(w[None], torch.ones(1, 3, 2)),
    "MaxPool2DWithIndicesBackward0": lambda w: F.max_pool2d(w[None, None], 2),
    "AvgPool2DBackward0": lambda w: F.avg_pool2d(w[None, None], 2),
}


@pytest.mark.parametrize("node", NODES)
def test_nodes_bear_pytorchs_names(node):
    assert NODES[node](torch.randn(3, 6, requires_grad=True)).grad_fn.name() == node


def test_running_statistics_move_in_place():
    mean, var = torch.zeros(2), torch.ones(2)
    F.batch_norm(torch.tensor([[1.0, 2.0], [3.0, 6.0]]), mean, var, training=True, momentum=0.5)
    assert mean.tolist() == [1.0, 2.0]
    assert var.tolist() == [1.5, 4.5]


def test_convolution_in_blocks_is_the_same(monkeypatch):
    from steepest.functional.neural import convolution

    a, w = torch.randn(5, 2, 6, 6, dtype=torch.float64), torch.randn(3, 2, 3, 3, dtype=torch.float64, requires_grad=True)

    def gradients():
        b = a.clone().requires_grad_()
        y = F.conv2d(b, w, None, 2, 1)
        return [y, *torch.autograd.grad((y * y).sum(), [b, w])]

    whole = gradients()
    monkeypatch.setattr(convolution, "BLOCK", 1)
    for one, other in zip(whole, gradients(), strict=True):
        assert torch.allclose(one, other)


EMPTY = {
    "linear": lambda x: F.linear(x.reshape(0, 4), torch.zeros(3, 4)),
    "softmax": lambda x: F.softmax(x.reshape(0, 4), 1),
    "max_pool2d": lambda x: F.max_pool2d(x.reshape(0, 1, 4, 4), 2),
    "conv2d": lambda x: F.conv2d(x.reshape(0, 1, 4, 4), torch.zeros(1, 1, 3, 3)),
    "layer_norm": lambda x: F.layer_norm(x.reshape(0, 4), (4,)),
    "embedding": lambda x: F.embedding(x.long(), torch.zeros(3, 2)),
}


@pytest.mark.parametrize("function", EMPTY)
def test_empty_batches_pass(function):
    assert EMPTY[function](torch.zeros(0)).numel() == 0


def test_means_of_nothing_are_nan():
    assert F.mse_loss(torch.zeros(0), torch.zeros(0)).isnan().item()
    assert F.cross_entropy(torch.zeros(2, 3), torch.tensor([-100, -100])).isnan().item()


def test_bfloat16_is_computed_in_float32():
    a = torch.randn(2, 2, 5, 6).to(torch.bfloat16)
    convolved = F.conv2d(a, torch.ones(1, 2, 3, 3, dtype=torch.bfloat16))
    for y in (F.max_pool2d(a, 2), convolved, F.pad(a, (1, 1, 1, 1), mode="reflect"), F.gelu(a)):
        assert y.dtype is torch.bfloat16
    expected = F.conv2d(a.float(), torch.ones(1, 2, 3, 3)).to(torch.bfloat16)
    assert torch.equal(F.conv2d(a, torch.ones(1, 2, 3, 3, dtype=torch.bfloat16)), expected)


def test_programs_of_pytorchs_early_days_hear_what_to_write():
    with pytest.raises(IndexError, match=r"invalid index of a 0-dim tensor.*write loss\.item\(\) for loss\.data\[0\]"):
        torch.tensor(1.0).data[0]
    with pytest.raises(IndexError, match="too many indices for tensor of dimension 1"):
        torch.ones(1)[0, 0]
    with pytest.warns(UserWarning, match="reduction='elementwise_mean' is deprecated"):
        assert F.mse_loss(torch.ones(2), torch.zeros(2), reduction="elementwise_mean").item() == 1
    with pytest.raises(TypeError, match="only implemented on integer and Boolean-type tensors"):
        ~torch.tensor(1.0)

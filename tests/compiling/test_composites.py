"""Functions that are composed of primitives train natively as they do eagerly."""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import steepest as torch
import steepest.nn.functional as F

sys.path.insert(0, str(Path(__file__).parent))
from agreement import BATCHES, agree, close, keeping, of_kind, places, training

Shapes = list[tuple[int, ...]]

# The function of arguments (floating, then integers below a size) and parameters; the shapes of all three.
CASES: dict[str, tuple[Any, Shapes, list[tuple[int, tuple[int, ...]]], Shapes]] = {
    "linear": (lambda x, w, b: F.linear(x, w, b), [(5, 3)], [], [(2, 3), (2,)]),
    "bilinear": (lambda x, y, w, b: F.bilinear(x, y, w, b), [(5, 3), (5, 2)], [], [(4, 3, 2), (4,)]),
    "activations": (lambda x, w: [f(x @ w) for f in (F.relu, F.gelu, F.silu, F.elu, F.selu, F.softplus, F.leaky_relu, F.hardtanh,
                                                     F.mish, F.celu,
                                                    F.hardswish, F.hardsigmoid, F.relu6, F.logsigmoid, F.softsign, F.tanhshrink,
                                                     F.sigmoid)],
                    [(5, 3)], [], [(3, 4)]),
    "shrinking": (lambda x, w: [F.hardshrink(x @ w), F.softshrink(x @ w), F.threshold(x @ w, 0.1, 2.0), F.glu(x @ w)], [(5, 3)],
                  [], [(3, 4)]),
    "prelu": (lambda x, w, a: F.prelu(x @ w, a), [(5, 3)], [], [(3, 4), (4,)]),
    "softmax": (lambda x, w: [F.softmax(x @ w, 1), F.log_softmax(x @ w, 0), F.softmin(x @ w, -1)], [(5, 3)], [], [(3, 4)]),
    "gumbel-softmax": (lambda x, w: [F.gumbel_softmax(x @ w, hard=h) for h in (False, True)], [(5, 3)], [], [(3, 4)]),
    "dropout": (lambda x, w: [F.dropout(x @ w, 0.4), F.alpha_dropout(x @ w, 0.3, training=True)], [(5, 3)], [], [(3, 4)]),
    "dropout2d": (lambda x, w: F.dropout2d(x * w, 0.4), [(2, 3, 4, 4)], [], [(4,)]),
    "batch-norm": (lambda x, w, b: F.batch_norm(x, None, None, w, b, training=True), [(6, 3, 2)], [], [(3,), (3,)]),
    "layer-norm": (lambda x, w, b: F.layer_norm(x, (3, 2), w, b), [(6, 3, 2)], [], [(3, 2), (3, 2)]),
    "group-norm": (lambda x, w, b: F.group_norm(x, 2, w, b), [(3, 4, 2)], [], [(4,), (4,)]),
    "instance-norm": (lambda x, w, b: F.instance_norm(x, None, None, w, b), [(3, 4, 5)], [], [(4,), (4,)]),
    "rms-norm": (lambda x, w: [F.rms_norm(x, (4,), w), F.local_response_norm(x * w, 2)], [(3, 2, 4)], [], [(4,)]),
    "normalize": (lambda x, w: [F.normalize(x @ w), F.cosine_similarity(x @ w, x @ w.flip(0)), F.pairwise_distance(x @ w, x)],
                  [(5, 3)], [], [(3, 3)]),
    "embedding": (lambda i, w: F.embedding(i, w, padding_idx=1), [], [(6, (4, 2))], [(6, 3)]),
    "embedding-bag": (lambda i, w: [F.embedding_bag(i, w, mode=m) for m in ("sum", "mean", "max")], [], [(6, (4, 2))], [(6, 3)]),
    "regression": (lambda x, y, w: [f(x @ w, y) for f in (F.mse_loss, F.l1_loss, F.smooth_l1_loss, F.huber_loss)]
                   + [F.mse_loss(x @ w, y, reduction="none")], [(5, 3), (5, 1)], [], [(3, 1)]),
    "gaussian-poisson": (lambda x, y, w: [F.poisson_nll_loss(x @ w, y),
                                          F.gaussian_nll_loss(x @ w, y, (x * x).sum(1, keepdim=True))],
                         [(5, 3), (5, 1)], [], [(3, 1)]),
    "cross-entropy": (lambda x, i, w: [F.cross_entropy(x @ w, i), F.cross_entropy(x @ w, i, label_smoothing=0.1, ignore_index=2),
                                       F.nll_loss(F.log_softmax(x @ w, 1), i), F.multi_margin_loss(x @ w, i)], [(5, 3)],
                      [(4, (5,))], [(3, 4)]),
    "cross-entropy-weights": (lambda x, c, i, w: [F.cross_entropy(x @ w, i, weight=c * c),
                                                  F.cross_entropy(x @ w, i, reduction="sum")],
                              [(5, 3), (4,)], [(4, (5,))], [(3, 4)]),
    "cross-entropy-probabilities": (lambda x, y, w: F.cross_entropy(x @ w, F.softmax(y, 1)), [(5, 3), (5, 4)], [], [(3, 4)]),
    "binary": (lambda x, y, w: [F.binary_cross_entropy(F.sigmoid(x @ w), F.sigmoid(y)),
                                F.binary_cross_entropy_with_logits(x @ w, F.sigmoid(y)),
                                F.soft_margin_loss(x @ w, y.sign())], [(5, 3), (5, 1)], [], [(3, 1)]),
    "kl-div": (lambda x, y, w: F.kl_div(F.log_softmax(x @ w, 1), F.softmax(y, 1), reduction="batchmean"), [(5, 3), (5, 4)], [],
               [(3, 4)]),
    "margins": (lambda x, y, w: [F.hinge_embedding_loss(x @ w, y.sign()), F.margin_ranking_loss(x @ w, x @ w.flip(0), y.sign()),
                                 F.multilabel_soft_margin_loss(x @ w, (y > 0).float())], [(5, 3), (5, 4)], [], [(3, 4)]),
    "triplet": (lambda x, y, z, w: [F.triplet_margin_loss(x @ w, y, z), F.cosine_embedding_loss(x @ w, y, z.sum(1).sign())],
                [(5, 3), (5, 4), (5, 4)], [], [(3, 4)]),
    "conv1d": (lambda x, w, b: F.conv1d(x, w, b, stride=2, padding=1), [(2, 3, 7)], [], [(4, 3, 3), (4,)]),
    "conv2d": (lambda x, w, b: F.conv2d(x, w, b, padding=1), [(2, 3, 5, 5)], [], [(4, 3, 3, 3), (4,)]),
    "conv2d-groups": (lambda x, w: F.conv2d(x, w, dilation=2, groups=2), [(2, 4, 6, 6)], [], [(4, 2, 2, 2)]),
    "conv-transpose2d": (lambda x, w, b: F.conv_transpose2d(x, w, b, stride=2), [(2, 3, 3, 3)], [], [(3, 2, 2, 2), (2,)]),
    "pooling": (lambda x, w: [F.max_pool2d(x * w, 2), F.avg_pool2d(x * w, 2), F.adaptive_avg_pool2d(x * w, 1),
                              F.lp_pool2d(x.abs() * w.abs(), 2, 2),
                              F.adaptive_max_pool2d(x * w, 2)], [(2, 3, 4, 4)], [], [(4,)]),
    "pooling1d": (lambda x, w: [F.max_pool1d(x * w, 3, 2, 1), F.avg_pool1d(x * w, 2)], [(2, 3, 6)], [], [(6,)]),
    "padding": (lambda x, w: [F.pad(x * w, (1, 2)), F.pad(x * w, (1, 1), mode="reflect"), F.pad(x * w, (1, 1), mode="replicate"),
                              F.pad(x * w, (1, 1), mode="circular")], [(2, 3, 4)], [], [(4,)]),
    "folding": (lambda x, w: [F.unfold(x * w, 2), F.pixel_shuffle(x * w, 2)], [(2, 4, 4, 4)], [], [(4,)]),
    "interpolate": (lambda x, w: [F.interpolate(x * w, scale_factor=2, mode="nearest"),
                                  F.interpolate(x * w, size=(5, 6), mode="bilinear")], [(2, 3, 4, 4)], [], [(4,)]),
    "attention": (lambda x, q, k, v: F.scaled_dot_product_attention(x @ q, x @ k, x @ v, is_causal=True), [(2, 5, 4)], [],
                  [(4, 3)] * 3),
    "one-hot": (lambda i, w: F.one_hot(i, 4).float() @ w, [], [(4, (5,))], [(4, 3)]),
    "statistics": (lambda x, w: [(x @ w).mean(0), (x @ w).std(1), (x @ w).var(0), (x @ w).norm(), (x @ w).logsumexp(1),
                                 (x @ w).prod(1),
                                 (x @ w).median(), (x @ w).cumprod(1)], [(5, 3)], [], [(3, 4)]),
    "orders": (lambda x, w: [(x @ w).sort(1)[0], (x @ w).topk(2)[0], (x @ w).max(1)[0], (x @ w).cummax(0)[0], (x @ w).amax(0)],
               [(5, 3)], [],
               [(3, 4)]),
    "shapes": (lambda x, w: [(x @ w).reshape(2, 10), torch.cat([x @ w, x], 1), torch.stack([x @ w, x @ w]), (x @ w)[1:, ::2],
                             (x @ w).repeat(2, 1),
                             torch.where(x[:, :1] > 0, x @ w, 0), (x @ w).tril(), (x @ w).roll(1, 0), (x @ w).unfold(0, 2, 1)],
               [(5, 4)], [], [(4, 4)]),
    "indices": (lambda x, i, w: [w[i], w[torch.arange(5), i], w.gather(0, i[None, :4]), w.index_select(1, i),
                                 (x * w).index_add(0, i, x)],
                [(5, 4)], [(4, (5,))], [(5, 4)]),
    "assignment": (lambda x, w: _assigned(x, w), [(5, 4)], [], [(4, 4)]),
    "linear-algebra": (lambda x, w: [torch.linalg.inv(w @ w.t() + torch.eye(3)), torch.linalg.solve(w @ w.t() + torch.eye(3), x),
                                     torch.linalg.cholesky(w @ w.t() + torch.eye(3)), torch.logdet(w @ w.t() + torch.eye(3))],
                       [(3, 2)], [], [(3, 3)]),
    "einsum": (lambda x, w: [torch.einsum("bi,ij->bj", x, w), torch.einsum("bi,ij,bj->b", x, w, x), torch.einsum("ii->i", w)],
               [(5, 4)], [], [(4, 4)]),
}


def _assigned(x: torch.Tensor, w: torch.Tensor) -> torch.Tensor:
    """Assignments to a slice, a row, a mask and picked elements."""
    y = x @ w
    y[1:3] = w[:2]
    y[:, 0] *= 2
    y[y > 1] = 0.5
    y[torch.tensor([0, 2]), torch.tensor([1, 1])] = x[0, :2]
    return y


DIFFERENTIABLE = "linear activations gumbel-softmax batch-norm layer-norm embedding cross-entropy conv2d attention".split()


@pytest.mark.parametrize("name", DIFFERENTIABLE)
def test_compiled_composites_have_eagers_gradients_outside(name: str) -> None:
    operation, floating, indices, parameters = CASES[name]
    random = np.random.default_rng(3)
    weights = [of_kind("f", s, random).requires_grad_() for s in parameters]

    def function(*tensors: torch.Tensor) -> Any:
        return operation(*tensors, *weights)

    compiled = torch.compile(function)
    for k in range(4):
        batch = [of_kind("f", s, random) for s in floating] + [places(n, s, random) for n, s in indices]
        found = []
        for f in (function, compiled):
            torch.manual_seed(k)
            given = [x.clone().requires_grad_(x.is_floating_point()) for x in batch]
            out = f(*given)
            outs = [out] if isinstance(out, torch.Tensor) else list(out)
            sum((o * (o.detach() + j)).sum() for j, o in enumerate(outs) if o.requires_grad).backward()
            found.append([*outs, *(x.grad for x in (*given, *weights) if x.grad is not None)])
            for w in weights:
                w.grad = None
        for a, b in zip(*found, strict=True):
            close(b, a)
    assert compiled._compilation.native_calls >= 1, [v.reason for v in compiled._compilation.variants.values()]


@pytest.mark.parametrize("name", CASES)
def test_composites_train_natively_as_eagerly(name: str) -> None:
    operation, arguments, indices, parameters = CASES[name]
    random = np.random.default_rng(7)
    batches = [tuple([of_kind("f", s, random) for s in arguments] + [places(n, s, random) for n, s in indices])
               for _ in range(BATCHES)]
    agree(training(operation, parameters), batches)


@pytest.mark.parametrize("optimizer", ["SGD", "Adam"])
def test_running_statistics_move_natively(optimizer: str) -> None:
    def make() -> tuple[Any, list[Any]]:
        torch.manual_seed(1)
        model = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4), torch.nn.ReLU(), torch.nn.Dropout(0.3),
                                    torch.nn.Linear(4, 1))
        optimize = getattr(torch.optim, optimizer)(model.parameters(), lr=0.01)

        def step(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
            optimize.zero_grad()
            loss = F.mse_loss(model(x), y)
            loss.backward()
            optimize.step()
            return loss

        # The bias before a normalisation has no gradient but rounding, of which Adam makes steps of full size.
        return step, [x for name, x in (*model.named_parameters(), *model.named_buffers())
                      if name not in ("0.bias", "1.running_mean")]

    random = np.random.default_rng(7)
    agree(make, [(of_kind("f", (8, 3), random), of_kind("f", (8, 1), random)) for _ in range(BATCHES)])


def test_counting_and_searching_run_natively() -> None:
    def operation(x: torch.Tensor, i: torch.Tensor, j: torch.Tensor) -> list[torch.Tensor]:
        return [torch.gcd(i, j), torch.lcm(i, j), *torch.frexp(x), torch.isin(i, j[:2]), torch.searchsorted(x.sort()[0], x * 0.9),
                x.histc(4), torch.bucketize(x, torch.tensor([-1.0, 0.0, 1.0])), x.quantile(0.3), torch.tril_indices(2, 3),
                torch.unravel_index(i, (2, 3))[1]]

    random = np.random.default_rng(7)
    batches = [(of_kind("f", (5,), random), places(6, (5,), random), places(6, (5,), random)) for _ in range(BATCHES)]
    agree(keeping(operation, batches[0]), batches)

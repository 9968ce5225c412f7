"""Autocast on the CPU beside PyTorch's: the dtypes of results, their values, and training in mixed precision."""

import numpy as np
import pytest
import torch as pytorch

import steepest

NAMES = ("bfloat16", "float16")
EXPRESSIONS = """
x @ y; x.mm(y); torch.bmm(x[None], y[None]); torch.addmm(x, x, y); torch.baddbmm(x[None], x[None], y[None]); x @ v; x[0] @ v; x.mv(v)
torch.dot(v, v); torch.outer(v, v); torch.einsum('ij,kj->ik', x, y); torch.einsum('ij,ij->ij', x, y); torch.tensordot(x, y, 1)
torch.inner(x, y); torch.kron(x, y); torch.linalg.multi_dot([x, y, x]); torch.linalg.vecdot(x, y); F.linear(x, y, v)
F.bilinear(x, y, z); F.conv1d(z, z); F.conv2d(z[None], z[None]); F.conv_transpose1d(z, z); F.prelu(x, v[:1])
F.scaled_dot_product_attention(z, z, z); F.mse_loss(x, h); F.l1_loss(h, h); F.smooth_l1_loss(h, x); F.huber_loss(h, h)
F.cross_entropy(h, t); F.nll_loss(h, t); F.kl_div(h, h); F.binary_cross_entropy_with_logits(h, h)
F.binary_cross_entropy(h.sigmoid(), h.sigmoid()); F.cosine_embedding_loss(h, h, t - 1); F.margin_ranking_loss(h, h, h)
F.soft_margin_loss(h, h); F.triplet_margin_loss(h, h, h); F.poisson_nll_loss(h, h); F.multi_margin_loss(h, t)
F.hinge_embedding_loss(h, h); F.gaussian_nll_loss(h, h, h.exp()); F.ctc_loss(h[:, None], t[None, :1] + 1, (3,), (1,)); h.prod()
h.trace(); torch.quantile(h, 0.5); torch.cdist(h, h); F.pad(z, (1, 1), 'reflect'); F.pad(z, (1, 1)); F.pad(z, (1, 1), 'circular')
F.avg_pool3d(z[None], 1); F.max_pool3d(z[None], 1); F.max_pool2d(z, 2); F.avg_pool2d(z, 2); F.adaptive_avg_pool3d(z[None], 1)
F.grid_sample(z[None], z[None, :, :, :2]); torch.cat([h, x]); torch.cat([h, h]); torch.stack([x, h]); torch.stack([x, x]); h.softmax(0)
x.softmax(0); F.gelu(h); F.layer_norm(h, (3,), v, v); F.batch_norm(h, v, v * v, v, v); F.group_norm(z[None], 1); F.rms_norm(h, (3,), v)
h.sum(); h.exp(); h + x; h * v[0]; h.cumsum(0); F.embedding(t, x); F.dropout(h, 0.0); torch.where(h > 0, h, x); d @ d; d @ x.double()
h.norm(); torch.linalg.inv(s); torch.linalg.solve(s, x); torch.linalg.svdvals(h); torch.linalg.det(s); torch.fft.fft(h); F.normalize(h)
F.interpolate(z, 5)
"""
EACH = [e.strip() for e in EXPRESSIONS.replace("\n", ";").split(";") if e.strip()]


def value_of(library, expression, name):
    scope = {"torch": library, "F": library.nn.functional}
    rng = np.random.default_rng(0)
    x, y, s, z, v = (library.from_numpy(rng.standard_normal(n).astype(np.float32)) for n in ((3, 3), (3, 3), (3, 3), (3, 3, 3), 3))
    scope.update(x=x, y=y, z=z, v=v, s=s @ s.T + library.eye(3), d=x.double(), h=x.to(getattr(library, name)), t=library.tensor([0, 2, 1]))
    with library.autocast("cpu", dtype=getattr(library, name)):
        return eval(expression, scope)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("expression", EACH)
def test_results_and_their_dtypes_are_pytorchs(expression, name):
    try:
        expected = value_of(pytorch, expression, name)
    except RuntimeError as problem:
        with pytest.raises(RuntimeError):
            value_of(steepest, expression, name)
        assert problem
        return
    got = value_of(steepest, expression, name)
    assert str(got.dtype) == str(expected.dtype)
    unit = 2.0**-7 if name == "bfloat16" else 2.0**-10
    to = "complex64" if expected.is_complex() else "float32"
    a, b = got.to(getattr(steepest, to)).numpy(), expected.to(getattr(pytorch, to)).numpy()
    assert np.allclose(a, b, rtol=2 * unit, atol=2 * unit * max(1.0, np.abs(b).max()), equal_nan=True)


def network(library, kind):
    nn = library.nn
    if kind == "convolutions":
        return nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(36, 3))
    if kind == "transformer":
        layer = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, batch_first=True)
        first = nn.Sequential(nn.Flatten(1), nn.Linear(64, 32), nn.Unflatten(1, (4, 8)))
        return nn.Sequential(first, layer, nn.LayerNorm(8), nn.Flatten(), nn.Linear(32, 3))
    return nn.Sequential(nn.Flatten(), nn.Linear(64, 16), nn.GELU(), nn.Dropout(0.0), nn.LayerNorm(16), nn.Linear(16, 3))


def losses(library, kind, name):
    library.manual_seed(0)
    model = network(library, kind)
    optimizer = library.optim.AdamW(model.parameters(), lr=1e-2)
    images, labels = library.randn(6, 1, 8, 8), library.tensor([0, 1, 2, 0, 1, 2])
    seen = []
    for _ in range(5):
        optimizer.zero_grad()
        with library.autocast("cpu", dtype=getattr(library, name)):
            out = model(images)
            loss = library.nn.functional.cross_entropy(out, labels)
        assert str(out.dtype) == f"torch.{name}" and str(loss.dtype) == "torch.float32"
        loss.backward()
        optimizer.step()
        seen.append(loss.item())
    assert all(str(p.grad.dtype) == "torch.float32" for p in model.parameters())
    return seen


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", ["perceptron", "convolutions", "transformer"])
def test_networks_train_in_mixed_precision_as_in_pytorch(kind, name):
    assert np.allclose(losses(steepest, kind, name), losses(pytorch, kind, name), rtol=0.03 if name == "bfloat16" else 0.004)

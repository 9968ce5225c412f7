"""Programs that did something else than in PyTorch when random programs found them; each is short and stays the same."""

import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from side_by_side import agree

PROGRAMS = {
    "an empty vector stands beside tensors of any dimensions": """
e, x = torch.tensor([]), torch.ones(1, 2, 3)
torch.cat([e, x], dim=-2), torch.cat([x, e], dim=-1), torch.cat([e, x], dim=2), torch.cat([e, e])
""",
    "hardsigmoid's slope in float64": """
x = torch.linspace(-4, 4, 9, dtype=torch.float64).requires_grad_()
F.hardsigmoid(x).sum().backward()
x.grad
""",
    "what is not finite stays in its own windows of adaptive pooling": """
x = torch.arange(12.0).reshape(1, 2, 6)
x[0, 0, 0], x[0, 1, 5] = float('nan'), float('inf')
x.requires_grad_()
y = F.adaptive_avg_pool1d(x, 4)
y.backward(torch.tensor([[[1.0, 2, 3, float('inf')], [1, 2, 3, 4]]]))
x.grad
""",
    "a window of -inf at the edge has its first element":
        "F.max_pool2d(torch.full((1, 4, 4), -float('inf')), 2, padding=1, return_indices=True)",
    "masks of channels are drawn in rows, however the input lies": """
x = torch.randn(5, 3, 1).transpose(0, 1)
F.dropout1d(x, 0.5)
F.feature_alpha_dropout(x, 0.5, training=True)
F.dropout(x, 0.5)
""",
    "the hooks of a leaf see one gradient a pass, however many ways lead to it": """
seen = []
a = torch.ones(3, requires_grad=True)
h = a.register_hook(lambda g: seen.append(g.tolist()))
h = a.register_post_accumulate_grad_hook(lambda p: seen.append(p.grad.tolist()))
(a * a + a.sin() + a).sum().backward()
(a * a).sum().backward(inputs=[a])
torch.autograd.grad((a * a).sum() + a.sum(), a)
b = torch.ones(3, requires_grad=True)
h = torch.autograd.graph.register_multi_grad_hook([a, b], lambda gs: seen.append(len(gs)))
(b * 2).sum().backward()
(a * b).sum().backward()
(a * b).sum().backward(inputs=[b])
torch.autograd.grad(a, (a * b), torch.ones(3), allow_unused=True)
(a * b).sum().backward()
seen
""",
    "gradients that meet at a leaf are summed before they are added to what is there": """
a = torch.full((1,), 0.1, requires_grad=True)
a.grad = torch.full((1,), 1e8)
(a * 3 + a * 3 + a * 3).sum().backward()
a.grad
""",
    "a graph that has saved nothing can be walked again": """
a = torch.ones(3, requires_grad=True)
y = torch.cat([a, a + 1]).sum()
y.backward()
y.backward()
a.grad
z = (a * a).sum()
z.backward()
z.backward()
""",
    "mistakes with gradients": """
a, b = torch.ones(3, requires_grad=True), torch.ones(2, 3, requires_grad=True)
torch.ones(3).backward(torch.ones(4))
torch.autograd.grad([a.sum(), torch.ones(1).sum()], [a])
torch.autograd.grad(a.sum(), [b])
torch.autograd.grad(a.sum(), torch.ones(2))
torch.autograd.grad(a.sum(), [])
torch.autograd.grad(a, a, torch.eye(2), is_grads_batched=True)
torch.autograd.backward(a.sum(), inputs=[])
a.sum().backward(inputs=[torch.ones(2)])
torch.autograd.graph.register_multi_grad_hook([torch.ones(2)], print)
y = (a * a)
torch.autograd.grad(y, a, torch.eye(3), is_grads_batched=True)
torch.autograd.grad(y, a, torch.ones(3))
setattr(a, 'grad', torch.ones(4))
""",
    "what is asked for as zeros can be differentiated where a graph was asked for": """
a, b = torch.ones(3, requires_grad=True), torch.ones(2, requires_grad=True)
torch.autograd.grad(a.sum(), [b], create_graph=True, materialize_grads=True)
""",
    "what save_on_cpu saves is the tensor itself": """
a = torch.ones(3, requires_grad=True)
with torch.autograd.graph.save_on_cpu():
    y = (a * a).sum()
with torch.no_grad():
    a.mul_(3)
y.backward()
a.grad
""",
    "a gradient that may not be differentiated again says so": """
class Once(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.sin()
    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, g):
        return g * ctx.saved_tensors[0].cos()
a = torch.ones(3, requires_grad=True)
g, = torch.autograd.grad(Once.apply(a).square().sum(), a, create_graph=True)
g.sum().backward()
""",
    "forward mode and batches over the gradient of a function with rules of its own": """
class Product(torch.autograd.Function):
    generate_vmap_rule = True
    @staticmethod
    def forward(x, y):
        return x * y
    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(*inputs)
        ctx.save_for_forward(*inputs)
    @staticmethod
    def backward(ctx, g):
        x, y = ctx.saved_tensors
        return g * y, g * x
    @staticmethod
    def jvp(ctx, a, b):
        x, y = ctx.saved_tensors
        return a * y + x * b
x = torch.tensor([0.3, 0.5], dtype=torch.float64)
f = lambda x: Product.apply(x, x.cos()).sum()
torch.func.hessian(f)(x)
torch.func.vmap(torch.func.grad(lambda x: torch.func.grad(f)(x).sum()))(torch.stack([x, -x]))
torch.func.grad(lambda x: torch.func.vmap(torch.func.grad(f))(torch.stack([x, x])).sum())(x)
""",
    "tangents of logcumsumexp": """
x = torch.tensor([0.5, -1.0, 2.0], dtype=torch.float64)
torch.func.jacfwd(lambda x: x.logcumsumexp(0))(x)
torch.func.jvp(lambda x: x.logcumsumexp(0), (x,), (x,))
torch.func.hessian(lambda x: x.logcumsumexp(0)[1])(x)
""",
    "mistakes with functions of functions": """
func, x = torch.func, torch.ones(2)
func.grad(lambda x: x * 2)(x)
func.grad(lambda x: 2.0)(x)
func.grad(lambda x: x.sum())(2.0)
func.grad(lambda x: x.sum())(torch.arange(3))
func.grad(lambda x: x.sum(), has_aux=True)(x)
func.grad(lambda x: x.sum(), argnums=1)(x)
func.grad(lambda x: x.sum(), argnums=())(x)
func.grad(lambda x: x.sum(), argnums=(0, 0))(x)
func.vjp(lambda x: 3.0, x)
func.vjp(lambda x: x, x)[1](torch.ones(3))
func.vjp(lambda x: (x, x), x)[1](x)
func.jvp(lambda x: x, x, x)
func.jvp(lambda x: x, (x,), (torch.ones(3),))
func.jvp(lambda x: x, (x,), (x, x))
func.jvp(lambda x: x, (x,), (3.0,))
func.jacrev(lambda x: 3.0)(x)
func.vmap(lambda x: x, out_dims=None)(x)
torch.autograd.functional.vjp(lambda x: x, x, torch.ones(3))
""",
    "gamma numbers by float32 constants, and how they move": """
torch.set_default_dtype(torch.float64)
a = (torch.rand(40) * 9 + 0.01).requires_grad_()
torch._standard_gamma(a)
torch.distributions.Gamma(a, 2.0).sample()
torch.autograd.grad(torch.distributions.Gamma(a, 2.0).rsample().sum(), a)
torch.autograd.grad(torch.distributions.Dirichlet(a.reshape(10, 4)).rsample().square().sum(), a)
torch.autograd.grad(torch.distributions.Beta(a, a.flip(0)).rsample().sum(), a)
torch.distributions.Beta(torch.tensor([0.5, 0.6]), torch.tensor([0.7, 1.2])).mode
""",
    "mistakes with distributions": """
D, T = torch.distributions, torch.distributions.transforms
D.Categorical(torch.tensor(0.5))
D.Dirichlet(torch.tensor(0.5))
D.MultivariateNormal(torch.ones(2), scale_tril=torch.ones(2))
D.LowRankMultivariateNormal(torch.ones(2), torch.ones(3, 2), torch.ones(2))
D.LowRankMultivariateNormal(torch.ones(2), torch.ones(2, 2), torch.ones(3))
D.MixtureSameFamily(D.Categorical(torch.ones(3)), D.Normal(torch.ones(2), 1.0))
D.MixtureSameFamily(D.Normal(torch.ones(3), 1.0), D.Normal(torch.ones(2), 1.0))
D.TransformedDistribution(D.Normal(0.0, 1.0), 3)
D.Uniform(2.0, 1.0)
D.Independent(D.Bernoulli(torch.ones(2) / 2), 1).enumerate_support()
D.Cauchy(0.0, 1.0).entropy(), D.LKJCholesky(3, 1.0).mode
T.CatTransform([T.ExpTransform(), T.SigmoidTransform()], 0, [1, 2])(torch.ones(4))
T.StackTransform([T.ExpTransform(), T.SigmoidTransform()])(torch.ones(4))
T.ReshapeTransform((3,), (3, 1)).forward_shape((4,))
torch.broadcast_shapes((2, 3), (4,))
torch.ones(0, 3).reshape(0, -1)
torch.ones(2, 3).expand(3)
torch.linalg.cholesky(-torch.eye(2))
torch.linalg.inv(torch.zeros(2, 2))
torch.linalg.solve(torch.zeros(2, 2), torch.ones(2))
""",
    "a scaler without gradients says so when it steps": """
optimizer = torch.optim.SGD([torch.ones(2, requires_grad=True)], lr=0.1)
scaler = torch.amp.GradScaler('cpu')
scaler.unscale_(optimizer)
scaler.step(optimizer)
torch.optim.LBFGS([torch.ones(2, requires_grad=True)]).step()
""",
    "mistakes with layers": """
images, rows = torch.ones(1, 3, 5, 5), torch.ones(3, 2, 4)
nn.Conv2d(3, 4, 3)(images.double())
nn.Conv2d(3, 4, 0)(images)
nn.MaxPool2d(2)(torch.ones(3)), nn.MaxPool1d(2)(images), nn.AdaptiveAvgPool2d(2)(torch.ones(3))
nn.Upsample(scale_factor=2)(torch.ones(2, 3)), nn.Upsample(size=(2, 2))(torch.ones(2, 3, 4))
nn.Upsample()(images)
nn.FractionalMaxPool2d(2, output_size=2)(torch.ones(1, 1, 2, 2))
nn.MaxUnpool2d(2)(torch.ones(1, 1, 2, 2), torch.zeros(1, 1, 2, 2))
nn.MaxUnpool2d(2)(torch.ones(1, 1, 2, 2), torch.zeros(1, 1, 2, 2).long(), output_size=(1, 4, 4))
nn.GroupNorm(2, 4)(torch.ones(4))
nn.InstanceNorm2d(3, affine=True)(torch.ones(2, 4, 4, 4))
nn.InstanceNorm1d(3, track_running_stats=True)(torch.ones(2, 4, 4))
nn.Bilinear(3, 3, 2)(torch.ones(2, 4), torch.ones(2, 4))
nn.MultiheadAttention(4, 2)(torch.ones(3, 2, 5), torch.ones(3, 2, 5), torch.ones(3, 2, 5))
nn.MultiheadAttention(4, 2)(rows, torch.ones(3, 4), rows)
nn.MultiheadAttention(4, 2)(rows, rows, torch.ones(2, 2, 4))
nn.MultiheadAttention(4, 2)(rows, rows, rows, attn_mask=torch.ones(2, 2))
nn.MultiheadAttention(4, 2)(rows, rows, rows, attn_mask=torch.ones(2, 3, 3))
nn.MultiheadAttention(4, 2)(rows, rows, rows, key_padding_mask=torch.ones(3, 3).bool())
nn.MultiheadAttention(4, 2)(rows, rows, rows, attn_mask=torch.ones(3, 3).long())
F.scaled_dot_product_attention(torch.ones(3), torch.ones(3), torch.ones(3))
nn.CrossEntropyLoss()(torch.ones(3), torch.tensor([0, 1]))
nn.NLLLoss()(torch.ones(2, 3, 4), torch.zeros(2, 5).long())
nn.TripletMarginLoss()(torch.ones(2, 3), torch.ones(2, 3), torch.ones(3))
nn.MultiLabelMarginLoss()(torch.ones(2, 3), torch.ones(2, 3))
nn.MultiMarginLoss()(torch.ones(2, 3), torch.tensor([0]))
nn.utils.prune.ln_structured(nn.Linear(2, 2), 'bias', 1, 2, 0)
torch.randperm(300, dtype=torch.uint8)
""",
    "attention that is told to be causal is so for the keys that it adds, too": """
attention = nn.MultiheadAttention(4, 2, add_bias_kv=True, add_zero_attn=True)
x, mask = torch.randn(3, 2, 4), nn.Transformer.generate_square_subsequent_mask(3)
attention(x, x, x, attn_mask=mask, is_causal=True, need_weights=False)[0]
attention(x, x, x, attn_mask=mask, is_causal=True)[0]
F.multi_head_attention_forward(x, x, x, 4, 2, attention.in_proj_weight, attention.in_proj_bias, attention.bias_k, attention.bias_v,
    True, 0.0, attention.out_proj.weight, attention.out_proj.bias, attn_mask=mask, is_causal=True, need_weights=False)[0]
""",
    "celu's slope takes 1 / alpha of float32": """
x = torch.linspace(-2, 2, 9, dtype=torch.float64).requires_grad_()
F.celu(x, 1.3).sum().backward()
x.grad
""",
    "the norms of a vector's elements": "nn.utils.parametrizations.weight_norm(nn.RMSNorm(4))",
    "a parametrization of what is not there": """
nn.utils.parametrizations.orthogonal(nn.ReLU())
nn.utils.parametrizations.spectral_norm(nn.ReLU())
nn.utils.parametrizations.weight_norm(nn.ReLU())
""",
    "a leaf that was frozen after the forward pass gets no gradient": """
a, b = nn.Parameter(torch.ones(2)), nn.Parameter(torch.ones(2))
loss = (a * b).sum()
a = a.requires_grad_(False)
loss.backward()
a.grad, b.grad
""",
    "mistakes with recurrent cells": """
nn.RNNCell(2, 3)(torch.ones(2, 4))
nn.GRUCell(2, 3)(torch.ones(2, 2), torch.ones(2, 4))
nn.LSTMCell(2, 3)(torch.ones(2, 2), (torch.ones(3, 3), torch.ones(2, 3)))
nn.LSTM(2, 3)(torch.ones(0, 2, 2))
""",
    "sizes that do not multiply up": "torch.ones(2, 4).unflatten(1, (3, 2))",
    "sparse gradients by frequency": """
table = nn.Embedding(3, 2, sparse=True, scale_grad_by_freq=True)
table(torch.tensor([1, 1])).sum().backward()
""",
    "what an optimizer may not be given": """
torch.optim.Adafactor([torch.ones(2, 2)], d=0.5)
torch.optim.Adafactor([torch.ones(2, 2)], lr=-1)
torch.optim.Muon([torch.ones(2, 2)], lr=-1)
torch.optim.Muon([torch.ones(2, 2)], weight_decay=-1)
""",
    "what LBFGS keeps": """
w = torch.ones(3, requires_grad=True)
optimizer = torch.optim.LBFGS([w], max_iter=4, history_size=2)
def closure():
    optimizer.zero_grad()
    loss = (w ** 4).sum()
    loss.backward()
    return loss
optimizer.step(closure)
optimizer
""",
    "columns of what has no image": """
F.unfold(torch.ones(3), 2), F.unfold(torch.ones(3, 4), 2)
F.unfold(torch.ones(8, 4), 2)
F.unfold(torch.ones(1, 0, 4, 4), 2)
F.unfold(torch.ones(0, 3, 4), 2)
F.unfold(torch.ones(0, 3, 4, 4), 2)
F.fold(torch.ones(4), 3, 2)
F.fold(torch.ones(3, 0, 4), 3, 2)
""",
    "a Function that writes over a view": """
class Dirty(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.mark_dirty(x)
        return x.mul_(2)
    @staticmethod
    def backward(ctx, g):
        return g * 2
a, b = torch.arange(1.0, 4).requires_grad_(), torch.arange(2.0, 5).requires_grad_()
c = a * b
t = c[1:]
u = Dirty.apply(t)
torch.autograd.grad((c.sum() * t * u).sum(), (a, b))
c = a * b
t = c.view(-1)
u = Dirty.apply(c)
torch.autograd.grad((c * t * u).sum(), (a, b))
Dirty.apply(a)
Dirty.apply(a[:1])
Dirty.apply((a * b).split([1, 2])[0])
""",
    "hooks on several gradients where a pass begins and ends at a leaf": """
seen = []
a, b = torch.ones(3, requires_grad=True), torch.ones(3, requires_grad=True)
h = torch.autograd.graph.register_multi_grad_hook([a, b], lambda gs: seen.append(len(gs)))
h = a.register_hook(lambda g: seen.append('a'))
torch.autograd.grad(a, b, torch.ones(3), allow_unused=True)
torch.autograd.grad(a, b, torch.ones(2, 3), allow_unused=True, is_grads_batched=True)
torch.autograd.grad([a, (b * 2).sum()], [torch.ones(3, requires_grad=True)], [torch.ones(3), None], allow_unused=True)
seen
""",
    "slopes of norms and deviations at 0, forward": """
z = torch.zeros(2)
torch.func.jvp(lambda x: x.norm(), (z,), (z + 1,))
torch.func.jvp(lambda x: x.norm(p=3), (z,), (z + 1,))
torch.func.jvp(lambda x: x.std(0, unbiased=False), (z,), (z + 1,))
torch.autograd.functional.jvp(lambda x: (x * 0).norm(), z, z + 1)
torch.func.hessian(lambda x: x.norm() + x.norm(p=3))(z)
""",
    "families": """
D, F = torch.distributions, torch.distributions.ExponentialFamily
d = D.Normal(0.3, 1.2), D.Exponential(1.3), D.Gamma(1.3, 0.7), D.Bernoulli(0.3), D.Beta(1.3, 0.7), D.Poisson(1.3)
[isinstance(x, F) for x in d]
[F.entropy(x) for x in d[:4]]
D.kl_divergence(d[0], d[1])
d[-1].entropy()
isinstance(D.transforms.TanhTransform(), D.transforms.ExpTransform)
""",
    "weights of losses that do not fit": """
a = torch.zeros(2, 5)
F.binary_cross_entropy_with_logits(a, a, weight=torch.ones(5, 1))
F.binary_cross_entropy_with_logits(a, a, pos_weight=torch.ones(4))
F.binary_cross_entropy(a, a, weight=torch.ones(3)).shape
F.binary_cross_entropy_with_logits(a[:1], a[:1], weight=torch.ones(2, 1))
""",
    "lengths that do not fit": """
l = torch.zeros(5, 2, 4).log_softmax(-1)
F.ctc_loss(l, torch.ones(1, 2).long(), [5, 4], [1, 2])
F.ctc_loss(l[:1], torch.ones(2, 2).long(), [5, 4], [1, 2])
F.ctc_loss(l, torch.ones(2, 2).long(), [5], [1, 2])
F.ctc_loss(l, torch.ones(2, 2).long(), [5, 5], [1])
F.ctc_loss(l, torch.ones(4).long(), [5, 4], [1, 2])
F.ctc_loss(l, torch.ones(2, 2).long(), [5, 4], [1, 3])
nn.utils.rnn.pack_padded_sequence(torch.ones(0, 2, 2), [], batch_first=True)
""",
    "what is pooled by chance may be written over": """
x = torch.rand(1, 2, 6, 7).requires_grad_()
y = F.dropout2d(nn.FractionalMaxPool2d(2, output_size=2)(x), 0.4, inplace=True)
y.sum().backward()
x.grad
""",
    "rows are not counted from the end": """
i = torch.tensor([0, -1])
torch.ones(3, 2).index_select(0, i)
torch.ones(3, 2).index_select(1, i)
torch.ones(3, 2).t().index_select(1, i)
torch.ones(3, 2).index_add(0, i, torch.ones(2, 2))
torch.ones(3).index_select(0, torch.tensor([0, 3]))
""",
    "what becomes of sequences that are no longer padded": """
x = torch.ones(3, 2, 1)
rows = torch.nn.utils.rnn.unpad_sequence(x, torch.tensor([3, 2]))
x.shape
""",
    "convolutions and halves at the edge": """
F.conv1d(torch.ones(0, 5, 6), torch.ones(10, 1, 1), groups=5)
nn.RReLU().eval()(-torch.ones(2).half())
nn.RReLU()(torch.ones(2).half())
""",
    "optimizers that refuse complex parameters have changed nothing": """
a, b = torch.ones(2, requires_grad=True), torch.ones(2, dtype=torch.complex64, requires_grad=True)
(a.sum() + b.sum().abs()).backward()
optimizer = torch.optim.Adafactor([a, b])
optimizer.step()
a, optimizer
torch.optim.Adam([b], fused=True).step()
scaler = torch.amp.GradScaler('cpu')
scaler.scale(a.sum())
scaler.step(optimizer)
swa = torch.optim.swa_utils
average = swa.AveragedModel(nn.BatchNorm1d(2), multi_avg_fn=swa.get_swa_multi_avg_fn(), use_buffers=True)
average.update_parameters(nn.BatchNorm1d(2))
average.update_parameters(nn.BatchNorm1d(2))
""",
    "the order in memory of what is scanned, sorted and turned round": """
x, y = torch.arange(12.0).reshape(2, 3, 2).mT, torch.arange(6.0).reshape(2, 3).expand(2, 2, 3)
x.cumsum(1).stride(), x.cumprod(0).stride(), x.cummax(1)[0].stride(), x.sort(1)[0].stride(), x.argsort(1).stride(), x.flip(0).stride()
y.clone().stride(), y.cumsum(0).stride(), y.sort(0)[0].stride(), y.flip(0).stride(), y.double().stride()
F.dropout(y.clone().cumprod(-1) + 1)
""",
    "what may take the place of a parameter": """
net = nn.Linear(2, 2)
net.weight = nn.ReLU()
net.weight = 3
c = nn.ParameterDict({'a': torch.ones(2)})
c['a'] = nn.ReLU()
c
nn.utils.spectral_norm(nn.LazyLinear(2))
nn.utils.spectral_norm(nn.Linear(2, 2, bias=False), 'bias')
""",
    "bags of rows that are not there": """
i = torch.tensor([[0, 6]])
F.embedding_bag(i, torch.ones(5, 3), mode='sum')
F.embedding_bag(i, torch.ones(5, 3).double(), mode='mean')
F.embedding_bag(-i, torch.ones(5, 3), mode='max')
""",
    "batches of one value, and losses without a path": """
nn.BatchNorm1d(1)(torch.ones(1, 4))
l = torch.arange(16.0).reshape(2, 2, 4).log_softmax(-1).requires_grad_()
y = F.ctc_loss(l, torch.tensor([[1, 1], [1, 2]]), [1, 2], [2, 2], reduction='none')
torch.autograd.grad(y.sum(), l)
m = nn.Linear(2, 2)
m.weight = None
m.weight = nn.Parameter(torch.ones(2, 2))
del m.weight
m.weight = torch.ones(2, 2)
nn.utils.prune.l1_unstructured(m, 'weight', 1)
""",
    "windows that do not fit": """
x = torch.ones(1, 3, 4, 4, 4)
F.fractional_max_pool3d(x, 2, output_size=2).shape
F.fractional_max_pool3d(x, 2, output_size=3)
F.fractional_max_pool2d(x[0], 2, output_size=3).shape
F.max_pool1d(torch.ones(1, 2, 2), 4)
F.max_pool1d(torch.ones(1, 2, 2), 4, return_indices=True)
""",
    "packed rows that do not fit": """
p = nn.utils.rnn.pack_sequence([torch.ones(2, 3)])
nn.LSTM(4, 2)(p)
nn.LSTM(3, 2).double()(p)
nn.GRU(4, 2)(p)
nn.GRU(3, 2).double()(p)
""",
    "what a pass is asked for is there before the hooks of its node": """
a = torch.ones(3, requires_grad=True)
y = a * 2
h = y.grad_fn.register_prehook(lambda go: tuple(g * 2 for g in go))
torch.autograd.grad(y.square().sum(), y, retain_graph=True)
torch.autograd.grad(y.square().sum(), [y, a], retain_graph=True)
b = torch.ones(3)
(a * b).sum().backward(inputs=[b])
b.register_post_accumulate_grad_hook(print)
""",
    "layers that are fused": """
conv, norm = nn.Conv2d(1, 2, 1, bias=False).eval(), nn.BatchNorm2d(2).eval()
nn.utils.fuse_conv_bn_eval(conv, norm)
nn.Linear(3, 2).double()(torch.ones(1, 4))
nn.Linear(3, 2, bias=False).double()(torch.ones(1, 4))
""",
    "parameters without a shape yet": """
net = nn.Sequential(nn.LazyLinear(2), nn.LazyBatchNorm1d())
sum(p.numel() for p in net.parameters())
net[0].weight * 2
net[0].weight.detach()
net.double()[0].weight.dtype, type(net[1].running_mean).__name__, net[1].running_mean.dtype
copy.deepcopy(net)[0].weight.requires_grad
net(torch.ones(3, 3, dtype=torch.float64))
net
""",
    "derivatives of products keep their digits": """
x = torch.tensor([0.3, -1.7, 0.9], dtype=torch.float64)
g = torch.func.grad(lambda x: torch.func.grad(lambda x: x.tanh().prod())(x).sum())
torch.func.hessian(lambda x: g(x).sum())(x)
torch.autograd.functional.jvp(lambda x: torch.func.vjp(g, x)[1](x)[0], x, x)
f = lambda x: torch.func.vmap(lambda x: (x ** 3).prod())(torch.stack([x, x * 2, -x])).sum(0)
y = x.reshape(1, 3).repeat(2, 1)
torch.autograd.functional.jvp(f, y, y)
torch.func.hessian(f)(y)
torch.func.grad(lambda x: torch.func.grad(lambda x: x.prod(1).sum())(x).prod())(y)
torch.autograd.functional.hessian(lambda x: x.sum(), x, strict=True)
D = torch.distributions
D.transform_to(D.constraints.corr_cholesky)(torch.ones(2))
D.transform_to(D.constraints.corr_cholesky)(torch.ones(4))
d = D.TransformedDistribution(D.OneHotCategorical(torch.ones(3)), D.transforms.SigmoidTransform(), validate_args=True)
d.cdf(torch.full((3,), 0.9))
""",
    "one number has one order, for which nothing is drawn": """
torch.randperm(5000).sum(), torch.randn(5000).shape
torch.manual_seed(3)
torch.randperm(1)
torch.randperm(0)
torch.poisson(torch.ones(300)).shape, torch.manual_seed(4).initial_seed()
torch.poisson(torch.ones(0))
torch.binomial(torch.ones(0), torch.ones(0))
torch.poisson(torch.zeros(3))
torch.randperm(2)
""",
    "what is saved of a leaf is the leaf": """
b = torch.tensor([1.0, 2.0], requires_grad=True)
with torch.autograd.graph.save_on_cpu():
    y = b.exp() * b
b.data = b.data * 2
torch.autograd.grad(y.sum(), b)
""",
    "spread where the correction leaves nothing to divide by": """
x = torch.arange(3.0).requires_grad_()
x.var(correction=3), x.std(correction=4), torch.ones(0).var(), torch.ones(2, 0).std(0)
torch.autograd.grad(x.var(correction=3), x)
g, = torch.autograd.grad(x.reshape(1, 3).var(1, correction=4).sum(), x, create_graph=True)
torch.autograd.grad(g.sum(), x)
g, = torch.autograd.grad(x.reshape(3, 1).std(1).sum(), x, create_graph=True)
torch.autograd.grad(g.sum(), x)
""",
    "batches of nothing in attention": """
attention = nn.MultiheadAttention(5, 5, batch_first=True)
x = torch.ones(0, 2, 5)
attention(x, x, x), attention(x, x, x, need_weights=False)
attention(x, x, x, key_padding_mask=torch.zeros(1, 2).bool())
nn.TransformerEncoderLayer(5, 5, batch_first=True)(x)
nn.TransformerDecoder(nn.TransformerDecoderLayer(5, 5, 3), 1)(x.transpose(0, 1), x.transpose(0, 1))
""",
    "groups of one value each": """
F.group_norm(torch.ones(2, 6, 1), 6), F.group_norm(torch.ones(2, 6), 6), F.group_norm(torch.ones(1, 6, 0), 6)
F.group_norm(torch.ones(1, 6, 1), 6)
""",
    "factors of several dtypes": """
a, b = torch.ones(2, 2), torch.ones(2, 2).half()
a @ b
a[None] @ b[None]
a @ b[0]
a[0] @ b[0]
torch.addmm(a, b, b)
torch.addmv(a[0], b, b[0])
torch.addbmm(a, b[None], b[None])
torch.baddbmm(a[None], b[None], b[None])
torch.baddbmm(a[None], a[None], b[None])
torch.addr(a, a[0], b[0])
torch.cdist(a, b)
torch.cross(torch.ones(3), torch.ones(3).half(), dim=0)
F.embedding_bag(torch.ones(2, 2).long(), b, per_sample_weights=a, mode='sum')
F.instance_norm(torch.ones(2, 2, 2), weight=b[0])
F.avg_pool3d(torch.ones(1, 1, 2, 2), 3)
""",
    "schedulers of schedulers take no epoch": """
optimizer = torch.optim.SGD([torch.ones(2)], lr=0.1)
s = torch.optim.lr_scheduler
s.ChainedScheduler([s.StepLR(optimizer, 2)]).step(3)
s.SequentialLR(optimizer, [s.StepLR(optimizer, 2), s.StepLR(optimizer, 2)], milestones=[1]).step(3)
""",
    "passes from and to what wants no gradient": """
b = torch.ones(1)
b.square().mean().backward(inputs=[b])
(b * torch.ones(1, requires_grad=True)).backward(inputs=[b])
""",
    "the order of what a scheduler keeps": """
optimizer = torch.optim.SGD([torch.ones(2)], lr=0.1)
torch.optim.lr_scheduler.LambdaLR(optimizer, lambda k: 0.5).state_dict()
torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer).state_dict()
torch.optim.lr_scheduler.CyclicLR(optimizer, 0.1, 0.2, cycle_momentum=False, scale_fn=lambda x: x).state_dict()
torch.optim.lr_scheduler.ChainedScheduler([torch.optim.lr_scheduler.StepLR(optimizer, 2)]).state_dict()
""",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_that_was_found_does_what_pytorch_does(name: str) -> None:
    agree(re.split(r"\n(?=\S)", PROGRAMS[name].strip()))

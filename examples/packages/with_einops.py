"""`rearrange`, `reduce`, `repeat`, `einsum`, `pack`, `unpack`, `parse_shape`, `asnumpy`, the layers; attention trained, gradients."""

import torch
from einops import asnumpy, einsum, pack, parse_shape, rearrange, reduce, repeat, unpack
from einops.layers.torch import EinMix, Rearrange, Reduce
from torch import nn

torch.manual_seed(0)
images = torch.randn(6, 3, 32, 32, requires_grad=True)

grid = rearrange(images, "(b1 b2) c h w -> c (b1 h) (b2 w)", b1=2)
patches = rearrange(images, "b c (h p1) (w p2) -> b (h w) (p1 p2 c)", p1=8, p2=8)
print("grid", tuple(grid.shape), "patches", tuple(patches.shape), grid.is_contiguous())
pooled = reduce(images, "b c (h 2) (w 2) -> b c h w", "max")
averaged = reduce(images, "b c h w -> b c", "mean")
for name in ("sum", "min", "max", "mean", "prod"):
    print(name, reduce(images[:, :, :2, :2], "b c h w -> b", name).detach())
print("own reduction", reduce(images, "b c h w -> c", lambda x, dims: x.std(dims)).detach())
print("logsumexp", reduce(images, "b c h w -> b 1 c", torch.logsumexp)[0].detach())
print(parse_shape(images, "b c _ w"))
shift = images - reduce(images, "b c h w -> b c () ()", "mean")
print("centred", f"{shift.mean():.6f}", "deviation", f"{shift.std():.6f}")
repeated = repeat(averaged, "b c -> b c h w", h=2, w=3)
print("repeated", tuple(repeated.shape), repeated[0, :, 1, 1].detach())
(pooled.square().sum() + (patches * patches.sigmoid()).sum() + repeated.pow(3).sum()).backward()
print("gradient", images.grad.abs().sum(), images.grad[0, 0, 0, :4])

similarity = einsum(patches, patches, "b i d, b j d -> b i j")
print("einsum", tuple(similarity.shape), similarity[0, 0, :3].detach())
packed, shapes = pack([torch.arange(3.0), torch.ones(3, 2), torch.zeros(3, 2, 2)], "rows *")
print("packed", tuple(packed.shape), shapes, [tuple(t.shape) for t in unpack(packed, shapes, "rows *")])
print("array", type(asnumpy(averaged.detach())).__name__, asnumpy(averaged.detach()).shape)
print("list", tuple(rearrange([torch.ones(2), torch.zeros(2)], "k n -> n k").shape))
try:
    rearrange(images, "b c h -> b (c h)")
except Exception as error:
    print(type(error).__name__, str(error).splitlines()[0])


class Attention(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.split = nn.Sequential(nn.Linear(dim, 3 * dim), Rearrange("b n (qkv h d) -> qkv b h n d", qkv=3, h=heads))
        self.join = Rearrange("b h n d -> b n (h d)")
        self.mix = EinMix("b n d -> b n e", weight_shape="d e", bias_shape="e", d=dim, e=dim)

    def forward(self, x):
        q, k, v = self.split(x)
        weights = (einsum(q, k, "b h i d, b h j d -> b h i j") / q.shape[-1] ** 0.5).softmax(-1)
        return self.mix(self.join(einsum(weights, v, "b h i j, b h j d -> b h i d")))


net = nn.Sequential(
    Rearrange("b c (h p) (w q) -> b (h w) (p q c)", p=8, q=8),
    nn.Linear(192, 16),
    Attention(16, 4),
    Reduce("b n d -> b d", "mean"),
    nn.Linear(16, 2),
)
print(net)
target = torch.tensor([0, 1, 0, 1, 1, 0])
optimizer = torch.optim.Adam(net.parameters(), lr=1e-2)
for step in range(30):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(net(images.detach()), target)
    loss.backward()
    optimizer.step()
    if step % 5 == 0:
        print(step, f"{loss.item():.6f}")
print(sum(p.numel() for p in net.parameters()), sorted(net.state_dict()))

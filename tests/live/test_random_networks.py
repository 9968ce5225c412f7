"""Random networks: what they are, give and learn, and what programs do with modules, as in PyTorch."""

# Tables of programs are wide.
# ruff: noqa: E501
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

sys.path.insert(0, str(Path(__file__).parent))
from side_by_side import Writer, agree, seeds

PRELUDE = """
class First(nn.Module):
    def __init__(self, inner):
        super().__init__()
        self.inner = inner
    def forward(self, x):
        return self.inner(x)[0]
class Residual(nn.Module):
    def __init__(self, inner, scale=None):
        super().__init__()
        self.inner = inner
        self.register_buffer('scale', torch.tensor(scale or 1.0), persistent=scale is not None)
    def forward(self, x):
        return x + self.inner(x) * self.scale
    def extra_repr(self):
        return f'scale={self.scale.item():.2f}'
class Branches(nn.Module):
    def __init__(self, named, *more):
        super().__init__()
        self.named = nn.ModuleDict(named)
        self.more = nn.ModuleList(more)
        self.weights = nn.ParameterList([nn.Parameter(torch.ones(1)) for _ in range(len(more))])
    def forward(self, x):
        y = sum(m(x) for m in self.named.values())
        for w, m in zip(self.weights, self.more):
            y = y + w * m(x)
        return y
class Twice(nn.Module):
    def __init__(self, inner):
        super().__init__()
        self.inner, self.again = inner, inner
    def forward(self, x):
        return self.again(self.inner(x))
class Itself(nn.Module):
    def __init__(self, attention, **options):
        super().__init__()
        self.attention, self.options = attention, options
    def forward(self, x):
        y, w = self.attention(x, x, x, **self.options)
        return y if w is None else y + w.sum()
class Packed(nn.Module):
    def __init__(self, inner, lengths, **options):
        super().__init__()
        self.inner, self.lengths, self.options = inner, lengths, options
    def forward(self, x):
        packed = nn.utils.rnn.pack_padded_sequence(x, self.lengths[:x.size(0 if self.inner.batch_first else 1)], **self.options)
        y, h = self.inner(packed)
        return nn.utils.rnn.pad_packed_sequence(y, batch_first=self.inner.batch_first)[0]
class Bags(nn.Module):
    def __init__(self, table, weights=False):
        super().__init__()
        self.table, self.weights = table, weights
    def forward(self, x):
        i = x.detach().flatten(1)[:, :40].mul(7).long().remainder(self.table.num_embeddings)
        if isinstance(self.table, nn.Embedding):
            return self.table(i).sum(1)
        return self.table(i, per_sample_weights=torch.ones_like(i, dtype=x.dtype) / 2 if self.weights else None)
class Pair(nn.Module):
    def __init__(self, inner):
        super().__init__()
        self.inner = inner
    def forward(self, x):
        return self.inner(x, x)
class Unpool(nn.Module):
    def __init__(self, pool, unpool):
        super().__init__()
        self.pool, self.unpool = pool, unpool
    def forward(self, x):
        y, i = self.pool(x)
        return self.unpool(y, i, output_size=x.shape)
def like(net, x):
    return x.to(next(iter(net.parameters()), x).dtype)
def seen_by(name):
    def hook(module, *values):
        seen.append((name, type(module).__name__, [[v.shape for v in vs if v is not None] if isinstance(vs, tuple) else vs.shape for vs in values if vs is not None and not isinstance(vs, dict)]))
    return hook
seen = []
""".strip()

ACTIVATIONS = ["ReLU()", "ReLU(inplace=True)", "Sigmoid()", "Tanh()", "GELU()", "GELU(approximate='tanh')", "ELU(0.7)", "ELU(inplace=True)",
               "SELU()", "CELU(1.3)", "SiLU()", "SiLU(inplace=True)", "Mish()", "Hardswish()", "Hardsigmoid()", "Hardtanh(-0.5, 0.8)",
               "LeakyReLU(0.1)", "LeakyReLU(0.2, inplace=True)", "PReLU()", "RReLU()", "RReLU(0.1, 0.2)", "Softplus()", "Softplus(2, 1)",
               "Softsign()", "Softshrink(0.1)", "Hardshrink(0.2)", "Tanhshrink()", "Threshold(0.1, -1)", "LogSigmoid()", "ReLU6()",
               "Softmax(-1)", "LogSoftmax(1)", "Softmin(1)", "GLU(1)", "Dropout(0.3)", "Dropout(0.5, inplace=True)", "AlphaDropout(0.2)",
               "FeatureAlphaDropout(0.4)", "Identity()", "Softmax()"]


class Network(Writer):
    """A module as text, with the shape of what goes through it, that of PyTorch's meta tensors."""

    def __init__(self, seed: int):
        super().__init__(seed)
        self.known: dict[str, Any] = {"torch": torch, "nn": torch.nn, "F": torch.nn.functional}
        exec(PRELUDE, self.known)

    def after(self, layer: str, shape: tuple[int, ...]) -> tuple[int, ...] | None:
        """The shape that a layer gives; None where it does not take this one."""
        try:
            with torch.device("meta"):
                return tuple(eval(layer, self.known)(torch.empty(shape)).shape)
        except NotImplementedError:
            return None
        except Exception:
            return None

    def activation(self) -> str:
        return f"nn.{self.one(*ACTIVATIONS)}"

    def norm(self, shape: tuple[int, ...]) -> str:
        n, c = len(shape), shape[1]
        d = max(n - 2, 1)
        batch = self.options(eps=(1e-3,), momentum=(None, 0.3, 0.0), affine=(False,), track_running_stats=(False,))
        forms = [f"nn.BatchNorm{d}d({c}{batch})", f"nn.LayerNorm({list(shape[self.upto(1, n - 1):])}"
                 + self.options(elementwise_affine=(False,), eps=(1e-3,), bias=(False,)) + ")",
                 f"nn.GroupNorm({self.one(*[g for g in range(1, c + 1) if c % g == 0])}, {c}{self.options(affine=(False,))})",
                 f"nn.RMSNorm({shape[-1]}{self.options(eps=(1e-2,), elementwise_affine=(False,))})", f"nn.LocalResponseNorm({self.upto(1, 4)})"]
        if n > 2:
            forms.append(f"nn.InstanceNorm{d}d({c}{self.options(affine=(True,), track_running_stats=(True,), momentum=(0.3,))})")
            forms.append(f"nn.Dropout{d}d(0.4{self.options(inplace=(True,))})")
        return str(self.one(*forms))

    def sizes(self, d: int, low: int, high: int) -> Any:
        return self.upto(low, high) if self.maybe(0.6) else tuple(self.upto(low, high) for _ in range(d))

    def spatial(self, shape: tuple[int, ...]) -> str:
        d, c = len(shape) - 2, shape[1]
        groups = self.one(1, 1, *[g for g in range(1, c + 1) if c % g == 0])
        out = groups * self.upto(1, 3)
        options = self.options(stride=(self.sizes(d, 1, 2),), dilation=(self.sizes(d, 1, 2),), bias=(False,))
        options += f", groups={groups}" if groups > 1 else ""
        kernel, padding = self.sizes(d, 1, 3), self.sizes(d, 0, 2)
        mode = self.options(padding_mode=("circular", "reflect", "replicate"))
        mode = mode.replace("=", "='") + "'" if mode else ""
        same = self.one("'same'", "'valid'", padding, padding, padding)
        pool = self.options(stride=(self.sizes(d, 1, 2),), padding=(1,), ceil_mode=(True,))
        spread = "" if "padding" in pool else self.options(dilation=(2,))       # PyTorch leaves windows of edge alone to chance
        bounds = [self.upto(0, 2) for _ in range(2 * d)]
        scaled = self.one("mode='nearest'", "mode='nearest-exact'", f"mode='{('linear', 'bilinear', 'trilinear')[d - 1]}'",
                          f"mode='{('linear', 'bilinear', 'trilinear')[d - 1]}', align_corners=True", "mode='bicubic'" if d == 2 else "mode='area'")
        forms = [f"nn.Conv{d}d({c}, {out}, {kernel}, padding={same}{options}{mode})"] * 4
        forms += [f"nn.ConvTranspose{d}d({c}, {out}, {kernel}{options}{self.options(padding=(1,), output_padding=(0, 1))})"] * 2
        forms += [f"nn.MaxPool{d}d({kernel}{pool}{spread})", f"nn.AvgPool{d}d({kernel}{pool}"
                  f"{self.options(count_include_pad=(False,))}{self.options(divisor_override=(3,)) if d > 1 else ''})",
                  f"nn.AdaptiveAvgPool{d}d({self.sizes(d, 1, 4)})", f"nn.AdaptiveMaxPool{d}d({self.sizes(d, 1, 4)})",
                  f"nn.LPPool{d}d({self.one(1, 2, 4)}, {kernel}{self.options(stride=(1, 2), ceil_mode=(True,))})",
                  f"nn.Upsample({self.one('scale_factor=2', 'scale_factor=1.5', f'size={self.sizes(d, 1, 6)}')}, {scaled})",
                  f"nn.{self.one('Zero', 'Reflection', 'Replication', 'Circular')}Pad{d}d({self.one(1, tuple(bounds))})",
                  f"nn.ConstantPad{d}d({self.one(1, tuple(bounds))}, 0.5)",
                  f"nn.Flatten({self.one('', '', 2, '1, -1', '0, 1')})",
                  f"Unpool(nn.MaxPool{d}d(2, return_indices=True), nn.MaxUnpool{d}d(2))", f"nn.Linear({shape[-1]}, {self.upto(1, 4)})"]
        if d == 2:
            forms += ["nn.PixelShuffle(2)", "nn.PixelUnshuffle(2)", "nn.ChannelShuffle(2)", "nn.UpsamplingNearest2d(scale_factor=2)",
                      "nn.UpsamplingBilinear2d(scale_factor=2)", "nn.Unfold(2)", f"nn.Unfold({kernel}, padding=1, stride=2)",
                      "nn.FractionalMaxPool2d(2, output_ratio=0.6)", f"nn.FractionalMaxPool2d(2, output_size={self.sizes(2, 1, 2)})", "nn.Softmax2d()"]
        if d == 3:
            forms.append("nn.FractionalMaxPool3d(2, output_ratio=0.6)")
        if d == 1:
            forms += [f"nn.Fold(({self.upto(2, 4)}, 3), 2)"] + [self.sequence(shape)] * 8
        return str(self.one(*forms))

    def sequence(self, shape: tuple[int, ...]) -> str:
        n, length, e = shape
        h = self.upto(1, 4)
        options = self.options(num_layers=(2,), bias=(False,), bidirectional=(True,), dropout=(0.4,))
        first = self.maybe(0.6)
        cell = self.one(f"nn.RNN({e}, {h}{options}{self.options(nonlinearity=(repr('relu'),))}", f"nn.GRU({e}, {h}{options}",
                        f"nn.LSTM({e}, {h}{options}{self.one('', f', proj_size={h - 1}' if h > 1 else '')}")
        cell += ", batch_first=True)" if first else ")"
        batch, steps = (n, length) if first else (length, n)
        lengths = [self.upto(1, steps) for _ in range(batch)]
        in_order = self.maybe()
        if in_order:
            lengths.sort(reverse=True)
        packing = f"{lengths}, batch_first={first}{'' if in_order else ', enforce_sorted=False'}"
        heads = self.one(*[k for k in range(1, e + 1) if e % k == 0])
        attention = self.options(bias=(False,), add_bias_kv=(True,), add_zero_attn=(True,), dropout=(0.3,)) + (", batch_first=True" if first else "")
        mask = self.one("", f", attn_mask=torch.triu(torch.ones({steps}, {steps}, dtype=torch.bool), 1)", f", attn_mask=torch.ones({steps}, {steps}).tril().log()",
                        f", key_padding_mask=torch.arange({steps})[None].expand({batch}, -1) > {steps // 2}",
                        f", is_causal=True, attn_mask=nn.Transformer.generate_square_subsequent_mask({steps})")
        mask += self.one("", ", need_weights=False", ", average_attn_weights=False")
        layer = f"{e}, {heads}, {self.upto(1, 5)}" + self.options(dropout=(0.0, 0.3), activation=("'gelu'", "F.silu"), norm_first=(True,), bias=(False,),
                                                              layer_norm_eps=(1e-3,)) + (", batch_first=True" if first else "")
        return str(self.one(f"First({cell})", f"Packed({cell}, {packing})", f"Itself(nn.MultiheadAttention({e}, {heads}{attention}){mask})",
                            f"nn.TransformerEncoderLayer({layer})", f"Pair(nn.TransformerDecoderLayer({layer}))",
                            f"nn.TransformerEncoder(nn.TransformerEncoderLayer({layer}), 2{self.one('', f', norm=nn.LayerNorm({e})')})",
                            f"Pair(nn.TransformerDecoder(nn.TransformerDecoderLayer({layer}), 2))",
                            f"Pair(nn.Transformer({e}, {heads}, 1, 1, 3{', batch_first=True' if first else ''}))"))

    def flat(self, shape: tuple[int, ...]) -> str:
        c = shape[-1]
        rows, width = self.upto(2, 8), self.upto(1, 4)
        table = f"{rows}, {width}{self.options(max_norm=(1.0,), norm_type=(1.0,), scale_grad_by_freq=(True,), padding_idx=(0, -1), sparse=(True,))}"
        forms = [f"nn.Linear({c}, {self.upto(1, 6)}{self.options(bias=(False,))})"] * 4
        forms += [f"Pair(nn.Bilinear({c}, {c}, {width}{self.options(bias=(False,))}))", f"Bags(nn.Embedding({table}))",
                  f"Bags(nn.EmbeddingBag({table.replace(', scale_grad_by_freq=True', '')}{self.options(mode=(repr('sum'), repr('max'), repr('mean')))}))",
                  f"Bags(nn.EmbeddingBag({rows}, {width}, mode='sum'), weights=True)", f"First(nn.GRU({c}, {width}))", f"First(nn.RNNCell({c}, {width}))",
                  f"nn.GRUCell({c}, {width})", f"First(nn.LSTMCell({c}, {width}{self.options(bias=(False,))}))", "Pair(nn.CosineSimilarity(dim=1))"]
        forms += [f"nn.Unflatten(1, ({k}, {c // k}))" for k in range(1, c + 1) if c % k == 0]
        forms += [f"nn.Unflatten(1, ({k}, 2, {c // k // 2}))" for k in range(1, c + 1) if c % (2 * k) == 0]
        return str(self.one(*forms))

    def layer(self, shape: tuple[int, ...], depth: int) -> str:
        kind = self.random.random()
        if kind < 0.15 and depth < 2:
            inner = self.sequential(shape, depth + 1)
            return str(self.one(f"Residual({inner[0]})", f"Residual({inner[0]}, 0.5)", f"Twice({inner[0]})",
                                f"Branches({{'a': {inner[0]}, 'b': {self.sequential(shape, depth + 1)[0]}}})",
                                f"Branches({{'a': {inner[0]}}}, {self.activation()}, {self.layer(shape, depth + 1)})"))
        if kind < 0.35:
            return self.activation()
        if kind < 0.55 and len(shape) > 1:
            return self.norm(shape)
        return self.spatial(shape) if len(shape) > 2 else self.flat(shape)

    def sequential(self, shape: tuple[int, ...], depth: int = 0) -> tuple[str, tuple[int, ...]]:
        layers: list[str] = []
        for _ in range(self.upto(1, 3) if depth else self.upto(1, 6)):
            for _ in range(6):
                layer = self.layer(shape, depth)
                after = self.after(layer, shape)
                if after is not None and 1 < len(after) < 6 and 0 not in after and len(str(after)) < 30:
                    layers.append(layer)
                    shape = after
                    break
        if self.maybe(0.02):
            layers.append(self.flat((shape[-1] + 1,)))          # a mistake
        if self.maybe(0.15):
            return f"nn.Sequential(OrderedDict([{', '.join(f'({chr(97 + i)!r}, {text})' for i, text in enumerate(layers))}]))", shape
        return (layers[0] if len(layers) == 1 and depth else f"nn.Sequential({', '.join(layers)})"), shape

    def named(self, text: str) -> tuple[list[str], list[str]]:
        """The names of a network's modules that have a weight, and of its parameters."""
        with torch.device("meta"):
            try:
                net = eval(text, self.known)
            except Exception:
                return [], []
        return ([n for n, m in net.named_modules() if isinstance(getattr(m, "weight", None), torch.Tensor)], [n for n, _ in net.named_parameters()])


INITS = ["normal_(W, 0.5, 0.1)", "uniform_(W, -1, 2)", "constant_(W, 0.3)", "ones_(W)", "zeros_(W)", "xavier_uniform_(W)", "xavier_normal_(W, gain=2.0)",
         "kaiming_uniform_(W, a=0.1)", "kaiming_normal_(W, mode='fan_out', nonlinearity='relu')", "trunc_normal_(W)", "trunc_normal_(W, 0.1, 0.5, -1, 0.2)",
         "orthogonal_(W)", "orthogonal_(W, gain=0.5)", "sparse_(W, 0.3)", "eye_(W)", "dirac_(W)", "kaiming_uniform_(W, nonlinearity='tanh')"]


def network(seed: int) -> list[str]:
    """A program that makes a network and does things with it."""
    w = Network(seed)
    if w.maybe():
        w.lines.append("torch.set_default_dtype(torch.float64)")
    rank = w.upto(2, 5)
    shape = (w.upto(1, 3), w.upto(1, 6), *[w.upto(1, 7) for _ in range(rank - 2)])
    text, _ = w.sequential(shape)
    modules, parameters = w.named(text)
    w.lines += [f"x = torch.randn{shape}" + w.one("", ".requires_grad_()"), f"net = {text}", *learn(w)]
    for _ in range(w.upto(2, 6)):
        lines = action(w, modules, parameters)
        small = any(kind in line for line in w.lines for kind in ("half()", "float16", "bfloat16"))
        if "l1_unstructured" in lines[0] and "padding_idx" in text:
            continue                                            # which of several zeros are the smallest is not promised
        if (modules or "weight'" not in lines[0] and "].weight" not in lines[0]) and not (small and "orthogonal" in lines[0]):
            w.lines += lines                                    # PyTorch has no factorisations of small floating numbers
    return w.lines


def learn(w: Writer) -> list[str]:
    return ["y = None; y = net(like(net, x))", w.one("y.sin().mean().backward()", "y.cos().sum().backward()", "y.square().mean().backward()", "(y * y.detach().exp()).mean().backward()"), "net", "x.grad"]


def action(w: Network, modules: list[str], parameters: list[str]) -> list[str]:
    at = f"net.get_submodule({w.one(*modules)!r})" if modules else "net[0]"
    parameter = w.one(*parameters) if parameters else "missing"
    dtype = w.one("float16", "bfloat16", "float64", "float32")
    through = ["y = None; y = net(like(net, x))", "net"]
    return list(w.one(*[
        [f"net.train({w.maybe()})", *through], ["net.eval()", *learn(w)],
        [f"net.zero_grad({w.one('', 'set_to_none=False')})", "net", *learn(w)],
        [f"nn.init.{w.one(*INITS).replace('W', f'net.get_parameter({parameter!r})')}", *through],
        ["def init(m):\n    if isinstance(m, nn.Linear):\n        nn.init.xavier_normal_(m.weight)\n        nn.init.uniform_(m.bias, -0.1, 0.1)", "net = net.apply(init)", *through],
        ["[n for n, _ in net.named_modules()]", "[n for n, _ in net.named_parameters(remove_duplicate=False)]", "[n for n, _ in net.named_buffers()]",
         "[n for n, _ in net.named_children()]", "[n for n, _ in net.named_parameters('net', recurse=False)]", "str(net)"],
        [f"net.requires_grad_({w.maybe()})", *learn(w)], [f"net.get_parameter({parameter!r}).requires_grad_(False)", *learn(w)],
        ["for i, p in enumerate(net.parameters()):\n    p.requires_grad = i % 2 == 0", *learn(w)],
        [f"h = {w.one('net', at)}.{w.one(*HOOKS)}", *learn(w), "seen", "h.remove()", *through],
        [f"net = net.{w.one('half()', 'double()', 'float()', f'to(torch.{dtype})', 'bfloat16()')}", *learn(w)],
        ["state = copy.deepcopy(net.state_dict())", "torch.nn.utils.vector_to_parameters(nn.utils.parameters_to_vector(net.parameters()) * 0.5, net.parameters())",
         *through, f"net.load_state_dict(state{w.options(strict=(False,), assign=(True,))})", *through],
        ["state = net.state_dict()", f"gone = state.pop({parameter!r}, None)", f"net.load_state_dict(state{w.options(strict=(False,))})"],
        ["state = net.state_dict(prefix='net.')", f"net.load_state_dict(state{w.options(strict=(False,))})"],
        ["state = {k: v[..., :1] if v.dim() else v for k, v in net.state_dict().items()}", "net.load_state_dict(state, strict=False)", "net"],
        ["twin = copy.deepcopy(net)", "twin", "yt = twin(like(twin, x))", "twin.zero_grad()", *through],
        ["net = pickle.loads(pickle.dumps(net))", *learn(w)],
        ["file = io.BytesIO()", "torch.save(net.state_dict(), file)", "saved = file.getvalue()", "None",
         "state = torch.load(io.BytesIO(other('saved')), weights_only=True)", "net.load_state_dict(state)", *through],
        [f"nn.utils.parametrizations.{w.one(*PARAMETRIZATIONS).replace('M', at)}", *learn(w), f"{at}.weight",
         *w.one([], [f"nn.utils.parametrize.remove_parametrizations({at}, 'weight'{w.options(leave_parametrized=(False,))})", *learn(w)], ["net.state_dict()"],
                ["net.eval()", *through])],
        [f"nn.utils.prune.{w.one(*PRUNES).replace('M', at)}", *learn(w), "net.state_dict()",
         *w.one([], [f"nn.utils.prune.remove({at}, 'weight')", *learn(w)], [f"nn.utils.prune.{w.one(*PRUNES).replace('M', at)}", *learn(w)])],
        [f"nn.utils.clip_grad_norm_(net.parameters(), {w.one(0.1, 1, 100)}{w.options(norm_type=(1, 2.0, math_inf, 3), foreach=(False,), error_if_nonfinite=(True,))})", "net"],
        ["nn.utils.clip_grad_value_(net.parameters(), 0.05)", "net"], ["nn.utils.parameters_to_vector(net.parameters())"],
        ["net.register_buffer('extra', torch.ones(2), persistent=False)", "net.register_parameter('free', None)", "net.state_dict()", "net"],
        [f"{at}.weight = nn.Parameter(torch.ones_like({at}.weight) * 0.1)", *learn(w)], [f"del {at}.weight", *through],
        ["torch.compile(net)"], ["net.append(nn.ReLU())", *through], ["net = net[:-1]", *through], ["len(net), net[0], net[-1]"], ["net.pop(0)", *through],
        ["net.insert(0, nn.Tanh())", *through], ["net = nn.Sequential(*net, *net)", "[n for n, _ in net.named_modules()]", "net"],
        ["with torch.no_grad():\n    y = net(like(net, x))", "y"], [f"{w.one(at, 'net')}.extra_repr()"], ["net.share_memory()"],
        ["y = net(like(net, x)[:0])", "net"], ["y = net(like(net, x)[0])", "net"], ["sum(p.numel() for p in net.parameters())"],
    ]))


math_inf = "float('inf')"
HOOKS = ["register_forward_pre_hook(seen_by('before'))", "register_forward_hook(seen_by('after'))", "register_full_backward_hook(seen_by('backward'))",
         "register_full_backward_pre_hook(seen_by('backward before'))", "register_forward_hook(lambda m, x, y: y * 0.5)",
         "register_forward_pre_hook(lambda m, x: (x[0] * 2,))", "register_full_backward_hook(lambda m, a, b: tuple(None if g is None else g * 2 for g in a))",
         "register_full_backward_pre_hook(lambda m, g: tuple(x * 0.5 for x in g))", "register_state_dict_post_hook(lambda m, s, p, l: seen.append((p, list(s))))",
         "register_state_dict_pre_hook(lambda m, p, keep: seen.append(p))", "register_load_state_dict_post_hook(lambda m, k: seen.append(list(k.missing_keys)))",
         "register_forward_hook(lambda m, x, k, y: seen.append(sorted(k)), with_kwargs=True)", "register_forward_hook(lambda m, x, y: seen.append(1), always_call=True)",
         "register_forward_pre_hook(lambda m, x, k: (x, k), with_kwargs=True, prepend=True)",
         "register_load_state_dict_pre_hook(lambda m, s, *rest: seen.append(rest[0]))"]
PARAMETRIZATIONS = ["weight_norm(M)", "weight_norm(M, dim=1)", "weight_norm(M, dim=None)", "spectral_norm(M)", "spectral_norm(M, n_power_iterations=3)", "orthogonal(M)",
                    "orthogonal(M, orthogonal_map='cayley')", "orthogonal(M, orthogonal_map='householder')", "orthogonal(M, use_trivialization=False)"]
PRUNES = ["l1_unstructured(M, 'weight', 0.4)", "l1_unstructured(M, 'weight', 1)", "random_unstructured(M, 'weight', 0.5)", "ln_structured(M, 'weight', 0.5, n=2, dim=0)",
          "random_structured(M, 'weight', 1, dim=-1)", "identity(M, 'weight')", "global_unstructured([(M, 'weight')], pruning_method=nn.utils.prune.L1Unstructured, amount=0.3)",
          "custom_from_mask(M, 'weight', torch.ones(1))"]


@pytest.mark.parametrize("seed", seeds(80))
def test_random_networks_do_what_pytorchs_do(seed: int) -> None:
    agree(network(seed), PRELUDE)

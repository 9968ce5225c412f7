"""Random programs about modules themselves: containers, lazy layers, shared parts, states, hooks, packed sequences, as in PyTorch."""

# Tables of programs are wide.
# ruff: noqa: E501
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from side_by_side import Writer, agree, seeds

PRELUDE = """
rnn, P = nn.utils.rnn, nn.utils.parametrize
seen = []
class Symmetric(nn.Module):
    def forward(self, w):
        return w.triu() + w.triu(1).mT
    def right_inverse(self, w):
        return w.triu()
class Positive(nn.Module):
    def forward(self, w):
        return w.exp()
    def right_inverse(self, w):
        return w.abs().add(0.1).log()
class Scaled(nn.Module):
    def __init__(self, by):
        super().__init__()
        self.by = nn.Parameter(torch.tensor(by))
    def forward(self, w):
        return w * self.by
class Stateful(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer, self.calls = nn.Linear(3, 3), 0
        self.register_buffer('mean', torch.zeros(3))
        self.register_buffer('last', None)
    def forward(self, x, scale=1.0, *, shift=None):
        self.calls += 1
        self.mean.mul_(0.9).add_(x.detach().mean(0), alpha=0.1)
        self.last = x.detach()
        y = self.layer(x) * scale
        return y if shift is None else y + shift
    def get_extra_state(self):
        return {'calls': self.calls}
    def set_extra_state(self, state):
        self.calls = state['calls']
class Tied(nn.Module):
    def __init__(self, n=5, width=3):
        super().__init__()
        self.table, self.out = nn.Embedding(n, width), nn.Linear(width, n, bias=False)
        self.out.weight = self.table.weight
    def forward(self, x):
        return self.out(self.table(x.abs().mul(9).long() % self.table.num_embeddings).mean(1))
class Named(nn.Module):
    def __init__(self):
        super().__init__()
        self.scales = nn.ParameterDict({'b': torch.ones(3), 'a': nn.Parameter(torch.zeros(3))})
        self.list = nn.ParameterList([torch.ones(3), torch.arange(3.0)])
        self.parts = nn.ModuleDict({'first': nn.Linear(3, 3), 'second': nn.Tanh()})
    def forward(self, x):
        for m in self.parts.values():
            x = m(x)
        return x * self.scales['b'] + self.scales['a'] + sum(self.list)
class Old(nn.Module):
    _version = 2
    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.ones(3))
    def forward(self, x):
        return x * self.w
    def _load_from_state_dict(self, state, prefix, metadata, *rest):
        if metadata.get('version') is None and prefix + 'weight' in state:
            state[prefix + 'w'] = state.pop(prefix + 'weight')
        seen.append(metadata.get('version'))
        super()._load_from_state_dict(state, prefix, metadata, *rest)
def note(name):
    def hook(*values):
        seen.append((name, len(values), type(values[0]).__name__))
    return hook
""".strip()

ROWS = ["Stateful()", "Tied()", "Named()", "Old()", "nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.ReLU(), nn.Linear(4, 3))", "nn.Linear(3, 3)", "nn.Sequential(Stateful(), Old())",
        "nn.Sequential(nn.LazyLinear(4), nn.LazyBatchNorm1d(), nn.Linear(4, 2))", "nn.Sequential(OrderedDict(a=nn.Linear(3, 3), b=nn.Dropout(0.5), c=nn.Linear(3, 3)))",
        "nn.Sequential(nn.LayerNorm(3), nn.Linear(3, 3), nn.PReLU(3))"]
IMAGES = ["nn.Sequential(nn.LazyConv2d(4, 3), nn.LazyInstanceNorm2d(), nn.ReLU())", "nn.Sequential(nn.Conv2d(2, 4, 3, bias=False), nn.BatchNorm2d(4), nn.ReLU(inplace=True), nn.MaxPool2d(2), nn.Flatten(), nn.LazyLinear(2))",
          "nn.Sequential(nn.Conv2d(2, 4, 3, padding=1, groups=2), nn.GroupNorm(2, 4), nn.SiLU())", "nn.Sequential(nn.LazyConvTranspose2d(3, 2), nn.Sigmoid())", "nn.Conv2d(2, 2, 3)"]


class Modules(Writer):
    def about(self, at: str, rows: bool) -> list[str]:
        """Some lines about `net`, or its part `at`."""
        run, learn = self.run(), [self.run(), "y.square().sum().backward()", "net"]
        key = self.one("'weight'", "'layer.weight'", "'0.weight'", "'missing'", "'0'", "'layer'", "''", "'0.bias'", "'mean'", "'scales.a'")
        return list(self.one(
            learn, learn, learn, [run, "net"], ["str(net)", "repr(net)"], ["net.eval()", run, "net.train()"], ["state = net.state_dict()", "state", "list(state), state._metadata"],
            [f"[n for n, _ in net.named_modules({self.one('', 'prefix=repr(1)', 'remove_duplicate=False')})]"], [f"[n for n, _ in net.named_parameters({self.one('', 'remove_duplicate=False', 'recurse=False', repr('p'))})]"],
            [f"net.get_parameter({key})"], [f"net.get_submodule({key})"], [f"net.get_buffer({key})"], [f"net.set_submodule('0', nn.Identity(){self.options(strict=(True,))})", "net", run],
            ["[type(m).__name__ for m in net.children()], [type(m).__name__ for m in net.modules()]"], ["'weight' in dir(net), '0' in dir(net), 'forward' in dir(net)"],
            [f"net.add_module({self.one(repr('extra'), repr('a.b'), repr(''), repr('forward'))}, nn.Linear(3, 1))", "net"], ["net.register_module('more', nn.ReLU())", "net"],
            [f"net.register_parameter('free', {self.one('nn.Parameter(torch.ones(2))', 'None', 'torch.ones(2)', 'nn.Parameter(torch.ones(1)) * 2')})", "net"], [f"net.register_buffer('shift', {self.one('torch.ones(2)', 'None', '3')}{self.options(persistent=(False,))})", "net.state_dict()"],
            ["net.extra = nn.Linear(2, 2)", "net.extra = None", "net"], ["net.free = nn.Parameter(torch.ones(2))", "net.free = torch.ones(2)", "net.free = None", "net.free = nn.Linear(1, 1)", "net"], [f"del net.{self.one('layer', 'weight', 'bias', 'free', 'mean')}", "net"],
            ["file = io.BytesIO()", "torch.save(net.state_dict(), file)", "saved = file.getvalue()", "None", "net.load_state_dict(torch.load(io.BytesIO(saved)))", "net"],
            [f"net.load_state_dict(copy.deepcopy(net).state_dict(){self.options(assign=(True,), strict=(False,))})", *learn], ["net.load_state_dict({})"], ["net.load_state_dict({'a': torch.ones(1)}, strict=False)" if "spectral" not in " ".join(self.lines) else "net"], ["net.load_state_dict(3)"], ["net.load_state_dict({'weight': torch.ones(7)}, strict=False)", "net.load_state_dict({'w': 3}, strict=False)"],
            ["twin = copy.deepcopy(net)", "twin", "all(a is not b for a, b in zip(net.parameters(), twin.parameters()))"], ["net = pickle.loads(pickle.dumps(net))", *learn], ["twin = copy.copy(net)", "all(a is b for a, b in zip(net.parameters(), twin.parameters()))"],
            [f"net = net.to({self.one('torch.float64', 'torch.bfloat16', 'dtype=torch.float64', repr('cpu'), 'torch.ones(1, dtype=torch.float64)', 'torch.int64', 'torch.complex64')})", *learn], ["net = net.double()", "net = net.float()", *learn], ["net = net.type(torch.float64)", "net"], ["net.to_empty(device='cpu')", "[p.shape for p in net.parameters()]"],
            ["net.apply(lambda m: seen.append(type(m).__name__)) is net", "seen"], ["net.zero_grad()", "net"], [f"net.requires_grad_({self.maybe()})", *learn], ["net.half()", "[p.dtype for p in net.parameters()]", "net.float()"],
            [f"h = net.{self.one('register_forward_hook', 'register_forward_pre_hook', 'register_full_backward_hook', 'register_full_backward_pre_hook')}(note(1){self.options(prepend=(True,))})", *learn, "h.remove()", "seen"],
            [f"h = nn.modules.module.{self.one('register_module_forward_hook', 'register_module_forward_pre_hook', 'register_module_full_backward_hook', 'register_module_module_registration_hook', 'register_module_parameter_registration_hook', 'register_module_buffer_registration_hook')}(note(2))", *learn, "net.new = nn.Linear(2, 2)", "h.remove()", "seen"],
            [f"func = torch.func.functional_call(net, {{k: v * 0.5 for k, v in net.named_parameters()}}, ({self.x(rows)},))", "func", "net"], ["net"] if "BatchNorm" in " ".join(self.lines) else ["p = dict(net.named_parameters()) | dict(net.named_buffers())", f"torch.func.grad(lambda p: torch.func.functional_call(net, p, ({self.x(rows)},)).sum())({{k: v.detach() for k, v in p.items() if v.is_floating_point()}})"],
            ["nn.utils.parameters_to_vector(net.parameters())"], ["nn.utils.vector_to_parameters(torch.arange(100.0), net.parameters())", "net"], [f"nn.utils.get_total_norm([p for p in net.parameters()], {self.one(1.0, 2.0, 'float(repr(1e400))')})"],
            [f"nn.utils.weight_norm({at}{self.options(0.2, dim=(1, None, -1))})", *learn, *self.one([], [f"nn.utils.remove_weight_norm({at})", *learn], [f"nn.utils.remove_spectral_norm({at})"])],
            [f"nn.utils.spectral_norm({at}{self.options(0.2, n_power_iterations=(2,), dim=(1,))})", *learn],
            [f"P.register_parametrization({at}, 'weight', {self.one('Symmetric()', 'Positive()', 'Scaled(2.0)', 'nn.Identity()', 'nn.Softplus()')}{self.options(0.2, unsafe=(True,))})", *learn, f"P.is_parametrized({at}), P.is_parametrized({at}, 'bias')", f"{at}.weight.shape", f"with P.cached():\n    y = ({at}.weight is {at}.weight)", "y",
             *self.one([], [f"P.remove_parametrizations({at}, 'weight'{self.options(leave_parametrized=(False,))})", *learn], [f"P.register_parametrization({at}, 'weight', Scaled(0.5))", *learn, "net.state_dict()"], [f"{at}.weight = torch.ones_like({at}.weight)", *learn], ["copy.deepcopy(net)"])],
            [f"nn.utils.skip_init({self.one('nn.Linear, 3, 2', 'nn.Conv2d, 2, 2, 3', 'nn.ReLU')}).__class__.__name__"], ["net.eval()", f"nn.utils.fuse_{self.one('conv', 'linear')}_bn_eval(net[0], net[1])" if "Stateful" not in " ".join(self.lines[:4]) else "net"],
            ["net = net.to(memory_format=torch.channels_last)", *learn, "[p.is_contiguous(memory_format=torch.channels_last) for p in net.parameters() if p.dim() == 4]"], [f"nn.init.normal_({at}.weight, 0, 0.1)", f"nn.init.calculate_gain({self.one(repr('relu'), repr('leaky_relu') + ', 0.2', repr('tanh'), repr('selu'), repr('odd'))})", run],
            [f"{at}.reset_parameters()", run], [f"{at}.extra_repr()", f"{at}.weight.data_ptr() != 0"], ["net.nothing"], ["net()"], [f"net({self.x(rows)}, {self.x(rows)})"], ["net(torch.ones(7, 7))"], ["with torch.no_grad():\n    for p in net.parameters():\n        p.add_(1)", run], ["net.training, net.dump_patches"],
            ["optimizer = torch.optim.SGD(net.parameters(), lr=0.1)", *learn, "optimizer.step()", "net"], ["ema = torch.optim.swa_utils.AveragedModel(net)", "ema.update_parameters(net)", "ema"], ["[p is q for p, q in zip(net.parameters(), net.state_dict(keep_vars=True).values())]"], ["for m in net.modules():\n    m.training = False", "net"]))

    def x(self, rows: bool) -> str:
        return "torch.randn(2, 3)" if rows else "torch.randn(2, 2, 6, 6)"

    def run(self) -> str:
        return "y = None; y = net(x)"


def modules(seed: int) -> list[str]:
    """A program about one module."""
    w = Modules(seed)
    rows = w.maybe(0.7)
    if w.maybe(0.7):
        w.lines.append("torch.set_default_dtype(torch.float64)")
    w.lines += [f"net = {w.one(*ROWS) if rows else w.one(*IMAGES)}", f"x = {w.x(rows)}"]
    kind = w.lines[-2]
    at = next((part for name, part in (("Sequential(Stateful", "net[0].layer"), ("Sequential", "net[0]"), ("Stateful", "net.layer"), ("Tied", "net.out"), ("Named", "net.parts.first")) if name in kind), "net")
    for _ in range(w.upto(3, 9)):
        w.lines += w.about(at, rows)
    return w.lines


CONTAINERS = ["nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 1))", "nn.ModuleList([nn.Linear(2, 2), nn.ReLU()])", "nn.ModuleDict({'a': nn.Linear(2, 2), 'b': nn.ReLU()})", "nn.ModuleDict([('a', nn.Tanh()), ('c', nn.ReLU())])",
              "nn.ParameterList([torch.ones(2), nn.Parameter(torch.zeros(1)), torch.arange(2.0)])", "nn.ParameterDict({'a': torch.ones(2), 'b': nn.Parameter(torch.zeros(1))})", "nn.ModuleList()", "nn.ParameterDict()"]


def containers(seed: int) -> list[str]:
    """A program about a container."""
    w = Modules(seed)
    w.lines.append(f"c = {w.one(*CONTAINERS)}")
    for _ in range(w.upto(4, 12)):
        new = w.one("nn.Linear(2, 2)", "nn.Tanh()", "nn.Parameter(torch.ones(2))", "torch.ones(2)", "3", "None", "nn.ModuleList([nn.ReLU()])")
        i = w.one("0", "-1", "1", "5", "'a'", "'b'", "slice(0, 2)", "slice(None, None, -1)", "'missing'")
        w.lines += w.one(
            [f"c.append({new})"], [f"c.extend([{new}, {new}])"], [f"c.insert({w.one(0, 1, -1)}, {new})"], [f"c[{i}] = {new}"], [f"del c[{i}]"], [f"c.pop({i})"], [f"c[{i}]"], ["len(c)"], ["list(c)"], ["list(c.keys())"], ["list(c.values())"], ["[k for k, _ in c.items()]"], [f"{i} in c"],
            [f"c.update({{'b': {new}, 'z': {new}}})"], ["c.clear()"], [f"c.get({i})"], [f"c.setdefault('a', {new})"], ["c.popitem()"], ["c = c + c"], ["c += c"], ["c = c * 2"], ["c = c | {'q': torch.ones(1)}"], ["c.copy()"], ["c(torch.ones(1, 2))"], ["repr(c)"], ["c.fromkeys(['a', 'b'], 1.0)"],
            ["[n for n, _ in c.named_parameters()]"], ["list(c.state_dict())"], ["c = copy.deepcopy(c)"], ["c = pickle.loads(pickle.dumps(c))"], ["[type(x).__name__ for x in reversed(c)]"], ["dir(c) == sorted(set(dir(c)))"], ["c.double()"], ["c.requires_grad_(False)"])
        w.lines.append("c")
    return w.lines


def sequences(seed: int) -> list[str]:
    """A program about packed sequences and recurrent layers."""
    w = Modules(seed)
    if w.maybe():
        w.lines.append("torch.set_default_dtype(torch.float64)")
    width, first = w.upto(1, 3), w.maybe()
    lengths = [w.upto(1, 4) for _ in range(w.upto(1, 3))]
    ordered = w.maybe()
    if ordered:
        lengths.sort(reverse=True)
    options = w.options(num_layers=(2,), bias=(False,), bidirectional=(True,), dropout=(0.5,)) + (", batch_first=True" if first else "")
    kind = w.one("RNN", "GRU", "LSTM", "LSTM")
    projected = kind == "LSTM" and w.maybe(0.3)
    w.lines += [f"rows = [torch.randn(n, {width}) for n in {lengths}]", f"x = rnn.pad_sequence(rows{w.one('', ', batch_first=True') if not first else ', batch_first=True'}{w.options(padding_value=(-1.0,), padding_side=(repr('left'),))})", "x",
                f"p = {w.one(f'rnn.pack_sequence(rows, enforce_sorted={ordered})', f'rnn.pack_padded_sequence(x, {lengths}, batch_first={first}, enforce_sorted={ordered})', f'rnn.pack_padded_sequence(x, torch.tensor({lengths}), {first}, {ordered})')}", "p",
                f"net = nn.{kind}({width}, 3{', proj_size=2' if projected else ''}{options})"]
    many = (2 if "num_layers" in options else 1) * (2 if "bidirectional" in options else 1)
    n = len(lengths)
    state = f"torch.randn({many}, {n}, {2 if projected else 3})"
    state = f"({state}, torch.randn({many}, {n}, 3))" if kind == "LSTM" else state
    for _ in range(w.upto(2, 6)):
        w.lines += w.one(["y, h = net(p)", "y.data.sum().backward()", "net"], [f"y, h = net(p, {state})", "net.zero_grad()", "y.data.square().sum().backward()", "net"], ["y, h = net(x)", "y.sum().backward()", "net"], [f"y, h = net(x, {state})"],
                         [f"rnn.pad_packed_sequence(p{w.options(batch_first=(True,), padding_value=(7.0,), total_length=(5, 2))})"], ["rnn.unpack_sequence(p)"], [f"rnn.unpad_sequence(x, torch.tensor({lengths}), batch_first={first})"], ["p.data, p.batch_sizes, p.sorted_indices, p.unsorted_indices"], ["p.is_cuda, p.is_pinned()"],
                         ["p.to(torch.float64).data.dtype"], ["p = p.double()", "net = net.double()"], ["p._replace(data=p.data * 2)"], ["net.flatten_parameters()", "net.all_weights", "net._flat_weights_names"], ["repr(net)", "[tuple(v.shape) for v in net.parameters()]"], ["net.eval()"], ["y, h = net(x[0])"], ["y, h = net(torch.randn(2, 2, 9))"],
                         [f"y, h = net(x, {state.replace('3)', '4)')})"], ["net = copy.deepcopy(net)"], ["net = pickle.loads(pickle.dumps(net))"], ["net.load_state_dict({k: v * 0.5 for k, v in net.state_dict().items()})"], [f"cell = nn.{kind}Cell({width}, 3{w.options(bias=(False,))})", f"cell(torch.randn(2, {width}))"], ["p == p, len(p)"], ["rnn.invert_permutation(torch.tensor([2, 0, 1]))"],
                         ["torch.autograd.grad(net(x)[0].sum(), net.weight_ih_l0)"], ["net.weight_hh_l0.requires_grad_(False)"], ["x.requires_grad_()", "net(x)[0].sum().backward()", "x.grad"])
    return w.lines


@pytest.mark.parametrize("seed", seeds(60))
def test_random_programs_about_modules_do_what_pytorchs_do(seed: int) -> None:
    agree(modules(seed), PRELUDE)


@pytest.mark.parametrize("seed", seeds(60))
def test_random_containers_are_pytorchs(seed: int) -> None:
    agree(containers(seed), PRELUDE)


@pytest.mark.parametrize("seed", seeds(60))
def test_random_sequences_are_pytorchs(seed: int) -> None:
    agree(sequences(seed), PRELUDE)

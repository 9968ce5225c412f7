"""Random training: losses, optimizers, schedulers, averages, scaling and accumulation for a few steps, as in PyTorch."""

# Tables of programs are wide.
# ruff: noqa: E501
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from side_by_side import Writer, agree, seeds

PRELUDE = """
schedulers, swa = torch.optim.lr_scheduler, torch.optim.swa_utils
class Net(nn.Module):
    def __init__(self, inputs, hidden, outputs, norm=False):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(inputs, hidden), nn.BatchNorm1d(hidden) if norm else nn.Identity(), nn.Tanh())
        self.head = nn.Linear(hidden, outputs)
        self.free = nn.Parameter(torch.tensor(0.5))
    def forward(self, x):
        return self.head(self.body(x)) * self.free
class Wave(Net):
    def __init__(self, *sizes, **options):
        super().__init__(*sizes, **options)
        self.free = nn.Parameter(torch.tensor(0.5 + 0.25j, dtype=self.head.weight.dtype.to_complex()))
    def forward(self, x):
        return (self.head(self.body(x)) * self.free).real
class Table(nn.Module):
    def __init__(self, inputs, hidden, outputs, norm=False):
        super().__init__()
        self.rows = nn.Embedding(6, outputs, sparse=True)
        self.body = nn.Sequential(nn.EmbeddingBag(5, outputs, sparse=True))
    def forward(self, x):
        places = x.detach().mul(5).long().remainder(5)
        return self.rows(places).sum(1) + self.body(places)
class Plain(torch.optim.Optimizer):
    def __init__(self, params, lr=0.1, drag=0.0):
        super().__init__(params, {'lr': lr, 'drag': drag})
    @torch.no_grad()
    def step(self, closure=None):
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            for p in group['params']:
                if p.grad is not None:
                    state = self.state[p]
                    state['speed'] = state.get('speed', torch.zeros_like(p)).mul_(group['drag']).add_(p.grad)
                    p.add_(state['speed'], alpha=-group['lr'])
        return loss
class Warm(schedulers.LRScheduler):
    def __init__(self, optimizer, steps, last_epoch=-1):
        self.steps = steps
        super().__init__(optimizer, last_epoch)
    def get_lr(self):
        return [base * min(1.0, (self.last_epoch + 1) / self.steps) for base in self.base_lrs]
class Rows(torch.utils.data.Dataset):
    def __init__(self, x, t):
        self.x, self.t = x, t
    def __len__(self):
        return len(self.x)
    def __getitem__(self, i):
        return {'x': self.x[i], 't': self.t[i], 'i': i}
def beside(rows):
    return torch.stack([r['x'] for r in rows]), torch.stack([r['t'] for r in rows])
data = torch.utils.data
seen = []
""".strip()

REDUCTION = ("'mean'", "'sum'", "'none'")


class Training(Writer):
    def loss(self, n: int, c: int) -> tuple[str, str, str]:
        """A loss as text, its target for scores (n, c), and what becomes of the scores before it."""
        r = self.options(reduction=REDUCTION)
        numbers, signs, labels = f"torch.randn({n}, {c})", f"torch.randn({n}, {c}).sign()", f"torch.randint({c}, ({n},))"
        shares = f"torch.rand({n}, {c})"
        classes = self.one("", "", f", weight=torch.rand({c})") + self.options(ignore_index=(0, 1, -100), label_smoothing=(0.1, 0.5))
        some = classes.partition(", label")[0]
        one_sign, many = f"torch.randn({n}).sign()", f"torch.randint(-1, {c}, ({n}, {c}))"
        return self.one(
            (f"nn.MSELoss({r[2:]})", numbers, "y"), (f"nn.L1Loss({r[2:]})", numbers, "y"),
            (f"nn.SmoothL1Loss({(r + self.options(beta=(0.1, 2.0, 0.0)))[2:]})", numbers, "y"),
            (f"nn.HuberLoss({(r + self.options(delta=(0.1, 2.0)))[2:]})", numbers, "y"),
            (f"nn.CrossEntropyLoss({(r + classes)[2:]})", labels, "y"), (f"nn.CrossEntropyLoss({(r + classes)[2:]})", labels, "y"),
            (f"nn.CrossEntropyLoss({(r + some.partition(', ignore')[0] + self.options(label_smoothing=(0.2,)))[2:]})", f"{shares}.softmax(1)", "y"),
            (f"nn.NLLLoss({(r + some)[2:]})", labels, "y.log_softmax(1)"),
            (f"nn.BCELoss({(r + self.one('', f', weight=torch.rand({c})'))[2:]})", f"{shares}.round()", "y.sigmoid()"),
            (f"nn.BCEWithLogitsLoss({(r + self.one('', f', pos_weight=torch.rand({c}) * 3', f', weight=torch.rand({n}, 1)'))[2:]})", shares, "y"),
            (f"nn.KLDivLoss({(r + self.options(log_target=(True,)))[2:]})", f"{shares}.softmax(1)", "y.log_softmax(1)"),
            ("nn.KLDivLoss(reduction='batchmean')", f"{shares}.softmax(1)", "y.log_softmax(1)"),
            (f"nn.PoissonNLLLoss({(r + self.options(log_input=(False,), full=(True,), eps=(1e-3,)))[2:]})", f"{shares} * 3", "y.abs()"),
            (f"nn.HingeEmbeddingLoss({(r + self.options(margin=(0.5,)))[2:]})", signs, "y"), (f"nn.SoftMarginLoss({r[2:]})", signs, "y"),
            (f"nn.MultiLabelMarginLoss({r[2:]})", many, "y"), (f"nn.MultiLabelSoftMarginLoss({(r + self.one('', f', weight=torch.rand({c})'))[2:]})", f"{shares}.round()", "y"),
            (f"nn.MultiMarginLoss({(r + self.options(p=(2,), margin=(0.3,)) + self.one('', f', weight=torch.rand({c})'))[2:]})", labels, "y"),
            (f"(lambda y, t: nn.CosineEmbeddingLoss({(r + self.options(margin=(0.2,)))[2:]})(y, torch.ones_like(y), t))", one_sign, "y"),
            (f"(lambda y, t: nn.MarginRankingLoss({(r + self.options(margin=(0.2,)))[2:]})(y[:, 0], y[:, -1], t))", one_sign, "y"),
            (f"(lambda y, t: nn.TripletMarginLoss({(r + self.options(margin=(0.2,), p=(1.0,), swap=(True,)))[2:]})(y, t, t.roll(1, 0)))", numbers, "y"),
            (f"(lambda y, t: nn.TripletMarginWithDistanceLoss({(r + self.options(swap=(True,), distance_function=('F.pairwise_distance',)))[2:]})(y, t, -t))", numbers, "y"),
            (f"(lambda y, t: nn.GaussianNLLLoss({(r + self.options(full=(True,)))[2:]})(y, t, (y * y + 0.1)))", numbers, "y"),
            (f"(lambda y, t: nn.CTCLoss(zero_infinity=True{self.one('', repr('sum').join([', reduction=', '']))})(y.log_softmax(-1)[:, None].expand(-1, 2, -1), t, [{n}, {n - 1}], [1, 2]))",
             f"torch.randint(1, {c}, (2, 2))", "y"))

    def optimizer(self, parameters: str, scaled: bool = False) -> str:
        lr = self.options(0.7, lr=(0.01, 0.1, 1e-3, 0.01, 0.1, "torch.tensor(0.02)"))
        decay = self.options(weight_decay=(0.01, 0.3), maximize=(True,), foreach=(False, True), differentiable=(False,))
        betas = self.options(betas=((0.9, 0.99), (0.5, 0.5), (0.0, 0.9)), eps=(1e-3,))
        form, options = self.one(
            ("SGD", lr + decay + self.one("", ", momentum=0.9", ", momentum=0.5, nesterov=True", ", momentum=0.7, dampening=0.3")),
            ("Adam", lr + decay + betas + self.options(amsgrad=(True,), decoupled_weight_decay=(True,), fused=(False, True))),
            ("AdamW", lr + decay + betas + self.options(amsgrad=(True,))), ("Adamax", lr + decay + betas),
            ("NAdam", lr + decay + betas + self.options(momentum_decay=(0.01,), decoupled_weight_decay=(True,))),
            ("RAdam", lr + decay + betas + self.options(decoupled_weight_decay=(True,))),
            ("Adagrad", lr + decay + self.options(lr_decay=(0.1,), initial_accumulator_value=(0.3,), eps=(1e-3,))),
            ("Adadelta", lr + decay + self.options(rho=(0.5,), eps=(1e-3,))),
            ("RMSprop", lr + decay + self.options(alpha=(0.5,), eps=(1e-3,), centered=(True,), momentum=(0.5,))),
            ("Rprop", lr + self.options(etas=((0.3, 1.5),), step_sizes=((1e-4, 0.1),), maximize=(True,))),
            ("ASGD", lr + decay + self.options(lambd=(0.1,), alpha=(0.5,), t0=(2,))),
            ("Adafactor", lr + self.options(weight_decay=(0.1,), beta2_decay=(-0.5,), d=(0.5,), maximize=(True,))),
            ("Plain", self.options(lr=(0.01, 0.2), drag=(0.5,))),
            ("Muon", lr + self.options(weight_decay=(0.2,), momentum=(0.5,), nesterov=(False,), ns_steps=(2,), eps=(1e-3,), adjust_lr_fn=("'match_rms_adamw'", "'original'"))),
            ("LBFGS", lr + self.options(max_iter=(3,), history_size=(2,), line_search_fn=("'strong_wolfe'",), max_eval=(4,), tolerance_grad=(1e-3,))))
        if "nesterov" in options:                               # of many tensors at once PyTorch writes into the gradients
            options = options.replace(", foreach=True", "")
        if "foreach" in options and "fused" in options:
            options = options.replace(", foreach=True", "").replace(", foreach=False", "")
        if scaled:                                              # a fused step that is left out makes state in PyTorch
            options = options.replace(", fused=True", "")
        if "LBFGS" in form:
            parameters = "net.parameters()"
        if "Muon" in form:
            parameters = self.one("[net.body[0].weight, net.head.weight]", "[net.head.weight]", "[('w', net.head.weight)]", "net.parameters()")
        return f"{'' if form == 'Plain' else 'torch.optim.'}{form}({parameters}{options})"

    def scheduler(self, depth: int = 0) -> str:
        end = self.options(0.2, last_epoch=(-1,))
        forms = [f"StepLR(optimizer, {self.upto(1, 3)}, gamma={self.one(0.5, 0.1)}{end})", f"MultiStepLR(optimizer, [{self.upto(1, 2)}, {self.upto(2, 4)}]{end})",
                 f"ConstantLR(optimizer{self.options(0.5, factor=(0.3, 1.0), total_iters=(2, 3))})", f"ExponentialLR(optimizer, {self.one(0.9, 0.5)}{end})",
                 f"LinearLR(optimizer{self.options(0.5, start_factor=(0.3, 1.0), end_factor=(0.5, 1.0), total_iters=(2, 3))})",
                 f"PolynomialLR(optimizer{self.options(0.5, total_iters=(2, 4), power=(2.0, 0.5))})",
                 f"CosineAnnealingLR(optimizer, {self.upto(1, 4)}{self.options(eta_min=(1e-3,))})",
                 f"CosineAnnealingWarmRestarts(optimizer, {self.upto(1, 3)}{self.options(T_mult=(2,), eta_min=(1e-3,))})",
                 "LambdaLR(optimizer, lambda k: 0.9 ** k)", "LambdaLR(optimizer, [lambda k: 0.9 ** k] * len(optimizer.param_groups))", "Warm(optimizer, 3)", "MultiplicativeLR(optimizer, lambda k: 0.5 + k / 10)",
                 f"CyclicLR(optimizer, 0.001, 0.1{self.options(step_size_up=(2,), step_size_down=(3,), mode=(repr('triangular2'), repr('exp_range')), gamma=(0.9,), cycle_momentum=(False,), scale_fn=('lambda x: 1 / (1 + x)',), base_momentum=(0.7,))})",
                 f"OneCycleLR(optimizer, 0.2, total_steps={self.upto(4, 9)}{self.options(pct_start=(0.5,), anneal_strategy=(repr('linear'),), three_phase=(True,), cycle_momentum=(False,), div_factor=(5.0,), final_div_factor=(10.0,))})"]
        if depth == 0:
            forms += [f"ReduceLROnPlateau(optimizer{self.options(mode=(repr('max'),), factor=(0.5,), patience=(0, 1), threshold=(0.1,), threshold_mode=(repr('abs'),), cooldown=(1,), min_lr=(1e-3,), eps=(1e-3,))})",
                      f"SequentialLR(optimizer, [{self.scheduler(1)}, {self.scheduler(1)}], milestones=[{self.upto(1, 3)}])",
                      f"ChainedScheduler([{self.scheduler(1)}, {self.scheduler(1)}])"] * 2
            forms.append(f"SWALR {self.one(0.05, 0.01)}{self.options(anneal_epochs=(1, 3), anneal_strategy=(repr('linear'),))}".replace("SWALR ", "SWALR(optimizer, ") + ")")
        form = str(self.one(*forms))
        return form if form.startswith("Warm") else f"{'swa' if form.startswith('SWALR') else 'schedulers'}.{form}"


def training(seed: int) -> list[str]:
    """A program that trains a small network for a few steps."""
    w = Training(seed)
    if w.maybe(0.7):
        w.lines.append("torch.set_default_dtype(torch.float64)")
    n, inputs, c = w.upto(2, 6), w.upto(1, 4), w.upto(2, 5)
    loss, target, scores = w.loss(n, c)
    parameters = w.one("net.parameters()", "net.parameters()", "net.named_parameters()",
                       "[{'params': net.body.parameters()}, {'params': [net.head.weight], 'lr': 0.03}]",
                       "[{'params': list(net.body.parameters()), 'weight_decay': 0.1}, {'params': [*net.head.parameters(), net.free]}]")
    style = w.one("plain", "plain", "plain", "clip", "accumulate", "scaler", "autocast", "loader", "loader")
    norm = "" if style == "autocast" else w.one("", ", norm=True")     # of a bias before a norm bfloat16 leaves rounding alone
    kind = "Net" if style == "autocast" else w.one("Net", "Net", "Net", "Net", "Wave", "Table")
    if kind == "Wave" and style in ("clip", "scaler"):             # PyTorch refuses complex gradients there when it has changed the others
        style = "plain"
    optimizer = w.optimizer(parameters, scaled=style == "scaler")
    if kind == "Wave":
        optimizer = optimizer.replace(", fused=True", "")
    if kind == "Table":
        optimizer = w.one("SparseAdam", "SparseAdam", "SGD", "Adagrad", "Adam") + "(net.parameters()" + w.options(lr=(0.1, 0.01), maximize=(True,)) + ")"
        optimizer = f"torch.optim.{optimizer}"
    w.lines += [f"net = {kind}({inputs}, {w.upto(1, 6)}, {c}{norm})", f"x, t = torch.randn({n}, {inputs}), {target}",
                f"criterion = {loss}", f"optimizer = {optimizer}", "repr(optimizer)", "criterion"]
    lbfgs = "LBFGS" in w.lines[-3]
    total = "" if "reduction='none'" not in loss else w.one(".sum()", ".mean()")
    compute = f"y = net(x)\n    loss = criterion({scores}, t){total}"
    scheduled = w.maybe(0.6)
    if scheduled:
        w.lines.append(f"scheduler = {w.scheduler()}")
    style = "closure" if lbfgs else style
    if style == "scaler":
        w.lines.append(f"scaler = torch.amp.GradScaler('cpu'{w.options(init_scale=(64.0, 1024.0), growth_interval=(1, 2), enabled=(False,), backoff_factor=(0.25,))})")
    averaged = w.maybe(0.2)
    if averaged:
        w.lines.append(f"average = swa.AveragedModel(net{w.options(0.6, multi_avg_fn=('swa.get_ema_multi_avg_fn(0.9)', 'swa.get_swa_multi_avg_fn()'), use_buffers=(True,)) if w.maybe(0.7) else w.one(', avg_fn=swa.get_ema_avg_fn(0.8)', ', avg_fn=lambda a, p, n: a + (p - a) / (n + 2)')})")
    if averaged and "get_swa_multi" in w.lines[-1]:                # numbers of batches it cannot average, in whichever order of dtypes
        w.lines[-1] = w.lines[-1].replace(", use_buffers=True", "")
    if style == "loader":
        w.lines += loader(w, n)
    if w.maybe(0.15):
        w.lines.append(w.one("h = optimizer.register_step_pre_hook(lambda o, a, k: seen.append(len(o.state)))",
                             "h = optimizer.register_step_post_hook(lambda o, a, k: seen.append(len(o.state)))",
                             "h = net.head.weight.register_hook(lambda g: g * 2)",
                             "h = net.head.weight.register_post_accumulate_grad_hook(lambda p: seen.append(p.grad.shape))",
                             "h = optimizer.register_state_dict_post_hook(lambda o, s: s.update(more=1))",
                             "h = optimizer.register_state_dict_pre_hook(lambda o: seen.append('saved'))",
                             "h = optimizer.register_load_state_dict_pre_hook(lambda o, s: seen.append(sorted(s)))",
                             "h = optimizer.register_load_state_dict_post_hook(lambda o: seen.append('loaded'))"))
    for k in range(w.upto(2, 6)):
        w.lines += step(w, compute, style, k)
        w.lines += ["loss", "optimizer", "net"]
        if averaged:
            w.lines += ["average.update_parameters(net)", "average"]
        if scheduled and w.maybe(0.8):
            plateau = "ReduceLROnPlateau(" in " ".join(w.lines)
            w.lines += ["scheduler.step(loss.item())" if plateau else w.one(*["scheduler.step()"] * 8, "scheduler.step(3)"), "[g['lr'] for g in optimizer.param_groups]", "scheduler.get_last_lr()",
                        "{k: v for k, v in scheduler.state_dict().items() if not k.startswith('_')}"]
        w.lines += between(w, scheduled)
    if averaged:
        w.lines += ["swa.update_bn([x, x * 2], average)", "average", "average(x)"]
    if "h = " in " ".join(w.lines):
        w.lines += ["h.remove()", "seen"]
    return w.lines


def loader(w: Training, n: int) -> list[str]:
    """Mini-batches of the rows."""
    dataset = w.one("data.TensorDataset(x, t)", "data.TensorDataset(x, t)", "Rows(x, t)", "[(a, b) for a, b in zip(x, t)]", "data.Subset(Rows(x, t), [0, 1])",
                    "data.ConcatDataset([Rows(x, t), Rows(-x, t)])", "data.StackDataset(x, t)", "data.StackDataset(x=x, t=t)")
    order = w.one("", ", shuffle=True", ", shuffle=True, generator=torch.Generator().manual_seed(3)", ", sampler=data.RandomSampler(rows, replacement=True)", ", sampler=data.SequentialSampler(rows)",
                  ", sampler=data.WeightedRandomSampler([0.5] * len(rows), 5)", ", sampler=data.SubsetRandomSampler([0, 1])")
    size = f", batch_size={w.upto(1, 4)}{w.options(drop_last=(True,))}"
    if w.maybe(0.15):
        order, size = f", batch_sampler=data.BatchSampler(data.SequentialSampler(rows), {w.upto(1, 3)}, {w.maybe()})", ""
    return [f"rows = {dataset}", f"loader = data.DataLoader(rows{size}{order}{', collate_fn=beside' if 'Rows' in dataset and w.maybe() else ''})", "len(loader)", "next(iter(loader))"]


def step(w: Training, compute: str, style: str, k: int) -> list[str]:
    zero = w.one("optimizer.zero_grad()", "optimizer.zero_grad(set_to_none=False)")
    if style == "closure" or (style == "plain" and w.maybe(0.15)):
        return [f"def closure():\n    global loss\n    optimizer.zero_grad()\n    {compute}\n    loss.backward()\n    return loss", "optimizer.step(closure)"]
    if style == "loader":
        inner = compute.replace("\n    ", "; ").replace("net(x)", "net(xb)").replace(", t)", ", tb)")
        return [f"losses = []\nfor batch in loader:\n    xb, tb = (batch['x'], batch['t']) if isinstance(batch, dict) else batch\n    {zero}; {inner}; loss.backward(); optimizer.step()\n    losses.append(loss.item())", "losses"]
    if style == "autocast":
        lines = [f"with torch.autocast('cpu', dtype=torch.bfloat16{w.options(0.1, enabled=(False,))}):\n    {compute}", "y", "loss.backward()", "optimizer.step()"]
    else:
        lines = [compute.replace("\n    ", "; ")]
        lines += ["scaler.scale(loss).backward()", *w.one([], ["scaler.unscale_(optimizer)"]), "scaler.step(optimizer)", "scaler.update()", "scaler.get_scale()", "scaler.state_dict()"
                  ] if style == "scaler" else ["loss.backward()"]
        if style == "clip":
            lines.append(w.one("nn.utils.clip_grad_norm_(net.parameters(), 0.5)", "nn.utils.clip_grad_value_(net.parameters(), 0.1)",
                               "nn.utils.clip_grad_norm_(net.parameters(), 0.5, norm_type=1)", "nn.utils.get_total_norm([p.grad for p in net.parameters()])"))
        if style == "accumulate" and k % 2 == 0:
            return ["(lambda y: (criterion(" + compute.split("criterion(")[1] + " / 2).backward())(net(x))", *lines]
        if style != "scaler":
            lines.append("optimizer.step()")
    return [zero, *lines]


def between(w: Training, scheduled: bool) -> list[str]:
    """What programs do between steps."""
    if w.maybe(0.6):
        return []
    choices: list[Any] = [
        ["state = copy.deepcopy(optimizer.state_dict())", "optimizer.load_state_dict(state)", "optimizer"],
        ["for g in optimizer.param_groups:\n    g['lr'] *= 0.5", "optimizer"], ["x = torch.randn_like(x)"],
        ["optimizer.add_param_group({'params': [torch.ones(2, requires_grad=True)], 'lr': 0.5})", "optimizer"],
        ["optimizer.add_param_group({'params': net.head.weight})"], ["net.body[0].weight.requires_grad_(False)"], ["net.head.bias.grad = None"],
        ["file = io.BytesIO()", "torch.save({'model': net.state_dict(), 'optimizer': optimizer.state_dict()}, file)", "saved = file.getvalue()", "None",
         "state = torch.load(io.BytesIO(other('saved')))", "net.load_state_dict(state['model'])", "optimizer.load_state_dict(state['optimizer'])", "optimizer"],
        ["net.eval()"], ["net.train()"], ["optimizer.load_state_dict({'state': {}, 'param_groups': []})"],
        ["optimizer = pickle.loads(pickle.dumps(optimizer))", "optimizer"], ["repr(optimizer)"], ["optimizer.zero_grad()", "optimizer.step()"],
        ["optimizer.state.clear()"], ["again = type(optimizer)(net.parameters())", "again.load_state_dict(optimizer.state_dict())", "again", "optimizer = again"],
        ["str(loss), f'{loss.sum().item():.4f}', repr(net.head.weight)"], ["twin = copy.deepcopy(net)", "twin.load_state_dict(net.state_dict())", "twin"],
        ["with torch.no_grad():\n    for p in net.parameters():\n        p.sub_(0.01 * p)", "net"], ["nn.utils.clip_grad_norm_(net.parameters(), 0.1, foreach=True)"],
        ["len(optimizer.state), [type(v).__name__ for s in optimizer.state.values() for k, v in s.items() if k != 'step']"], ["net.zero_grad(); optimizer.step()"],
        ["optimizer.param_groups[0]['params'][0].grad"], ["{k: v for k, v in optimizer.defaults.items() if k != 'differentiable'}"]]
    if scheduled:
        choices += [["state = copy.deepcopy(scheduler.state_dict())", "scheduler.load_state_dict(state)", "scheduler.get_last_lr()"],
                    ["[g.get('initial_lr') for g in optimizer.param_groups]"], ["scheduler.last_epoch"],
                    ["scheduler = pickle.loads(pickle.dumps(scheduler))", "[g['lr'] for g in scheduler.optimizer.param_groups]"], ["scheduler.optimizer is optimizer"], ["scheduler.base_lrs"]] * 2
    lines = list(w.one(*choices))
    plain = any(name in line for line in w.lines for name in ("SparseAdam(", "Adafactor(", "Muon(", "Plain(")) and "load_state" in " ".join(w.lines)
    # To these groups PyTorch gives an option that the others lack, and schedulers know only the groups that were there.
    return [] if (plain or scheduled) and "add_param_group" in lines[0] else lines


@pytest.mark.parametrize("seed", seeds(60))
def test_random_training_goes_as_in_pytorch(seed: int) -> None:
    agree(training(seed), PRELUDE)

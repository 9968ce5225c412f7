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
            (f"(lambda y, t: nn.CTCLoss({self.one('', repr('sum').join(['reduction=', '']))})(y.log_softmax(-1)[:, None].expand(-1, 2, -1), t, [{n}, {n - 1}], [1, 2]))",
             f"torch.randint(1, {c}, (2, 2))", "y"))

    def optimizer(self, parameters: str, scaled: bool = False) -> str:
        lr = self.options(0.7, lr=(0.01, 0.1, 1e-3))
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
            ("LBFGS", lr + self.options(max_iter=(3,), history_size=(2,), line_search_fn=("'strong_wolfe'",), max_eval=(4,), tolerance_grad=(1e-3,))))
        if "nesterov" in options:                               # of many tensors at once PyTorch writes into the gradients
            options = options.replace(", foreach=True", "")
        if "foreach" in options and "fused" in options:
            options = options.replace(", foreach=True", "").replace(", foreach=False", "")
        if scaled:                                              # a fused step that is left out makes state in PyTorch
            options = options.replace(", fused=True", "")
        if "LBFGS" in form:
            parameters = "net.parameters()"
        return f"torch.optim.{form}({parameters}{options})"

    def scheduler(self, depth: int = 0) -> str:
        end = self.options(0.2, last_epoch=(-1,))
        forms = [f"StepLR(optimizer, {self.upto(1, 3)}, gamma={self.one(0.5, 0.1)}{end})", f"MultiStepLR(optimizer, [{self.upto(1, 2)}, {self.upto(2, 4)}]{end})",
                 f"ConstantLR(optimizer{self.options(0.5, factor=(0.3, 1.0), total_iters=(2, 3))})", f"ExponentialLR(optimizer, {self.one(0.9, 0.5)}{end})",
                 f"LinearLR(optimizer{self.options(0.5, start_factor=(0.3, 1.0), end_factor=(0.5, 1.0), total_iters=(2, 3))})",
                 f"PolynomialLR(optimizer{self.options(0.5, total_iters=(2, 4), power=(2.0, 0.5))})",
                 f"CosineAnnealingLR(optimizer, {self.upto(1, 4)}{self.options(eta_min=(1e-3,))})",
                 f"CosineAnnealingWarmRestarts(optimizer, {self.upto(1, 3)}{self.options(T_mult=(2,), eta_min=(1e-3,))})",
                 "LambdaLR(optimizer, lambda k: 0.9 ** k)", "MultiplicativeLR(optimizer, lambda k: 0.5 + k / 10)",
                 f"CyclicLR(optimizer, 0.001, 0.1{self.options(step_size_up=(2,), step_size_down=(3,), mode=(repr('triangular2'), repr('exp_range')), gamma=(0.9,), cycle_momentum=(False,), scale_fn=('lambda x: 1 / (1 + x)',), base_momentum=(0.7,))})",
                 f"OneCycleLR(optimizer, 0.2, total_steps={self.upto(4, 9)}{self.options(pct_start=(0.5,), anneal_strategy=(repr('linear'),), three_phase=(True,), cycle_momentum=(False,), div_factor=(5.0,), final_div_factor=(10.0,))})"]
        if depth == 0:
            forms += [f"ReduceLROnPlateau(optimizer{self.options(mode=(repr('max'),), factor=(0.5,), patience=(0, 1), threshold=(0.1,), threshold_mode=(repr('abs'),), cooldown=(1,), min_lr=(1e-3,), eps=(1e-3,))})",
                      f"SequentialLR(optimizer, [{self.scheduler(1)}, {self.scheduler(1)}], milestones=[{self.upto(1, 3)}])",
                      f"ChainedScheduler([{self.scheduler(1)}, {self.scheduler(1)}])"] * 2
            forms.append(f"SWALR {self.one(0.05, 0.01)}{self.options(anneal_epochs=(1, 3), anneal_strategy=(repr('linear'),))}".replace("SWALR ", "SWALR(optimizer, ") + ")")
        form = str(self.one(*forms))
        return f"{'swa' if form.startswith('SWALR') else 'schedulers'}.{form}"


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
    style = w.one("plain", "plain", "plain", "clip", "accumulate", "scaler", "autocast")
    norm = "" if style == "autocast" else w.one("", ", norm=True")     # of a bias before a norm bfloat16 leaves rounding alone
    w.lines += [f"net = Net({inputs}, {w.upto(1, 6)}, {c}{norm})", f"x, t = torch.randn({n}, {inputs}), {target}",
                f"criterion = {loss}", f"optimizer = {w.optimizer(parameters, scaled=style == 'scaler')}", "repr(optimizer)", "criterion"]
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
        w.lines.append(f"average = swa.AveragedModel(net{w.options(0.6, multi_avg_fn=('swa.get_ema_multi_avg_fn(0.9)',), use_buffers=(True,))})")
    if w.maybe(0.15):
        w.lines.append(w.one("h = optimizer.register_step_pre_hook(lambda o, a, k: seen.append(len(o.state)))",
                             "h = optimizer.register_step_post_hook(lambda o, a, k: seen.append(len(o.state)))",
                             "h = net.head.weight.register_hook(lambda g: g * 2)",
                             "h = net.head.weight.register_post_accumulate_grad_hook(lambda p: seen.append(p.grad.shape))",
                             "h = optimizer.register_state_dict_post_hook(lambda o, s: s.update(more=1))"))
    for k in range(w.upto(2, 6)):
        w.lines += step(w, compute, style, k)
        w.lines += ["loss", "optimizer", "net"]
        if averaged:
            w.lines += ["average.update_parameters(net)", "average"]
        if scheduled and w.maybe(0.8):
            plateau = "ReduceLROnPlateau(" in " ".join(w.lines)
            w.lines += ["scheduler.step(loss.item())" if plateau else "scheduler.step()", "[g['lr'] for g in optimizer.param_groups]", "scheduler.get_last_lr()",
                        "{k: v for k, v in scheduler.state_dict().items() if not k.startswith('_')}"]
        w.lines += between(w, scheduled)
    if averaged:
        w.lines += ["swa.update_bn([x, x * 2], average)", "average", "average(x)"]
    if "h = " in " ".join(w.lines):
        w.lines.append("seen")
    return w.lines


def step(w: Training, compute: str, style: str, k: int) -> list[str]:
    zero = w.one("optimizer.zero_grad()", "optimizer.zero_grad(set_to_none=False)")
    if style == "closure" or (style == "plain" and w.maybe(0.15)):
        return [f"def closure():\n    global loss\n    optimizer.zero_grad()\n    {compute}\n    loss.backward()\n    return loss", "optimizer.step(closure)"]
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
        ["optimizer.state.clear()"]]
    if scheduled:
        choices += [["state = copy.deepcopy(scheduler.state_dict())", "scheduler.load_state_dict(state)", "scheduler.get_last_lr()"],
                    ["[g.get('initial_lr') for g in optimizer.param_groups]"], ["scheduler.last_epoch"]] * 2
    return list(w.one(*choices))


@pytest.mark.parametrize("seed", seeds(60))
def test_random_training_goes_as_in_pytorch(seed: int) -> None:
    agree(training(seed), PRELUDE)

"""The catalogue: for every rule faulty programs in different styles, and healthy ones near them."""

from collections.abc import Callable

from programs import HEAD, STEP, in_styles, indented, program

FAULTY: dict[str, list[str]] = {}
HEALTHY: dict[str, list[str]] = {}


def row(rule: str) -> Callable[[Callable[[], tuple[list[str], list[str]]]], None]:
    """A function that gives the faulty and the healthy programs of a rule."""
    def add(of: Callable[[], tuple[list[str], list[str]]]) -> None:
        FAULTY[rule], HEALTHY[rule] = of()

    return add


HAND = HEAD + """x = torch.linspace(0, 2, 20)
y = 3 * x + 1
w = torch.zeros(1, requires_grad=True)
b = torch.zeros(1, requires_grad=True)
for epoch in range({epochs}):
    loss = ((w * x + b - y) ** 2).mean()
{body}"""


def by_hand(body: str, epochs: int = 40, seed: int = 0) -> str:
    return HAND.format(seed=seed, epochs=epochs, body=indented(body, 1))


# the loop -------------------------------------------------------------------------------------------------------------------------
@row("zero-grad-forgotten")
def _() -> tuple[list[str], list[str]]:
    without = STEP.replace("optimizer.zero_grad()\n", "")
    faulty = in_styles(5, step=without) + [
        by_hand("loss.backward()\nwith torch.no_grad():\n    w -= 0.05 * w.grad\n    b -= 0.05 * b.grad"),
        by_hand("loss.backward()\nw.data = w.data - 0.05 * w.grad.data\nb.data = b.data - 0.05 * b.grad.data"),
    ]
    gan = HEAD.format(seed=0) + """real = torch.randn(32, 2) * 0.5 + 1
generator = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 2))
critic = nn.Sequential(nn.Linear(2, 8), nn.LeakyReLU(0.2), nn.Linear(8, 1))
opt_g = torch.optim.Adam(generator.parameters(), lr=1e-3)
opt_d = torch.optim.Adam(critic.parameters(), lr=1e-3)
criterion = nn.BCEWithLogitsLoss()
ones, zeros = torch.ones(32, 1), torch.zeros(32, 1)
for step in range(40):
    fake = generator(torch.randn(32, 2))
    opt_d.zero_grad()
    loss_d = criterion(critic(real), ones) + criterion(critic(fake.detach()), zeros)
    loss_d.backward()
    opt_d.step()
    opt_g.zero_grad()
    loss_g = criterion(critic(fake), ones)
    loss_g.backward()
    opt_g.step()
"""
    accumulation = program("binary", "layers", "loader", step="""output = model(xb)
loss = criterion(output, yb) / 2
loss.backward()
count = globals().get("count", 0) + 1
if count % 2 == 0:
    optimizer.step()
    optimizer.zero_grad()
""", epochs=60)
    healthy = in_styles(5) + [
        gan, accumulation,
        by_hand("loss.backward()\nwith torch.no_grad():\n    w -= 0.05 * w.grad\n    b -= 0.05 * b.grad\nw.grad.zero_()\nb.grad.zero_()"),
        by_hand("loss.backward()\nwith torch.no_grad():\n    w -= 0.05 * w.grad\n    b -= 0.05 * b.grad\nw.grad = None\nb.grad = None"),
        program("numbers", "module", "plain", step="output = model(xb)\nloss = criterion(output, yb)\nloss.backward()\noptimizer.step()\nmodel.zero_grad()\n"),
    ]
    return faulty, healthy


@row("step-or-backward-missing")
def _() -> tuple[list[str], list[str]]:
    order = "optimizer.zero_grad()\noutput = model(xb)\nloss = criterion(output, yb)\noptimizer.step()\nloss.backward()\n"
    late = "output = model(xb)\nloss = criterion(output, yb)\nloss.backward()\noptimizer.zero_grad()\noptimizer.step()\n"
    faulty = [
        *in_styles(3, step=STEP.replace("loss.backward()\n", "")), *in_styles(3, step=STEP.replace("optimizer.step()\n", "")),
        program("numbers", "linear", "plain", step=order), program("binary", "layers", "function", step=late),
        by_hand("loss.backward()\nw.grad.zero_()\nb.grad.zero_()"),
        program("classes", "layers", "plain", step="output = model(xb)\nloss = criterion(output, yb)\n"),
    ]
    healthy = [
        program("numbers", "linear", "plain", step="output = model(xb)\nloss = criterion(output, yb)\noptimizer.zero_grad()\nloss.backward()\noptimizer.step()\n"),
        HEAD.format(seed=0) + "x = torch.tensor([1.0, 2.0], requires_grad=True)\nfor k in range(4):\n    y = (x ** 2).sum()\n    y.backward()\n    print(x.grad)\n",
        HEAD.format(seed=0) + "x = torch.tensor(1.0, requires_grad=True)\ny = x ** 2\ny.backward()\nprint(x.grad)\n",
        program("wave", "layers", "plain", after="with torch.no_grad():\n    print(criterion(model(x), y).item())\n"),
        HEAD.format(seed=0) + """x = torch.randn(30, 2)
y = x[:, :1] - 0.5
model = nn.Linear(2, 1)
optimizer = torch.optim.LBFGS(model.parameters(), lr=0.5)
def closure():
    optimizer.zero_grad()
    loss = F.mse_loss(model(x), y)
    loss.backward()
    return loss
for step in range(5):
    optimizer.step(closure)
""",
        program("numbers", "module", "plain", step=STEP.replace("loss.backward()", "if epoch % 2 == 0:\n    loss.backward()")),
    ]
    return faulty, healthy


LISTED = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = [nn.Linear({i}, 8), nn.Linear(8, 8)]
        self.last = nn.Linear(8, {o})

    def forward(self, x):
        for layer in self.hidden:
            x = torch.tanh(layer(x))
        return self.last(x)


model = Net()
"""
TWO = "encoder = nn.Linear({i}, 6)\nhead = nn.Linear(6, {o})\nmodel = lambda x: head(torch.tanh(encoder(x)))\n"


@row("parameter-not-in-optimizer")
def _() -> tuple[list[str], list[str]]:
    both = "torch.optim.SGD([*encoder.parameters(), *head.parameters()], lr=0.1)"
    faulty = [
        program("numbers", model_text=LISTED), program("classes", loop="loader", model_text=LISTED),
        program("binary", model_text=TWO, optimizer="torch.optim.SGD(head.parameters(), lr=0.1)"),
        program("classes", loop="trainer", model_text=TWO, optimizer="torch.optim.Adam(encoder.parameters(), lr=0.01)"),
        by_hand("optimizer.zero_grad()\nloss.backward()\noptimizer.step()").replace("for epoch", "optimizer = torch.optim.SGD([w], lr=0.05)\nfor epoch"),
        program("wave", model_text=LISTED.replace("[nn.Linear({i}, 8), nn.Linear(8, 8)]", "(nn.Linear({i}, 8), nn.Linear(8, 8))")),
    ]
    frozen = "encoder = nn.Linear({i}, 6)\nencoder.requires_grad_(False)\nhead = nn.Linear(6, {o})\nmodel = lambda x: head(torch.tanh(encoder(x)))\n"
    healthy = [
        program("numbers", model_text=LISTED.replace("[nn.Linear({i}, 8), nn.Linear(8, 8)]", "nn.ModuleList([nn.Linear({i}, 8), nn.Linear(8, 8)])")),
        program("binary", model_text=TWO, optimizer=both), program("classes", model_text=frozen, optimizer="torch.optim.SGD(head.parameters(), lr=0.1)"),
        program("numbers", "module", optimizer="torch.optim.SGD(model.second.parameters(), lr=0.1)"),
        program("classes", "layers", before="for p in model[0].parameters():\n    p.requires_grad = False\n"),
        program("binary", model_text=TWO, optimizer="torch.optim.SGD(encoder.parameters(), lr=0.1)", before="other = torch.optim.SGD(head.parameters(), lr=0.1)\n",
                post="other.step()\nother.zero_grad()\n"),
        HEAD.format(seed=0) + """model = nn.Sequential(nn.Linear(1, 8), nn.Tanh(), nn.Linear(8, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
t = torch.linspace(0, 1, 20).view(-1, 1).requires_grad_()
for step in range(40):
    optimizer.zero_grad()
    u = model(t)
    du = torch.autograd.grad(u.sum(), t, create_graph=True)[0]
    loss = ((du + u) ** 2).mean() + (model(torch.zeros(1, 1)) - 1).pow(2).mean()
    loss.backward()
    optimizer.step()
""",
    ]
    return faulty, healthy


@row("optimizer-holds-old-parameters")
def _() -> tuple[list[str], list[str]]:
    again = {"layers": "model = nn.Sequential(nn.Linear({i}, 8), nn.Tanh(), nn.Linear(8, {o}))\n", "linear": "model = nn.Linear({i}, {o})\n",
             "module": "model = Net()\n"}
    faulty = [
        program("numbers", "linear", before=again["linear"].format(i=3, o=1)),
        program("binary", "layers", "loader", before=again["layers"].format(i=3, o=1)),
        program("classes", "module", "trainer", before="model = Net()\n"),
        program("numbers", "module", before="model.second = nn.Linear(8, 1)\n"),
        program("wave", "layers", "function", before="model[2] = nn.Linear(8, 1)\n"),
        program("binary", "module", before="import copy\nmodel = copy.deepcopy(model)\n"),
    ]
    healthy = [
        program("numbers", "linear", before="model.weight.data.normal_()\n"), program("binary", "layers", before="nn.init.xavier_uniform_(model[0].weight)\n"),
        program("numbers", "module", before="model.second = nn.Linear(8, 1)\noptimizer = torch.optim.SGD(model.parameters(), lr=0.1)\n"),
        program("classes", "module", before="import copy\nbest = copy.deepcopy(model)\n"),
        program("wave", "layers", before="model.double()\nmodel.float()\n"),
        program("numbers", "linear", before="optimizer.add_param_group({'params': [torch.zeros(1, requires_grad=True)]})\n"),
    ]
    return faulty, healthy


@row("gradient-chain-broken")
def _() -> tuple[list[str], list[str]]:
    cut = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear({i}, 8)
        self.second = nn.Linear(8, {o})

    def forward(self, x):
        h = torch.tanh(self.first(x))CUT
        return self.second(h)


model = Net()
"""
    faulty = [
        program("numbers", model_text=cut.replace("CUT", ".detach()")), program("classes", loop="loader", model_text=cut.replace("CUT", ".data")),
        program("binary", model_text=cut.replace("CUT", "\n        h = torch.from_numpy(h.detach().numpy())")),
        HEAD.format(seed=0) + "w = torch.tensor([1.0])\nx = torch.arange(4.0)\nloss = ((w * x - 2 * x) ** 2).mean()\nloss.backward()\n",
        program("numbers", "linear", step=STEP.replace("loss = criterion(output, yb)", "loss = criterion(output.detach(), yb)")),
        program("classes", "layers", step="optimizer.zero_grad()\nwith torch.no_grad():\n    output = model(xb)\nloss = criterion(output, yb)\nloss.backward()\noptimizer.step()\n"),
        HEAD.format(seed=0) + "w = torch.tensor([1, 2], requires_grad=True)\n",
        program("wave", "layers", step=STEP.replace("loss.backward()", "loss = torch.tensor(loss.item())\nloss.backward()")),
    ]
    healthy = [
        program("numbers", model_text=cut.replace("CUT", "")),
        program("binary", "layers", post="with torch.no_grad():\n    accuracy = ((model(x) > 0).float() == y).float().mean()\n"),
        program("numbers", "module", post="shown = output.detach().numpy().mean()\n"), program("classes", "layers", post="kept = loss.item()\n"),
        HEAD.format(seed=0) + """online, target = nn.Linear(4, 2), nn.Linear(4, 2)
target.load_state_dict(online.state_dict())
optimizer = torch.optim.SGD(online.parameters(), lr=0.05)
s, s2, r = torch.randn(50, 4), torch.randn(50, 4), torch.randn(50)
for step in range(40):
    with torch.no_grad():
        goal = r + 0.5 * target(s2).max(1).values
    loss = F.smooth_l1_loss(online(s).max(1).values, goal)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
""",
    ]
    return faulty, healthy


@row("mode-forgotten")
def _() -> tuple[list[str], list[str]]:
    drop = "model = nn.Sequential(nn.Linear({i}, 16), nn.Tanh(), nn.Dropout(0.3), nn.Linear(16, {o}))\n"
    norm = "model = nn.Sequential(nn.Linear({i}, 16), nn.BatchNorm1d(16), nn.Tanh(), nn.Linear(16, {o}))\n"
    test = "with torch.no_grad():\n    answers = model(x)\nprint(answers.shape)\n"
    forget = "if epoch % 5 == 4:\n    model.eval()\n    with torch.no_grad():\n        model(xb)\n"
    faulty = [
        program("numbers", model_text=drop, after=test), program("classes", model_text=norm, after=test, loop="loader"),
        program("binary", model_text=drop, post=forget), program("numbers", model_text=norm, post=forget, loop="function"),
        program("classes", model_text=drop, after="print((model(x).argmax(1) == y).float().mean())\n"),
        program("binary", model_text=norm, loop="trainer", post=forget.replace("epoch % 5 == 4", "epoch == 3")),
        program("numbers", model_text=drop, loop="loader", post=test.replace("print(answers.shape)\n", "")),
    ]
    right = "model.eval()\n" + test
    healthy = [
        program("numbers", model_text=drop, after=right), program("classes", model_text=norm, after=right, loop="loader"),
        program("binary", model_text=drop, pre="model.train()\n", post=forget), program("binary", "layers", after=test),
        program("numbers", model_text=norm, before="model.eval()\n", after=test),
        program("classes", model_text=drop, pre="model.train()\n", post=forget, after="model.eval()\nprint((model(x).argmax(1) == y).float().mean())\n"),
    ]
    return faulty, healthy


@row("loss-tensor-accumulated")
def _() -> tuple[list[str], list[str]]:
    faulty = [
        program("numbers", "linear", before="total = 0\n", post="total += loss\n"),
        program("binary", "layers", "loader", before="total = 0.0\n", post="total = total + loss\n"),
        program("classes", "module", "plain", before="losses = []\n", post="losses.append(loss)\n"),
        program("wave", "layers", before="running = torch.zeros(())\n", post="running += loss\n"),
        program("numbers", "module", "while", before="total = 0\n", post="total += loss * len(xb)\n"),
    ]
    healthy = [
        program("numbers", "linear", before="total = 0\n", post="total += loss.item()\n"),
        program("binary", "layers", "loader", before="total = 0.0\n", post="total = total + float(loss.detach())\n"),
        program("classes", "module", before="losses = []\n", post="losses.append(loss.detach())\n"),
        program("wave", "layers", step=STEP.replace("loss = criterion(output, yb)", "loss = criterion(output, yb)\nloss = loss + 0.001 * model[0].weight.pow(2).sum()")),
        program("numbers", "linear", step="optimizer.zero_grad()\ntotal = 0\nfor k in range(3):\n    total = total + criterion(model(xb), yb)\nloss = total\nloss.backward()\noptimizer.step()\n",
                optimizer="torch.optim.SGD(model.parameters(), lr=0.03)"),
    ]
    return faulty, healthy

"""The catalogue: for every rule faulty programs in different styles, and healthy ones near them."""

from collections.abc import Callable

from training_programs import HEAD, STEP, in_styles, indented, program

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


# the loss -------------------------------------------------------------------------------------------------------------------------
FLAT = "y = y.squeeze(1)\n"


@row("loss-broadcast")
def _() -> tuple[list[str], list[str]]:
    faulty = [
        program("numbers", "linear", more_data=FLAT), program("wave", "layers", "loader", more_data=FLAT),
        program("numbers", "module", "trainer", more_data=FLAT, loss="nn.L1Loss()"),
        program("numbers", "linear", more_data=FLAT, loss="lambda p, t: ((p - t) ** 2).mean()"),
        program("numbers", "linear", more_data=FLAT, step=STEP.replace("criterion(output, yb)", "F.mse_loss(output, yb)"), loop="function"),
        program("wave", "layers", step=STEP.replace("model(xb)", "model(xb).squeeze(1)")),
        program("binary", "layers", more_data=FLAT), program("binary", "layers", "loader", more_data=FLAT, loss="nn.BCELoss()", end=", nn.Sigmoid()"),
        by_hand("loss.backward()\nwith torch.no_grad():\n    w -= 0.05 * w.grad\n    b -= 0.05 * b.grad\nw.grad.zero_()\nb.grad.zero_()").replace("y = 3 * x + 1", "y = (3 * x + 1).view(-1, 1)"),
    ]
    healthy = [
        program("numbers", "linear"), program("numbers", "linear", more_data=FLAT, step=STEP.replace("model(xb)", "model(xb).squeeze(1)")),
        program("wave", "layers", "loader", more_data=FLAT, step=STEP.replace("criterion(output, yb)", "criterion(output, yb.view(-1, 1))")),
        HEAD.format(seed=0) + """points = torch.randn(12, 1, requires_grad=True)
optimizer = torch.optim.SGD([points], lr=0.05)
for step in range(30):
    distances = (points - points.view(1, -1)).abs()
    loss = (distances - 1).clamp(min=0).sum() + points.pow(2).sum()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
""",
        program("numbers", "linear", step=STEP.replace("criterion(output, yb)", "((output - yb) ** 2).sum() / len(yb)")),
        HEAD.format(seed=0) + """w = torch.randn(5, requires_grad=True)
optimizer = torch.optim.SGD([w], lr=0.1)
for step in range(30):
    loss = ((w - torch.tensor(2.0)) ** 2).sum()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
""",
    ]
    return faulty, healthy


@row("softmax-before-cross-entropy")
def _() -> tuple[list[str], list[str]]:
    inside = STEP.replace("model(xb)", "F.softmax(model(xb), dim=1)")
    faulty = [
        program("classes", "layers", end=", nn.Softmax(dim=1)"), program("classes", "module", "loader", step=inside),
        program("classes", "linear", "trainer", step=STEP.replace("model(xb)", "torch.softmax(model(xb), 1)")),
        program("classes", "functional", "function", step=STEP.replace("model(xb)", "model(xb).softmax(dim=-1)")),
        program("classes", "layers", "plain", step=STEP.replace("criterion(output, yb)", "F.cross_entropy(output.softmax(1), yb)")),
        program("classes", "layers", "while", end=", nn.Softmax(1)", optimizer="torch.optim.Adam(model.parameters(), lr=0.01)"),
    ]
    healthy = [
        program("classes", "layers"), program("classes", "module", "loader", post="probabilities = output.detach().softmax(1)\n"),
        program("classes", "layers", end=", nn.LogSoftmax(dim=1)", loss="nn.NLLLoss()"),
        program("classes", "linear", step=STEP.replace("criterion(output, yb)", "-torch.log(torch.softmax(output, 1))[torch.arange(len(yb)), yb].mean()")),
        program("classes", "layers", act="nn.Softmax(dim=1)", optimizer="torch.optim.Adam(model.parameters(), lr=0.05)"),
        program("classes", "functional", "trainer", loss="nn.CrossEntropyLoss(label_smoothing=0.1)"),
    ]
    return faulty, healthy


@row("sigmoid-and-loss-mismatch")
def _() -> tuple[list[str], list[str]]:
    faulty = [
        program("binary", "layers", end=", nn.Sigmoid()"), program("binary", "module", "loader", step=STEP.replace("model(xb)", "torch.sigmoid(model(xb))")),
        program("binary", "linear", "function", step=STEP.replace("criterion(output, yb)", "F.binary_cross_entropy_with_logits(output.sigmoid(), yb)")),
        program("binary", "layers", loss="nn.BCELoss()"), program("binary", "module", "trainer", loss="nn.BCELoss()"),
        program("binary", "linear", loss="F.binary_cross_entropy"), program("binary", "functional", "while", loss="nn.BCELoss(reduction='sum')"),
    ]
    healthy = [
        program("binary", "layers"), program("binary", "module", "loader", loss="nn.BCELoss()", step=STEP.replace("model(xb)", "torch.sigmoid(model(xb))")),
        program("binary", "layers", end=", nn.Sigmoid()", loss="nn.BCELoss()"), program("binary", "functional", "trainer", act="nn.Sigmoid()",
                optimizer="torch.optim.Adam(model.parameters(), lr=0.05)"),
        program("binary", "linear", post="accuracy = ((output.sigmoid() > 0.5).float() == yb).float().mean().item()\n"),
        program("binary", "layers", act="nn.Sigmoid()", optimizer="torch.optim.Adam(model.parameters(), lr=0.05)"),
    ]
    return faulty, healthy


@row("labels-of-wrong-kind")
def _() -> tuple[list[str], list[str]]:
    faulty = [
        program("classes", "layers", more_data="y = y.float()\n"), program("classes", "module", "loader", more_data="y = y + 1\n"),
        program("classes", "linear", more_data="y = F.one_hot(y)\n"), program("classes", "functional", "trainer", more_data="y = y.view(-1, 1)\n"),
        program("binary", "layers", more_data="y = y.long()\n"), program("classes", "layers", more_data="y[3] = -1\n"),
        program("classes", "layers", "function", out=2), program("binary", "module", loss="nn.BCELoss()", more_data="y = y.int()\n", step=STEP.replace("model(xb)", "model(xb).sigmoid()")),
    ]
    healthy = [
        program("classes", "layers"), program("classes", "linear", more_data="y = F.one_hot(y).float()\n"),
        program("classes", "module", "loader", more_data="y = y + 1\n", out=4), program("classes", "layers", more_data="y[3] = -100\n"),
        program("binary", "layers", more_data="y = y * 0.8 + 0.1\n"), program("binary", "layers", "loader", out=1),
    ]
    return faulty, healthy


ARRAYS = "import numpy as np\nrng = np.random.default_rng(0)\n"


@row("dtype-mismatch")
def _() -> tuple[list[str], list[str]]:
    double = ARRAYS + "x = torch.from_numpy(rng.normal(size=(64, 3)))\n"
    faulty = [
        program("numbers", "linear", more_data=double), program("binary", "layers", "loader", more_data=double + "y = (x[:, :1] > 0).float()\n"),
        program("classes", "module", "trainer", more_data=double + "y = x.argmax(1)\n"),
        program("numbers", "linear", more_data=ARRAYS + "x = torch.tensor(rng.normal(size=(64, 3)))\n", loop="function"),
        HEAD.format(seed=0) + ARRAYS + "x = torch.from_numpy(rng.normal(size=(20, 2)))\nw = torch.randn(2, 1, requires_grad=True)\nloss = (x @ w).pow(2).mean()\nloss.backward()\n",
        HEAD.format(seed=0) + ARRAYS + "images = torch.from_numpy(rng.normal(size=(4, 1, 6, 6)))\nconv = nn.Conv2d(1, 2, 3)\nloss = conv(images).mean()\nloss.backward()\n",
    ]
    healthy = [
        program("numbers", "linear", more_data=double.rstrip("\n") + ".float()\n" + "y = x.sum(1, keepdim=True)\n"),
        program("numbers", "linear", more_data=double + "y = x.sum(1, keepdim=True)\n", before="model.double()\n"),
        program("numbers", "linear", more_data=ARRAYS + "x = torch.from_numpy(rng.normal(size=(64, 3)).astype('float32'))\ny = x.sum(1, keepdim=True)\n"),
        program("numbers", "linear", more_data=ARRAYS + "x = torch.tensor(rng.normal(size=(64, 3)), dtype=torch.float32)\ny = x.sum(1, keepdim=True)\n"),
        program("numbers", "layers", more_data=ARRAYS + "y = torch.from_numpy(rng.normal(size=(64, 1)) * 0.1) + x.sum(1, keepdim=True).double()\n",
                step=STEP.replace("loss = criterion(output, yb)", "loss = criterion(output, yb.float())")),
    ]
    return faulty, healthy


@row("labels-unrelated")
def _() -> tuple[list[str], list[str]]:
    faulty = [
        program("numbers", "layers", more_data="x = torch.randn(200, 3)\ny = (x @ torch.tensor([[1.0], [-2.0], [0.5]]))[torch.randperm(200)]\n", seed=1),
        program("binary", "layers", more_data="x = torch.randn(200, 3)\ny = (x[:, :1] > 0).float()[torch.randperm(200)]\n"),
        program("classes", "linear", "loader", more_data="x = torch.randn(300, 3)\ny = x.argmax(1)\nx = x[torch.randperm(300)]\n", epochs=60),
        program("numbers", "linear", step=STEP.replace("criterion(output, yb)", "criterion(output, output.detach())")),
        program("binary", "module", more_data="y = torch.zeros(80, 1)\n"), program("classes", "layers", "loader", more_data="y = torch.full((90,), 2)\n"),
        program("numbers", "module", "trainer", more_data="x = torch.randn(150, 3)\ny = x.sum(1, keepdim=True).flip(0)\n", epochs=80),
    ]
    healthy = [
        program("numbers", "layers", more_data="p = torch.randperm(64)\nx, y = x[p], y[p]\n"), program("binary", "layers"),
        program("binary", "layers", more_data="x = torch.randn(200, 3)\ny = ((x[:, :1] * x[:, 1:2]) > 0).float()\n", epochs=60,
                optimizer="torch.optim.Adam(model.parameters(), lr=0.05)"),
        program("numbers", "linear", more_data="y = y + 0.5 * torch.randn(64, 1)\n"),
        HEAD.format(seed=0) + """x = torch.rand(64, 6)
model = nn.Sequential(nn.Linear(6, 3), nn.Tanh(), nn.Linear(3, 6))
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
for epoch in range(60):
    loss = F.mse_loss(model(x), x)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
""",
        program("classes", "layers", "loader", more_data="p = torch.randperm(90)\nx, y = x[p], y[p]\n"),
    ]
    return faulty, healthy


# the graph ------------------------------------------------------------------------------------------------------------------------
@row("backward-twice")
def _() -> tuple[list[str], list[str]]:
    faulty = [
        *in_styles(3, step=STEP.replace("loss.backward()\n", "loss.backward()\nloss.backward()\n")),
        HEAD.format(seed=0) + "x = torch.ones(2, requires_grad=True)\ny = (x ** 2).sum()\ny.backward()\ny.backward()\n",
        program("numbers", "linear", step="if epoch == 0:\n    output = model(xb)\n    loss = criterion(output, yb)\noptimizer.zero_grad()\nloss.backward()\noptimizer.step()\n"),
        HEAD.format(seed=0) + """cell = nn.RNN(2, 4, batch_first=True)
h = torch.zeros(1, 3, 4)
optimizer = torch.optim.SGD(cell.parameters(), lr=0.1)
for step in range(3):
    out, h = cell(torch.randn(3, 5, 2), h)
    loss = out.pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
""",
    ]
    healthy = [
        HEAD.format(seed=0) + "x = torch.ones(2, requires_grad=True)\ny = (x ** 2).sum()\ny.backward(retain_graph=True)\ny.backward()\n",
        HEAD.format(seed=0) + """cell = nn.RNN(2, 4, batch_first=True)
h = torch.zeros(1, 3, 4)
optimizer = torch.optim.SGD(cell.parameters(), lr=0.1)
for step in range(20):
    out, h = cell(torch.randn(3, 5, 2), h.detach())
    loss = out.pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
""",
        program("numbers", "linear", step="optimizer.zero_grad()\noutput = model(xb)\nloss = criterion(output, yb)\n(loss * 0.5).backward(retain_graph=True)\n(loss * 0.5).backward()\noptimizer.step()\n"),
        program("binary", "layers", step="optimizer.zero_grad()\nfor half in (0, 1):\n    loss = criterion(model(xb[half::2]), yb[half::2])\n    loss.backward()\noptimizer.step()\n"),
        HEAD.format(seed=0) + "x = torch.tensor(2.0, requires_grad=True)\ny = x ** 3\n(g,) = torch.autograd.grad(y, x, create_graph=True)\n(h,) = torch.autograd.grad(g, x)\nprint(g, h)\n",
    ]
    return faulty, healthy


@row("backward-of-non-scalar")
def _() -> tuple[list[str], list[str]]:
    faulty = [
        program("numbers", "linear", loss="nn.MSELoss(reduction='none')"), program("classes", "layers", "loader", loss="nn.CrossEntropyLoss(reduction='none')"),
        HEAD.format(seed=0) + "x = torch.ones(3, requires_grad=True)\ny = x * 2\ny.backward()\n",
        by_hand("loss.backward()").replace(".mean()", ""),
        program("wave", "module", "trainer", step=STEP.replace("criterion(output, yb)", "(output - yb) ** 2")),
    ]
    healthy = [
        program("numbers", "linear", loss="nn.MSELoss(reduction='sum')", optimizer="torch.optim.SGD(model.parameters(), lr=0.003)"),
        program("classes", "layers", "loader", loss="nn.CrossEntropyLoss(reduction='none')", step=STEP.replace("loss.backward()", "loss = loss.mean()\nloss.backward()")),
        HEAD.format(seed=0) + "x = torch.ones(3, requires_grad=True)\ny = x * 2\ny.backward(torch.ones(3))\n",
        HEAD.format(seed=0) + "x = torch.ones(1, requires_grad=True)\ny = x * 2\ny.backward()\n",
        program("wave", "module", "trainer", step=STEP.replace("criterion(output, yb)", "((output - yb) ** 2).mean()")),
    ]
    return faulty, healthy


@row("in-place-needed-value")
def _() -> tuple[list[str], list[str]]:
    changed = "model = nn.Sequential(nn.Linear({i}, 8), nn.Sigmoid(), nn.ReLU(inplace=True), nn.Linear(8, {o}))\n"
    faulty = [
        program("numbers", "linear", step=STEP.replace("loss = criterion(output, yb)", "hidden = output.sigmoid()\nloss = criterion(hidden, yb)\nhidden += 1")),
        HEAD.format(seed=0) + "x = torch.ones(3, requires_grad=True)\ny = x.exp()\nz = y.sum()\ny.add_(1)\nz.backward()\n",
        program("classes", "layers", step=STEP.replace("loss = criterion(output, yb)", "loss = criterion(output.tanh_() if False else output, yb)\nmodel[0].weight += 1")),
        by_hand("loss.backward()\nw -= 0.1 * w.grad\nb -= 0.1 * b.grad"),
        program("binary", model_text=changed), HEAD.format(seed=0) + "w = torch.ones(3, requires_grad=True)\nw[0] = 5.0\n",
    ]
    healthy = [
        program("numbers", "linear", step=STEP.replace("loss = criterion(output, yb)", "hidden = output.sigmoid()\nhidden = hidden + 1\nloss = criterion(hidden, yb + 1)")),
        HEAD.format(seed=0) + "x = torch.ones(3, requires_grad=True)\ny = x * 2\ny.add_(1)\ny.sum().backward()\n",
        program("classes", "layers", act="nn.ReLU(inplace=True)"),
        by_hand("loss.backward()\nwith torch.no_grad():\n    w -= 0.1 * w.grad\n    b -= 0.1 * b.grad\nw.grad.zero_()\nb.grad.zero_()"),
        program("numbers", "module", before="with torch.no_grad():\n    model.first.weight.mul_(0.5)\n"),
    ]
    return faulty, healthy


@row("non-leaf-grad")
def _() -> tuple[list[str], list[str]]:
    faulty = [
        HEAD.format(seed=0) + "x = torch.ones(3, requires_grad=True)\ny = x * 2\nz = (y ** 2).sum()\nz.backward()\nprint(y.grad)\n",
        HEAD.format(seed=0) + "x = torch.ones(3)\nw = torch.ones(3, requires_grad=True) * 0.1\nloss = (w * x).sum()\nloss.backward()\nprint(w.grad)\n",
        HEAD.format(seed=0) + "a = torch.randn(4, requires_grad=True)\nb = a.exp()\nc = torch.tensor(b, requires_grad=True)\nloss = (c * c).sum()\nloss.backward()\nprint(c.grad)\n",
        HEAD.format(seed=0) + "w = torch.randn(2, 2, requires_grad=True).mul(0.1)\noptimizer = torch.optim.SGD([w], lr=0.1)\n",
        program("numbers", "linear", post="print(output.grad)\n", epochs=3),
    ]
    healthy = [
        HEAD.format(seed=0) + "x = torch.ones(3, requires_grad=True)\ny = x * 2\ny.retain_grad()\nz = (y ** 2).sum()\nz.backward()\nprint(y.grad)\n",
        HEAD.format(seed=0) + "w = (torch.ones(3) * 0.1).requires_grad_()\nloss = w.sum()\nloss.backward()\nprint(w.grad)\n",
        HEAD.format(seed=0) + "a = torch.randn(4, requires_grad=True)\nc = a.exp().detach().clone().requires_grad_()\nloss = (c * c).sum()\nloss.backward()\nprint(c.grad)\n",
        program("numbers", "linear", post="print(model.weight.grad.norm())\n", epochs=20),
        program("classes", "layers", post="norms = [p.grad.norm().item() for p in model.parameters()]\n"),
    ]
    return faulty, healthy


@row("absurd-hyperparameter")
def _() -> tuple[list[str], list[str]]:
    faulty = [
        program("numbers", "linear", optimizer="torch.optim.SGD(model.parameters(), lr=-0.1)"),
        program("binary", "layers", "loader", optimizer="torch.optim.Adam(model.parameters(), lr=0.01, weight_decay=-1e-4)"),
        program("classes", "layers", optimizer="torch.optim.SGD(model.parameters(), lr=1000.0)"),
        program("numbers", "module", optimizer="torch.optim.Adam(model.parameters(), lr=0.01, weight_decay=1000)"),
        program("binary", "functional", "trainer", optimizer="torch.optim.SGD(model.parameters(), 5e2)"),
        program("wave", "layers", optimizer="torch.optim.SGD(model.parameters(), lr=0.1, momentum=-0.9)"),
    ]
    healthy = [
        program("numbers", "linear"), program("binary", "layers", "loader", optimizer="torch.optim.Adam(model.parameters(), lr=0.01, weight_decay=1e-4)"),
        program("classes", "layers", optimizer="torch.optim.SGD(model.parameters(), lr=1.0)"),
        program("numbers", "module", optimizer="torch.optim.AdamW(model.parameters(), lr=0.02, weight_decay=0.1)", epochs=100),
        program("binary", "functional", optimizer="torch.optim.Adadelta(model.parameters(), lr=1.0)", epochs=80),
        program("wave", "layers", optimizer="torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)"),
    ]
    return faulty, healthy


# data -----------------------------------------------------------------------------------------------------------------------------
@row("batch-and-data-size")
def _() -> tuple[list[str], list[str]]:
    def loader(size: int, more: str = "", rows: int = 64) -> str:
        text = program("numbers", "linear", "loader", more_data=f"x, y = x[:{rows}], y[:{rows}]\n")
        return text.replace("batch_size=16, shuffle=True", f"batch_size={size}, shuffle=True{more}")

    bare = HEAD.format(seed=0) + """data = TensorDataset(torch.randn(10, 2), torch.randn(10, 1))
model = nn.Linear(2, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
def epoch(loader):
    for a, b in loader:
        loss = F.mse_loss(model(a), b)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
for k in range(30):
    epoch(DataLoader(data, SIZE))
"""
    faulty = [
        loader(128, ", drop_last=True"), loader(100, ", drop_last=True", 40), bare.replace("SIZE", "16, drop_last=True"),
        program("classes", "layers", "loader").replace("batch_size=16", "batch_size=256").replace("shuffle=True", "shuffle=True, drop_last=True"),
        program("binary", "module", "loader").replace("batch_size=16", "drop_last=True, batch_size=500"),
        HEAD.format(seed=0) + "loader = DataLoader(TensorDataset(torch.randn(8, 1)), batch_size=0)\n",
    ]
    healthy = [
        loader(16, ", drop_last=True"), loader(64, ", drop_last=True"), loader(30), bare.replace("SIZE", "4, drop_last=True"),
        program("classes", "layers", "loader"), loader(1000),
    ]
    return faulty, healthy


@row("constant-or-missing-inputs")
def _() -> tuple[list[str], list[str]]:
    hole = "x[5, 1] = float('nan')\n"
    faulty = [
        program("numbers", "linear", more_data=hole), program("binary", "layers", "loader", more_data="x[10:13, 2] = float('nan')\n"),
        program("classes", "module", "trainer", more_data="x[0, 0] = float('inf')\n"), program("wave", "layers", more_data="x[7] = float('nan')\n"),
        program("numbers", "functional", "function", more_data="x[:, 1] = float('nan')\n"),
        program("numbers", "linear", more_data="x = torch.cat([x, x.sqrt()[:, :1]], 1)\n", model_text="model = nn.Linear(4, 1)\n"),
    ]
    healthy = [
        program("numbers", "linear"), program("binary", "layers", "loader", more_data="x[:, 2] = 0\n"),
        program("numbers", "linear", more_data=hole + "x = torch.nan_to_num(x)\n"),
        program("classes", "layers", more_data="x = torch.cat([x, torch.zeros(90, 5)], 1)\n", model_text="model = nn.Linear(8, 3)\n"),
        HEAD.format(seed=0) + """images = torch.rand(40, 1, 8, 8)
images[:, :, 0] = images[:, :, :, 0] = 0
labels = (images.mean((1, 2, 3)) > images.mean()).long()
model = nn.Sequential(nn.Flatten(), nn.Linear(64, 16), nn.ReLU(), nn.Linear(16, 2))
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for epoch in range(60):
    loss = F.cross_entropy(model(images), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
""",
    ]
    return faulty, healthy


@row("leak-or-duplicates")
def _() -> tuple[list[str], list[str]]:
    leak = "x = torch.cat([x, y.view(len(x), -1)[:, :1].float()], 1)\n"
    four = "model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, {o}))\n"
    faulty = [
        program("numbers", more_data=leak, model_text=four), program("binary", more_data=leak, model_text=four),
        program("classes", loop="loader", more_data=leak, model_text=four), program("binary", loop="trainer", more_data=leak, model_text=four),
        program("numbers", loop="function", more_data=leak.replace("[x, y", "[y.clone() * 1, x") .replace("y.clone() * 1, x.view", "y, x.view")
                .replace("x.view(len(x), -1)[:, :1].float()", "x"), model_text=four),
    ]
    whole = "x_train, y_train = x, y\nx_test, y_test = x[40:], y[40:]\n"
    within = "x_val, y_val = x[:20].clone(), y[:20].clone()\n"
    sets = ("train_set, test_set = TensorDataset(x, y), TensorDataset(x[10:50], y[10:50])\n"
            "test_loader = DataLoader(test_set, batch_size=16)\n")
    measured = "with torch.no_grad():\n    print(criterion(model({}), {}).item())\n"
    over_loader = "with torch.no_grad():\n    print(sum(criterion(model(a), b).item() for a, b in test_loader))\n"
    augmented = "x_test, y_test = x[60:], y[60:]\nx, y = torch.cat([x, x]), torch.cat([y, y])\n"
    random = ("from steepest.utils.data import random_split\ndata = TensorDataset(x, y)\nheld, _ = random_split(data, [20, len(x) - 20])\n"
              "test_loader = DataLoader(held, batch_size=10)\n")
    faulty += [
        program("numbers", more_data=whole, after=measured.format("x_test", "y_test")),
        program("binary", loop="function", more_data=within, after=measured.format("x_val", "y_val")),
        program("classes", loop="loader", more_data=sets, after=over_loader),
        program("numbers", "module", more_data=augmented, after=measured.format("x_test", "y_test")),
        program("binary", loop="loader", more_data=random, after=over_loader),
    ]
    apart = "x_test, y_test = x[48:], y[48:]\nx, y = x[:48], y[:48]\n"
    split = ("from steepest.utils.data import random_split\nheld, kept = random_split(TensorDataset(x, y), [20, len(x) - 20])\n"
             "test_loader = DataLoader(held, batch_size=10)\nx, y = (torch.stack(v) for v in zip(*kept))\n")
    counted = "x = (x > 0).float()\nx_test, y_test = x[60:], y[60:]\nx, y = x[:60], y[:60]\n"
    beside = [
        program("numbers", more_data=apart, after=measured.format("x_test", "y_test")),
        program("binary", loop="trainer", more_data=apart, after=measured.format("x_test", "y_test")),
        program("classes", loop="loader", more_data=split, after=over_loader),
        program("binary", more_data=counted, after=measured.format("x_test", "y_test")),
        program("numbers", loop="loader", after=measured.format("x", "y")),
    ]
    healthy = [
        *beside,
        program("numbers"), program("binary", more_data="x = torch.cat([x, (y + 0.3 * torch.randn(80, 1))], 1)\n", model_text=four),
        program("classes", loop="loader"),
        program("numbers", "linear", more_data="x = torch.cat([x, x[:, :1] ** 2], 1)\n", model_text="model = nn.Linear(4, 1)\n"),
        HEAD.format(seed=0) + """x = torch.linspace(0, 1, 30).view(-1, 1)
model = nn.Linear(1, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.3)
for epoch in range(60):
    loss = F.mse_loss(model(x), x)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
""",
    ]
    return faulty, healthy


@row("sorted-labels")
def _() -> tuple[list[str], list[str]]:
    order = "order = y.view(-1).argsort()\nx, y = x[order], y[order]\n"
    quiet = {"optimizer": "torch.optim.SGD(model.parameters(), lr=0.1)"}

    def unshuffled(text: str) -> str:
        return text.replace(", shuffle=True", "")

    sets = HEAD.format(seed=0) + """class Points(torch.utils.data.Dataset):
    def __init__(self):
        self.x = torch.randn(96, 3)
        self.y = torch.arange(96) // 32
        self.x[:, 0] += self.y * 2
    def __len__(self):
        return 96
    def __getitem__(self, i):
        return self.x[i], self.y[i]
model = nn.Linear(3, 3)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for epoch in range(8):
    for a, b in DataLoader(Points(), batch_size=8MORE):
        loss = F.cross_entropy(model(a), b)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
"""
    faulty = [
        unshuffled(program("classes", "layers", "loader", more_data=order)), unshuffled(program("binary", "module", "loader", more_data=order)),
        program("classes", "linear", "trainer", more_data=order).replace("split(32)", "split(15)"),
        unshuffled(program("classes", "functional", "loader", more_data=order, optimizer="torch.optim.Adam(model.parameters(), lr=0.01)")),
        sets.replace("MORE", ""), unshuffled(program("binary", "linear", "loader", more_data=order, epochs=80)).replace("batch_size=16", "batch_size=8"),
    ]
    series = "x = torch.linspace(0, 6, 64).view(-1, 1).repeat(1, 3) + 0.1 * torch.randn(64, 3)\ny = torch.sin(x[:, :1])\n"
    healthy = [
        program("classes", "layers", "loader", more_data=order), program("classes", "linear", more_data=order), unshuffled(program("classes", "layers", "loader")),
        unshuffled(program("numbers", "linear", "loader", more_data=series, optimizer="torch.optim.SGD(model.parameters(), lr=0.01)", epochs=80)), sets.replace("MORE", ", shuffle=True"),
        program("binary", "layers", "loader", more_data=order, after="with torch.no_grad():\n    for a, b in DataLoader(TensorDataset(x, y), batch_size=16):\n        model(a)\n"),
    ]
    assert quiet
    return faulty, healthy


@row("python-effect-in-compiled-loop")
def _() -> tuple[list[str], list[str]]:
    # The loop is a plain range where there is no such loop: the rule reads the text.
    start = HEAD.format(seed=0) + "import random, time\nimport numpy as np\nsteepest = type('S', (), {'loop': staticmethod(range)})\n"
    setup = "x = torch.randn(40, 2)\ny = x.sum(1, keepdim=True)\nmodel = nn.Linear(2, 1)\noptimizer = torch.optim.SGD(model.parameters(), lr=0.1)\nlosses = []\n"
    step = "    loss = F.mse_loss(model(x), y)\n    optimizer.zero_grad()\n    loss.backward()\n    optimizer.step()\n"
    loop = start + setup + "for step in steepest.loop(30):\n"
    named = start + setup + "run = steepest.loop(30)\nfor step in run:\n"
    function = start + setup + "def train_step(x, y):\n" + step
    faulty = [
        loop + step + "    losses.append(loss.item())\n", loop + "    noise = random.random()\n" + step, loop + step + "    print(loss.item())\n",
        named + "    begun = time.time()\n" + step, function + "    print(loss)\nstep = torch.compile(train_step)\nfor k in range(20):\n    step(x, y)\n",
        named + "    picks = np.random.randint(0, 40, 8)\n" + step,
    ]
    healthy = [
        loop + step + "    if step % 10 == 0:\n        print(loss.item())\n", loop + step, start + setup + "for step in range(30):\n" + step + "    losses.append(loss.item())\n",
        named + step + "begun = time.time()\n", loop + "    noise = torch.rand(1)\n" + step,
    ]
    return faulty, healthy


# how it learns --------------------------------------------------------------------------------------------------------------------
SGD = "torch.optim.SGD(model.parameters(), lr={})"
ADAM = "torch.optim.Adam(model.parameters(), lr={})"


@row("inputs-not-scaled")
def _() -> tuple[list[str], list[str]]:
    big = "x = x * torch.tensor([2000.0, 3.0, 0.5]) + torch.tensor([4000.0, 5.0, 0.0])\n"
    price = "y = (x[:, :1] - 4000) / 1000 + x[:, 1:2] - 2 * x[:, 2:3]\n"
    house = HEAD.format(seed=0) + """area = torch.rand(40, 1) * 2000 + 1000
age = torch.rand(40, 1) * 30
x = torch.cat([area, age], 1)
y = area * 0.1 - age * 2
w = torch.zeros(2, 1, requires_grad=True)
b = torch.zeros(1, requires_grad=True)
lr = LR
for epoch in range(60):
    loss = ((x @ w + b - y) ** 2).mean()
    loss.backward()
    with torch.no_grad():
        w -= lr * w.grad
        b -= lr * b.grad
    w.grad = b.grad = None
"""
    faulty = [
        program("numbers", "linear", more_data=big + price, optimizer=SGD.format(0.01)), program("numbers", "linear", more_data=big + price, optimizer=SGD.format(1e-8)),
        program("binary", "layers", more_data="x = x * torch.tensor([5000.0, 1.0, 1.0])\ny = (x[:, 1:2] + x[:, 2:] > 0).float()\n", optimizer=SGD.format(0.1), epochs=60),
        house.replace("LR", "0.01"),
        program("numbers", "module", "loader", more_data=big + price, optimizer=SGD.format(0.05)),
        program("classes", "linear", more_data="x = x * torch.tensor([1.0, 900.0, 1.0]) + 300\ny = (x - 300).div(torch.tensor([1.0, 900.0, 1.0])).argmax(1)\n", optimizer=SGD.format(0.1), epochs=60),
    ]
    norm = "x = (x - x.mean(0)) / x.std(0)\n"
    healthy = [
        program("numbers", "linear", more_data=big + price + norm), program("binary", "layers", "loader", more_data="x = x * 3 + 1\ny = (x[:, 1:2] > 1).float()\n"),
        program("numbers", "linear", more_data="x = x * torch.tensor([1.0, 10.0, 0.2])\n", optimizer=SGD.format(0.005), epochs=200),
        program("classes", more_data="x = x * torch.tensor([1.0, 900.0, 1.0])\ny = (x / torch.tensor([1.0, 900.0, 1.0])).argmax(1)\n",
                model_text="model = nn.Sequential(nn.BatchNorm1d(3), nn.Linear(3, 16), nn.ReLU(), nn.Linear(16, 3))\n", optimizer=ADAM.format(0.05)),
        house.replace("LR", "0.1").replace("y = area", "x = (x - x.mean(0)) / x.std(0)\ny = area"),
        HEAD.format(seed=0) + """images = torch.rand(40, 1, 8, 8) * 255
labels = (images[:, :, :4].mean((1, 2, 3)) > images[:, :, 4:].mean((1, 2, 3))).long()
model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 2))
optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
for epoch in range(60):
    loss = F.cross_entropy(model(images / 255), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
""",
    ]
    return faulty, healthy


RECURRENT = HEAD + """x = torch.randn(16, {length}, 2)
y = x[:, -1, :1]
w_in = (torch.randn(2, 8) * 0.3).requires_grad_()
w_h = (torch.randn(8, 8) * {size}).requires_grad_()
w_out = (torch.randn(8, 1) * 0.3).requires_grad_()
optimizer = torch.optim.SGD([w_in, w_h, w_out], lr=0.01)
for epoch in range(16):
    h = torch.zeros(16, 8)
    for t in range({length}):
        h = {act}
    loss = {loss}
    optimizer.zero_grad()
    loss.backward()
{clip}    optimizer.step()
"""


@row("exploding-gradient")
def _() -> tuple[list[str], list[str]]:
    plain = {"length": 30, "act": "x[:, t] @ w_in + h @ w_h", "loss": "F.mse_loss(torch.tanh(h @ w_out), y)", "clip": "", "seed": 0}
    deep = "model = nn.Sequential(*[layer for k in range(12) for layer in (nn.Linear(3, 3), nn.Tanh())], nn.Linear(3, {o}))\nfor p in model.parameters():\n    nn.init.normal_(p, std=SIZE)\n"
    rnn = HEAD.format(seed=1) + """x = torch.randn(16, 40, 2)
y = x.sum((1, 2)).view(-1, 1)
cell = nn.RNN(2, 8, nonlinearity="relu", batch_first=True)
head = nn.Linear(8, 1)
with torch.no_grad():
    cell.weight_hh_l0.mul_(SIZE)
params = [*cell.parameters(), *head.parameters()]
optimizer = torch.optim.SGD(params, lr=LR)
for epoch in range(30):
    out, _ = cell(x)
    loss = F.mse_loss(head(out[:, -1]), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
"""
    faulty = [
        RECURRENT.format(**{**plain, "size": 0.9, "loss": "F.mse_loss(h @ w_out, y)"}), RECURRENT.format(**{**plain, "size": 0.7, "length": 40, "seed": 1, "loss": "F.mse_loss(h @ w_out, y)"}),
        RECURRENT.format(**{**plain, "size": 1.2, "seed": 2, "loss": "F.smooth_l1_loss(h @ w_out, y)"}),
        RECURRENT.format(**{**plain, "size": 0.9, "seed": 3, "act": "torch.tanh(x[:, t] @ w_in + h @ w_h)", "length": 60, "loss": "F.mse_loss(h @ w_out, y)"}),
        program("numbers", model_text=deep.replace("SIZE", "6.0").replace("nn.Tanh()", "nn.LeakyReLU(0.9)")),
        rnn.replace("SIZE", "10.0").replace("LR", "0.01"),
    ]
    healthy = [
        RECURRENT.format(**{**plain, "size": 0.1}), RECURRENT.format(**{**plain, "size": 0.3, "act": "torch.tanh(x[:, t] @ w_in + h @ w_h)"}),
        rnn.replace("SIZE", "0.3").replace("LR", "0.01"),
        program("numbers", "layers", act="nn.ReLU()", optimizer=SGD.format(0.05)),
        RECURRENT.format(**{**plain, "size": 0.3, "act": "torch.tanh(x[:, t] @ w_in + h @ w_h)", "length": 10, "clip": "    nn.utils.clip_grad_norm_([w_in, w_h, w_out], 1.0)\n"}),
    ]
    return faulty, healthy


@row("step-too-large")
def _() -> tuple[list[str], list[str]]:
    faulty = [
        program("numbers", "linear", optimizer=SGD.format(1.5)), program("wave", "layers", "function", optimizer=SGD.format(5.0), epochs=60),
        by_hand("loss.backward()\nwith torch.no_grad():\n    w -= 1.0 * w.grad\n    b -= 1.0 * b.grad\nw.grad.zero_()\nb.grad.zero_()"),
        program("numbers", "linear", "loader", optimizer=SGD.format(2.0)),
        program("numbers", "module", optimizer="torch.optim.SGD(model.parameters(), lr=0.8, momentum=0.9)"),
        program("numbers", "linear", loss="nn.MSELoss(reduction='sum')", optimizer=SGD.format(0.1)),
        HEAD.format(seed=0) + """def f(p):
    return p[0] ** 2 + 25 * p[1] ** 2
p = torch.tensor([3.0, 1.0], requires_grad=True)
optimizer = torch.optim.SGD([p], lr=0.05)
for step in range(40):
    loss = f(p)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
""",
    ]
    healthy = [
        program("numbers", "linear", optimizer=SGD.format(0.3)), program("wave", "layers", "function", optimizer=SGD.format(0.3), epochs=80),
        by_hand("loss.backward()\nwith torch.no_grad():\n    w -= 0.2 * w.grad\n    b -= 0.2 * b.grad\nw.grad.zero_()\nb.grad.zero_()"),
        program("numbers", "linear", "loader", optimizer=SGD.format(0.1)), program("numbers", "module", optimizer="torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9)", epochs=80),
        program("numbers", "linear", loss="nn.MSELoss(reduction='sum')", optimizer=SGD.format(0.003)),
        program("classes", "layers", "loader", optimizer=ADAM.format(0.02), more_data="y = torch.where(torch.rand(90) < 0.2, torch.randint(0, 3, (90,)), y)\n"),
    ]
    return faulty, healthy


@row("step-too-small")
def _() -> tuple[list[str], list[str]]:
    faulty = [
        program("numbers", "linear", optimizer=SGD.format(1e-5)), program("wave", "layers", "function", optimizer=SGD.format(1e-6), epochs=60),
        by_hand("loss.backward()\nwith torch.no_grad():\n    w -= 1e-5 * w.grad\n    b -= 1e-5 * b.grad\nw.grad.zero_()\nb.grad.zero_()"),
        program("numbers", "linear", "loader", optimizer=SGD.format(1e-6)), program("numbers", "module", optimizer=ADAM.format(1e-7)),
        program("classes", "layers", "trainer", optimizer=SGD.format(1e-5), epochs=80),
    ]
    healthy = [
        program("numbers", "linear", optimizer=SGD.format(0.05)), program("wave", "layers", "function", optimizer=SGD.format(0.2), epochs=100),
        by_hand("loss.backward()\nwith torch.no_grad():\n    w -= 0.1 * w.grad\n    b -= 0.1 * b.grad\nw.grad.zero_()\nb.grad.zero_()"),
        program("numbers", "linear", optimizer=SGD.format(1e-4), before="with torch.no_grad():\n    model.weight.copy_(torch.tensor([[1.0, -2.0, 0.5]]))\n    model.bias.fill_(0.3)\n",
                more_data="y = y + 0.1 * torch.randn(64, 1)\n"),
        program("numbers", "module", optimizer=ADAM.format(0.01), epochs=80), program("classes", "layers", "trainer", optimizer=SGD.format(0.3), epochs=80),
    ]
    return faulty, healthy


@row("first-nan")
def _() -> tuple[list[str], list[str]]:
    late = "with torch.no_grad():\n    model(x)\n"
    faulty = [
        program("numbers", "linear", step=STEP.replace("criterion(output, yb)", "(torch.log(output) - yb).pow(2).mean()")),
        program("binary", "layers", step=STEP.replace("criterion(output, yb)", "-(yb * torch.log(torch.sigmoid(output * 400)) + (1 - yb) * torch.log(1 - torch.sigmoid(output * 400))).mean()")),
        program("wave", "layers", step=STEP.replace("criterion(output, yb)", "(criterion(output, yb) / (model[0].bias.detach() * 0).sum())")),
        program("numbers", "linear", step=STEP.replace("criterion(output, yb)", "criterion(output, yb) + torch.sqrt(model.weight[0, 0] * 0)")),
        program("numbers", "linear", step=STEP.replace("criterion(output, yb)", "torch.sqrt((output - output.detach()).pow(2)).mean() + criterion(output, yb)"), loop="function"),
        program("numbers", "module", step=STEP.replace("criterion(output, yb)", "criterion(output, yb) + torch.exp(output.abs() * 1000).mean() * 1e-30")),
    ]
    healthy = [
        program("numbers", "linear", step=STEP.replace("criterion(output, yb)", "criterion(output, yb) + 0.001 * torch.log(output.pow(2) + 1).mean()")),
        program("binary", "layers", step=STEP.replace("criterion(output, yb)", "-(yb * torch.log(torch.sigmoid(output).clamp(1e-7, 1)) + (1 - yb) * torch.log(1 - torch.sigmoid(output).clamp(0, 1 - 1e-7))).mean()"), epochs=60),
        program("wave", "layers", after=late), program("numbers", "linear", step=STEP.replace("criterion(output, yb)", "torch.sqrt(criterion(output, yb) + 1e-12)"),
                                                   optimizer=SGD.format(0.02), epochs=80),
        HEAD.format(seed=0) + """scores = torch.randn(8, 5, requires_grad=True)
mask = torch.rand(8, 5) < 0.3
mask[:, 0] = False
optimizer = torch.optim.SGD([scores], lr=0.5)
for step in range(40):
    weights = scores.masked_fill(mask, float("-inf")).softmax(1)
    loss = (weights[:, 0] - 0.9).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
""",
    ]
    return faulty, healthy


@row("dead-relu")
def _() -> tuple[list[str], list[str]]:
    relu = {"act": "nn.ReLU()"}
    dead = "with torch.no_grad():\n    NAME.bias.fill_(-20.0)\n"
    faulty = [
        program("numbers", "layers", **relu, before=dead.replace("NAME", "model[0]")), program("wave", "layers", "loader", **relu, before=dead.replace("NAME", "model[0]")),
        program("numbers", "module", "trainer", **relu, before=dead.replace("NAME", "model.first")),
        program("classes", "layers", **relu, before=dead.replace("NAME", "model[0]"), epochs=60),
        program("binary", "module", "function", **relu, before="model.first.bias.data -= 30\n"),
        program("numbers", model_text="""class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Linear({i}, 10), nn.Linear(10, {o})
        nn.init.constant_(self.first.weight, -0.5)
        nn.init.constant_(self.first.bias, -5.0)

    def forward(self, x):
        return self.second(F.relu(self.first(x)))


model = Net()
"""),
    ]
    healthy = [
        program("numbers", "layers", **relu, epochs=80), program("wave", "layers", "loader", **relu, epochs=160),
        program("classes", "module", "trainer", **relu, epochs=80), program("binary", "layers", **relu, optimizer=ADAM.format(0.02), epochs=80),
        program("numbers", "layers", **relu, epochs=120, before="with torch.no_grad():\n    model[0].bias[:2] = -20.0\n"),
        program("numbers", "layers", act="nn.LeakyReLU()", epochs=80),
    ]
    return faulty, healthy


@row("saturated-units")
def _() -> tuple[list[str], list[str]]:
    large = "with torch.no_grad():\n    NAME.weight.mul_(200)\n    NAME.bias.fill_(60.0)\n"
    both = "model = nn.Sequential(nn.Linear({i}, 8), ACT, nn.Linear(8, 8), ACT, nn.Linear(8, {o}))\nwith torch.no_grad():\n    model[0].bias.add_(40)\n    model[2].weight.mul_(50)\n    model[2].bias.add_(60)\n"
    half = {"optimizer": SGD.format(0.01)}
    faulty = [
        program("numbers", "layers", act="nn.Sigmoid()", before=large.replace("NAME", "model[0]"), **half), program("wave", "layers", before=large.replace("NAME", "model[0]").replace("60.0", "600.0"), **half),
        program("binary", "module", "loader", before=large.replace("NAME", "model.first"), **half),
        program("classes", "functional", "trainer", before=large.replace("NAME", "model.first"), **half),
        program("numbers", model_text=both.replace("ACT", "nn.Sigmoid()"), **half), program("classes", model_text=both.replace("ACT", "nn.Tanh()"), **half),
    ]
    healthy = [
        program("numbers", "layers", act="nn.Sigmoid()", optimizer=ADAM.format(0.05), epochs=80), program("wave", "layers", epochs=120, optimizer=SGD.format(0.3)),
        program("binary", "layers", "loader", end=", nn.Sigmoid()", loss="nn.BCELoss()", optimizer=ADAM.format(0.05), epochs=80),
        HEAD.format(seed=0) + """x = torch.cat([torch.randn(60, 2), (torch.rand(60, 1) > 0.5).float()], 1)
y = x[:, :1] * x[:, 2:]
gate, value = nn.Linear(3, 8), nn.Linear(3, 8)
head = nn.Linear(8, 1)
with torch.no_grad():
    gate.weight.copy_(torch.tensor([[0.0, 0.0, 12.0]]).repeat(8, 1))
    gate.bias.fill_(-6.0)
params = [*gate.parameters(), *value.parameters(), *head.parameters()]
optimizer = torch.optim.Adam(params, lr=0.02)
for epoch in range(100):
    loss = F.mse_loss(head(torch.sigmoid(gate(x)) * value(x)), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
""",
        program("classes", "layers", optimizer=SGD.format(0.5), epochs=80, more_data="x = x * 4\n"),
    ]
    return faulty, healthy


DISCS = HEAD.format(seed=0) + """rows, columns = torch.meshgrid(torch.arange(12.0), torch.arange(12.0), indexing="ij")
model = nn.Sequential(nn.Conv2d(1, 6, 3, padding=1), nn.ReLU(), nn.Conv2d(6, 1, 3, padding=1))
nn.init.constant_(model[2].bias, -2.0)
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
for step in range(21):
    at = torch.rand(16, 2) * 6 + 3
    mask = (((rows - at[:, 0, None, None]) ** 2 + (columns - at[:, 1, None, None]) ** 2).sqrt() < 2.5).float().unsqueeze(1)
    logits = model(mask + torch.randn(16, 1, 12, 12))
    found = logits.sigmoid()
    dice = 1 - (2 * (found * mask).sum() + 1) / ((found + mask).sum() + 1)
    loss = nn.functional.binary_cross_entropy_with_logits(logits, mask) + dice
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
"""


@row("class-imbalance")
def _() -> tuple[list[str], list[str]]:
    rare = "x = torch.randn(200, 3)\ny = (x[:, :1] + 1.5 * torch.randn(200, 1) > 3.0).float()\n"
    three = "x = torch.randn(300, 3)\ny = torch.where(torch.rand(300) < 0.92, 0, torch.randint(0, 3, (300,)))\nx[:, 0] += 0.9 * y\n"
    faulty = [
        program("binary", "linear", more_data=rare, epochs=60), program("binary", "layers", "loader", more_data=rare, epochs=24),
        program("classes", "linear", more_data=three, epochs=60), program("classes", "module", "loader", more_data=three, epochs=16),
        program("binary", "linear", "function", more_data=rare, loss="nn.BCELoss()", step=STEP.replace("model(xb)", "torch.sigmoid(model(xb))"), epochs=60),
        program("classes", "layers", "trainer", more_data=three, epochs=40),
    ]
    clear = "x = torch.randn(200, 3)\ny = (x[:, :1] > 1.2).float()\n"
    healthy = [
        program("binary", "linear", more_data=clear, epochs=100, optimizer=ADAM.format(0.1)), program("binary", "layers", "loader", more_data=clear, epochs=80, optimizer=ADAM.format(0.03)),
        program("binary", "layers", epochs=60), program("classes", "layers", "loader", epochs=60),
        program("binary", "linear", more_data=clear, loss="nn.BCEWithLogitsLoss(pos_weight=torch.tensor([8.0]))", epochs=80, optimizer=ADAM.format(0.1)),
        program("numbers", "linear", more_data="y = (torch.rand(64, 1) > 0.9).float() + 0.5 * x[:, :1]\n"), DISCS,
    ]
    return faulty, healthy


@row("stuck-at-base-rate")
def _() -> tuple[list[str], list[str]]:
    sigmoids = "model = nn.Sequential(nn.Linear({i}, 6), nn.Sigmoid(), nn.Linear(6, 4), nn.Sigmoid(), nn.Linear(4, {o}){end})\n"
    chained = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b, self.c = nn.Linear({i}, 6), nn.Linear(6, 4), nn.Linear(4, {o})

    def forward(self, x):
        x = torch.sigmoid(self.a(x))
        x = torch.sigmoid(self.b(x))
        return self.c(x)


model = Net()
"""
    faulty = [
        program("binary", model_text=sigmoids, epochs=300), program("binary", model_text=sigmoids, end=", nn.Sigmoid()", loss="nn.BCELoss()", epochs=300),
        program("classes", model_text=sigmoids, epochs=300), program("numbers", model_text=chained, optimizer=SGD.format(0.01), epochs=150),
        program("binary", "layers", "loader", model_text=chained, epochs=160), program("classes", "layers", "function", model_text=chained, epochs=300),
    ]
    healthy = [
        program("binary", model_text=sigmoids.replace("Sigmoid", "Tanh"), epochs=200), program("binary", model_text=sigmoids, optimizer=ADAM.format(0.05), epochs=150),
        program("classes", "layers", "loader", epochs=160), program("numbers", "linear", epochs=100), program("binary", "linear", epochs=150),
        program("numbers", "linear", more_data="y = 0.3 * x[:, :1] + torch.randn(64, 1)\n", epochs=100),
    ]
    return faulty, healthy


@row("saddle-or-plateau")
def _() -> tuple[list[str], list[str]]:
    def descend(formula: str, start: str, steps: int = 60, lr: str = "0.05", kind: str = "SGD") -> str:
        return HEAD.format(seed=0) + f"""def f(p):
    x, y = p
    return {formula}
p = torch.tensor({start}, requires_grad=True)
optimizer = torch.optim.{kind}([p], lr={lr})
for step in range({steps}):
    loss = f(p)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
"""

    zeros = "with torch.no_grad():\n    for q in model.parameters():\n        q.zero_()\n"
    faulty = [
        descend("x ** 2 - y ** 2 + y ** 4", "[1.0, 0.0]"), descend("(x ** 2 - 1) ** 2 + y ** 2", "[0.0, 0.7]"),
        descend("torch.cos(x) + y ** 2 + 2", "[0.0, 0.5]", 80), descend("x * y + x ** 4 + y ** 4 + 1", "[0.0, 0.0]", 40),
        program("wave", "layers", before=zeros, epochs=60), descend("(x ** 2 - 1) ** 2 + 3 * y ** 2", "[0.0, 0.5]", kind="Adam", steps=300),
    ]
    healthy = [
        descend("x ** 2 + 3 * y ** 2", "[1.0, 1.0]"), descend("(x ** 2 - 1) ** 2 + y ** 2", "[0.3, 0.7]", 100),
        descend("(1 - x) ** 2 + 10 * (y - x ** 2) ** 2", "[0.5, 0.5]", 400, "0.005"), descend("(x ** 2 + y - 11) ** 2 + (x + y ** 2 - 7) ** 2", "[1.0, 1.0]", 200, "0.01"),
        program("wave", "layers", epochs=150, optimizer=SGD.format(0.3)), program("numbers", "linear", epochs=120),
    ]
    return faulty, healthy


@row("overfitting")
def _() -> tuple[list[str], list[str]]:
    few = "torch.manual_seed(SEED)\nx = torch.randn(24, 3)\ny = NOISY\nx_val = torch.randn(60, 3)\ny_val = VALID\n"
    wide = "model = nn.Sequential(nn.Linear({i}, 64), nn.Tanh(), nn.Linear(64, {o}))\n"
    check = "if epoch % EVERY == 0:\n    model.eval()\n    with torch.no_grad():\n        val_loss = criterion(model(x_val), y_val)\n    model.train()\n"
    numbers = few.replace("NOISY", "x[:, :1] + torch.randn(24, 1)").replace("VALID", "x_val[:, :1] + torch.randn(60, 1)")
    classes = few.replace("NOISY", "torch.where(torch.rand(24) < 0.5, torch.randint(0, 3, (24,)), x.argmax(1))").replace(
        "VALID", "torch.where(torch.rand(60) < 0.5, torch.randint(0, 3, (60,)), x_val.argmax(1))")
    faulty = [
        program("numbers", more_data=numbers.replace("SEED", "1"), model_text=wide, post=check.replace("EVERY", "10"), optimizer=ADAM.format(0.02), epochs=300),
        program("classes", more_data=classes.replace("SEED", "2"), model_text=wide, post=check.replace("EVERY", "10"), optimizer=ADAM.format(0.02), epochs=200),
        program("numbers", more_data=numbers.replace("SEED", "3"), model_text=wide, post=check.replace("EVERY", "20"), optimizer=ADAM.format(0.02), epochs=400, loop="function")
        .replace("    train_step(x, y)\n", "    train_step(x, y)\n").replace("def train_step", "epoch = 0\ndef train_step"),
        program("classes", more_data=classes.replace("SEED", "4"), model_text=wide, post=check.replace("EVERY", "5"), optimizer=ADAM.format(0.03), epochs=120),
        program("numbers", more_data=numbers.replace("SEED", "5"), model_text=wide.replace("nn.Tanh()", "nn.ReLU()"), post=check.replace("EVERY", "10"), optimizer=ADAM.format(0.02), epochs=300),
    ]
    many = "x = torch.randn(200, 3)\ny = x @ torch.tensor([[1.0], [-2.0], [0.5]])\nx_val = torch.randn(60, 3)\ny_val = x_val @ torch.tensor([[1.0], [-2.0], [0.5]])\n"
    early = "if epoch % 5 == 0:\n    with torch.no_grad():\n        val_loss = criterion(model(x_val), y_val).item()\n"
    healthy = [
        program("numbers", "linear", more_data=many, post=check.replace("EVERY", "5"), epochs=100), program("numbers", "layers", more_data=many, post=early, epochs=100),
        program("classes", "linear", more_data="x_val = torch.randn(60, 3)\ny_val = x_val.argmax(1)\n", post=early, epochs=100),
        program("numbers", "linear", more_data=many + "y_val = y_val + 0.5 * torch.randn(60, 1)\ny = y + 0.5 * torch.randn(200, 1)\n", post=early, epochs=120),
        program("numbers", more_data=numbers.replace("SEED", "1"), model_text=wide, post=early, optimizer="torch.optim.Adam(model.parameters(), lr=0.01, weight_decay=1.0)", epochs=60),
    ]
    return faulty, healthy

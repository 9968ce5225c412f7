"""Small training programs put together from parts: the same mistake in many styles, and healthy programs beside them."""

HEAD = """import steepest as torch
import steepest.nn as nn
import steepest.nn.functional as F
from steepest.utils.data import DataLoader, TensorDataset
torch.manual_seed({seed})
"""

DATA = {
    "numbers": "x = torch.randn(64, 3)\ny = x @ torch.tensor([[1.0], [-2.0], [0.5]]) + 0.3\n",
    "wave": "x = torch.linspace(-1, 1, 48).view(-1, 1)\ny = torch.sin(3 * x)\n",
    "binary": "x = torch.randn(80, 3)\ny = (x[:, :1] + x[:, 1:2] > 0).float()\n",
    "classes": "x = torch.randn(90, 3)\ny = x.argmax(1)\n",
}
WIDTH = {"numbers": (3, 1), "wave": (1, 1), "binary": (3, 1), "classes": (3, 3)}
LOSS = {"numbers": "nn.MSELoss()", "wave": "nn.MSELoss()", "binary": "nn.BCEWithLogitsLoss()", "classes": "nn.CrossEntropyLoss()"}

MODEL = {
    "linear": "model = nn.Linear({i}, {o})\n",
    "layers": "model = nn.Sequential(nn.Linear({i}, 8), {act}, nn.Linear(8, {o}){end})\n",
    "module": """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear({i}, 8)
        self.act = {act}
        self.second = nn.Linear(8, {o})

    def forward(self, x):
        x = self.act(self.first(x))
        return self.second(x)


model = Net()
""",
    "functional": """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear({i}, 8)
        self.second = nn.Linear(8, {o})

    def forward(self, x):
        h = torch.tanh(self.first(x))
        return self.second(h)


model = Net()
""",
}

STEP = """{pre}optimizer.zero_grad()
output = model(xb)
loss = criterion(output, yb)
loss.backward()
optimizer.step()
{post}"""

LOOP = {
    "plain": "for epoch in range({epochs}):\n    xb, yb = x, y\n{step}",
    "loader": """loader = DataLoader(TensorDataset(x, y), batch_size=16, shuffle=True)
for epoch in range({epochs} // 4):
    for xb, yb in loader:
{step_2}""",
    "function": """def train_step(xb, yb):
{step}    return loss.item()


for epoch in range({epochs}):
    train_step(x, y)
""",
    "trainer": """class Trainer:
    def __init__(self, model, optimizer, criterion):
        self.model, self.optimizer, self.criterion = model, optimizer, criterion

    def fit(self, x, y, epochs):
        model, optimizer, criterion = self.model, self.optimizer, self.criterion
        for epoch in range(epochs):
            for xb, yb in zip(x.split(32), y.split(32)):
{step_4}

Trainer(model, optimizer, criterion).fit(x, y, {epochs} // 2)
""",
    "while": """epoch = 0
while epoch < {epochs}:
    xb, yb = x, y
{step}    epoch += 1
""",
}


def indented(text: str, levels: int) -> str:
    """A piece of program moved to the right."""
    return "".join("    " * levels + line + "\n" if line else "\n" for line in text.rstrip("\n").split("\n"))


def program(data: str = "numbers", model: str = "layers", loop: str = "plain", *, step: str = STEP, epochs: int = 40, loss: str = "",
            optimizer: str = "torch.optim.SGD(model.parameters(), lr=0.1)", act: str = "nn.Tanh()", end: str = "", pre: str = "",
            post: str = "", before: str = "", after: str = "", more_data: str = "", model_text: str = "", seed: int = 0,
            out: int = 0) -> str:
    """A program: data, model, loss, optimizer and loop by name, each to be replaced by another text."""
    i, o = WIDTH[data]
    body = step.format(pre=pre, post=post)
    parts = {"epochs": epochs, "step": indented(body, 1), "step_2": indented(body, 2), "step_4": indented(body, 4)}
    return (
        HEAD.format(seed=seed) + DATA[data] + more_data + (model_text or MODEL[model]).format(i=i, o=out or o, act=act, end=end)
        + f"criterion = {loss or LOSS[data]}\noptimizer = {optimizer}\n" + before + LOOP[loop].format(**parts) + after
    )  # fmt: skip


STYLES = (
    ("numbers", "linear", "plain"), ("wave", "layers", "function"), ("binary", "module", "loader"), ("classes", "functional", "trainer"),
    ("classes", "layers", "loader"), ("numbers", "module", "while"), ("binary", "functional", "plain"),
)  # fmt: skip


def in_styles(count: int = 5, only: str = "", **slots: object) -> list[str]:
    """The same slots in several styles."""
    chosen = [s for s in STYLES if not only or s[0] in only]
    return [program(*style, seed=i, **slots) for i, style in enumerate(chosen[:count])]  # type: ignore[arg-type]

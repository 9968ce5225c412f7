"""Where LLVM cannot be imported, kernels give way to NumPy."""

import subprocess
import sys

PROGRAM = """
import sys, warnings
sys.modules["llvmlite"] = sys.modules["llvmlite.binding"] = None
warnings.simplefilter("ignore")
import steepest as torch
F = torch.nn.functional
assert torch.randn(5000).isfinite().all()
x, w = torch.randn(4, 6, 9, 9, requires_grad=True), torch.randn(8, 3, 3, 3, requires_grad=True)
F.conv2d(x, w, groups=2, padding=1, stride=2).sum().backward()
torch.nn.LSTM(5, 7)(torch.randn(3, 2, 5))[0].sum().backward()
for y in (F.layer_norm(x, (9,)), F.batch_norm(x, None, None, training=True), F.softmax(x, 3), F.log_softmax(x, 3), x[torch.tensor([0, 0])]):
    y.sum().backward()
table = torch.nn.Embedding(5, 3)
table(torch.tensor([1, 1])).sum().backward()
torch.nn.Linear(3, 4)(torch.randn(2, 3)).sum().backward()
print(table.weight.grad[1].tolist())
"""


def test_every_kernel_has_another_way():
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "[2.0, 2.0, 2.0]", done.stderr

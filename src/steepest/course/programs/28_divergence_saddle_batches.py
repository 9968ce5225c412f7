# Row 28 of the course, note 004: a step that is too large diverges; a saddle point holds gradient descent up; all rows,
# one row and mini-batches side by side. The note's `gradient` drops w (2 * x * (x - y)), its loss takes np.sqrt(a, 2) for
# a square: here both are as their formulas say.

import matplotlib.pyplot as plt
import torch

x_data = torch.tensor([1.0, 2.0, 3.0])
y_data = torch.tensor([2.0, 4.0, 6.0])

# 发散的原因都是学习率过大: 2 / (2 * mean(x^2)) = 0.2143 is the largest step that converges
for a in (0.01, 0.1, 0.21, 0.22, 0.5):
    w = torch.tensor(1.0, requires_grad=True)
    costs = []
    for epoch in range(30):
        cost = ((x_data * w - y_data) ** 2).mean()
        cost.backward()
        costs.append(cost.item())
        with torch.no_grad():
            w -= a * w.grad
        w.grad = None
    print(f"step {a}: cost {costs[0]:.4g} -> {costs[9]:.4g} -> {costs[29]:.4g}", "diverges" if costs[29] > costs[0] else "converges")
    plt.semilogy(costs, label=f"a = {a}")
plt.xlabel('Epoch')
plt.ylabel('Cost')
plt.legend()
plt.show()

# 鞍点(导数为0但并非最优点): x^2 - y^2 + y^4 / 4 has one at (0, 0); exactly on its ridge nothing moves y
for start in ([1.0, 0.0], [1.0, 1e-6], [1.0, 0.1]):
    p = torch.tensor(start, requires_grad=True)
    optimizer = torch.optim.SGD([p], lr=0.1)
    for step in range(60):
        optimizer.zero_grad()
        value = p[0] ** 2 - p[1] ** 2 + p[1] ** 4 / 4
        value.backward()
        optimizer.step()
    print("saddle: start", start, "after 60 steps", [round(v, 4) for v in p.tolist()], f"value {value.item():.4f}")

# 批量, 随机, mini-batch: the same 60 noisy points of y = 2x + 1
torch.manual_seed(0)
x = torch.linspace(0, 1, 60).view(-1, 1)
y = 2 * x + 1 + 0.1 * torch.randn(60, 1)
plt.figure()
for name, batch_size in (("all rows", 60), ("mini-batches of 10", 10), ("one row", 1)):
    w = torch.zeros(1, 1, requires_grad=True)
    b = torch.zeros(1, requires_grad=True)
    losses = []
    for epoch in range(20):
        order = torch.randperm(60)
        for rows in order.split(batch_size):
            loss = ((x[rows] @ w + b - y[rows]) ** 2).mean()
            loss.backward()
            with torch.no_grad():
                w -= 0.05 * w.grad
                b -= 0.05 * b.grad
            w.grad.zero_()
            b.grad.zero_()
        with torch.no_grad():
            losses.append(((x @ w + b - y) ** 2).mean().item())
    print(f"{name:18} loss after 1, 5, 20 epochs: {losses[0]:.5f} {losses[4]:.5f} {losses[19]:.5f}  w {w.item():.4f} b {b.item():.4f}")
    plt.semilogy(losses, label=name)
plt.xlabel('Epoch')
plt.ylabel('Loss')
plt.legend()
plt.show()

"""A straight line through noisy points: the gradient step by hand, autograd does the derivative."""

import torch

torch.manual_seed(0)

true_weight, true_bias = 2.5, -1.0
x = torch.linspace(-3, 3, 100)
y = true_weight * x + true_bias + 0.3 * torch.randn(100)

weight = torch.zeros(1, requires_grad=True)
bias = torch.zeros(1, requires_grad=True)
learning_rate = 0.05

for epoch in range(101):
    prediction = weight * x + bias
    loss = ((prediction - y) ** 2).mean()
    loss.backward()
    with torch.no_grad():
        weight -= learning_rate * weight.grad
        bias -= learning_rate * bias.grad
        weight.grad.zero_()
        bias.grad.zero_()
    if epoch % 20 == 0:
        print(f"epoch {epoch:3d}  loss {loss.item():.6f}  weight {weight.item():.5f}  bias {bias.item():.5f}")

# The same line in closed form, from the normal equations.
design = torch.stack([x, torch.ones_like(x)], dim=1)
solution = torch.linalg.solve(design.T @ design, design.T @ y)
print("closed form:", solution)
print("lstsq:      ", torch.linalg.lstsq(design, y.unsqueeze(1)).solution.squeeze())
print("learned:    ", torch.cat([weight, bias]).detach())

residual = y - (weight * x + bias)
r2 = 1 - residual.var(unbiased=False) / y.var(unbiased=False)
print(f"R^2 {r2.item():.5f}, residual std {residual.std().item():.5f}")

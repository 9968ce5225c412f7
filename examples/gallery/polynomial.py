"""sin(x) by a cubic polynomial, five times: tensors, autograd, nn, optim and a Function of our own."""

import math

import torch

torch.manual_seed(1)
x = torch.linspace(-math.pi, math.pi, 500)
y = torch.sin(x)
STEPS = 200


def report(style, step, loss):
    if step % 50 == 49:
        print(f"{style:9s} {step + 1:4d} {loss:.5f}")


# 1. Tensors alone, the gradient written out.
a, b, c, d = torch.randn(4)
for step in range(STEPS):
    y_pred = a + b * x + c * x**2 + d * x**3
    report("tensors", step, (y_pred - y).pow(2).sum().item())
    grad_y_pred = 2.0 * (y_pred - y)
    a = a - 1e-6 * grad_y_pred.sum()
    b = b - 1e-6 * (grad_y_pred * x).sum()
    c = c - 1e-6 * (grad_y_pred * x**2).sum()
    d = d - 1e-6 * (grad_y_pred * x**3).sum()
print(f"y = {a.item():.5f} + {b.item():.5f} x + {c.item():.5f} x^2 + {d.item():.5f} x^3")

# 2. Autograd.
coefficients = [torch.randn((), requires_grad=True) for _ in range(4)]
for step in range(STEPS):
    y_pred = sum(k * x**power for power, k in enumerate(coefficients))
    loss = (y_pred - y).pow(2).sum()
    report("autograd", step, loss.item())
    loss.backward()
    with torch.no_grad():
        for k in coefficients:
            k -= 1e-6 * k.grad
            k.grad = None
print([round(k.item(), 4) for k in coefficients])

# 3. nn: a linear layer over the powers of x.
xx = x.unsqueeze(-1).pow(torch.tensor([1, 2, 3]))
model = torch.nn.Sequential(torch.nn.Linear(3, 1), torch.nn.Flatten(0, 1))
loss_fn = torch.nn.MSELoss(reduction="sum")
for step in range(STEPS):
    loss = loss_fn(model(xx), y)
    report("nn", step, loss.item())
    model.zero_grad()
    loss.backward()
    with torch.no_grad():
        for param in model.parameters():
            param -= 1e-6 * param.grad
print(model[0].weight, model[0].bias)

# 4. optim.
optimizer = torch.optim.RMSprop(model.parameters(), lr=1e-3)
for step in range(STEPS):
    loss = loss_fn(model(xx), y)
    report("optim", step, loss.item())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


# 5. A Function of our own: the Legendre polynomial P3 with its derivative.
class LegendrePolynomial3(torch.autograd.Function):
    @staticmethod
    def forward(ctx, input):
        ctx.save_for_backward(input)
        return 0.5 * (5 * input**3 - 3 * input)

    @staticmethod
    def backward(ctx, grad_output):
        (input,) = ctx.saved_tensors
        return grad_output * 1.5 * (5 * input**2 - 1)


a, b, c, d = (torch.full((), value, requires_grad=True) for value in (0.0, -1.0, 0.0, 0.3))
P3 = LegendrePolynomial3.apply
for step in range(STEPS):
    loss = (a + b * P3(c + d * x) - y).pow(2).sum()
    report("function", step, loss.item())
    loss.backward()
    with torch.no_grad():
        for k in (a, b, c, d):
            k -= 5e-6 * k.grad
            k.grad = None
print(f"y = {a.item():.4f} + {b.item():.4f} P3({c.item():.4f} + {d.item():.4f} x)")
print("gradcheck:", torch.autograd.gradcheck(P3, (torch.randn(5, dtype=torch.double, requires_grad=True),)))

"""Three kinds of flowers told apart by softmax regression: full batches, weight decay, a confusion matrix."""

import torch
import torch.nn.functional as F

torch.manual_seed(0)
centres = torch.tensor([[5.0, 3.4, 1.5, 0.2], [5.9, 2.8, 4.3, 1.3], [6.6, 3.0, 5.6, 2.0]])
spread = torch.tensor([0.35, 0.35, 0.4, 0.25])
labels = torch.arange(3).repeat_interleave(50)
flowers = centres[labels] + spread * torch.randn(150, 4)
order = torch.randperm(150)
train, test = order[:110], order[110:]
mean, std = flowers[train].mean(0), flowers[train].std(0)
x = (flowers - mean) / std

weight = torch.zeros(4, 3, requires_grad=True)
bias = torch.zeros(3, requires_grad=True)
for step in range(101):
    loss = F.cross_entropy(x[train] @ weight + bias, labels[train]) + 1e-3 * weight.square().sum()
    loss.backward()
    with torch.no_grad():
        for p in (weight, bias):
            p -= 0.5 * p.grad
            p.grad = None
    if step % 25 == 0:
        print(f"step {step:3d} loss {loss.item():.5f}")

with torch.no_grad():
    guess = (x[test] @ weight + bias).argmax(1)
confusion = torch.zeros(3, 3, dtype=torch.int64)
confusion.index_put_((labels[test], guess), torch.ones(len(test), dtype=torch.int64), accumulate=True)
print(confusion)
print(f"accuracy {(guess == labels[test]).float().mean():.4f}")
print(weight)

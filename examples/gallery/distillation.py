"""A small network learns from the softened answers of a larger one (Hinton, Vinyals and Dean 2015)."""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
x = torch.rand(400, 2) * 4 - 2
y = ((x[:, 0].sin() > x[:, 1]).long() + 2 * (x.norm(dim=1) > 1.4).long())
train, test = slice(0, 300), slice(300, 400)


def network(width):
    return nn.Sequential(nn.Linear(2, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU(), nn.Linear(width, 4))


def accuracy(model):
    with torch.no_grad():
        return (model(x[test]).argmax(1) == y[test]).float().mean().item()


def fit(model, loss_of, epochs=15):
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for epoch in range(epochs):
        for batch in torch.randperm(300).split(50):
            loss = loss_of(model(x[batch]), batch)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        if epoch % 5 == 4:
            print(f"  epoch {epoch + 1:2d} loss {loss.item():.4f} accuracy {accuracy(model):.2f}")


print("teacher")
teacher = network(32)
fit(teacher, lambda logits, batch: F.cross_entropy(logits, y[batch]))
teacher.requires_grad_(False).eval()


def soft(logits, batch, temperature=3.0):
    answers = F.softmax(teacher(x[batch]) / temperature, 1)
    gap = F.kl_div(F.log_softmax(logits / temperature, 1), answers, reduction="batchmean") * temperature**2
    return 0.7 * gap + 0.3 * F.cross_entropy(logits, y[batch])


print("student of the teacher")
student = network(6)
fit(student, soft)
print(sum(p.numel() for p in teacher.parameters()), sum(p.numel() for p in student.parameters()))

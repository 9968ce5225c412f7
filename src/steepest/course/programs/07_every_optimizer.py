# Row 7 of the course, note 000: every optimizer of the note's list on the same line through the same four points.
# The note only names them. SparseAdam wants sparse gradients, which nn.Embedding(sparse=True) gives; LBFGS wants a
# closure, since it evaluates the loss several times in a step.

import torch
import torch.nn as nn

X = torch.tensor([1,2,3,4],dtype=torch.float32)
Y = torch.tensor([3,5,7,9],dtype=torch.float32)
loss = nn.MSELoss()


def race(name, make):
    w = torch.tensor(0.0, requires_grad=True)
    b = torch.tensor(0.0, requires_grad=True)
    optimizer = make([w, b])

    def closure():
        optimizer.zero_grad()
        l = loss(w * X + b, Y)
        l.backward()
        return l

    for step in range(100):
        l = optimizer.step(closure)
        if step in (0, 1, 9, 99):
            print(f"{name:9} step {step:2} w={w.item():.6f} b={b.item():.6f} loss={l.item():.6f}")


race("SGD", lambda p: torch.optim.SGD(p, lr=0.01))
race("momentum", lambda p: torch.optim.SGD(p, lr=0.01, momentum=0.9))
race("Nesterov", lambda p: torch.optim.SGD(p, lr=0.01, momentum=0.9, nesterov=True))
race("Adagrad", lambda p: torch.optim.Adagrad(p, lr=0.1))
race("RMSprop", lambda p: torch.optim.RMSprop(p, lr=0.01))
race("Adadelta", lambda p: torch.optim.Adadelta(p, lr=1.0))
race("Adam", lambda p: torch.optim.Adam(p, lr=0.1))
race("Adamax", lambda p: torch.optim.Adamax(p, lr=0.1))
race("AdamW", lambda p: torch.optim.AdamW(p, lr=0.1))
race("ASGD", lambda p: torch.optim.ASGD(p, lr=0.01))
race("Rprop", lambda p: torch.optim.Rprop(p, lr=0.01))
race("LBFGS", lambda p: torch.optim.LBFGS(p, lr=0.1, line_search_fn="strong_wolfe"))

# SparseAdam: of ten rows of the table only the three that were looked up have a gradient, and only they move.
table = nn.Embedding(10, 2, sparse=True)
nn.init.ones_(table.weight)
optimizer = torch.optim.SparseAdam(list(table.parameters()), lr=0.1)
words = torch.tensor([1, 4, 7])
for step in range(20):
    optimizer.zero_grad()
    l = (table(words) ** 2).sum()
    l.backward()
    optimizer.step()
print("SparseAdam gradient is sparse:", table.weight.grad.is_sparse, "loss", f"{l.item():.6f}")
print(table.weight.data)

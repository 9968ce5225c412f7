# Row 21 of the course, note 002: least squares by gradient descent on matrices that require gradients, so that the
# graph holds all 10,000 steps. The note's text with its indentation restored and its echoes printed. It divides by 2
# where the formula has m, the number of rows: the same here, where m is 2.

import torch


def gradDescent(X, y, eps = torch.tensor(0.01, requires_grad = True), numIt = 1000):
    m, n = X.shape
    weights = torch.zeros(n, 1, requires_grad = True)
    for k in range(numIt):
        grad = torch.mm(X.t(), (torch.mm(X, weights) - y))/2
        weights = weights - eps * grad
    return weights


X = torch.tensor([[1.,1],[3, 1]], requires_grad = True)
print(X)
y = torch.tensor([2.,4], requires_grad = True).reshape(2,1)
print(y)
print(gradDescent(X, y))
weights = gradDescent(X, y, numIt = 10000)
print(weights)
print(torch.mm((torch.mm(X,weights)-y).t(), torch.mm(X,weights)-y))

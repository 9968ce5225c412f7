# Row 8 of the course, note 000: data from sklearn, a Module class with one Linear, trained (needs scikit-learn).
# The note shows this program in pictures; the text here follows its words: NumPy makes float64, layers hold float32,
# so the data goes through astype("float32"), and what happens without it is shown first.

import torch
import torch.nn as nn
from sklearn.datasets import make_regression

x, y = make_regression(n_samples=100, n_features=10, noise=0.1, random_state=0)
y = y.reshape(-1, 1)
print(x.dtype, x.shape, y.shape)


class LinearRegression(nn.Module):
    def __init__(self, in_features):
        super().__init__()
        self.linear = nn.Linear(in_features, 1)

    def forward(self, x):
        return self.linear(x)


model = LinearRegression(10)
try:
    model(torch.from_numpy(x))
except RuntimeError as error:
    print("message:", error)

x = torch.from_numpy(x.astype("float32"))
y = torch.from_numpy(y.astype("float32"))

criterion = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)

for epoch in range(200):
    y_pred = model(x)
    loss = criterion(y_pred, y)
    if epoch % 20 == 0:
        print(epoch, loss.item())

    optimizer.zero_grad()
    loss.backward()
    optimizer.step()

print(model)
print(model.linear.weight.data)
print(model.linear.bias.data)

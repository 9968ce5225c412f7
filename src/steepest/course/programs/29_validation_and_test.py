# Row 29 of the course, note 004: training, validation and test set; overfitting seen on the validation rows; then training
# on training + validation rows for as long as it helped, and prediction on test rows without labels. The note has the words;
# `steepest train` and `steepest predict` do the same on any table.

import torch
import torch.nn as nn
from torch.utils.data import TensorDataset, random_split

torch.manual_seed(0)
x = torch.rand(60, 1) * 6 - 3
y = torch.sin(x) + 0.3 * torch.randn(60, 1)
x_new = torch.linspace(-3, 3, 7).view(-1, 1)  # test rows: no labels

train_set, validation_set = random_split(TensorDataset(x, y), [30, 30])
x_train, y_train = train_set[:]
x_validation, y_validation = validation_set[:]
criterion = nn.MSELoss()


def make_model():
    torch.manual_seed(1)
    return nn.Sequential(nn.Linear(1, 64), nn.Tanh(), nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 1))


def fit(model, x, y, epochs, watch=None):
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    curve = []
    for epoch in range(epochs):
        model.train()
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
        if watch is not None:
            model.eval()
            with torch.no_grad():
                curve.append(criterion(model(watch[0]), watch[1]).item())
            if epoch % 50 == 0 or epoch == epochs - 1:
                print(f"epoch {epoch:3} training {loss.item():.4f} validation {curve[-1]:.4f}")
    return curve


curve = fit(make_model(), x_train, y_train, 401, (x_validation, y_validation))
best = min(range(len(curve)), key=curve.__getitem__)
print(f"validation is best at epoch {best}: {curve[best]:.4f}; at the end {curve[-1]:.4f}")
print("overfitting:", curve[-1] > 1.1 * curve[best])

# 将所有训练集数据(包括开发集)用来对模型进行训练,将训练出来的模型用于对测试集进行预测
model = make_model()
fit(model, x, y, best + 1)
with torch.no_grad():
    for value, prediction in zip(x_new.flatten().tolist(), model(x_new).flatten().tolist()):
        print(f"x = {value:5.2f} prediction {prediction:.4f} sin(x) {torch.sin(torch.tensor(value)).item():.4f}")

"""A sum of waves foretold by LSTM cells, step by step, and continued beyond the data."""

import numpy as np
import torch
import torch.nn as nn
import torch.optim as optim

np.random.seed(0)
torch.manual_seed(0)

LENGTH = 60
starts = np.random.randint(-4 * 20, 4 * 20, 12).reshape(12, 1)
waves = np.sin((np.arange(LENGTH) + starts) / 8.0).astype(np.float64)
data = torch.from_numpy(waves + 0.3 * np.cos((np.arange(LENGTH) + starts) / 3.0))


class Sequence(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm1 = nn.LSTMCell(1, 12)
        self.lstm2 = nn.LSTMCell(12, 12)
        self.linear = nn.Linear(12, 1)

    def forward(self, input, future=0):
        outputs = []
        h_t = torch.zeros(input.size(0), 12, dtype=torch.double)
        c_t = torch.zeros(input.size(0), 12, dtype=torch.double)
        h_t2 = torch.zeros(input.size(0), 12, dtype=torch.double)
        c_t2 = torch.zeros(input.size(0), 12, dtype=torch.double)
        for input_t in input.split(1, dim=1):
            h_t, c_t = self.lstm1(input_t, (h_t, c_t))
            h_t2, c_t2 = self.lstm2(h_t, (h_t2, c_t2))
            output = self.linear(h_t2)
            outputs += [output]
        for _ in range(future):
            h_t, c_t = self.lstm1(output, (h_t, c_t))
            h_t2, c_t2 = self.lstm2(h_t, (h_t2, c_t2))
            output = self.linear(h_t2)
            outputs += [output]
        return torch.cat(outputs, dim=1)


train_input, train_target = data[3:, :-1], data[3:, 1:]
test_input, test_target = data[:3, :-1], data[:3, 1:]
model = Sequence().double()
criterion = nn.MSELoss()
optimizer = optim.LBFGS(model.parameters(), lr=0.8, max_iter=5)

for epoch in range(4):

    def closure():
        optimizer.zero_grad()
        loss = criterion(model(train_input), train_target)
        loss.backward()
        return loss

    loss = optimizer.step(closure)
    with torch.no_grad():
        prediction = model(test_input, future=20)
        test_loss = criterion(prediction[:, :-20], test_target)
    print(f"epoch {epoch} train {loss.item():.8f} test {test_loss.item():.8f}")

print("continued:", prediction[0, -20:].detach().numpy()[:5].round(4))

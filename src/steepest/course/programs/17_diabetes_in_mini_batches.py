# Row 17 of the course, note 001: the diabetes table through a Dataset and a DataLoader, mini-batches of 32, two workers.
# The note has only the words; the program follows its course. Worker processes that are spawned (Windows, macOS) read this file
# again, which is why the training stands under `if __name__ == '__main__'`.

import sys

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset


class DiabetesDataset(Dataset):
    def __init__(self, filepath):
        xy = np.loadtxt(filepath, delimiter=',', dtype=np.float32)
        self.len = xy.shape[0]
        self.x_data = torch.from_numpy(xy[:, :-1])
        self.y_data = torch.from_numpy(xy[:, [-1]])

    def __getitem__(self, index):
        return self.x_data[index], self.y_data[index]

    def __len__(self):
        return self.len


class Model(torch.nn.Module):
    def __init__(self):
        super(Model, self).__init__()
        self.linear1 = torch.nn.Linear(8, 6)
        self.linear2 = torch.nn.Linear(6, 4)
        self.linear3 = torch.nn.Linear(4, 1)
        self.sigmoid = torch.nn.Sigmoid()

    def forward(self, x):
        x = self.sigmoid(self.linear1(x))
        x = self.sigmoid(self.linear2(x))
        x = self.sigmoid(self.linear3(x))
        return x


if __name__ == '__main__':
    epochs = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    workers = int(sys.argv[2]) if len(sys.argv) > 2 else 2
    dataset = DiabetesDataset('diabetes.csv')
    train_loader = DataLoader(dataset=dataset, batch_size=32, shuffle=True, num_workers=workers)

    model = Model()
    criterion = torch.nn.BCELoss(reduction='mean')
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

    for epoch in range(epochs):
        for i, data in enumerate(train_loader, 0):
            inputs, labels = data
            y_pred = model(inputs)
            loss = criterion(y_pred, labels)
            if i % 8 == 0 or i == len(train_loader) - 1:
                print(epoch, i, len(inputs), loss.item())

            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

# Row 18 of the course, note 001: the same by a convnet: two convolutions of 5 x 5 with pooling, one linear layer.
# The first argument is the path of mnist.npz (or the variable MNIST says it), the second the number of epochs; without the
# file, digits.py draws digits. 10 epochs of MNIST: over 98 %.

import sys

import torch
import torch.nn.functional as F
import torch.optim as optim
from torch.utils.data import DataLoader, TensorDataset

import digits

path = sys.argv[1] if len(sys.argv) > 1 else None
epochs = int(sys.argv[2]) if len(sys.argv) > 2 else 10
batch_size = 64


def images(x):
    return ((torch.from_numpy(x).float() / 255 - 0.1307) / 0.3081).unsqueeze(1)


x_train, y_train, x_test, y_test = digits.load(path)
train_loader = DataLoader(TensorDataset(images(x_train), torch.from_numpy(y_train).long()), batch_size=batch_size, shuffle=True)
test_loader = DataLoader(TensorDataset(images(x_test), torch.from_numpy(y_test).long()), batch_size=batch_size, shuffle=False)


class Net(torch.nn.Module):
    def __init__(self):
        super(Net, self).__init__()
        self.conv1 = torch.nn.Conv2d(1, 10, kernel_size=5)
        self.conv2 = torch.nn.Conv2d(10, 20, kernel_size=5)
        self.pooling = torch.nn.MaxPool2d(2)
        self.fc = torch.nn.Linear(320, 10)

    def forward(self, x):
        batch_size = x.size(0)
        x = F.relu(self.pooling(self.conv1(x)))
        x = F.relu(self.pooling(self.conv2(x)))
        x = x.view(batch_size, -1)
        return self.fc(x)


model = Net()
criterion = torch.nn.CrossEntropyLoss()
optimizer = optim.SGD(model.parameters(), lr=0.01, momentum=0.5)


def train(epoch):
    running_loss = 0.0
    for batch_idx, (inputs, target) in enumerate(train_loader, 0):
        optimizer.zero_grad()
        outputs = model(inputs)
        loss = criterion(outputs, target)
        loss.backward()
        optimizer.step()
        running_loss += loss.item()
    print('[%d] loss: %.3f' % (epoch + 1, running_loss / len(train_loader)))


def test():
    correct = 0
    total = 0
    with torch.no_grad():
        for inputs, labels in test_loader:
            outputs = model(inputs)
            _, predicted = torch.max(outputs.data, dim=1)
            total += labels.size(0)
            correct += (predicted == labels).sum().item()
    print('Accuracy on test set: %.2f %%' % (100 * correct / total))


for epoch in range(epochs):
    train(epoch)
    test()

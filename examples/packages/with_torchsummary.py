"""`summary` of convolutional networks, of one with two inputs, of a recurrent layer's error; forward hooks, sizes of parameters."""

import torch
import torch.nn.functional as F
from torch import nn
from torchsummary import summary


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 10, kernel_size=5)
        self.conv2 = nn.Conv2d(10, 20, kernel_size=5)
        self.conv2_drop = nn.Dropout2d()
        self.fc1 = nn.Linear(320, 50)
        self.fc2 = nn.Linear(50, 10)

    def forward(self, x):
        x = F.relu(F.max_pool2d(self.conv1(x), 2))
        x = F.relu(F.max_pool2d(self.conv2_drop(self.conv2(x)), 2))
        x = x.view(-1, 320)
        x = F.relu(self.fc1(x))
        return F.log_softmax(self.fc2(F.dropout(x, training=self.training)), dim=1)


class TwoInputs(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(1, 1, 3, padding=1, bias=False), nn.BatchNorm2d(1), nn.ReLU())

    def forward(self, x, y):
        return self.features(x), self.features(y)


torch.manual_seed(0)
summary(Net(), (1, 28, 28), device="cpu")
summary(TwoInputs(), [(1, 16, 16), (1, 28, 28)], device="cpu")
vgg = nn.Sequential(
    *(
        layer
        for a, b in ((3, 8), (8, 16), (16, 32))
        for layer in (nn.Conv2d(a, b, 3, padding=1), nn.BatchNorm2d(b), nn.ReLU(inplace=True), nn.MaxPool2d(2))
    ),
    nn.AdaptiveAvgPool2d(1),
    nn.Flatten(),
    nn.Linear(32, 5),
)
summary(vgg, (3, 32, 32), batch_size=4, device="cpu")
model = Net()
print([len(m._forward_hooks) for m in model.modules()])

"""Digits drawn as strokes on 12 x 12 pixels, told apart by a small convolutional network; saved, loaded and tested again."""

import os
import tempfile

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.optim.lr_scheduler import StepLR
from torch.utils.data import DataLoader, TensorDataset, random_split

SEGMENTS = ["abcdef", "bc", "abged", "abgcd", "fgbc", "afgcd", "afgedc", "abc", "abcdefg", "abcdfg"]


def draw(digit):
    """A digit of a seven-segment display, as an image of shape (12, 12)."""
    image = torch.zeros(12, 12)
    places = {
        "a": (slice(1, 2), slice(3, 8)), "b": (slice(1, 6), slice(7, 8)), "c": (slice(5, 10), slice(7, 8)),
        "d": (slice(9, 10), slice(3, 8)), "e": (slice(5, 10), slice(3, 4)), "f": (slice(1, 6), slice(3, 4)),
        "g": (slice(5, 6), slice(3, 8)),
    }  # fmt: skip
    for segment in SEGMENTS[digit]:
        image[places[segment]] = 1.0
    return image


def make_digits(count):
    labels = torch.randint(0, 10, (count,))
    images = torch.stack([draw(int(label)) for label in labels])
    shifts = torch.randint(-1, 3, (count, 2)).tolist()
    images = torch.stack([torch.roll(image, shift, dims=(0, 1)) for image, shift in zip(images, shifts)])
    return (images + 0.4 * torch.randn_like(images)).unsqueeze(1), labels


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 8, 3, padding=1)
        self.conv2 = nn.Conv2d(8, 16, 3)
        self.norm = nn.BatchNorm2d(16)
        self.dropout = nn.Dropout(0.25)
        self.fc = nn.Linear(16 * 2 * 2, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.norm(self.conv2(x))), 2)
        return F.log_softmax(self.fc(self.dropout(torch.flatten(x, 1))), dim=1)


def train(model, loader, optimizer, epoch):
    model.train()
    for batch, (data, target) in enumerate(loader):
        optimizer.zero_grad()
        loss = F.nll_loss(model(data), target)
        loss.backward()
        optimizer.step()
        if batch % 5 == 0:
            print(f"train epoch {epoch} [{batch * len(data)}/{len(loader.dataset)}]  loss {loss.item():.6f}")


@torch.no_grad()
def test(model, loader):
    model.eval()
    loss, correct = 0.0, 0
    for data, target in loader:
        output = model(data)
        loss += F.nll_loss(output, target, reduction="sum").item()
        correct += output.argmax(dim=1, keepdim=True).eq(target.view_as(output.argmax(dim=1, keepdim=True))).sum().item()
    print(f"test: average loss {loss / len(loader.dataset):.5f}, accuracy {correct}/{len(loader.dataset)}")


def main():
    torch.manual_seed(42)
    train_set, test_set = random_split(TensorDataset(*make_digits(640)), [0.75, 0.25])
    train_loader = DataLoader(train_set, batch_size=32, shuffle=True)
    test_loader = DataLoader(test_set, batch_size=100)
    model = Net()
    print(model)
    print("parameters:", sum(p.numel() for p in model.parameters() if p.requires_grad))
    optimizer = torch.optim.Adadelta(model.parameters(), lr=1.0)
    scheduler = StepLR(optimizer, step_size=1, gamma=0.7)
    for epoch in range(1, 4):
        train(model, train_loader, optimizer, epoch)
        test(model, test_loader)
        scheduler.step()
        print("learning rate", scheduler.get_last_lr())

    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "digits.pt")
        torch.save(model.state_dict(), path)
        again = Net()
        print(again.load_state_dict(torch.load(path)))
    test(again, test_loader)


if __name__ == "__main__":
    main()

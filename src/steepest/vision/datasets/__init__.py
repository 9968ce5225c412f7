"""`torchvision.datasets`: pictures from files on disk."""

from typing import Any

from steepest.errors import text
from steepest.vision.datasets.cifar import CIFAR10, CIFAR100
from steepest.vision.datasets.fakedata import FakeData
from steepest.vision.datasets.folder import DatasetFolder, ImageFolder
from steepest.vision.datasets.mnist import KMNIST, MNIST, FashionMNIST
from steepest.vision.datasets.vision import VisionDataset

__all__ = ["CIFAR10", "CIFAR100", "DatasetFolder", "FakeData", "FashionMNIST", "ImageFolder", "KMNIST", "MNIST", "VisionDataset"]


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    raise AttributeError(text("vision-no-such-name", module="datasets", name=name, names=", ".join(__all__)))

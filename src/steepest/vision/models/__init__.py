"""`torchvision.models`: the networks for pictures that programs name most, with random weights.

Modules and parameters have torchvision's names, and are drawn in its order, so that a seed gives the same numbers and a state that was
saved there loads here. Weights that were trained elsewhere are not fetched: save them with torchvision and load the file.
"""

from typing import Any

from steepest.errors import text
from steepest.nn.modules.module import Module
from steepest.vision.models.alexnet import AlexNet, alexnet
from steepest.vision.models.densenet import DenseNet, densenet121, densenet161, densenet169, densenet201
from steepest.vision.models.mobilenetv2 import MobileNetV2, mobilenet_v2
from steepest.vision.models.registry import BUILDERS, TrainedWeights
from steepest.vision.models.resnet import (
    ResNet,
    resnet18,
    resnet34,
    resnet50,
    resnet101,
    resnet152,
    resnext50_32x4d,
    resnext101_32x8d,
    resnext101_64x4d,
    wide_resnet50_2,
    wide_resnet101_2,
)
from steepest.vision.models.squeezenet import SqueezeNet, squeezenet1_0, squeezenet1_1
from steepest.vision.models.vgg import VGG, vgg11, vgg11_bn, vgg13, vgg13_bn, vgg16, vgg16_bn, vgg19, vgg19_bn

__all__ = ["VGG", "AlexNet", "DenseNet", "MobileNetV2", "ResNet", "SqueezeNet", "alexnet", "densenet121", "densenet161", "densenet169",
           "densenet201", "get_model", "get_model_builder", "list_models", "mobilenet_v2", "resnet18", "resnet34", "resnet50", "resnet101",
           "resnet152", "resnext50_32x4d", "resnext101_32x8d", "resnext101_64x4d", "squeezenet1_0", "squeezenet1_1", "vgg11", "vgg11_bn",
           "vgg13", "vgg13_bn", "vgg16", "vgg16_bn", "vgg19", "vgg19_bn", "wide_resnet50_2", "wide_resnet101_2"]

# How the names of the networks begin that torchvision has and this package has not.
OTHERS = ("convnext", "efficientnet", "googlenet", "inception", "maxvit", "mnasnet", "mobilenet", "regnet", "shufflenet", "swin", "vit_",
          "detection", "segmentation", "video", "quantization", "optical_flow")


def list_models(*module: Any, **choice: Any) -> list[str]:
    """The names of all networks.

    >>> from steepest.vision.models import list_models
    >>> list_models()[:3]
    ['alexnet', 'densenet121', 'densenet161']
    """
    return sorted(BUILDERS)


def get_model_builder(name: str) -> Any:
    """The function that makes a network; ValueError for another name."""
    if name.lower() not in BUILDERS:
        raise ValueError(text("vision-unknown-model", name=name, names=", ".join(list_models())))
    return BUILDERS[name.lower()]


def get_model(name: str, **config: Any) -> Module:
    """A network by its name."""
    network: Module = get_model_builder(name)(**config)
    return network


def __getattr__(name: str) -> Any:
    if name.endswith("_Weights"):
        return TrainedWeights(name)
    if name.lower().startswith(OTHERS):
        # Not AttributeError, which `from torchvision.models import vit_b_16` would replace by a sentence of Python's.
        raise ImportError(text("vision-no-such-model", name=name, names=", ".join(list_models())))
    raise AttributeError(f"module 'torchvision.models' has no attribute {name!r}")

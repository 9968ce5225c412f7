"""`torchvision.models`: the networks for pictures that programs name most, with random weights.

Modules and parameters have torchvision's names, and are drawn in its order, so that a seed gives the same numbers and a state that was
saved there loads here. Weights that were trained elsewhere are not fetched: save them with torchvision and load the file.
"""

from typing import Any

from steepest.errors import text
from steepest.nn.modules.module import Module
from steepest.vision.models.alexnet import AlexNet, alexnet
from steepest.vision.models.convnext import ConvNeXt, convnext_base, convnext_large, convnext_small, convnext_tiny
from steepest.vision.models.densenet import DenseNet, densenet121, densenet161, densenet169, densenet201
from steepest.vision.models.efficientnet import (
    EfficientNet,
    efficientnet_b0,
    efficientnet_b1,
    efficientnet_b2,
    efficientnet_b3,
    efficientnet_b4,
    efficientnet_b5,
    efficientnet_b6,
    efficientnet_b7,
)
from steepest.vision.models.mobilenetv2 import MobileNetV2, mobilenet_v2
from steepest.vision.models.mobilenetv3 import MobileNetV3, mobilenet_v3_large, mobilenet_v3_small
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
from steepest.vision.models.vision_transformer import VisionTransformer, vit_b_16, vit_b_32, vit_h_14, vit_l_16, vit_l_32

__all__ = ["AlexNet", "ConvNeXt", "DenseNet", "EfficientNet", "MobileNetV2", "MobileNetV3", "ResNet", "SqueezeNet", "VGG",
           "VisionTransformer", "alexnet", "convnext_base", "convnext_large", "convnext_small", "convnext_tiny", "densenet121",
           "densenet161", "densenet169", "densenet201", "efficientnet_b0", "efficientnet_b1", "efficientnet_b2", "efficientnet_b3",
           "efficientnet_b4", "efficientnet_b5", "efficientnet_b6", "efficientnet_b7", "get_model", "get_model_builder", "list_models",
           "mobilenet_v2", "mobilenet_v3_large", "mobilenet_v3_small", "resnet101", "resnet152", "resnet18", "resnet34", "resnet50",
           "resnext101_32x8d", "resnext101_64x4d", "resnext50_32x4d", "squeezenet1_0", "squeezenet1_1", "vgg11", "vgg11_bn", "vgg13",
           "vgg13_bn", "vgg16", "vgg16_bn", "vgg19", "vgg19_bn", "vit_b_16", "vit_b_32", "vit_h_14", "vit_l_16", "vit_l_32",
           "wide_resnet101_2", "wide_resnet50_2"]

# How the names of the networks begin that torchvision has and this package has not.
OTHERS = ("efficientnet_v2", "googlenet", "inception", "maxvit", "mnasnet", "regnet", "shufflenet", "swin", "detection",
          "segmentation", "video", "quantization", "optical_flow")


def list_models(*module: Any, **choice: Any) -> list[str]:
    """The names of all networks.

    >>> from steepest.vision.models import list_models
    >>> [name for name in list_models() if name.startswith("resnet")]
    ['resnet101', 'resnet152', 'resnet18', 'resnet34', 'resnet50']
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
        # Not AttributeError, which `from torchvision.models import swin_t` would replace by a sentence of Python's.
        raise ImportError(text("vision-no-such-model", name=name, names=", ".join(list_models())))
    raise AttributeError(f"module 'torchvision.models' has no attribute {name!r}")

"""`torchvision.ops`: boxes, the focal loss, and the blocks that networks for pictures are made of."""

from typing import Any

from steepest.errors import text
from steepest.vision.ops import boxes, focal_loss, misc, stochastic_depth
from steepest.vision.ops.boxes import (
    batched_nms,
    box_area,
    box_convert,
    box_iou,
    clip_boxes_to_image,
    generalized_box_iou,
    nms,
    remove_small_boxes,
)
from steepest.vision.ops.focal_loss import sigmoid_focal_loss
from steepest.vision.ops.misc import MLP, Conv2dNormActivation, Conv3dNormActivation, FrozenBatchNorm2d, Permute, SqueezeExcitation
from steepest.vision.ops.stochastic_depth import StochasticDepth

__all__ = ["MLP", "Conv2dNormActivation", "Conv3dNormActivation", "FrozenBatchNorm2d", "Permute", "SqueezeExcitation", "StochasticDepth",
           "batched_nms", "box_area", "box_convert", "box_iou", "boxes", "clip_boxes_to_image", "focal_loss", "generalized_box_iou", "misc",
           "nms", "remove_small_boxes", "sigmoid_focal_loss", "stochastic_depth"]

OTHERS = ("deform", "Deform", "roi", "Roi", "RoI", "ps_roi", "PSRo", "MultiScaleRoIAlign", "FeaturePyramidNetwork", "masks_to_boxes",
          "drop_block", "DropBlock", "complete_box", "distance_box", "ciou", "diou", "giou", "poolers")
"""How the names begin that torchvision has and this package has not."""


def __getattr__(name: str) -> Any:
    if name.startswith(OTHERS):
        raise ImportError(text("vision-no-such-name", module="ops", name=name, names=", ".join(__all__)))
    raise AttributeError(f"module 'torchvision.ops' has no attribute {name!r}")

"""`torchvision.transforms.v2.functional`: the functions of the first version, and conversions of dtypes."""

from typing import Any

import numpy as np

import steepest
from steepest.core.dtype import dtype
from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.vision.images import is_picture
from steepest.vision.transforms import functional as F
from steepest.vision.transforms.functional import *  # noqa: F403

__all__ = [*F.__all__, "get_size", "grayscale_to_rgb", "horizontal_flip", "to_dtype", "to_image", "vertical_flip"]

horizontal_flip, vertical_flip = F.hflip, F.vflip


def to_image(inpt: Any) -> Tensor:
    """A picture, or an array (H, W, C), as tensor (C, H, W) with its values as they are; TypeError for anything else."""
    if isinstance(inpt, np.ndarray):
        return steepest.from_numpy(np.ascontiguousarray(np.atleast_3d(inpt).transpose(2, 0, 1)))
    if is_picture(inpt):
        return F.pil_to_tensor(inpt)
    if isinstance(inpt, Tensor):
        return inpt
    raise TypeError(text("to-tensor-kind", seen=type(inpt).__name__))


def to_dtype(inpt: Tensor, dtype: dtype = steepest.float32, scale: bool = False) -> Tensor:
    """A tensor in another dtype; with `scale` values from 0 to 1 in floating ones, and in others from 0 to the largest number."""
    if inpt.dtype is dtype or not scale:
        return inpt.to(dtype)
    if dtype.is_floating_point and not inpt.is_floating_point():
        return inpt.to(dtype).mul_(1.0 / steepest.iinfo(inpt.dtype).max)
    return F.convert_image_dtype(inpt, dtype)


def get_size(inpt: Any) -> list[int]:
    """Height and width."""
    return F.get_dimensions(inpt)[1:]


def grayscale_to_rgb(inpt: Any) -> Any:
    """Three equal channels where there is one."""
    return inpt if F.get_dimensions(inpt)[0] == 3 else F.rgb_to_grayscale(inpt, 3)

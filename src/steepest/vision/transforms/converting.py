"""Between pictures, arrays and tensors; between dtypes; and `normalize`."""

from collections.abc import Sequence
from typing import Any

import numpy as np

import steepest
from steepest import Tensor, dtype
from steepest.errors import text
from steepest.vision.images import from_array, is_picture

__all__ = ["convert_image_dtype", "normalize", "pil_to_tensor", "to_pil_image", "to_tensor"]

# What Pillow's modes of more than a byte a pixel become.
WIDE_MODES = {"I": np.int32, "I;16": np.int16, "F": np.float32}


def to_tensor(pic: Any) -> Tensor:
    """A picture or array (H, W, C) as tensor (C, H, W): bytes as floating point in [0, 1], other kinds with their values.

    Raises TypeError for anything else, ValueError for an array that has not 2 or 3 dimensions.
    """
    if isinstance(pic, np.ndarray):
        if pic.ndim not in (2, 3):
            raise ValueError(text("picture-dimensions", dimensions=pic.ndim, shape=pic.shape))
        array = pic
    elif is_picture(pic):
        array = np.array(pic, WIDE_MODES[pic.mode]) if pic.mode in WIDE_MODES else np.array(pic, np.uint8)
        array = array * np.uint8(255) if pic.mode == "1" else array
    else:
        raise TypeError(text("to-tensor-kind", seen=type(pic).__name__))
    tensor = steepest.from_numpy(np.atleast_3d(array)).permute(2, 0, 1).contiguous()
    return tensor.to(steepest.get_default_dtype()).div(255) if tensor.dtype == steepest.uint8 else tensor


def pil_to_tensor(pic: Any) -> Tensor:
    """A picture as tensor (C, H, W) with its values as they are. Raises TypeError for anything else."""
    if not is_picture(pic):
        raise TypeError(text("picture-only", name="pil_to_tensor", seen=type(pic).__name__))
    return steepest.from_numpy(np.atleast_3d(np.array(pic))).permute(2, 0, 1)


def to_pil_image(pic: Tensor | np.ndarray, mode: str | None = None) -> Any:
    """The picture of a tensor (C, H, W) or an array (H, W, C); floating point is taken as [0, 1] unless `mode` is "F".

    Raises TypeError for anything else, ValueError for a shape or mode that does not fit.
    """
    if not isinstance(pic, (Tensor, np.ndarray)):
        raise TypeError(text("tensor-or-array", name="to_pil_image", seen=type(pic).__name__))
    if pic.ndim not in (2, 3):
        raise ValueError(text("picture-dimensions", dimensions=pic.ndim, shape=tuple(pic.shape)))
    if isinstance(pic, np.ndarray):
        return from_array(pic, mode)
    if pic.is_floating_point() and mode != "F":
        pic = pic.mul(255).byte()
    array = pic.detach().numpy()
    return from_array(array if array.ndim == 2 else array.transpose(1, 2, 0), mode)


def convert_image_dtype(image: Tensor, dtype: dtype = steepest.float32) -> Tensor:
    """`image` in another dtype, scaled so that the greatest value of the one is that of the other (1 in floating point).

    Raises RuntimeError for float32 to int32 or int64 and float64 to int64, which would overflow.
    """
    if image.dtype == dtype:
        return image
    if image.is_floating_point():
        if dtype.is_floating_point:
            return image.to(dtype)
        if dtype == steepest.int64 or (image.dtype == steepest.float32 and dtype == steepest.int32):
            raise RuntimeError(text("unsafe-image-cast", given=image.dtype, wanted=dtype))
        # Every integer, the greatest too, is given an interval of the same length.
        return image.mul(steepest.iinfo(dtype).max + 1.0 - 1e-3).to(dtype)
    greatest = steepest.iinfo(image.dtype).max
    if dtype.is_floating_point:
        return image.to(dtype) / greatest
    wanted = steepest.iinfo(dtype).max
    if greatest > wanted:
        return steepest.div(image, (greatest + 1) // (wanted + 1), rounding_mode="floor").to(dtype)
    return image.to(dtype) * ((wanted + 1) // (greatest + 1))


def normalize(tensor: Tensor, mean: Sequence[float], std: Sequence[float], inplace: bool = False) -> Tensor:
    """`(tensor - mean) / std` channel by channel, for (..., C, H, W).

    Raises TypeError for what is no tensor of floating point, ValueError for fewer than 3 dimensions or a zero in `std`.
    """
    if not isinstance(tensor, Tensor):
        raise TypeError(text("normalize-before-tensor", seen=type(tensor).__name__))
    if not tensor.is_floating_point():
        raise TypeError(text("normalize-integers", dtype=tensor.dtype))
    if tensor.ndim < 3:
        raise ValueError(text("picture-dimensions", dimensions=tensor.ndim, shape=tuple(tensor.shape)))
    tensor = tensor if inplace else tensor.clone()
    means, deviations = (steepest.as_tensor(given, dtype=tensor.dtype) for given in (mean, std))
    if (deviations == 0).any():
        raise ValueError(text("normalize-zero-std", std=std, dtype=tensor.dtype))
    return tensor.sub_(_channels(means)).div_(_channels(deviations))


def _channels(values: Tensor) -> Tensor:
    return values.view(-1, 1, 1) if values.ndim == 1 else values

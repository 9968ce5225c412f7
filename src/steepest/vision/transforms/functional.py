"""`torchvision.transforms.functional`: every transform as a function."""

from steepest.vision.transforms.color import (
    adjust_brightness,
    adjust_contrast,
    adjust_hue,
    adjust_saturation,
    invert,
    rgb_to_grayscale,
    to_grayscale,
)
from steepest.vision.transforms.converting import convert_image_dtype, normalize, pil_to_tensor, to_pil_image, to_tensor
from steepest.vision.transforms.geometry import (
    InterpolationMode,
    center_crop,
    crop,
    erase,
    five_crop,
    get_dimensions,
    get_image_size,
    hflip,
    pad,
    resize,
    resized_crop,
    rotate,
    vflip,
)

__all__ = [
    "InterpolationMode", "adjust_brightness", "adjust_contrast", "adjust_hue", "adjust_saturation", "center_crop",
    "convert_image_dtype", "crop", "erase", "five_crop", "get_dimensions", "get_image_size", "hflip", "invert", "normalize", "pad",
    "pil_to_tensor", "resize", "resized_crop", "rgb_to_grayscale", "rotate", "to_grayscale", "to_pil_image", "to_tensor", "vflip",
]  # fmt: skip

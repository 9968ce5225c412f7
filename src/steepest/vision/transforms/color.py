"""What colour pixels have: grey, brightness, contrast, saturation, hue; for pictures and for tensors (..., C, H, W)."""

from typing import Any

import numpy as np

import steepest
from steepest import Tensor
from steepest.errors import text
from steepest.vision.images import is_picture, pillow
from steepest.vision.transforms.converting import convert_image_dtype
from steepest.vision.transforms.geometry import get_dimensions, known_image

__all__ = ["adjust_brightness", "adjust_contrast", "adjust_hue", "adjust_saturation", "invert", "rgb_to_grayscale", "to_grayscale"]


def rgb_to_grayscale(img: Any, num_output_channels: int = 1) -> Any:
    """`img` in grey, of 1 channel or of 3 equal ones. The weights are those of ITU-R BT.601."""
    known_image(img, "rgb_to_grayscale")
    if num_output_channels not in (1, 3):
        raise ValueError(text("gray-channels", seen=num_output_channels))
    if is_picture(img):
        grey = img.convert("L")
        return grey if num_output_channels == 1 else pillow().merge("RGB", (grey, grey, grey))
    if get_dimensions(img)[0] == 3:
        red, green, blue = img.unbind(dim=-3)
        grey = (0.2989 * red + 0.587 * green + 0.114 * blue).to(img.dtype).unsqueeze(dim=-3)
    else:
        grey = img.clone()
    return grey.expand(*grey.shape[:-3], 3, *grey.shape[-2:]) if num_output_channels == 3 else grey


to_grayscale = rgb_to_grayscale


def adjust_brightness(img: Any, brightness_factor: float) -> Any:
    """0: black, 1: as it is, 2: twice as bright."""
    _in_range("brightness_factor", brightness_factor, 0, float("inf"))
    if is_picture(img):
        return pillow("ImageEnhance").Brightness(img).enhance(brightness_factor)
    known_image(img, "adjust_brightness")
    return _blend(img, steepest.zeros_like(img), brightness_factor)


def adjust_contrast(img: Any, contrast_factor: float) -> Any:
    """0: the mean grey all over, 1: as it is."""
    _in_range("contrast_factor", contrast_factor, 0, float("inf"))
    if is_picture(img):
        return pillow("ImageEnhance").Contrast(img).enhance(contrast_factor)
    known_image(img, "adjust_contrast")
    grey = rgb_to_grayscale(img) if get_dimensions(img)[0] == 3 else img
    values = grey if grey.is_floating_point() else grey.to(steepest.float32)
    return _blend(img, steepest.mean(values, dim=(-3, -2, -1), keepdim=True), contrast_factor)


def adjust_saturation(img: Any, saturation_factor: float) -> Any:
    """0: grey, 1: as it is."""
    _in_range("saturation_factor", saturation_factor, 0, float("inf"))
    if is_picture(img):
        return pillow("ImageEnhance").Color(img).enhance(saturation_factor)
    known_image(img, "adjust_saturation")
    return img if get_dimensions(img)[0] == 1 else _blend(img, rgb_to_grayscale(img), saturation_factor)


def adjust_hue(img: Any, hue_factor: float) -> Any:
    """Colours turned on their circle: 0 as they are, 0.5 and -0.5 the opposite ones."""
    _in_range("hue_factor", hue_factor, -0.5, 0.5)
    if is_picture(img):
        if img.mode in ("L", "1", "I", "F"):
            return img
        hue, saturation, value = img.convert("HSV").split()
        turned = np.asarray(hue) + np.int32(hue_factor * 255).astype(np.uint8)
        hue = pillow().fromarray(turned)
        return pillow().merge("HSV", (hue, saturation, value)).convert(img.mode)
    known_image(img, "adjust_hue")
    if get_dimensions(img)[0] == 1:
        return img
    hue, saturation, value = _hue_saturation_value(convert_image_dtype(img, steepest.float32))
    return convert_image_dtype(_red_green_blue((hue + hue_factor) % 1.0, saturation, value), img.dtype)


def invert(img: Any) -> Any:
    """The negative."""
    known_image(img, "invert")
    if is_picture(img):
        return pillow("ImageOps").invert(img)
    return (1 if img.is_floating_point() else steepest.iinfo(img.dtype).max) - img


def _in_range(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise ValueError(text("adjust-range", name=name, low=low, high=high, seen=value))


def _blend(img: Tensor, other: Tensor, ratio: float) -> Tensor:
    bound = 1 if img.is_floating_point() else steepest.iinfo(img.dtype).max
    return (float(ratio) * img + (1.0 - float(ratio)) * other).clamp(0, bound).to(img.dtype)


def _hue_saturation_value(img: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """A. R. Smith, Color gamut transform pairs, SIGGRAPH 1978; grey has hue and saturation 0."""
    red, green, blue = img.unbind(dim=-3)
    greatest, least = img.amax(dim=-3), img.amin(dim=-3)
    grey = greatest == least
    spread = steepest.where(grey, 1.0, greatest - least)
    saturation = (greatest - least) / steepest.where(grey, 1.0, greatest)
    r, g, b = ((greatest - channel) / spread for channel in (red, green, blue))
    sixth = steepest.where(greatest == red, b - g, steepest.where(greatest == green, 2.0 + r - b, 4.0 + g - r))
    return steepest.fmod(sixth / 6.0 + 1.0, 1.0), saturation, greatest


def _red_green_blue(hue: Tensor, saturation: Tensor, value: Tensor) -> Tensor:
    """The same backwards: each channel falls from `value` towards grey by its distance on the circle."""
    sector = steepest.floor(hue * 6.0)
    part = hue * 6.0 - sector
    p = (value * (1.0 - saturation)).clamp(0.0, 1.0)
    q = (value * (1.0 - saturation * part)).clamp(0.0, 1.0)
    t = (value * (1.0 - saturation * (1.0 - part))).clamp(0.0, 1.0)
    which = (sector.to(steepest.int64) % 6).unsqueeze(0)
    orders = ((value, q, p, p, t, value), (t, value, value, q, p, p), (p, p, t, value, value, q))
    return steepest.stack([steepest.stack(order).gather(0, which).squeeze(0) for order in orders], dim=-3)

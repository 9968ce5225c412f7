"""Where pixels go: resize, pad, crop, flip, rotate, erase; each for pictures and for tensors (..., C, H, W)."""

import math
from collections.abc import Sequence
from enum import Enum
from typing import Any

import numpy as np

import steepest
from steepest import Tensor
from steepest.errors import text
from steepest.nn import functional as F
from steepest.vision.images import is_picture, pillow

__all__ = ["InterpolationMode", "center_crop", "crop", "erase", "five_crop", "get_dimensions", "get_image_size", "hflip",
           "pad", "pair", "resize", "resized_crop", "rotate", "vflip"]  # fmt: skip


class InterpolationMode(Enum):
    """How values between pixels are found."""

    NEAREST = "nearest"
    NEAREST_EXACT = "nearest-exact"
    BILINEAR = "bilinear"
    BICUBIC = "bicubic"
    BOX = "box"
    HAMMING = "hamming"
    LANCZOS = "lanczos"


# Pillow's own numbers, which programs may give too.
PILLOW_NUMBERS = {"nearest": 0, "nearest-exact": 0, "lanczos": 1, "bilinear": 2, "bicubic": 3, "box": 4, "hamming": 5}
ON_TENSORS = ("nearest", "nearest-exact", "bilinear", "bicubic")
PADDING_MODES = {"constant": "constant", "edge": "replicate", "reflect": "reflect", "symmetric": "symmetric"}


def interpolation_mode(given: InterpolationMode | int) -> InterpolationMode:
    """The mode of a mode or of Pillow's number for it."""
    if isinstance(given, InterpolationMode):
        return given
    return next(mode for mode in InterpolationMode if PILLOW_NUMBERS[mode.value] == given)


def known_image(img: Any, name: str) -> None:
    """Raises TypeError for what is neither a picture nor a tensor of 2 dimensions or more."""
    if not is_picture(img) and not (isinstance(img, Tensor) and img.ndim >= 2):
        seen = f"Tensor {tuple(img.shape)}" if isinstance(img, Tensor) else type(img).__name__
        raise TypeError(text("picture-or-tensor", name=name, seen=seen))


def get_dimensions(img: Any) -> list[int]:
    """Channels, height and width."""
    known_image(img, "get_dimensions")
    if is_picture(img):
        return [len(img.getbands()), img.height, img.width]
    return [1 if img.ndim == 2 else img.shape[-3], *img.shape[-2:]]


def get_image_size(img: Any) -> list[int]:
    """Width and height."""
    return get_dimensions(img)[:0:-1]


def pair(size: Any) -> tuple[int, int]:
    """(height, width) of one int for both, or of the two."""
    if isinstance(size, (int, float)):
        return int(size), int(size)
    if isinstance(size, Sequence) and len(size) in (1, 2):
        return size[0], size[-1]
    raise ValueError(text("image-size-argument", seen=size))


def resize(
    img: Any,
    size: int | Sequence[int],
    interpolation: InterpolationMode | int = InterpolationMode.BILINEAR,
    max_size: int | None = None,
    antialias: bool | None = True,
) -> Any:
    """`img` with height and width `size`; one number is for the shorter edge, and the ratio stays."""
    known_image(img, "resize")
    mode = interpolation_mode(interpolation)
    _, height, width = get_dimensions(img)
    new_height, new_width = _new_size(height, width, size, max_size)
    if (new_height, new_width) == (height, width):
        return img
    if is_picture(img):
        return img.resize((new_width, new_height), PILLOW_NUMBERS[mode.value])
    if mode.value not in ON_TENSORS:
        raise ValueError(text("interpolation-on-tensors", modes=", ".join(ON_TENSORS), seen=mode.value))
    smooth = mode.value in ("bilinear", "bicubic")
    values, finish = _as_float_batch(img)
    values = F.interpolate(
        values, size=(new_height, new_width), mode=mode.value,
        align_corners=False if smooth else None, antialias=bool(antialias) and smooth,
    )  # fmt: skip
    if mode.value == "bicubic" and img.dtype == steepest.uint8:
        values = values.clamp(min=0, max=255)
    return finish(values)


def _new_size(height: int, width: int, size: int | Sequence[int], max_size: int | None) -> tuple[int, int]:
    if not isinstance(size, int) and len(size) == 2:
        if max_size is not None:
            raise ValueError(text("image-max-size", max_size=max_size, size=size))
        return size[0], size[1]
    shorter = size if isinstance(size, int) else size[0]
    longer = int(shorter * max(height, width) / min(height, width))
    if max_size is not None:
        if max_size <= shorter:
            raise ValueError(text("image-max-size", max_size=max_size, size=shorter))
        if longer > max_size:
            shorter, longer = int(max_size * shorter / longer), max_size
    return (longer, shorter) if width <= height else (shorter, longer)


def _as_float_batch(img: Tensor) -> tuple[Tensor, Any]:
    """`img` as (N, C, H, W) in floating point, and the function that undoes it."""
    batch = img.reshape(-1, *img.shape[-3:]) if img.ndim >= 3 else img[None, None]
    exact = img.is_floating_point()
    values = batch if exact else batch.to(steepest.float32)

    def finish(result: Tensor) -> Tensor:
        result = result.reshape(*img.shape[:-2], *result.shape[-2:])
        return result if exact else result.round().to(img.dtype)

    return values, finish


def pad(img: Any, padding: int | Sequence[int], fill: Any = 0, padding_mode: str = "constant") -> Any:
    """`img` with a border: one width, (left/right, top/bottom) or (left, top, right, bottom)."""
    known_image(img, "pad")
    if padding_mode not in PADDING_MODES:
        raise ValueError(text("image-pad-mode", modes=", ".join(PADDING_MODES), seen=padding_mode))
    left, top, right, bottom = _borders(padding)
    if is_picture(img):
        return _pad_picture(img, (left, top, right, bottom), fill, padding_mode)
    if padding_mode == "symmetric":
        # By position: the mirror repeats the last pixel.
        columns, rows = (_mirrored(n, before, after) for n, before, after in
                         ((img.shape[-1], left, right), (img.shape[-2], top, bottom)))  # fmt: skip
        return img[..., rows, :][..., columns]
    if padding_mode == "constant":
        return F.pad(img, [left, right, top, bottom], value=0 if fill is None else fill)
    values, finish = _as_float_batch(img)
    return finish(F.pad(values, [left, right, top, bottom], mode=PADDING_MODES[padding_mode]))


def _borders(padding: Any) -> tuple[int, int, int, int]:
    if isinstance(padding, int):
        return padding, padding, padding, padding
    if isinstance(padding, Sequence) and len(padding) in (1, 2, 4):
        left, top, right, bottom = tuple(padding) * (4 // len(padding))
        return left, top, right, bottom
    raise ValueError(text("pad-argument", seen=padding))


def _mirrored(length: int, before: int, after: int) -> Tensor:
    return steepest.from_numpy(np.pad(np.arange(length), (before, after), mode="symmetric"))


def _pad_picture(img: Any, borders: tuple[int, int, int, int], fill: Any, padding_mode: str) -> Any:
    left, top, right, bottom = borders
    if padding_mode == "constant":
        return pillow("ImageOps").expand(img, border=borders, fill=_fill_of(img, fill))
    palette = img.getpalette() if img.mode == "P" else None
    widths = [(top, bottom), (left, right), (0, 0)][: 2 + (len(img.getbands()) > 1)]
    padded = pillow().fromarray(np.pad(np.asarray(img), widths, mode=padding_mode))  # type: ignore[call-overload]
    if palette is not None:
        padded.putpalette(palette)
    return padded


def _fill_of(img: Any, fill: Any) -> Any:
    """One number for every channel, where one is given for all."""
    channels = len(img.getbands())
    if isinstance(fill, (int, float)) and channels > 1:
        return (int(fill),) * channels
    return tuple(fill) if isinstance(fill, list) else fill


def crop(img: Any, top: int, left: int, height: int, width: int) -> Any:
    """The part of `img` from row `top` and column `left` on; zeros where it reaches beyond."""
    known_image(img, "crop")
    if is_picture(img):
        return img.crop((left, top, left + width, top + height))
    _, rows, columns = get_dimensions(img)
    right, bottom = left + width, top + height
    part = img[..., max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)]
    if left >= 0 and top >= 0 and right <= columns and bottom <= rows:
        return part
    return pad(part, [max(min(0, right) - left, 0), max(min(0, bottom) - top, 0),
                      max(right - max(columns, left), 0), max(bottom - max(rows, top), 0)])  # fmt: skip


def center_crop(img: Any, output_size: int | Sequence[int]) -> Any:
    """The middle of `img`, with zeros around it where it is smaller."""
    height, width = pair(output_size)
    _, rows, columns = get_dimensions(img)
    if width > columns or height > rows:
        wide, high = max(width - columns, 0), max(height - rows, 0)
        img = pad(img, [wide // 2, high // 2, (wide + 1) // 2, (high + 1) // 2])
        _, rows, columns = get_dimensions(img)
    return crop(img, round((rows - height) / 2), round((columns - width) / 2), height, width)


def five_crop(img: Any, size: int | Sequence[int]) -> tuple[Any, Any, Any, Any, Any]:
    """The four corners (top left, top right, bottom left, bottom right) and the middle."""
    height, width = pair(size)
    _, rows, columns = get_dimensions(img)
    if height > rows or width > columns:
        raise ValueError(text("crop-larger-than-picture", crop=(height, width), picture=(rows, columns)))
    below, beside = rows - height, columns - width
    tl, tr, bl, br = (crop(img, top, left, height, width) for top in (0, below) for left in (0, beside))
    return tl, tr, bl, br, center_crop(img, (height, width))


def resized_crop(
    img: Any, top: int, left: int, height: int, width: int, size: int | Sequence[int],
    interpolation: InterpolationMode | int = InterpolationMode.BILINEAR, antialias: bool | None = True,
) -> Any:  # fmt: skip
    """A part of `img`, resized."""
    return resize(crop(img, top, left, height, width), size, interpolation, antialias=antialias)


def hflip(img: Any) -> Any:
    """`img` with left and right exchanged."""
    known_image(img, "hflip")
    return img.transpose(pillow().Transpose.FLIP_LEFT_RIGHT) if is_picture(img) else img.flip(-1)


def vflip(img: Any) -> Any:
    """`img` upside down."""
    known_image(img, "vflip")
    return img.transpose(pillow().Transpose.FLIP_TOP_BOTTOM) if is_picture(img) else img.flip(-2)


def rotate(
    img: Any, angle: float, interpolation: InterpolationMode | int = InterpolationMode.NEAREST, expand: bool = False,
    center: Sequence[int] | None = None, fill: Any = None,
) -> Any:  # fmt: skip
    """`img` turned by `angle` degrees against the clock about `center` (x, y), its middle by default."""
    known_image(img, "rotate")
    mode = interpolation_mode(interpolation)
    if is_picture(img):
        fill = _fill_of(img, 0 if fill is None else fill)
        return img.rotate(angle, PILLOW_NUMBERS[mode.value], expand, center, fillcolor=fill)
    if mode.value not in ("nearest", "bilinear"):
        raise ValueError(text("interpolation-on-tensors", modes="nearest, bilinear", seen=mode.value))
    _, height, width = get_dimensions(img)
    cosine, sine = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    new_height, new_width = _turned_size(height, width, cosine, sine) if expand else (height, width)
    # Without `expand` alone a center counts, as an offset from the middle.
    dx, dy = (0.0, 0.0) if center is None or expand else (center[0] - width / 2, center[1] - height / 2)
    x = steepest.arange(new_width, dtype=steepest.float32) - (new_width - 1) / 2 - dx
    y = (steepest.arange(new_height, dtype=steepest.float32) - (new_height - 1) / 2 - dy)[:, None]
    where = steepest.stack(((cosine * x - sine * y + dx) / (width / 2), (sine * x + cosine * y + dy) / (height / 2)), -1)
    values, finish = _as_float_batch(img)
    # One more channel tells where the picture is.
    values = steepest.cat((values, steepest.ones_like(values[:, :1])), 1)
    grid = where.to(values.dtype).expand(len(values), -1, -1, -1)
    turned = F.grid_sample(values, grid, mode=mode.value, padding_mode="zeros", align_corners=False)
    result, inside = turned[:, :-1], turned[:, -1:]
    if fill is not None:
        color = steepest.as_tensor(fill, dtype=result.dtype).reshape(-1, 1, 1)
        outside = (inside < 0.5).to(result.dtype) if mode.value == "nearest" else 1 - inside
        result = result * (1 - outside) + color * outside if mode.value == "nearest" else result * inside + color * outside
    return finish(result)


def _turned_size(height: int, width: int, cosine: float, sine: float) -> tuple[int, int]:
    """Of the least upright rectangle of whole pixels around the turned one; to 4 digits, so that a right angle adds none."""
    turned = ((height, abs(sine) * width + abs(cosine) * height), (width, abs(cosine) * width + abs(sine) * height))
    high, wide = (math.ceil(_four_digits((old + new) / 2)) - math.floor(_four_digits((old - new) / 2)) for old, new in turned)
    return high, wide


def _four_digits(value: float) -> float:
    return math.trunc(round(value * 1e4, 3)) / 1e4


def erase(img: Tensor, i: int, j: int, h: int, w: int, v: Tensor, inplace: bool = False) -> Tensor:
    """`img` with the `h` by `w` pixels from row `i` and column `j` on replaced by `v`. Raises TypeError for a picture."""
    if not isinstance(img, Tensor):
        raise TypeError(text("tensor-only", name="erase", seen=type(img).__name__))
    img = img if inplace else img.clone()
    img[..., i : i + h, j : j + w] = v
    return img

"""`torchvision.io`: picture files to tensors and back."""

from enum import Enum
from os import PathLike

import numpy as np

import steepest
from steepest import Tensor
from steepest.vision.images import from_array, pillow

__all__ = ["ImageReadMode", "read_image", "write_jpeg", "write_png"]


class ImageReadMode(Enum):
    """What the channels of a picture become when it is read."""

    UNCHANGED = 0
    GRAY = 1
    GRAY_ALPHA = 2
    RGB = 3
    RGB_ALPHA = 4


PILLOW_MODES = {
    ImageReadMode.GRAY: "L",
    ImageReadMode.GRAY_ALPHA: "LA",
    ImageReadMode.RGB: "RGB",
    ImageReadMode.RGB_ALPHA: "RGBA",
}


def read_image(path: str | PathLike[str], mode: ImageReadMode | str = ImageReadMode.UNCHANGED) -> Tensor:
    """The picture in a file as uint8 (channels, height, width)."""
    mode = ImageReadMode[mode.upper()] if isinstance(mode, str) else mode
    with pillow().open(path) as picture:
        if mode in PILLOW_MODES:
            picture = picture.convert(PILLOW_MODES[mode])
        elif picture.mode not in ("L", "LA", "RGB", "RGBA"):
            picture = picture.convert("RGB")
        array = np.array(picture, np.uint8)
    return steepest.from_numpy(np.atleast_3d(array)).permute(2, 0, 1).contiguous()


def write_png(input: Tensor, filename: str | PathLike[str], compression_level: int = 6) -> None:
    """Write uint8 (channels, height, width) as PNG."""
    from_array(input.permute(1, 2, 0).numpy()).save(filename, format="PNG", compress_level=compression_level)


def write_jpeg(input: Tensor, filename: str | PathLike[str], quality: int = 75) -> None:
    """Write uint8 (channels, height, width) as JPEG."""
    from_array(input.permute(1, 2, 0).numpy()).save(filename, format="JPEG", quality=quality)

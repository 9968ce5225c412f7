"""Pictures by Pillow, which is imported when the first one is made: recognising them, reading, from and to arrays."""

import importlib
import sys
from os import PathLike
from typing import IO, Any

import numpy as np

from steepest.errors import text

__all__ = ["from_array", "is_picture", "load_rgb", "pillow"]


def pillow(module: str = "Image") -> Any:
    """A module of Pillow. Raises ImportError with the line that installs it."""
    try:
        return importlib.import_module(f"PIL.{module}")
    except ModuleNotFoundError:
        raise ImportError(text("pillow-missing"), name="PIL") from None


def is_picture(value: Any) -> bool:
    """Whether `value` is a Pillow picture; nobody has one before Pillow was imported."""
    module = sys.modules.get("PIL.Image")
    return module is not None and isinstance(value, module.Image)


# How (height, width) arrays become pictures: the mode of each dtype.
GREY_MODES = {"uint8": ("L",), "int16": ("I;16",), "uint16": ("I;16",), "int32": ("I",), "float32": ("F",)}
# By number of channels: the modes that may be asked for, the first being the ordinary one.
CHANNEL_MODES = {2: ("LA",), 3: ("RGB", "YCbCr", "HSV"), 4: ("RGBA", "CMYK", "RGBX")}


def from_array(array: np.ndarray, mode: str | None = None) -> Any:
    """The picture of an array (height, width) or (height, width, channels). Raises ValueError or TypeError where no mode fits."""
    allowed: tuple[str, ...]
    channels = 1 if array.ndim == 2 else array.shape[2]
    if channels == 1:
        allowed = GREY_MODES.get(array.dtype.name, ())
        array = array.reshape(array.shape[:2])
    else:
        allowed = CHANNEL_MODES.get(channels, ()) if array.dtype == np.uint8 else ()
    if not allowed or (mode is not None and mode not in allowed):
        given = "" if mode is None else f", mode {mode!r}"
        raise (ValueError if allowed else TypeError)(text("picture-mode", channels=channels, dtype=array.dtype, given=given))
    Image = pillow()
    picture = Image.fromarray(np.ascontiguousarray(array))
    if mode is None or mode == allowed[0]:
        return picture
    return Image.frombytes(mode, picture.size, picture.tobytes())


def load_rgb(path: str | PathLike[str] | IO[bytes]) -> Any:
    """The picture in a file, in colours."""
    with pillow().open(path) as picture:
        return picture.convert("RGB")

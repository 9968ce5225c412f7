"""Transforms that draw nothing: the same picture gives the same result."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

import steepest
from steepest import Tensor, dtype
from steepest.errors import text
from steepest.nn import Module
from steepest.vision.transforms import functional as F
from steepest.vision.transforms.geometry import InterpolationMode, interpolation_mode, pair

__all__ = ["CenterCrop", "Compose", "ConvertImageDtype", "FiveCrop", "Grayscale", "Lambda", "Normalize", "PILToTensor", "Pad",
           "Resize", "ToPILImage", "ToTensor"]  # fmt: skip


class Compose:
    """Transforms one after the other.

    >>> Compose([ToTensor(), Normalize((0.5,), (0.5,))])
    Compose(
        ToTensor()
        Normalize(mean=(0.5,), std=(0.5,))
    )
    """

    def __init__(self, transforms: Iterable[Callable[[Any], Any]]):
        self.transforms = transforms

    def __call__(self, img: Any) -> Any:
        for transform in self.transforms:
            img = transform(img)
        return img

    def __repr__(self) -> str:
        return "\n".join([f"{type(self).__name__}(", *(f"    {transform}" for transform in self.transforms), ")"])


class ToTensor:
    """A PIL picture or an array (H, W, C) as tensor (C, H, W), bytes in [0, 1]."""

    def __call__(self, pic: Any) -> Tensor:
        return F.to_tensor(pic)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class PILToTensor:
    """A PIL picture as tensor (C, H, W) with its values as they are."""

    def __call__(self, pic: Any) -> Tensor:
        return F.pil_to_tensor(pic)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class ToPILImage:
    """A tensor (C, H, W) or an array (H, W, C) as PIL picture."""

    def __init__(self, mode: str | None = None):
        self.mode = mode

    def __call__(self, pic: Tensor | np.ndarray) -> Any:
        return F.to_pil_image(pic, self.mode)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({'' if self.mode is None else f'mode={self.mode}'})"


class Lambda:
    """A function of the user's as transform."""

    def __init__(self, lambd: Callable[[Any], Any]):
        if not callable(lambd):
            raise TypeError(text("lambda-not-callable", seen=type(lambd).__name__))
        self.lambd = lambd

    def __call__(self, img: Any) -> Any:
        return self.lambd(img)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class Normalize(Module):
    """`(x - mean) / std` channel by channel."""

    def __init__(self, mean: Sequence[float], std: Sequence[float], inplace: bool = False):
        super().__init__()
        self.mean, self.std, self.inplace = mean, std, inplace

    def forward(self, tensor: Tensor) -> Tensor:
        return F.normalize(tensor, self.mean, self.std, self.inplace)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(mean={self.mean}, std={self.std})"


class Resize(Module):
    """Height and width `size`; one number is for the shorter edge."""

    def __init__(
        self, size: int | Sequence[int], interpolation: InterpolationMode | int = InterpolationMode.BILINEAR,
        max_size: int | None = None, antialias: bool | None = True,
    ):  # fmt: skip
        super().__init__()
        if not isinstance(size, (int, Sequence)):
            raise TypeError(text("image-size-argument", seen=size))
        if not isinstance(size, int) and len(size) not in (1, 2):
            raise ValueError(text("image-size-argument", seen=size))
        self.size, self.max_size, self.antialias = size, max_size, antialias
        self.interpolation = interpolation_mode(interpolation)

    def forward(self, img: Any) -> Any:
        return F.resize(img, self.size, self.interpolation, self.max_size, self.antialias)

    def __repr__(self) -> str:
        detail = f"size={self.size}, interpolation={self.interpolation.value}, max_size={self.max_size}, antialias={self.antialias}"
        return f"{type(self).__name__}({detail})"


class CenterCrop(Module):
    """The middle of a picture, (height, width) or a square."""

    def __init__(self, size: int | Sequence[int]):
        super().__init__()
        self.size = pair(size)

    def forward(self, img: Any) -> Any:
        return F.center_crop(img, self.size)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(size={self.size})"


class FiveCrop(Module):
    """The four corners and the middle."""

    def __init__(self, size: int | Sequence[int]):
        super().__init__()
        self.size = pair(size)

    def forward(self, img: Any) -> tuple[Any, ...]:
        return F.five_crop(img, self.size)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(size={self.size})"


class Pad(Module):
    """A border: one width, (left/right, top/bottom) or (left, top, right, bottom)."""

    def __init__(self, padding: int | Sequence[int], fill: Any = 0, padding_mode: str = "constant"):
        super().__init__()
        if isinstance(padding, Sequence) and len(padding) not in (1, 2, 4):
            raise ValueError(text("pad-argument", seen=padding))
        if padding_mode not in ("constant", "edge", "reflect", "symmetric"):
            raise ValueError(text("image-pad-mode", modes="constant, edge, reflect, symmetric", seen=padding_mode))
        self.padding, self.fill, self.padding_mode = padding, fill, padding_mode

    def forward(self, img: Any) -> Any:
        return F.pad(img, self.padding, self.fill, self.padding_mode)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(padding={self.padding}, fill={self.fill}, padding_mode={self.padding_mode})"


class Grayscale(Module):
    """Grey, of 1 channel or of 3 equal ones."""

    def __init__(self, num_output_channels: int = 1):
        super().__init__()
        self.num_output_channels = num_output_channels

    def forward(self, img: Any) -> Any:
        return F.rgb_to_grayscale(img, self.num_output_channels)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(num_output_channels={self.num_output_channels})"


class ConvertImageDtype(Module):
    """A tensor in another dtype, scaled with it."""

    def __init__(self, dtype: dtype = steepest.float32):
        super().__init__()
        self.dtype = dtype

    def forward(self, image: Tensor) -> Tensor:
        return F.convert_image_dtype(image, self.dtype)

"""Transforms that draw random numbers, from torch's generator, in torchvision's order: the same seed gives the same crops."""

import math
import random
from collections.abc import Callable, Sequence
from typing import Any

import steepest
from steepest import Tensor
from steepest.errors import text
from steepest.nn import Module, ModuleList
from steepest.vision.transforms import functional as F
from steepest.vision.transforms.geometry import InterpolationMode, interpolation_mode, pair

__all__ = ["ColorJitter", "RandomApply", "RandomChoice", "RandomCrop", "RandomErasing", "RandomGrayscale", "RandomHorizontalFlip",
           "RandomInvert", "RandomOrder", "RandomResizedCrop", "RandomRotation", "RandomVerticalFlip"]  # fmt: skip

Transform = Callable[[Any], Any]


def uniform(low: float, high: float) -> float:
    """One number of [low, high)."""
    return steepest.empty(1).uniform_(low, high).item()


def below(end: int) -> int:
    """One of 0, ..., end - 1."""
    return int(steepest.randint(0, end, size=(1,)).item())


def probability(p: float) -> float:
    """`p`, if it is one. Raises ValueError."""
    if not 0 <= p <= 1:
        raise ValueError(text("probability-range", seen=p))
    return p


class _WithProbability(Module):
    """Does `change` to a picture with probability `p`."""

    change: Transform

    def __init__(self, p: float = 0.5):
        super().__init__()
        self.p = probability(p)

    def forward(self, img: Any) -> Any:
        return type(self).change(img) if steepest.rand(1) < self.p else img

    def __repr__(self) -> str:
        return f"{type(self).__name__}(p={self.p})"


class RandomHorizontalFlip(_WithProbability):
    """Exchanges left and right with probability `p`."""

    change = staticmethod(F.hflip)


class RandomVerticalFlip(_WithProbability):
    """Turns upside down with probability `p`."""

    change = staticmethod(F.vflip)


class RandomInvert(_WithProbability):
    """Makes the negative with probability `p`."""

    change = staticmethod(F.invert)


class RandomGrayscale(_WithProbability):
    """Makes grey, of as many channels, with probability `p`."""

    def __init__(self, p: float = 0.1):
        super().__init__(p)

    @staticmethod
    def change(img: Any) -> Any:
        return F.rgb_to_grayscale(img, F.get_dimensions(img)[0])


class RandomCrop(Module):
    """A part of size `size` from a random place, after padding."""

    def __init__(
        self, size: int | Sequence[int], padding: int | Sequence[int] | None = None, pad_if_needed: bool = False,
        fill: Any = 0, padding_mode: str = "constant",
    ):  # fmt: skip
        super().__init__()
        self.size, self.padding, self.pad_if_needed, self.fill, self.padding_mode = (
            pair(size), padding, pad_if_needed, fill, padding_mode,
        )  # fmt: skip

    @staticmethod
    def get_params(img: Any, output_size: tuple[int, int]) -> tuple[int, int, int, int]:
        """Top, left, height and width of a crop."""
        _, rows, columns = F.get_dimensions(img)
        height, width = output_size
        if rows < height or columns < width:
            raise ValueError(text("crop-larger-than-picture", crop=(height, width), picture=(rows, columns)))
        if (rows, columns) == (height, width):
            return 0, 0, rows, columns
        return below(rows - height + 1), below(columns - width + 1), height, width

    def forward(self, img: Any) -> Any:
        if self.padding is not None:
            img = F.pad(img, self.padding, self.fill, self.padding_mode)
        _, rows, columns = F.get_dimensions(img)
        if self.pad_if_needed and columns < self.size[1]:
            img = F.pad(img, [self.size[1] - columns, 0], self.fill, self.padding_mode)
        if self.pad_if_needed and rows < self.size[0]:
            img = F.pad(img, [0, self.size[0] - rows], self.fill, self.padding_mode)
        return F.crop(img, *self.get_params(img, self.size))

    def __repr__(self) -> str:
        return f"{type(self).__name__}(size={self.size}, padding={self.padding})"


def box(rows: int, columns: int, area: float, ratio: float) -> tuple[int, int]:
    """The sides of a rectangle of a share `area` of a picture: of shape `ratio` = first / second."""
    size = rows * columns * area
    return round(math.sqrt(size * ratio)), round(math.sqrt(size / ratio))


def drawn_ratio(ratio: Sequence[float]) -> float:
    """A ratio, drawn evenly in its logarithm."""
    low, high = steepest.log(steepest.tensor(ratio)).tolist()
    return steepest.exp(steepest.empty(1).uniform_(low, high)).item()


class RandomResizedCrop(Module):
    """A random part, `scale` of the area and of shape `ratio` (width / height), resized to `size`."""

    def __init__(
        self, size: int | Sequence[int], scale: Sequence[float] = (0.08, 1.0), ratio: Sequence[float] = (3.0 / 4.0, 4.0 / 3.0),
        interpolation: InterpolationMode | int = InterpolationMode.BILINEAR, antialias: bool | None = True,
    ):  # fmt: skip
        super().__init__()
        self.size, self.scale, self.ratio, self.antialias = pair(size), scale, ratio, antialias
        self.interpolation = interpolation_mode(interpolation)

    @staticmethod
    def get_params(img: Any, scale: Sequence[float], ratio: Sequence[float]) -> tuple[int, int, int, int]:
        """Top, left, height and width: ten tries, else the greatest middle part of an allowed shape."""
        _, rows, columns = F.get_dimensions(img)
        for _ in range(10):
            area = uniform(scale[0], scale[1])
            width, height = box(rows, columns, area, drawn_ratio(ratio))
            if 0 < width <= columns and 0 < height <= rows:
                return below(rows - height + 1), below(columns - width + 1), height, width
        width, height = columns, rows
        if columns / rows < min(ratio):
            height = round(columns / min(ratio))
        elif columns / rows > max(ratio):
            width = round(rows * max(ratio))
        return (rows - height) // 2, (columns - width) // 2, height, width

    def forward(self, img: Any) -> Any:
        top, left, height, width = self.get_params(img, self.scale, self.ratio)
        return F.resized_crop(img, top, left, height, width, self.size, self.interpolation, antialias=self.antialias)

    def __repr__(self) -> str:
        scale, ratio = (tuple(round(value, 4) for value in pair) for pair in (self.scale, self.ratio))
        detail = f"scale={scale}, ratio={ratio}, interpolation={self.interpolation.value}, antialias={self.antialias}"
        return f"{type(self).__name__}(size={self.size}, {detail})"


class RandomRotation(Module):
    """Turned by an angle out of `degrees`: (low, high), or one number for (-number, number)."""

    def __init__(
        self, degrees: float | Sequence[float], interpolation: InterpolationMode | int = InterpolationMode.NEAREST,
        expand: bool = False, center: Sequence[int] | None = None, fill: Any = 0,
    ):  # fmt: skip
        super().__init__()
        given = [-degrees, degrees] if isinstance(degrees, (int, float)) else list(degrees)
        if len(given) != 2 or given[0] > given[1]:
            raise ValueError(text("degrees-range", seen=degrees))
        self.degrees = [float(angle) for angle in given]
        self.interpolation, self.expand, self.center, self.fill = interpolation_mode(interpolation), expand, center, fill

    @staticmethod
    def get_params(degrees: Sequence[float]) -> float:
        """An angle."""
        return uniform(degrees[0], degrees[1])

    def forward(self, img: Any) -> Any:
        fill = self.fill
        if isinstance(img, Tensor):
            fill = [float(fill)] * F.get_dimensions(img)[0] if isinstance(fill, (int, float)) else [float(f) for f in fill]
        return F.rotate(img, self.get_params(self.degrees), self.interpolation, self.expand, self.center, fill)

    def __repr__(self) -> str:
        detail = f"degrees={self.degrees}, interpolation={self.interpolation.value}, expand={self.expand}"
        center = "" if self.center is None else f", center={self.center}"
        fill = "" if self.fill is None else f", fill={self.fill}"
        return f"{type(self).__name__}({detail}{center}{fill})"


class ColorJitter(Module):
    """Brightness, contrast, saturation and hue changed by random factors, in random order.

    Each is a number or a pair (low, high); a number b stands for (max(0, 1 - b), 1 + b), for hue (at most 0.5) for (-b, b).
    """

    def __init__(
        self, brightness: float | Sequence[float] = 0, contrast: float | Sequence[float] = 0,
        saturation: float | Sequence[float] = 0, hue: float | Sequence[float] = 0,
    ):  # fmt: skip
        super().__init__()
        self.brightness = _jitter("brightness", brightness)
        self.contrast = _jitter("contrast", contrast)
        self.saturation = _jitter("saturation", saturation)
        self.hue = _jitter("hue", hue, center=0, bound=(-0.5, 0.5))

    @staticmethod
    def get_params(
        brightness: Sequence[float] | None, contrast: Sequence[float] | None,
        saturation: Sequence[float] | None, hue: Sequence[float] | None,
    ) -> tuple[Tensor, float | None, float | None, float | None, float | None]:  # fmt: skip
        """The order, and a factor for each."""
        order = steepest.randperm(4)
        b, c, s, h = (None if one is None else uniform(one[0], one[1]) for one in (brightness, contrast, saturation, hue))
        return order, b, c, s, h

    def forward(self, img: Any) -> Any:
        order, *factors = self.get_params(self.brightness, self.contrast, self.saturation, self.hue)
        changes = (F.adjust_brightness, F.adjust_contrast, F.adjust_saturation, F.adjust_hue)
        for which in order.tolist():
            factor = factors[which]
            if factor is not None:
                img = changes[which](img, factor)
        return img

    def __repr__(self) -> str:
        detail = f"brightness={self.brightness}, contrast={self.contrast}, saturation={self.saturation}, hue={self.hue}"
        return f"{type(self).__name__}({detail})"


def _jitter(
    name: str, value: float | Sequence[float], center: float = 1, bound: tuple[float, float] = (0, float("inf"))
) -> tuple[float, float] | None:
    if isinstance(value, (int, float)):
        low, high = center - float(value), center + float(value)
        low = max(low, 0.0) if name != "hue" else low
        wrong = value < 0
    else:
        low, high = (float(value[0]), float(value[1])) if len(value) == 2 else (1.0, 0.0)
        wrong = False
    if wrong or not bound[0] <= low <= high <= bound[1]:
        raise ValueError(text("jitter-range", name=name, low=bound[0], high=bound[1], seen=value))
    return None if low == high == center else (low, high)


class RandomErasing(Module):
    """A random rectangle of a tensor (C, H, W) replaced: by `value`, one a channel, or by noise for "random".

    (Z. Zhong et al., Random Erasing Data Augmentation, AAAI 2020.)
    """

    def __init__(
        self, p: float = 0.5, scale: Sequence[float] = (0.02, 0.33), ratio: Sequence[float] = (0.3, 3.3),
        value: float | str | Sequence[float] = 0, inplace: bool = False,
    ):  # fmt: skip
        super().__init__()
        if isinstance(value, str) and value != "random":
            raise ValueError(text("erasing-value", channels=3, seen=value))
        if not 0 <= scale[0] <= scale[1] <= 1:
            raise ValueError(text("erasing-scale", seen=scale))
        self.p, self.scale, self.ratio, self.value, self.inplace = probability(p), scale, ratio, value, inplace

    @staticmethod
    def get_params(
        img: Tensor, scale: Sequence[float], ratio: Sequence[float], value: Sequence[float] | None = None
    ) -> tuple[int, int, int, int, Tensor]:
        """Top, left, height, width and content: ten tries, else the picture itself."""
        channels, rows, columns = img.shape[-3:]
        for _ in range(10):
            area = uniform(scale[0], scale[1])
            height, width = box(rows, columns, area, drawn_ratio(ratio))
            if height < rows and width < columns:
                if value is None:
                    content = steepest.empty([channels, height, width], dtype=steepest.float32).normal_()
                else:
                    content = steepest.tensor(value)[:, None, None]
                return below(rows - height + 1), below(columns - width + 1), height, width, content
        return 0, 0, rows, columns, img

    def forward(self, img: Tensor) -> Tensor:
        if not isinstance(img, Tensor):
            raise TypeError(text("tensor-only", name=type(self).__name__, seen=type(img).__name__))
        if not steepest.rand(1) < self.p:
            return img
        value: Any = self.value
        if isinstance(value, (int, float)):
            value = [float(value)]
        elif isinstance(value, str):
            value = None
        if value is not None and len(value) not in (1, img.shape[-3]):
            raise ValueError(text("erasing-value", channels=img.shape[-3], seen=value))
        top, left, height, width, content = self.get_params(img, self.scale, self.ratio, value)
        return F.erase(img, top, left, height, width, content, self.inplace)

    def __repr__(self) -> str:
        detail = f"p={self.p}, scale={self.scale}, ratio={self.ratio}, value={self.value}, inplace={self.inplace}"
        return f"{type(self).__name__}({detail})"


class RandomApply(Module):
    """All of `transforms`, with probability `p`."""

    def __init__(self, transforms: Sequence[Transform] | ModuleList, p: float = 0.5):
        super().__init__()
        self.transforms, self.p = transforms, p

    def forward(self, img: Any) -> Any:
        if self.p < steepest.rand(1):
            return img
        for transform in self.transforms:
            img = transform(img)
        return img

    def __repr__(self) -> str:
        return "\n".join([f"{type(self).__name__}(", f"    p={self.p}", *(f"    {one}" for one in self.transforms), ")"])


class RandomOrder:
    """All of `transforms` in random order, drawn (as torchvision does) from Python's `random`."""

    def __init__(self, transforms: Sequence[Transform]):
        self.transforms = transforms

    def __call__(self, img: Any) -> Any:
        order = list(range(len(self.transforms)))
        random.shuffle(order)
        for which in order:
            img = self.transforms[which](img)
        return img

    def __repr__(self) -> str:
        return "\n".join([f"{type(self).__name__}(", *(f"    {one}" for one in self.transforms), ")"])


class RandomChoice:
    """One of `transforms`, drawn (as torchvision does) from Python's `random`."""

    def __init__(self, transforms: Sequence[Transform], p: Sequence[float] | None = None):
        self.transforms, self.p = transforms, p

    def __call__(self, img: Any) -> Any:
        return random.choices(self.transforms, weights=self.p)[0](img)

    def __repr__(self) -> str:
        lines = "\n".join([f"{type(self).__name__}(", *(f"    {one}" for one in self.transforms), ")"])
        return f"{lines}(p={self.p})"

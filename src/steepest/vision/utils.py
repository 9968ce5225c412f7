"""Many pictures in one: `make_grid`, and `save_image` into a file."""

import math
from collections.abc import Sequence
from os import PathLike
from typing import IO, Any

import steepest
from steepest import Tensor
from steepest.errors import text
from steepest.vision.images import from_array

__all__ = ["make_grid", "save_image"]


@steepest.no_grad()
def make_grid(
    tensor: Tensor | Sequence[Tensor],
    nrow: int = 8,
    padding: int = 2,
    normalize: bool = False,
    value_range: tuple[float, float] | None = None,
    scale_each: bool = False,
    pad_value: float = 0.0,
) -> Tensor:
    """One picture (3, height, width) of pictures (N, C, H, W), `nrow` in a row; grey ones become colours.

    `normalize` stretches the values to [0, 1], from `value_range` or else from the least and greatest value (`scale_each`:
    of each picture). Raises TypeError for what is no tensor or list of tensors.

    >>> make_grid(steepest.zeros(6, 1, 4, 4), nrow=3).shape
    torch.Size([3, 14, 20])
    """
    pictures = _stacked(tensor)
    if normalize:
        pictures = pictures.clone()
        for part in pictures if scale_each else [pictures]:
            low, high = (float(part.min()), float(part.max())) if value_range is None else value_range
            part.clamp_(min=low, max=high).sub_(low).div_(max(high - low, 1e-5))
    if len(pictures) == 1:
        return pictures.squeeze(0)
    columns = min(nrow, len(pictures))
    rows = math.ceil(len(pictures) / columns)
    height, width = pictures.size(2) + padding, pictures.size(3) + padding
    grid = pictures.new_full((pictures.size(1), height * rows + padding, width * columns + padding), pad_value)
    for index, picture in enumerate(pictures):
        top, left = index // columns * height + padding, index % columns * width + padding
        grid[:, top : top + height - padding, left : left + width - padding] = picture
    return grid


def _stacked(tensor: Any) -> Tensor:
    """The pictures as (N, C, H, W) with 3 channels where there was one."""
    if isinstance(tensor, (list, tuple)) and tensor and all(isinstance(one, Tensor) for one in tensor):
        tensor = steepest.stack(tuple(tensor), dim=0)
    if not isinstance(tensor, Tensor):
        raise TypeError(text("grid-of-what", seen=type(tensor).__name__))
    if tensor.dim() == 2:
        tensor = tensor.unsqueeze(0)
    if tensor.dim() == 3:
        tensor = (steepest.cat((tensor, tensor, tensor), 0) if tensor.size(0) == 1 else tensor).unsqueeze(0)
    if tensor.size(1) == 1:
        tensor = steepest.cat((tensor, tensor, tensor), 1)
    return tensor


@steepest.no_grad()
def save_image(
    tensor: Tensor | Sequence[Tensor], fp: str | PathLike[str] | IO[bytes], format: str | None = None, **kwargs: Any
) -> None:
    """Write `make_grid(tensor, **kwargs)`, values in [0, 1], as a picture file."""
    grid = make_grid(tensor, **kwargs)
    pixels = grid.mul(255).add_(0.5).clamp_(0, 255).permute(1, 2, 0).to("cpu", steepest.uint8).numpy()
    from_array(pixels).save(fp, format=format)

"""`torchvision.transforms.v2`: the transforms of the first version, which let what is no picture pass.

Called with several things, or with a container of them, a transform changes the picture and gives back the rest as it is:
`transform(picture, label)`. Boxes, masks and several pictures at once are an error. Their numbers are those of the
first version: tensors of bytes may differ by one from torchvision's second, which resizes and mixes them without floats.
"""

from typing import Any

from steepest.autograd.trees import flatten, rebuild
from steepest.core.dtype import dtype as Dtype
from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.nn.modules.module import Module
from steepest.vision.images import is_picture
from steepest.vision.transforms import drawn, fixed
from steepest.vision.transforms.geometry import InterpolationMode
from steepest.vision.transforms.v2 import functional

__all__ = ["Compose", "Identity", "InterpolationMode", "ToDtype", "ToImage", "ToPureTensor", "Transform", "functional",
           *(name for module in (fixed, drawn) for name in module.__all__ if name != "Compose")]


def _picture(things: list[Any]) -> int | None:
    """Which of several things is the picture: the one of Pillow, or else the first tensor; TypeError where there are more."""
    pictures = [i for i, x in enumerate(things) if is_picture(x)]
    tensors = [i for i, x in enumerate(things) if isinstance(x, Tensor) and x.dim() > 1]
    if len(pictures) > 1 or pictures and tensors or len(tensors) > 1:
        raise TypeError(text("vision-several-pictures"))
    return next(iter(pictures or tensors), None)


class Transform(Module):
    """A transform of the program's own: `transform(picture, params)` with what `make_params` has drawn."""

    def make_params(self, flat_inputs: list[Any]) -> dict[str, Any]:
        """What one call draws."""
        return {}

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        """The changed picture."""
        raise NotImplementedError

    def forward(self, *inputs: Any) -> Any:
        given, structure = flatten(inputs if len(inputs) > 1 else inputs[0])
        at = _picture(given) if len(given) > 1 else 0
        if at is not None:
            given[at] = self.transform(given[at], self.make_params([given[at]]))
        return rebuild(structure, given)


class Identity(Transform):
    """Everything as it is."""

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return inpt


class ToPureTensor(Identity):
    """Everything as it is: pictures are plain tensors here."""


class ToImage(Transform):
    """A picture, or an array (H, W, C), as tensor (C, H, W) with its values as they are."""

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return functional.to_image(inpt)


class ToDtype(Transform):
    """The tensor in another dtype; with `scale` numbers from 0 to 1 in a floating one."""

    def __init__(self, dtype: Dtype, scale: bool = False) -> None:
        super().__init__()
        self.dtype, self.scale = dtype, scale

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return functional.to_dtype(inpt, self.dtype, self.scale) if isinstance(inpt, Tensor) else inpt

    def extra_repr(self) -> str:
        return f"dtype={self.dtype}, scale={self.scale}"


class Compose(Module):
    """Transforms one after the other, each given what the one before it returned."""

    def __init__(self, transforms: Any) -> None:
        super().__init__()
        self.transforms = transforms

    def forward(self, *inputs: Any) -> Any:
        several = len(inputs) > 1
        for transform in self.transforms:
            outputs = transform(*inputs)
            inputs = outputs if several else (outputs,)
        return inputs if several else inputs[0]

    def extra_repr(self) -> str:
        return "\n".join(map(str, self.transforms))


def _passing(kind: Any) -> Any:
    """A transform of the first version whose calls let pass what is no picture."""

    def call(self: Any, *inputs: Any) -> Any:
        given, structure = flatten(inputs if len(inputs) > 1 else inputs[0])
        at = _picture(given) if len(given) > 1 else 0
        if at is not None:
            given[at] = kind.__call__(self, given[at])
        return rebuild(structure, given)

    return type(kind.__name__, (kind,), {"__call__": call, "__doc__": kind.__doc__, "__module__": __name__})


globals().update({name: _passing(getattr(module, name)) for module in (fixed, drawn) for name in module.__all__ if name != "Compose"})

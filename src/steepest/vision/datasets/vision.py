"""What picture data sets share: a folder, the transforms of picture and target, their printed form."""

from collections.abc import Callable
from os import PathLike, fspath
from typing import Any

from steepest.errors import text
from steepest.utils.data import Dataset

__all__ = ["StandardTransform", "VisionDataset"]

Transform = Callable[[Any], Any]


class StandardTransform:
    """`transform` for the picture, `target_transform` for the target."""

    def __init__(self, transform: Transform | None = None, target_transform: Transform | None = None):
        self.transform, self.target_transform = transform, target_transform

    def __call__(self, input: Any, target: Any) -> tuple[Any, Any]:
        input = input if self.transform is None else self.transform(input)
        return input, target if self.target_transform is None else self.target_transform(target)

    def __repr__(self) -> str:
        body = [type(self).__name__]
        for head, transform in (("Transform: ", self.transform), ("Target transform: ", self.target_transform)):
            if transform is not None:
                body.append(head + repr(transform).replace("\n", "\n" + " " * len(head)))
        return "\n".join(body)


class VisionDataset(Dataset[Any]):
    """A data set of pictures in the folder `root`. Raises ValueError for `transforms` beside the other two."""

    def __init__(
        self,
        root: str | PathLike[str] | None = None,
        transforms: Callable[[Any, Any], tuple[Any, Any]] | None = None,
        transform: Transform | None = None,
        target_transform: Transform | None = None,
    ):
        separate = transform is not None or target_transform is not None
        if transforms is not None and separate:
            raise ValueError(text("transforms-beside-transform"))
        self.root = "" if root is None else fspath(root)
        self.transform, self.target_transform = transform, target_transform
        self.transforms = StandardTransform(transform, target_transform) if separate else transforms

    def __len__(self) -> int:
        raise NotImplementedError

    def extra_repr(self) -> str:
        """One more line of the printed form."""
        return ""

    def __repr__(self) -> str:
        body = [f"Number of datapoints: {len(self)}"]
        if self.root:
            body.append(f"Root location: {self.root}")
        body += self.extra_repr().splitlines()
        if self.transforms is not None:
            body.append(repr(self.transforms))
        return "\n".join([f"Dataset {type(self).__name__}", *("    " + line for line in body)])

    def _transformed(self, picture: Any, target: Any) -> tuple[Any, Any]:
        # Read anew each time: programs replace `dataset.transform` after it was made.
        return StandardTransform(self.transform, self.target_transform)(picture, target)

"""Random pictures in the place of a data set, to try a program with."""

from collections.abc import Callable
from typing import Any

import steepest
from steepest.errors import text
from steepest.vision.datasets.vision import VisionDataset
from steepest.vision.transforms.functional import to_pil_image

__all__ = ["FakeData"]


class FakeData(VisionDataset):
    """`size` random pictures; the same index gives the same picture and label, and the default generator stays as it is."""

    def __init__(
        self,
        size: int = 1000,
        image_size: tuple[int, int, int] = (3, 224, 224),
        num_classes: int = 10,
        transform: Callable[[Any], Any] | None = None,
        target_transform: Callable[[Any], Any] | None = None,
        random_offset: int = 0,
    ):
        super().__init__(None, transform=transform, target_transform=target_transform)
        self.size, self.num_classes, self.image_size, self.random_offset = size, num_classes, image_size, random_offset

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        if index >= len(self):
            raise IndexError(text("data-index-range", index=index, name=type(self).__name__, count=len(self)))
        state = steepest.get_rng_state()
        steepest.manual_seed(index + self.random_offset)
        values = steepest.randn(*self.image_size)
        target = steepest.randint(0, self.num_classes, size=(1,), dtype=steepest.int64)[0]
        steepest.set_rng_state(state)
        return self._transformed(to_pil_image(values), target.item())

    def __len__(self) -> int:
        return self.size

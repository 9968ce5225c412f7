"""Pictures of one's own: a folder for each class."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from steepest.errors import text
from steepest.vision.datasets.vision import VisionDataset
from steepest.vision.images import load_rgb

__all__ = ["DatasetFolder", "IMG_EXTENSIONS", "ImageFolder", "default_loader"]

IMG_EXTENSIONS = (".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp")


def default_loader(path: str) -> Any:
    """The picture in a file, in colours."""
    return load_rgb(path)


class DatasetFolder(VisionDataset):
    """Files `root/CLASS/.../FILE`, with `loader(path)` for each; classes and files in alphabetical order.

    Which files count is told by `extensions` or by `is_valid_file(path)`. Raises FileNotFoundError without classes, or, unless
    `allow_empty`, for a class without files; ValueError when neither or both ways to tell files are given.
    """

    def __init__(
        self,
        root: str | os.PathLike[str],
        loader: Callable[[str], Any],
        extensions: tuple[str, ...] | None = None,
        transform: Callable[[Any], Any] | None = None,
        target_transform: Callable[[Any], Any] | None = None,
        is_valid_file: Callable[[str], bool] | None = None,
        allow_empty: bool = False,
    ):
        super().__init__(root, transform=transform, target_transform=target_transform)
        if (extensions is None) == (is_valid_file is None):
            raise ValueError(text("extensions-or-function"))
        self.loader, self.extensions = loader, extensions
        self.classes, self.class_to_idx = self.find_classes(self.root)
        valid = is_valid_file or (lambda path: path.lower().endswith(extensions or ()))
        self.samples = [
            (path, self.class_to_idx[name])
            for name in self.classes
            for path in _files_below(os.path.join(self.root, name))
            if valid(path)
        ]
        self.targets = [label for _, label in self.samples]
        empty = sorted(self.class_to_idx.keys() - {self.classes[label] for label in self.targets})
        if empty and not allow_empty:
            names = ", ".join(extensions or ("...",))
            raise FileNotFoundError(text("class-without-files", classes=", ".join(empty), folder=self.root, extensions=names))

    def find_classes(self, directory: str | os.PathLike[str]) -> tuple[list[str], dict[str, int]]:
        """The class folders and their labels."""
        classes = sorted(entry.name for entry in os.scandir(directory) if entry.is_dir())
        if not classes:
            raise FileNotFoundError(text("folder-without-classes", folder=Path(directory)))
        return classes, {name: label for label, name in enumerate(classes)}

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        path, target = self.samples[index]
        return self._transformed(self.loader(path), target)

    def __len__(self) -> int:
        return len(self.samples)


def _files_below(folder: str) -> list[str]:
    return [
        os.path.join(place, name)
        for place, _, names in sorted(os.walk(folder, followlinks=True))
        for name in sorted(names)
    ]


class ImageFolder(DatasetFolder):
    """Pictures `root/CLASS/.../PICTURE`."""

    def __init__(
        self,
        root: str | os.PathLike[str],
        transform: Callable[[Any], Any] | None = None,
        target_transform: Callable[[Any], Any] | None = None,
        loader: Callable[[str], Any] = default_loader,
        is_valid_file: Callable[[str], bool] | None = None,
        allow_empty: bool = False,
    ):
        extensions = IMG_EXTENSIONS if is_valid_file is None else None
        super().__init__(root, loader, extensions, transform, target_transform, is_valid_file, allow_empty)
        self.imgs = self.samples

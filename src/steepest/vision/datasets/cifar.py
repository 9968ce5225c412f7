"""CIFAR-10 and CIFAR-100: 50,000 and 10,000 colour pictures of 32 by 32.

(A. Krizhevsky, Learning multiple layers of features from tiny images, 2009.)
"""

import tarfile
import tempfile
import zlib
from collections.abc import Callable
from os import PathLike, replace
from pathlib import Path
from typing import Any

import numpy as np

from steepest.errors import text
from steepest.vision.datasets.fetching import fetch
from steepest.vision.datasets.files import damaged, read_batch
from steepest.vision.datasets.vision import VisionDataset
from steepest.vision.images import from_array

__all__ = ["CIFAR10", "CIFAR100"]


class CIFAR10(VisionDataset):
    """Ten classes, read from the Python files in `root/cifar-10-batches-py`, or unpacked from the archive in `root`.

    `dataset[i]` is a PIL picture (or what `transform` makes of it) and the label; `data` is a uint8 array (N, 32, 32, 3),
    `targets` a list. Raises RuntimeError, saying which files go where, when there are none and none can be downloaded.
    """

    mirrors = ["https://www.cs.toronto.edu/~kriz/"]
    filename, tgz_md5 = "cifar-10-python.tar.gz", "c58f30108f718f92721af3b95e74349a"
    base_folder = "cifar-10-batches-py"
    train_list = ["data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5"]
    test_list = ["test_batch"]
    meta, labels_key, names_key = "batches.meta", "labels", "label_names"

    def __init__(
        self,
        root: str | PathLike[str],
        train: bool = True,
        transform: Callable[[Any], Any] | None = None,
        target_transform: Callable[[Any], Any] | None = None,
        download: bool = False,
    ):
        super().__init__(root, transform=transform, target_transform=target_transform)
        self.train = train
        self._folder = Path(self.root) / self.base_folder
        if not self._complete():
            if download:
                fetch(type(self).__name__, self.filename, self.tgz_md5, self.mirrors, Path(self.root))
            self._unpack()
        self.data, self.targets = self._load()
        self.classes = list(read_batch(self._folder / self.meta)[self.names_key])
        self.class_to_idx = {name: label for label, name in enumerate(self.classes)}

    def _files(self) -> list[str]:
        return [*self.train_list, *self.test_list, self.meta]

    def _complete(self) -> bool:
        return all((self._folder / name).is_file() for name in self._files())

    def _unpack(self) -> None:
        """Take the files that are known by name, and only those, out of the archive."""
        archive = Path(self.root) / self.filename
        if not archive.is_file():
            name, files = type(self).__name__, ", ".join(self._files())
            raise RuntimeError(
                text("dataset-not-found", name=name, root=self.root, files=files, folder=self._folder, archive=self.filename)
            )
        self._folder.mkdir(parents=True, exist_ok=True)
        try:
            with tarfile.open(archive, "r:gz") as members, tempfile.TemporaryDirectory(dir=self._folder) as beside:
                for name in self._files():
                    content = members.extractfile(f"{self.base_folder}/{name}")
                    if content is None:
                        raise KeyError(name)
                    part = Path(beside) / name
                    part.write_bytes(content.read())
                    replace(part, self._folder / name)
        except (tarfile.TarError, EOFError, OSError, KeyError, zlib.error) as error:
            raise damaged(archive, str(error)) from None

    def _load(self) -> tuple[np.ndarray, list[int]]:
        pictures, targets = [], []
        for name in self.train_list if self.train else self.test_list:
            batch = read_batch(self._folder / name)
            try:
                pictures.append(np.asarray(batch["data"], np.uint8).reshape(-1, 3, 32, 32))
                targets += [int(label) for label in batch[self.labels_key]]
            except (KeyError, TypeError, ValueError) as error:
                raise damaged(self._folder / name, str(error)) from None
        data = np.concatenate(pictures).transpose(0, 2, 3, 1)
        if len(data) != len(targets):
            raise damaged(self._folder, text("pairs-do-not-match", images=len(data), labels=len(targets)))
        return data, targets

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        return self._transformed(from_array(self.data[index]), self.targets[index])

    def __len__(self) -> int:
        return len(self.data)

    def extra_repr(self) -> str:
        return f"Split: {'Train' if self.train is True else 'Test'}"


class CIFAR100(CIFAR10):
    """A hundred classes, in the form of `CIFAR10`."""

    filename, tgz_md5 = "cifar-100-python.tar.gz", "eb9058c3a382ffc7106e4002c42a8d85"
    base_folder = "cifar-100-python"
    train_list, test_list = ["train"], ["test"]
    meta, labels_key, names_key = "meta", "fine_labels", "fine_label_names"

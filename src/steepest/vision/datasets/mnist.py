"""MNIST and its likes: 60,000 and 10,000 grey pictures of 28 by 28 in ten classes.

MNIST: Y. LeCun et al., Gradient-based learning applied to document recognition, Proc. IEEE 86 (1998).
Fashion-MNIST: H. Xiao et al., arXiv 1708.07747. KMNIST: T. Clanuwat et al., arXiv 1812.01718.
"""

from collections.abc import Callable
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

import steepest
from steepest import Tensor
from steepest.errors import text
from steepest.vision.datasets.fetching import fetch
from steepest.vision.datasets.files import damaged, present, read_idx, read_npz
from steepest.vision.datasets.vision import VisionDataset
from steepest.vision.images import from_array

__all__ = ["FashionMNIST", "KMNIST", "MNIST"]

# Images and labels of the training part, then of the test part.
FILES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
NPZ_NAMES = ("x_train", "y_train", "x_test", "y_test")


class MNIST(VisionDataset):
    """Handwritten digits, read from IDX files in `root/MNIST/raw` or from `root/mnist.npz`.

    `dataset[i]` is a PIL picture (or what `transform` makes of it) and the label; `data` is uint8 (N, 28, 28), `targets`
    int64 (N,). Raises RuntimeError, saying which files go where, when there are none and none can be downloaded.
    """

    mirrors = ["https://ossci-datasets.s3.amazonaws.com/mnist/", "http://yann.lecun.com/exdb/mnist/"]
    resources = [
        ("train-images-idx3-ubyte.gz", "f68b3c2dcbeaaa9fbdd348bbdeb94873"),
        ("train-labels-idx1-ubyte.gz", "d53e105ee54ea40749a09fcbcd1e9432"),
        ("t10k-images-idx3-ubyte.gz", "9fb629c4189551a2d022fa330f9573f3"),
        ("t10k-labels-idx1-ubyte.gz", "ec29112dd5afa0611ce80d1b7f02629c"),
    ]
    npz = ["mnist.npz"]
    classes = ["0 - zero", "1 - one", "2 - two", "3 - three", "4 - four",
               "5 - five", "6 - six", "7 - seven", "8 - eight", "9 - nine"]  # fmt: skip

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
        if download:
            self.download()
        self.data, self.targets = self._load()

    @property
    def raw_folder(self) -> str:
        """Where the IDX files lie."""
        return str(Path(self.root) / type(self).__name__ / "raw")

    @property
    def class_to_idx(self) -> dict[str, int]:
        """The label of each class."""
        return {name: label for label, name in enumerate(self.classes)}

    def download(self) -> None:
        """Fetch what is not there."""
        if self._npz() is None:
            for file, md5 in self.resources:
                if present(Path(self.raw_folder), file.removesuffix(".gz")) is None:
                    fetch(type(self).__name__, file, md5, self.mirrors, Path(self.raw_folder))

    def _npz(self) -> Path | None:
        return next((path for path in (Path(self.root) / name for name in self.npz) if path.is_file()), None)

    def _load(self) -> tuple[Tensor, Tensor]:
        names = FILES[:2] if self.train else FILES[2:]
        paths = [path for path in (present(Path(self.raw_folder), name) for name in names) if path is not None]
        archive = self._npz()
        if len(paths) == 2:
            source = paths[0]
            images, labels = map(read_idx, paths)
        elif archive is not None:
            source = archive
            images, labels = read_npz(archive, NPZ_NAMES[:2] if self.train else NPZ_NAMES[2:])
        else:
            files = ", ".join(f"{name}[.gz]" for name in names)
            name = type(self).__name__
            raise RuntimeError(
                text("dataset-not-found", name=name, root=self.root, files=files, folder=self.raw_folder, archive=self.npz[0])
            )
        if len(images) != len(labels):
            raise damaged(source, text("pairs-do-not-match", images=len(images), labels=len(labels)))
        return steepest.from_numpy(np.ascontiguousarray(images)), steepest.from_numpy(labels.astype(np.int64))

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        return self._transformed(from_array(self.data[index].numpy()), int(self.targets[index]))

    def __len__(self) -> int:
        return len(self.data)

    def extra_repr(self) -> str:
        return f"Split: {'Train' if self.train is True else 'Test'}"


class FashionMNIST(MNIST):
    """Pictures of clothes, in the form of `MNIST`."""

    mirrors = ["http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"]
    resources = [
        ("train-images-idx3-ubyte.gz", "8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
        ("train-labels-idx1-ubyte.gz", "25c81989df183df01b3e8a0aad5dffbe"),
        ("t10k-images-idx3-ubyte.gz", "bef4ecab320f06d8554ea6380940ec79"),
        ("t10k-labels-idx1-ubyte.gz", "bb300cfdad3c16e7a12a480ee83cd310"),
    ]
    npz = ["fashion_mnist.npz", "fashion-mnist.npz"]
    classes = ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"]


class KMNIST(MNIST):
    """Cursive Japanese characters, in the form of `MNIST`."""

    mirrors = ["http://codh.rois.ac.jp/kmnist/dataset/kmnist/"]
    resources = [
        ("train-images-idx3-ubyte.gz", "bdb82020997e1d708af4cf47b453dcf7"),
        ("train-labels-idx1-ubyte.gz", "e144d726b3acfaa3e44228e80efcd344"),
        ("t10k-images-idx3-ubyte.gz", "5c965bf0a639b31b8f53240b1b52f4d7"),
        ("t10k-labels-idx1-ubyte.gz", "7320c461ea6c1c855c0b718fb2a4b134"),
    ]
    npz = ["kmnist.npz"]
    classes = ["o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"]

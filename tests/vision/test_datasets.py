"""Picture data sets: read from small generated files, downloaded from a server on this computer, and clear when damaged."""

import functools
import gzip
import hashlib
import http.server
import io
import pickle
import struct
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import steepest
from steepest.utils.data import DataLoader
from steepest.vision import datasets, transforms, utils
from steepest.vision import io as vision_io
from steepest.vision.datasets.mnist import FILES

R = np.random.default_rng(5)
ARRAYS = {
    FILES[0]: R.integers(0, 256, (6, 28, 28), dtype=np.uint8), FILES[1]: np.array([5, 0, 4, 1, 9, 2], np.uint8),
    FILES[2]: R.integers(0, 256, (3, 28, 28), dtype=np.uint8), FILES[3]: np.array([7, 2, 1], np.uint8),
}  # fmt: skip


def idx(array: np.ndarray) -> bytes:
    return struct.pack(f">BBBB{array.ndim}i", 0, 0, 8, array.ndim, *array.shape) + array.tobytes()


def packed(array: np.ndarray) -> bytes:
    return gzip.compress(idx(array), mtime=0)


class Small(datasets.MNIST):
    """MNIST with the sums of the generated files."""

    resources = [(f"{name}.gz", hashlib.md5(packed(array)).hexdigest()) for name, array in ARRAYS.items()]
    mirrors: list[str] = []


def write_raw(root: Path, compressed: bool, name: str = "MNIST") -> Path:
    folder = root / name / "raw"
    folder.mkdir(parents=True)
    for file, array in ARRAYS.items():
        (folder / (file + ".gz" * compressed)).write_bytes(packed(array) if compressed else idx(array))
    return folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with a space and Chinese characters."""
    folder = tmp_path / "my 数据"
    folder.mkdir()
    return folder


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """Address and folder of a server on this computer."""
    served = tmp_path / "served"
    served.mkdir()

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *arguments: Any) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(served))) as serving:
        thread = threading.Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{serving.server_address[1]}", served
        serving.shutdown()
        thread.join()


@pytest.mark.parametrize("compressed", [True, False])
@pytest.mark.parametrize("kind", [datasets.MNIST, datasets.FashionMNIST, datasets.KMNIST])
def test_idx_files_compressed_or_not(root: Path, kind: Any, compressed: bool) -> None:
    write_raw(root, compressed, kind.__name__)
    train, test = kind(root), kind(root, train=False)
    assert np.array_equal(train.data.numpy(), ARRAYS[FILES[0]]) and train.data.dtype == steepest.uint8
    assert train.targets.tolist() == [5, 0, 4, 1, 9, 2] and train.targets.dtype == steepest.int64
    assert (len(train), len(test), test.targets.tolist()) == (6, 3, [7, 2, 1])
    picture, label = train[4]
    assert (picture.mode, picture.size, label, type(label)) == ("L", (28, 28), 9, int)
    assert np.array_equal(np.array(picture), ARRAYS[FILES[0]][4])
    assert train.class_to_idx[train.classes[7]] == 7


def test_npz_in_the_root(root: Path) -> None:
    np.savez(root / "mnist.npz", x_train=ARRAYS[FILES[0]], y_train=ARRAYS[FILES[1]], x_test=ARRAYS[FILES[2]], y_test=ARRAYS[FILES[3]])
    data = datasets.MNIST(root, download=True)
    assert np.array_equal(data.data.numpy(), ARRAYS[FILES[0]])
    np.savez(root / "mnist.npz", other=np.zeros(3))
    with pytest.raises(RuntimeError, match=r"mnist\.npz is damaged"):
        datasets.MNIST(root)


def test_transforms_loader_and_printed_form(root: Path) -> None:
    write_raw(root, True)
    data = datasets.MNIST(str(root), transform=transforms.ToTensor(), target_transform=lambda label: label + 1)
    images, labels = next(iter(DataLoader(data, batch_size=4)))
    assert (images.shape, labels.tolist()) == ((4, 1, 28, 28), [6, 1, 5, 2])
    lines = repr(datasets.MNIST(str(root), train=False, transform=transforms.ToTensor())).splitlines()
    assert lines == ["Dataset MNIST", "    Number of datapoints: 3", f"    Root location: {root}", "    Split: Test",
                     "    StandardTransform", "Transform: ToTensor()"]  # fmt: skip


def test_nothing_there_says_which_files_go_where(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEEPEST_LANG", "en")
    with pytest.raises(RuntimeError) as caught:
        datasets.MNIST(root, train=False)
    assert f"Put t10k-images-idx3-ubyte[.gz], t10k-labels-idx1-ubyte[.gz] into the folder {root / 'MNIST' / 'raw'}" in str(caught.value)
    with pytest.raises(RuntimeError, match=r"cifar-10-python\.tar\.gz into"):
        datasets.CIFAR10(root)
    assert list(root.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"<html>", "not as an IDX file"), (idx(ARRAYS[FILES[0]])[:-1], "4703 are there"), (b"\0\0\x08\x03" + b"\xff" * 12, "promises"),
     (b"", "not as an IDX file"), (idx(ARRAYS[FILES[2]]), "3 pictures and 6 labels")],
)  # fmt: skip
def test_damaged_idx_is_one_clear_error(root: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, reason: str) -> None:
    monkeypatch.setenv("STEEPEST_LANG", "en")
    (write_raw(root, False) / FILES[0]).write_bytes(content)
    with pytest.raises(RuntimeError, match=f"train-images-idx3-ubyte is damaged .*{reason}.*fetch it again"):
        datasets.MNIST(root)


def test_truncated_gz_is_one_clear_error(root: Path) -> None:
    folder = write_raw(root, True)
    (folder / f"{FILES[0]}.gz").write_bytes(packed(ARRAYS[FILES[0]])[:-20])
    with pytest.raises(RuntimeError, match="train-images-idx3-ubyte.gz"):
        datasets.MNIST(root)


def test_download_from_the_first_mirror_that_has_it_right(root: Path, server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    address, served = server
    monkeypatch.delenv("STEEPEST_DATA_MIRROR", raising=False)
    for mirror in ("wrong", "right"):
        (served / mirror).mkdir()
        for name, array in ARRAYS.items():
            (served / mirror / f"{name}.gz").write_bytes(packed(array) if mirror == "right" else b"no picture")
    monkeypatch.setattr(Small, "mirrors", [f"{address}/missing/", f"{address}/wrong", f"{address}/right/"])
    data = Small(root, download=True)
    assert np.array_equal(data.data.numpy(), ARRAYS[FILES[0]])
    assert sorted(path.name for path in Path(data.raw_folder).iterdir()) == sorted(f"{name}.gz" for name in ARRAYS)
    monkeypatch.setattr(Small, "mirrors", [])
    assert len(Small(root, train=False, download=True)) == 3


def test_download_from_nowhere_tells_each_answer_and_leaves_nothing(
    root: Path, server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, served = server
    monkeypatch.setenv("STEEPEST_LANG", "en")
    monkeypatch.delenv("STEEPEST_DATA_MIRROR", raising=False)
    (served / f"{FILES[0]}.gz").write_bytes(b"no picture")
    monkeypatch.setattr(Small, "mirrors", [f"{address}/missing/", address, "http://127.0.0.1:9/", "nonsense"])
    with pytest.raises(RuntimeError) as caught:
        Small(root, download=True)
    sentence = str(caught.value)
    assert "404" in sentence and "md5 is" in sentence and "127.0.0.1:9/" in sentence and "nonsense/" in sentence
    assert f"put it into the folder {root / 'Small' / 'raw'}" in sentence
    assert list((root / "Small" / "raw").iterdir()) == []


@pytest.mark.parametrize("as_folder", [True, False])
def test_own_mirror_is_asked_first(root: Path, server: Any, monkeypatch: pytest.MonkeyPatch, as_folder: bool) -> None:
    address, served = server
    (served / "Small").mkdir()
    for name, array in ARRAYS.items():
        (served / "Small" / f"{name}.gz").write_bytes(packed(array))
    monkeypatch.setenv("STEEPEST_DATA_MIRROR", str(served) if as_folder else address)
    assert len(Small(root, download=True)) == 6


def batch(labels_key: str, seed: int, count: int = 2) -> dict[str, Any]:
    data = np.random.default_rng(seed).integers(0, 256, (count, 3072), dtype=np.uint8)
    return {"data": data, labels_key: [seed % 10] * count, "filenames": ["a.png"] * count}


def python2_pickle(found: dict[str, Any]) -> bytes:
    """As Python 2 wrote it: keys and the array's bytes are byte strings."""
    def string(value: bytes) -> bytes:
        return b"T" + struct.pack("<I", len(value)) + value

    data, labels = found["data"], found["labels"]
    array = (
        b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\nK\x00\x85" + string(b"b") + b"tR"
        b"(K\x01" + b"K" + bytes([len(data)]) + b"M\x00\x0c\x86cnumpy\ndtype\n(" + string(b"u1") + b"K\x00K\x01tR"
        b"(K\x03" + string(b"|") + b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89" + string(data.tobytes()) + b"tb"
    )  # fmt: skip
    values = b"](" + b"".join(b"K" + bytes([label]) for label in labels) + b"e"
    return b"\x80\x02}(" + string(b"data") + array + string(b"labels") + values + b"u."


def cifar_files(kind: Any) -> dict[str, bytes]:
    key = kind.labels_key
    files = {name: pickle.dumps(batch(key, seed), protocol=2) for seed, name in enumerate([*kind.train_list, *kind.test_list])}
    files[kind.train_list[0]] = python2_pickle(batch("labels", 0)) if key == "labels" else files[kind.train_list[0]]
    return {**files, kind.meta: pickle.dumps({kind.names_key: ["airplane", "automobile"]}, protocol=2)}


@pytest.mark.parametrize("kind", [datasets.CIFAR10, datasets.CIFAR100])
@pytest.mark.parametrize("archived", [True, False])
def test_cifar_from_its_files_or_the_archive(root: Path, kind: Any, archived: bool) -> None:
    files = cifar_files(kind)
    (root / kind.base_folder).mkdir()
    if archived:
        with tarfile.open(root / kind.filename, "w:gz") as archive:
            for name, content in {**files, "../../outside": b"never unpacked"}.items():
                member = tarfile.TarInfo(f"{kind.base_folder}/{name}")
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
    else:
        for name, content in files.items():
            (root / kind.base_folder / name).write_bytes(content)
    train, test = kind(root), kind(root, train=False)
    parts = [batch(kind.labels_key, seed)["data"] for seed in range(len(kind.train_list))]
    expected = np.concatenate(parts).reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    assert np.array_equal(train.data, expected) and train.targets == [s for s in range(len(kind.train_list)) for _ in range(2)]
    assert len(test) == 2 and test.classes == ["airplane", "automobile"] and test.class_to_idx["automobile"] == 1
    picture, label = train[1]
    assert (picture.mode, picture.size, label) == ("RGB", (32, 32), 0) and np.array_equal(np.array(picture), expected[1])
    assert not (root.parent / "outside").exists()


def test_cifar_downloads_its_archive(root: Path, server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    address, served = server
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in cifar_files(datasets.CIFAR100).items():
            member = tarfile.TarInfo(f"cifar-100-python/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    (served / "cifar-100-python.tar.gz").write_bytes(buffer.getvalue())
    monkeypatch.delenv("STEEPEST_DATA_MIRROR", raising=False)
    monkeypatch.setattr(datasets.CIFAR100, "mirrors", [address])
    monkeypatch.setattr(datasets.CIFAR100, "tgz_md5", hashlib.md5(buffer.getvalue()).hexdigest())
    assert len(datasets.CIFAR100(root, download=True)) == 2


class Evil:
    def __reduce__(self) -> Any:
        return print, ("code was run",)


@pytest.mark.parametrize("content", [pickle.dumps({"data": Evil()}), b"\x80\x02garbage", b"", pickle.dumps([1]), pickle.dumps({})])
def test_cifar_files_run_no_code_and_damage_is_told(root: Path, capsys: pytest.CaptureFixture[str], content: bytes) -> None:
    folder = root / "cifar-10-batches-py"
    folder.mkdir()
    for name, good in cifar_files(datasets.CIFAR10).items():
        (folder / name).write_bytes(content if name == "test_batch" else good)
    with pytest.raises(RuntimeError, match="test_batch"):
        datasets.CIFAR10(root, train=False)
    assert "code was run" not in capsys.readouterr().out


def test_image_folder(root: Path) -> None:
    for name, color in (("cats/a.PNG", (250, 0, 0)), ("cats/more/b.jpg", (9, 9, 9)), ("dogs/c.png", (0, 0, 250)), ("dogs/notes.txt", None)):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if color is None:
            path.write_text("no picture", encoding="utf-8")
        else:
            Image.new("RGB", (5, 4), color).save(path)
    data = datasets.ImageFolder(root, transform=transforms.ToTensor())
    assert (data.classes, data.targets, len(data), data.imgs) == (["cats", "dogs"], [0, 0, 1], 3, data.samples)
    assert data[2][0][:, 0, 0].tolist() == [0.0, 0.0, pytest.approx(250 / 255)] and data[2][1] == 1
    (root / "empty").mkdir()
    with pytest.raises(FileNotFoundError, match="empty"):
        datasets.ImageFolder(root)
    assert len(datasets.ImageFolder(root, allow_empty=True)) == 3
    with pytest.raises(FileNotFoundError, match="cats"):
        datasets.ImageFolder(root / "cats" / "more")


def test_fake_data_is_the_same_each_time_and_leaves_the_generator() -> None:
    data = datasets.FakeData(5, (1, 4, 4), num_classes=3, transform=transforms.PILToTensor())
    steepest.manual_seed(1)
    before = steepest.get_rng_state()
    first, second = data[3], data[3]
    assert steepest.equal(first[0], second[0]) and first[1] == second[1] < 3
    assert steepest.equal(before, steepest.get_rng_state())
    steepest.manual_seed(3)
    assert np.array_equal(first[0].numpy()[0], (steepest.randn(1, 4, 4) * 255).byte().numpy()[0])
    with pytest.raises(IndexError, match="5"):
        data[5]


def test_make_grid_and_save_image(root: Path) -> None:
    x = steepest.arange(5.0).view(5, 1, 1, 1).expand(5, 1, 2, 3)
    grid = utils.make_grid(x, nrow=3, padding=1, pad_value=9)
    assert grid.shape == (3, 7, 13) and steepest.equal(grid[0], grid[2])
    assert grid[0, 1].tolist() == [9, 0, 0, 0, 9, 1, 1, 1, 9, 2, 2, 2, 9]
    assert grid[0, 4].tolist() == [9, 3, 3, 3, 9, 4, 4, 4, 9, 9, 9, 9, 9]
    assert utils.make_grid(x, normalize=True)[0, 2, 2 + 5 * 4].item() == 1.0
    assert utils.make_grid([steepest.zeros(3, 2, 2)]).shape == (3, 2, 2)
    with pytest.raises(TypeError, match="ndarray"):
        utils.make_grid(np.zeros((1, 1, 2, 2)))
    utils.save_image(steepest.tensor([0.0, 0.5, 1.0, 2.0]).view(1, 2, 2), root / "格.png")
    read = vision_io.read_image(root / "格.png")
    assert (read.shape, read[1].tolist()) == ((3, 2, 2), [[0, 128], [255, 255]])
    vision_io.write_png(read, root / "again.png")
    assert steepest.equal(vision_io.read_image(str(root / "again.png"), vision_io.ImageReadMode.GRAY), read[:1])

"""`torch.utils.tensorboard.SummaryWriter`: event files that TensorBoard reads.

The messages are those of tensorboard/compat/proto: event.proto, summary.proto, histogram.proto, graph.proto.
"""

import io
import os
import socket
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from steepest.core.reading import read
from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.serialization import protobuf as pb

__all__ = ["SummaryWriter"]

STRING = 7
"""The number of the string type in tensor messages."""


def _array(x: Any) -> np.ndarray[Any, Any]:
    return np.asarray(read(x.detach()) if isinstance(x, Tensor) else x)


def _scalar(x: Any) -> float:
    array = _array(x)
    if array.size != 1:
        raise ValueError(text("summary-scalar", shape=list(array.shape)))
    return float(array.reshape(()))


def _value(tag: str, *fields: bytes) -> bytes:
    return pb.message(1, pb.string(1, tag), *fields)


def histogram(values: np.ndarray[Any, Any], bins: Any) -> bytes:
    """A histogram message: extrema, sums, and the counts between the limits of buckets."""
    counts, limits = np.histogram(values, bins)
    kept = np.flatnonzero(counts)
    if len(kept):
        first, last = max(kept[0] - 1, -1), min(kept[-1] + 1, len(counts) - 1)
        counts = counts[max(first, 0):last + 1]
        limits = limits[max(first, 0) + 1:last + 2]
    else:
        limits = limits[1:]
    squares = float((values.astype(np.float64) ** 2).sum())
    return pb.message(5, pb.number(1, float(values.min())), pb.number(2, float(values.max())), pb.number(3, float(values.size)),
                      pb.number(4, float(values.sum(dtype=np.float64))), pb.number(5, squares), pb.doubles(6, limits),
                      pb.doubles(7, counts))


def default_buckets() -> list[float]:
    """Limits that grow by a tenth from 1e-12 to 1e20, on both sides of zero."""
    limit, positive = 1e-12, []
    while limit < 1e20:
        positive.append(limit)
        limit *= 1.1
    return [-x for x in positive[::-1]] + [0.0, *positive]


def picture(array: np.ndarray[Any, Any], dataformats: str) -> bytes:
    """An image message of an array; floats are taken to lie in [0, 1]."""
    from PIL import Image

    letters = dataformats.upper()
    if len(letters) != array.ndim:
        raise ValueError(text("summary-image", shape=list(array.shape), formats=dataformats))
    if "C" not in letters:
        array, letters = array[..., None], letters + "C"
    if "N" in letters:
        array = np.moveaxis(array, [letters.index(c) for c in "NHWC"], [0, 1, 2, 3])
        columns = int(np.ceil(np.sqrt(len(array))))
        rows = -(-len(array) // columns)
        padded = np.zeros((rows * columns, *array.shape[1:]), array.dtype)
        padded[:len(array)] = array
        array = padded.reshape(rows, columns, *array.shape[1:]).swapaxes(1, 2).reshape(rows * array.shape[1], columns * array.shape[2], -1)
    else:
        array = np.moveaxis(array, [letters.index(c) for c in "HWC"], [0, 1, 2])
    if array.dtype != np.uint8:
        array = (array * 255).clip(0, 255).astype(np.uint8) if array.dtype.kind == "f" else array.astype(np.uint8)
    if array.shape[2] == 1:
        array = np.repeat(array, 3, 2)
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(array)).save(buffer, "PNG")
    return pb.message(4, pb.integer(1, array.shape[0]), pb.integer(2, array.shape[1]), pb.integer(3, array.shape[2]),
                      pb.string(4, buffer.getvalue()))


def _plugin(name: str) -> bytes:
    return pb.message(9, pb.message(1, pb.string(1, name)))


class SummaryWriter:
    """Writes what a run shows of itself into an event file in `log_dir` (`runs/DATE_HOST` unless given).

    >>> import tempfile
    >>> with SummaryWriter(tempfile.mkdtemp()) as writer:
    ...     writer.add_scalar("loss", 0.25, 1)
    """

    def __init__(self, log_dir: Any = None, comment: str = "", purge_step: int | None = None, max_queue: int = 10, flush_secs: int = 120,
                 filename_suffix: str = ""):
        host = socket.gethostname()
        folder = Path(log_dir) if log_dir is not None else Path("runs") / (time.strftime("%b%d_%H-%M-%S_") + host + comment)
        folder.mkdir(parents=True, exist_ok=True)
        self.log_dir = str(folder)
        self._path = folder / f"events.out.tfevents.{int(time.time())}.{host}.{os.getpid()}.{id(self) % 1000}{filename_suffix}"
        self._others: dict[str, SummaryWriter] = {}
        self._file: Any = self._path.open("wb")
        self._write(pb.string(3, "brain.Event:2"))

    def _write(self, *fields: bytes, step: int | None = None, wall_time: float | None = None) -> None:
        if self._file.closed:
            self._file = self._path.open("ab")
        moment = pb.number(1, time.time() if wall_time is None else wall_time)
        self._file.write(pb.record(moment + (b"" if step is None else pb.integer(2, int(step))) + b"".join(fields)))

    def _summary(self, value: bytes, step: int | None, wall_time: float | None) -> None:
        self._write(pb.message(5, value), step=0 if step is None else step, wall_time=wall_time)

    def get_logdir(self) -> str:
        """The folder of the event file."""
        return self.log_dir

    def add_scalar(self, tag: str, scalar_value: Any, global_step: int | None = None, walltime: float | None = None,
                   new_style: bool = False, double_precision: bool = False) -> None:
        """A number."""
        self._summary(_value(tag, pb.single(2, _scalar(scalar_value))), global_step, walltime)

    def add_scalars(self, main_tag: str, tag_scalar_dict: Mapping[str, Any], global_step: int | None = None,
                    walltime: float | None = None) -> None:
        """Several numbers in one chart; each has an event file of its own, in a folder beside."""
        for name, value in tag_scalar_dict.items():
            folder = f"{self.log_dir}/{main_tag.replace('/', '_')}_{name}"
            if folder not in self._others:
                self._others[folder] = SummaryWriter(folder)
            self._others[folder].add_scalar(main_tag, value, global_step, walltime)

    def add_histogram(self, tag: str, values: Any, global_step: int | None = None, bins: Any = "tensorflow", walltime: float | None = None,
                      max_bins: int | None = None) -> None:
        """How values are distributed; ValueError for none at all."""
        array = _array(values).reshape(-1)
        if not array.size:
            raise ValueError(text("summary-histogram"))
        limits = default_buckets() if bins == "tensorflow" else bins
        self._summary(_value(tag, histogram(array, limits)), global_step, walltime)

    def add_image(self, tag: str, img_tensor: Any, global_step: int | None = None, walltime: float | None = None,
                  dataformats: str = "CHW") -> None:
        """A picture; floats lie in [0, 1]."""
        self._summary(_value(tag, picture(_array(img_tensor), dataformats)), global_step, walltime)

    def add_images(self, tag: str, img_tensor: Any, global_step: int | None = None, walltime: float | None = None,
                   dataformats: str = "NCHW") -> None:
        """Several pictures in a grid."""
        self.add_image(tag, img_tensor, global_step, walltime, dataformats)

    def add_figure(self, tag: str, figure: Any, global_step: int | None = None, close: bool = True, walltime: float | None = None) -> None:
        """A figure of Matplotlib, or several in a grid."""
        figures = figure if isinstance(figure, list) else [figure]
        arrays = []
        for one in figures:
            one.canvas.draw()
            arrays.append(np.asarray(one.canvas.buffer_rgba())[..., :3])
        self.add_image(tag, np.stack(arrays) if isinstance(figure, list) else arrays[0], global_step, walltime,
                       "NHWC" if isinstance(figure, list) else "HWC")
        if close:
            from matplotlib import pyplot

            for one in figures:
                pyplot.close(one)

    def add_text(self, tag: str, text_string: str, global_step: int | None = None, walltime: float | None = None) -> None:
        """A text in Markdown."""
        content = pb.message(8, pb.integer(1, STRING), pb.message(2, pb.message(2, pb.integer(1, 1))), pb.string(8, text_string))
        self._summary(_value(f"{tag}/text_summary", content, _plugin("text")), global_step, walltime)

    def add_hparams(self, hparam_dict: Mapping[str, Any], metric_dict: Mapping[str, Any], hparam_domain_discrete: Any = None,
                    run_name: str | None = None, global_step: int | None = None) -> None:
        """The settings of a run as a table, and its results as numbers."""
        rows = "\n".join(f"| {name} | {value} |" for name, value in hparam_dict.items())
        self.add_text("hparams", f"| setting | value |\n|---|---|\n{rows}", global_step)
        for name, value in metric_dict.items():
            self.add_scalar(name, value, global_step)

    def add_graph(self, model: Any, input_to_model: Any = None, verbose: bool = False, use_strict_trace: bool = True) -> None:
        """The modules of a model as a graph, each with those that it holds as inputs."""
        nodes = []
        for name, module in model.named_modules():
            inputs = [f"{name}/{child}" if name else child for child, _ in module.named_children()]
            nodes.append(pb.message(1, pb.string(1, name.replace(".", "/") or type(model).__name__), pb.string(2, type(module).__name__),
                                    *[pb.string(3, i.replace(".", "/")) for i in inputs]))
        self._write(pb.string(4, b"".join(nodes)))

    def flush(self) -> None:
        """Write what is still in memory."""
        for writer in (self, *self._others.values()):
            writer._file.flush()

    def close(self) -> None:
        """Close the files; writing again opens them again."""
        for writer in (self, *self._others.values()):
            writer._file.close()

    def __enter__(self) -> "SummaryWriter":
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

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
from steepest.serialization import projector
from steepest.serialization import protobuf as pb
from steepest.serialization import summaries as messages

__all__ = ["SummaryWriter"]

def _array(x: Any) -> np.ndarray[Any, Any]:
    return np.asarray(read(x.detach()) if isinstance(x, Tensor) else x)


def _scalar(x: Any) -> float:
    array = _array(x)
    if array.size != 1:
        raise ValueError(text("summary-scalar", shape=list(array.shape)))
    return float(array.reshape(()))


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
        self._summary(messages.value(tag, pb.single(2, _scalar(scalar_value))), global_step, walltime)

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
        self._summary(messages.value(tag, histogram(array, limits)), global_step, walltime)

    def add_histogram_raw(self, tag: str, min: float, max: float, num: int, sum: float, sum_squares: float, bucket_limits: Any,
                          bucket_counts: Any, global_step: int | None = None, walltime: float | None = None) -> None:
        """A histogram that was counted elsewhere; ValueError where limits and counts are not as many."""
        if len(bucket_limits) != len(bucket_counts):
            raise ValueError(text("summary-buckets", limits=len(bucket_limits), counts=len(bucket_counts)))
        numbers = [pb.number(i, float(x)) for i, x in enumerate((min, max, num, sum, sum_squares), 1)]
        content = pb.message(5, *numbers, pb.doubles(6, _array(bucket_limits)), pb.doubles(7, _array(bucket_counts)))
        self._summary(messages.value(tag, content), global_step, walltime)

    def add_image(self, tag: str, img_tensor: Any, global_step: int | None = None, walltime: float | None = None,
                  dataformats: str = "CHW") -> None:
        """A picture; floats lie in [0, 1]."""
        self._summary(messages.value(tag, picture(_array(img_tensor), dataformats)), global_step, walltime)

    def add_images(self, tag: str, img_tensor: Any, global_step: int | None = None, walltime: float | None = None,
                   dataformats: str = "NCHW") -> None:
        """Several pictures in a grid."""
        self.add_image(tag, img_tensor, global_step, walltime, dataformats)

    def add_image_with_boxes(self, tag: str, img_tensor: Any, box_tensor: Any, global_step: int | None = None,
                             walltime: float | None = None, rescale: float = 1, dataformats: str = "CHW", labels: Any = None) -> None:
        """A picture with red boxes `(N, 4)` of left, top, right and bottom, and a label each."""
        from PIL import Image, ImageDraw

        array, letters = _array(img_tensor), dataformats.upper()
        array = np.moveaxis(array, [letters.index(c) for c in "HWC"], [0, 1, 2])
        array = (array * 255).clip(0, 255).astype(np.uint8) if array.dtype.kind == "f" else array.astype(np.uint8)
        shown = Image.fromarray(array if array.shape[2] == 3 else np.repeat(array, 3, 2))
        pen = ImageDraw.Draw(shown)
        for i, (left, top, right, bottom) in enumerate(_array(box_tensor).tolist()):
            pen.rectangle([left, top, right, bottom], outline="red", width=2)
            if labels is not None:
                pen.text((left, bottom), str(labels if isinstance(labels, str) else labels[i]), fill="red")
        width, height = (max(int(n * rescale), 1) for n in shown.size)
        self.add_image(tag, np.asarray(shown.resize((width, height))), global_step, walltime, "HWC")

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
        content = messages.strings(text_string, shape=(1,))
        self._summary(messages.value(f"{tag}/text_summary", content, messages.plugin("text")), global_step, walltime)

    def add_hparams(self, hparam_dict: Mapping[str, Any], metric_dict: Mapping[str, Any], hparam_domain_discrete: Any = None,
                    run_name: str | None = None, global_step: int | None = None) -> None:
        """The settings of a run and its results, for the page that compares runs; they go into a folder `run_name` of their own.

        Settings are numbers, bools and texts, results numbers; `hparam_domain_discrete` lists what a setting may be.
        """
        with SummaryWriter(Path(self.log_dir) / (str(time.time()) if run_name is None else run_name)) as run:
            for value in messages.settings(hparam_dict, metric_dict, hparam_domain_discrete or {}):
                run._summary(value, None, None)
            for name, result in metric_dict.items():
                run.add_scalar(name, result, global_step)

    def add_pr_curve(self, tag: str, labels: Any, predictions: Any, global_step: int | None = None, num_thresholds: int = 127,
                     weights: Any = None, walltime: float | None = None) -> None:
        """Precision and recall of probabilities against labels 0 and 1, at thresholds between them."""
        table = messages.rates(_array(labels), _array(predictions), min(num_thresholds, 127), None if weights is None else _array(weights))
        self._summary(messages.precision_recall(tag, table), global_step, walltime)

    def add_pr_curve_raw(self, tag: str, true_positive_counts: Any, false_positive_counts: Any, true_negative_counts: Any,
                         false_negative_counts: Any, precision: Any, recall: Any, global_step: int | None = None,
                         num_thresholds: int = 127, weights: Any = None, walltime: float | None = None) -> None:
        """The same from what was counted, one number for each threshold."""
        table = messages.curve(*map(_array, (true_positive_counts, false_positive_counts, true_negative_counts, false_negative_counts,
                                             precision, recall)))
        self._summary(messages.precision_recall(tag, table), global_step, walltime)

    def add_embedding(self, mat: Any, metadata: Any = None, label_img: Any = None, global_step: int | None = None, tag: str = "default",
                      metadata_header: Any = None) -> None:
        """Points `(N, D)` for the projector, with a label (or several, under `metadata_header`) and a picture `(C, H, W)` each."""
        projector.write_points(Path(self.log_dir), 0 if global_step is None else global_step, tag, _array(mat), metadata, metadata_header,
                               None if label_img is None else _array(label_img))

    def add_mesh(self, tag: str, vertices: Any, colors: Any = None, faces: Any = None, config_dict: Any = None,
                 global_step: int | None = None, walltime: float | None = None) -> None:
        """Points `(B, N, 3)` in space, with colours and triangles of them."""
        color, face = (None if x is None else _array(x) for x in (colors, faces))
        for value in messages.mesh(tag, _array(vertices), color, face, config_dict):
            self._summary(value, global_step, walltime)

    def add_audio(self, tag: str, snd_tensor: Any, global_step: int | None = None, sample_rate: int = 44100,
                  walltime: float | None = None) -> None:
        """A sound `(1, L)` of samples between -1 and 1."""
        self._summary(messages.sound(tag, _array(snd_tensor), sample_rate), global_step, walltime)

    def add_video(self, tag: str, vid_tensor: Any, global_step: int | None = None, fps: float = 4, walltime: float | None = None) -> None:
        """Films `(N, T, C, H, W)`; floats lie in [0, 1]."""
        self._summary(messages.film(tag, _array(vid_tensor), fps), global_step, walltime)

    def add_tensor(self, tag: str, tensor: Any, global_step: int | None = None, walltime: float | None = None) -> None:
        """A tensor as it is."""
        self._summary(messages.value(tag, messages.tensor(_array(tensor)), messages.plugin("tensor")), global_step, walltime)

    def add_custom_scalars(self, layout: Mapping[str, Mapping[str, Any]]) -> None:
        """Which numbers share a chart: `{category: {chart: ["Multiline", tags] or ["Margin", [value, lower, upper]]}}`."""
        self._summary(messages.layout(layout), None, None)

    def add_custom_scalars_multilinechart(self, tags: Any, category: str = "default", title: str = "untitled") -> None:
        """One chart of several numbers."""
        self.add_custom_scalars({category: {title: ["Multiline", tags]}})

    def add_custom_scalars_marginchart(self, tags: Any, category: str = "default", title: str = "untitled") -> None:
        """One chart of a number between two others: value, lower, upper."""
        self.add_custom_scalars({category: {title: ["Margin", tags]}})

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
            if not writer._file.closed:
                writer._file.flush()

    def close(self) -> None:
        """Close the files; writing again opens them again."""
        for writer in (self, *self._others.values()):
            writer._file.close()

    def __enter__(self) -> "SummaryWriter":
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

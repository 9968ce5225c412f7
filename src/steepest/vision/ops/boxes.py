"""Boxes in pictures: their areas, overlaps and forms, and the suppression of those that overlap better ones."""

import numpy as np

from steepest.core.tensor import Tensor, from_array
from steepest.functional.joining import stack

__all__ = ["batched_nms", "box_area", "box_convert", "box_iou", "clip_boxes_to_image", "generalized_box_iou", "nms", "remove_small_boxes"]

FORMS = ("xyxy", "xywh", "cxcywh")


def box_convert(boxes: Tensor, in_fmt: str, out_fmt: str) -> Tensor:
    """Boxes `(..., 4)` from one form to another: corners `xyxy`, corner and size `xywh`, centre and size `cxcywh`.

    ValueError for another form.
    """
    if in_fmt not in FORMS or out_fmt not in FORMS:
        raise ValueError(f"Unsupported Bounding Box Conversions for given in_fmt {in_fmt} and out_fmt {out_fmt}")
    if in_fmt == out_fmt:
        return boxes.clone()
    a, b, c, d = boxes.unbind(-1)
    if in_fmt == "xywh":
        a, b, c, d = a, b, a + c, b + d
    elif in_fmt == "cxcywh":
        a, b, c, d = a - 0.5 * c, b - 0.5 * d, a + 0.5 * c, b + 0.5 * d
    if out_fmt == "xywh":
        a, b, c, d = a, b, c - a, d - b
    elif out_fmt == "cxcywh":
        a, b, c, d = (a + c) / 2, (b + d) / 2, c - a, d - b
    return stack((a, b, c, d), dim=-1)


def _corners(boxes: Tensor, fmt: str) -> Tensor:
    """Corners of a form, in a dtype in which areas do not overflow."""
    wide = boxes.double() if boxes.dtype.name in ("float16", "bfloat16") else boxes
    return wide if fmt == "xyxy" else box_convert(wide, fmt, "xyxy")


def box_area(boxes: Tensor, fmt: str = "xyxy") -> Tensor:
    """The areas of boxes `(..., 4)`."""
    b = box_convert(boxes, fmt, "xyxy")
    return (b[..., 2] - b[..., 0]) * (b[..., 3] - b[..., 1])


def _intersection_and_union(boxes1: Tensor, boxes2: Tensor, fmt: str) -> tuple[Tensor, Tensor]:
    a, b = _corners(boxes1, fmt), _corners(boxes2, fmt)
    low, high = a[..., None, :2].maximum(b[..., None, :, :2]), a[..., None, 2:].minimum(b[..., None, :, 2:])
    size = (high - low).clamp(min=0)
    inter = size[..., 0] * size[..., 1]
    return inter, box_area(a)[..., None] + box_area(b)[..., None, :] - inter


def box_iou(boxes1: Tensor, boxes2: Tensor, fmt: str = "xyxy") -> Tensor:
    """Intersection over union of all pairs: `(..., N, 4)` and `(..., M, 4)` to `(..., N, M)`."""
    inter, union = _intersection_and_union(boxes1, boxes2, fmt)
    return inter / union


def generalized_box_iou(boxes1: Tensor, boxes2: Tensor) -> Tensor:
    """Intersection over union, less the part of the box around both that neither covers (arXiv 1902.09630)."""
    inter, union = _intersection_and_union(boxes1, boxes2, "xyxy")
    a, b = _corners(boxes1, "xyxy"), _corners(boxes2, "xyxy")
    size = (a[..., None, 2:].maximum(b[..., None, :, 2:]) - a[..., None, :2].minimum(b[..., None, :, :2])).clamp(min=0)
    around = size[..., 0] * size[..., 1]
    return inter / union - (around - union) / around


def clip_boxes_to_image(boxes: Tensor, size: tuple[int, int]) -> Tensor:
    """Boxes `(..., 4)` cut at the borders of a picture of a size (height, width)."""
    height, width = size
    x, y = boxes[..., 0::2].clamp(min=0, max=width), boxes[..., 1::2].clamp(min=0, max=height)
    return stack((x, y), dim=-1).reshape(boxes.shape)


def remove_small_boxes(boxes: Tensor, min_size: float) -> Tensor:
    """The indices of the boxes `(N, 4)` whose sides are both at least `min_size`."""
    width, height = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    return ((width >= min_size) & (height >= min_size)).nonzero()[:, 0]


def nms(boxes: Tensor, scores: Tensor, iou_threshold: float) -> Tensor:
    """The indices of the boxes `(N, 4)` that overlap no box with a better score by more than the threshold, best first."""
    corners, order = boxes.detach().numpy(), np.argsort(-scores.detach().numpy(), kind="stable")
    areas = (corners[:, 2] - corners[:, 0]) * (corners[:, 3] - corners[:, 1])
    kept = []
    while order.size:
        best, order = order[0], order[1:]
        kept.append(best)
        low, high = np.maximum(corners[best, :2], corners[order, :2]), np.minimum(corners[best, 2:], corners[order, 2:])
        inter = np.prod(np.maximum(high - low, 0), axis=1)
        order = order[inter <= iou_threshold * (areas[best] + areas[order] - inter)]
    return from_array(np.asarray(kept, np.int64))


def batched_nms(boxes: Tensor, scores: Tensor, idxs: Tensor, iou_threshold: float) -> Tensor:
    """`nms` of the boxes of each category `idxs` by themselves, all together by their scores."""
    if boxes.numel() == 0:
        return from_array(np.zeros(0, np.int64))
    # Each category lies where no other has boxes.
    return nms(boxes + (idxs.to(boxes.dtype) * (boxes.max() + 1))[:, None], scores, iou_threshold)

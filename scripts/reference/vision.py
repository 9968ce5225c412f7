"""Make tests/reference/vision.json: the numbers that torchvision's random transforms draw. Run with torch==2.13.0.

torchvision itself is not needed: what counts is which of torch's samplers its documentation and source call, in which order.
"""

import json
import math
from pathlib import Path

import torch


def flips() -> list[bool]:
    """RandomHorizontalFlip(0.3), ten times."""
    return [bool(torch.rand(1) < 0.3) for _ in range(10)]


def crops() -> list[list[int]]:
    """RandomCrop(32) on 40 by 36, five times: top, left."""
    return [[torch.randint(0, 9, size=(1,)).item(), torch.randint(0, 5, size=(1,)).item()] for _ in range(5)]


def angles() -> list[float]:
    """RandomRotation((-10, 25)), five times."""
    return [float(torch.empty(1).uniform_(-10.0, 25.0).item()) for _ in range(5)]


def resized_crops() -> list[list[int]]:
    """RandomResizedCrop on 40 by 36, eight times: top, left, height, width."""
    found = []
    log_ratio = torch.log(torch.tensor((3.0 / 4.0, 4.0 / 3.0)))
    while len(found) < 8:
        area = 40 * 36 * torch.empty(1).uniform_(0.08, 1.0).item()
        ratio = torch.exp(torch.empty(1).uniform_(float(log_ratio[0]), float(log_ratio[1]))).item()
        width, height = round(math.sqrt(area * ratio)), round(math.sqrt(area / ratio))
        if 0 < width <= 36 and 0 < height <= 40:
            top = torch.randint(0, 40 - height + 1, size=(1,)).item()
            found.append([top, torch.randint(0, 36 - width + 1, size=(1,)).item(), height, width])
    return found


def jitters() -> list[list[object]]:
    """ColorJitter(0.4, 0.3, 0, 0.1), four times: the order and the factors."""
    bounds = ((0.6, 1.4), (0.7, 1.3), None, (-0.1, 0.1))
    return [
        [torch.randperm(4).tolist(), *(None if b is None else torch.empty(1).uniform_(*b).item() for b in bounds)] for _ in range(4)
    ]


def erasings() -> list[list[object]]:
    """RandomErasing(p=1, value="random") on (1, 12, 10), four times: place and the first value of the noise."""
    found: list[list[object]] = []
    log_ratio = torch.log(torch.tensor((0.3, 3.3)))
    for _ in range(4):
        torch.rand(1)
        while True:
            area = 120 * torch.empty(1).uniform_(0.02, 0.33).item()
            ratio = torch.exp(torch.empty(1).uniform_(float(log_ratio[0]), float(log_ratio[1]))).item()
            height, width = round(math.sqrt(area * ratio)), round(math.sqrt(area / ratio))
            if height < 12 and width < 10:
                break
        noise = torch.empty([1, height, width], dtype=torch.float32).normal_()
        top = torch.randint(0, 12 - height + 1, size=(1,)).item()
        found.append([top, torch.randint(0, 10 - width + 1, size=(1,)).item(), height, width, noise.flatten()[0].item()])
    return found


if __name__ == "__main__":
    result = {}
    for part in (flips, crops, angles, resized_crops, jitters, erasings):
        torch.manual_seed(7)
        result[part.__name__] = part()
    target = Path(__file__).parents[2] / "tests" / "reference" / "vision.json"
    target.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")

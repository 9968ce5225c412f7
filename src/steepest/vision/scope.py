"""What of torchvision is left out: the reason, and what to use instead."""

from steepest.errors import text

__all__ = ["OUT_OF_SCOPE", "left_out"]

OUT_OF_SCOPE = {
    "models": ("its networks come with weights that are not part of this package", "the network written as an nn.Module"),
    "ops": ("these are operations of object detection", "torch operations"),
    "tv_tensors": ("they serve boxes and masks", "plain tensors"),
    "transforms.v2": (
        "its transforms serve boxes and masks too",
        "torchvision.transforms, with ToTensor() for ToImage() and ToDtype(torch.float32, scale=True)",
    ),
}


def left_out(name: str) -> str:
    """The sentence for a module that is left out."""
    reason, instead = OUT_OF_SCOPE[name]
    return text("vision-out-of-scope", name=name, reason=reason, instead=instead)

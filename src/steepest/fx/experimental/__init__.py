"""`torch.fx.experimental`."""

from steepest.errors import outside

__all__: list[str] = []
outside.explain(__name__)

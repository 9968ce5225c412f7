"""`torch.backends.quantized`: there are no quantised kernels."""

from steepest.errors import outside

outside.explain(__name__)

engine, supported_engines = "none", ["none"]

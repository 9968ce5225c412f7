"""`torch._C`: the few names of PyTorch's inner module that its documentation tells programs to use."""

from steepest.core.overriding import DisableTorchFunction, DisableTorchFunctionSubclass
from steepest.core.overriding import disabled as _disabled_torch_function_impl
from steepest.errors import outside

__all__ = ["DisableTorchFunction", "DisableTorchFunctionSubclass", "_disabled_torch_function_impl"]
outside.explain(__name__)

"""Names of torch.autograd.grad_mode."""

from steepest.autograd.modes import enable_grad, inference_mode, no_grad, set_grad_enabled
from steepest.autograd.threading_mode import set_multithreading_enabled
from steepest.errors import outside

__all__ = ["enable_grad", "inference_mode", "no_grad", "set_grad_enabled", "set_multithreading_enabled"]
outside.explain(__name__)

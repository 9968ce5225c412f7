"""Names of torch.func: functions made of functions, and modules called as functions.

>>> per_example = steepest.vmap(steepest.func.grad(lambda w, x: (w * x).sum()), in_dims=(None, 0))
>>> per_example(steepest.ones(2), steepest.tensor([[1.0, 2.0], [3.0, 4.0]]))
tensor([[1., 2.],
        [3., 4.]])
"""

from steepest.autograd.transforms import grad, grad_and_value, hessian, jacfwd, jacrev, jvp, linearize, vjp
from steepest.autograd.vectorizing import vmap
from steepest.autograd.without_writes import functionalize
from steepest.errors import outside
from steepest.nn.utils.stacking import functional_call, stack_module_state
from steepest.nn.utils.statistics_free import replace_all_batch_norm_modules_

__all__ = [
    "functional_call",
    "functionalize",
    "grad",
    "grad_and_value",
    "hessian",
    "jacfwd",
    "jacrev",
    "jvp",
    "linearize",
    "replace_all_batch_norm_modules_",
    "stack_module_state",
    "vjp",
    "vmap",
]
outside.explain(__name__)

"""torch.autograd.functional: Jacobians, Hessians and their products with vectors, of a function of one tensor or several.

`create_graph` keeps the results differentiable, `strict` refuses outputs that do not depend on an input (else they give zeros).
"""

from collections.abc import Callable
from typing import Any

from steepest.autograd.engine import run_backward
from steepest.autograd.levels import of_kind, recording
from steepest.autograd.transforms import basis, grad, jacfwd
from steepest.autograd.vectorizing import vmap
from steepest.core.tensor import Tensor, alias
from steepest.errors import outside, text
from steepest.ops.creation import full
from steepest.ops.joining import join
from steepest.ops.views import identity, unsqueeze

__all__ = ["hessian", "hvp", "jacobian", "jvp", "vhp", "vjp"]
outside.explain(__name__)

Function = Callable[..., Any]
Tensors = tuple[Tensor, ...]


def several(x: Any, role: str) -> tuple[bool, Tensors]:
    """Whether a tuple was given, and the tensors; TypeError for anything else."""
    given = tuple(x) if isinstance(x, (tuple, list)) else (x,)
    for i, t in enumerate(given):
        if not isinstance(t, Tensor):
            raise TypeError(text("functional-input-type", role=role, index=i, kind=type(t)))
    return isinstance(x, (tuple, list)), given


def shown(values: Any, many: bool) -> Any:
    """A tuple, or its only entry."""
    return tuple(values) if many else values[0]


def entered(inputs: Tensors, create_graph: bool) -> Tensors:
    """New points of the graph to differentiate by; connected to what is before them where the result must be differentiable."""
    return tuple([identity(x) if create_graph and x.requires_grad else alias(x.array, x).requires_grad_() for x in inputs])


def left(values: Any, create_graph: bool) -> tuple[Any, ...]:
    """Results as they are given back: without a graph unless one is wanted."""
    return tuple([x if create_graph else alias(x.array, x) for x in values])


class Evaluated:
    """A function's outputs at its inputs, ready for backward passes."""

    def __init__(self, func: Function, inputs: Any, create_graph: bool, strict: bool, name: str):
        self.many_inputs, given = several(inputs, f"inputs given to {name}")
        self.create_graph, self.strict = create_graph, strict
        with recording(True):
            self.inputs = entered(given, create_graph)
            self.many_outputs, self.outputs = several(
                func(*self.inputs), f"outputs of the user-provided function given to {name}"
            )
        if strict:
            for i, y in enumerate(self.outputs):
                if not y.requires_grad:
                    raise of_kind("functional-independent-output", index=i)

    def vector(self, v: Any, like: Tensors, needless: bool, reason: str) -> Tensors:
        """The vector as given, checked against what it multiplies; ones where it may be left out."""
        if v is None:
            if not needless:
                raise of_kind("functional-v-missing", reason=reason)
            return tuple([full(x.array.shape, 1, x.dtype) for x in like])
        _, given = several(v, "v")
        if len(given) != len(like):
            raise of_kind("functional-v-count", expected=len(like), found=len(given))
        for i, (a, x) in enumerate(zip(given, like, strict=True)):
            if a.array.shape != x.array.shape:
                which = f"Entry {i} in " if len(like) > 1 else ""
                raise of_kind("functional-v-size", which=which, expected=list(x.array.shape), found=list(a.array.shape))
        return given

    def pull(self, outputs: Tensors, vectors: Any, create: bool, inputs: Tensors | None = None) -> list[Tensor]:
        """The gradients of the inputs; zeros, or an error if strict, where there is none."""
        wanted = self.inputs if inputs is None else inputs
        reached = [(y, v) for y, v in zip(outputs, vectors, strict=True) if y.requires_grad and v is not None]
        with recording(True):
            found = run_backward([y for y, _ in reached], [v for _, v in reached], wanted, True, create) if reached else {}
        if self.strict:
            for i in range(len(wanted)):
                if i not in found:
                    raise of_kind("functional-independent-input", index=i)
                if self.create_graph and not found[i].requires_grad:
                    raise of_kind("functional-independent-jacobian", index=i)
        return [found[i] if i in found else full(x.array.shape, 0, x.dtype) for i, x in enumerate(wanted)]


def vjp(func: Function, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False) -> tuple[Any, Any]:
    """`(output, v J)`: the product of a vector with the Jacobian; v may be None where the output has one element.

    >>> steepest.autograd.functional.vjp(lambda x: (x * x).sum(), steepest.ones(2))[1]
    tensor([2., 2.])
    """
    at = Evaluated(func, inputs, create_graph, strict, "vjp")
    one = len(at.outputs) == 1 and at.outputs[0].array.size == 1
    v = at.vector(v, at.outputs, one, "the user-provided function returns a single Tensor with a single element")
    product = at.pull(at.outputs, v, create_graph)
    return shown(left(at.outputs, create_graph), at.many_outputs), shown(left(product, create_graph), at.many_inputs)


def jvp(func: Function, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False) -> tuple[Any, Any]:
    """`(output, J v)`: the product of the Jacobian with a vector, by two backward passes.

    >>> steepest.autograd.functional.jvp(lambda x: x * x, steepest.ones(2), steepest.ones(2))[1]
    tensor([2., 2.])
    """
    at = Evaluated(func, inputs, create_graph, strict, "jvp")
    one = len(at.inputs) == 1 and at.inputs[0].array.size == 1
    v = at.vector(v, at.inputs, one, "the input to the user-provided function is a single Tensor with a single element")
    weights = tuple([full(y.array.shape, 0, y.dtype).requires_grad_() for y in at.outputs])
    pulled = at.pull(at.outputs, weights, True)
    at.strict = False
    product = at.pull(tuple(pulled), v, create_graph, weights)
    return shown(left(at.outputs, create_graph), at.many_outputs), shown(left(product, create_graph), at.many_outputs)


def jacobian(
    func: Function,
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    strategy: str = "reverse-mode",
) -> Any:
    """The derivatives of outputs with respect to inputs, `(*output.shape, *input.shape)`; nested tuples where there are several.

    `vectorize` takes all rows in one batched pass; `strategy` is "reverse-mode" or "forward-mode".

    >>> steepest.autograd.functional.jacobian(lambda x: x * x, steepest.tensor([1.0, 2.0]))
    tensor([[2., 0.],
            [0., 4.]])
    """
    if strategy not in ("forward-mode", "reverse-mode"):
        raise AssertionError(text("functional-strategy"))
    if strategy == "forward-mode":
        return _jacobian_forward(func, inputs, create_graph, strict, vectorize)
    if strict and vectorize:
        raise of_kind("functional-strict-vectorize", name="jacobian")
    at = Evaluated(func, inputs, create_graph, strict, "jacobian")
    table = []
    for k, y in enumerate(at.outputs):

        def pull(g: Tensor, k: int = k) -> tuple[Tensor, ...]:
            return tuple(at.pull(at.outputs, [g if i == k else None for i in range(len(at.outputs))], create_graph))

        if vectorize:
            with recording(create_graph):
                rows: Any = vmap(pull)(*basis([y]))
        else:
            each = [pull(one) for one in basis([y])[0].unbind(0)]
            rows = [
                join(*[unsqueeze(r, dim=0) for r in column], dim=0, starts=tuple(range(len(column))))
                for column in zip(*each, strict=True)
            ]
        shaped = [r.reshape(*y.array.shape, *x.array.shape) for r, x in zip(rows, at.inputs, strict=True)]
        table.append(shown(left(shaped, create_graph), at.many_inputs))
    return shown(table, at.many_outputs)


def _jacobian_forward(func: Function, inputs: Any, create_graph: bool, strict: bool, vectorize: bool) -> Any:
    if strict:
        raise of_kind("functional-forward-strict")
    if not vectorize:
        raise NotImplementedError(text("functional-forward-vectorize"))
    many, given = several(inputs, "inputs given to jacobian")
    points = entered(given, True) if create_graph else tuple(alias(x.array, x) for x in given)
    made = jacfwd(func, tuple(range(len(points))))(*points)
    several_outputs = isinstance(made, tuple) and bool(made) and isinstance(made[0], tuple)
    rows = made if several_outputs else (made,)
    return shown([shown(left(r, create_graph), many) for r in rows], several_outputs)


def _scalar(name: str, func: Function) -> Function:
    """The function, checked to give one tensor with one element."""

    def checked(*inputs: Tensor) -> Tensor:
        out = func(*inputs)
        if isinstance(out, (tuple, list)):
            if len(out) != 1:
                raise of_kind("functional-single-output", name=name)
            out = out[0]
        if isinstance(out, Tensor) and out.array.size != 1:
            raise of_kind("functional-grad-result-scalar", name=name)
        return out.reshape(()) if isinstance(out, Tensor) else out

    return checked


def hessian(
    func: Function,
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    outer_jacobian_strategy: str = "reverse-mode",
) -> Any:
    """The second derivatives of a scalar function, `(*input_i.shape, *input_j.shape)`; nested tuples for several inputs.

    >>> steepest.autograd.functional.hessian(lambda x: (x ** 3).sum(), steepest.tensor([1.0, 2.0]))
    tensor([[ 6.,  0.],
            [ 0., 12.]])
    """
    many, _ = several(inputs, "inputs given to hessian")
    scalar = _scalar("hessian", func)

    def gradient(*points: Tensor) -> Any:
        found = jacobian(scalar, points, create_graph=True)
        for i, x in enumerate(found):
            if strict and not x.requires_grad:
                raise of_kind("functional-independent-hessian", index=i)
        return found if many else found[0]

    if outer_jacobian_strategy == "forward-mode":
        if strict:
            raise of_kind("functional-forward-strict")
        count = len(several(inputs, "inputs given to hessian")[1])
        return _jacobian_forward(grad(scalar, tuple(range(count)) if many else 0), inputs, create_graph, strict, vectorize)
    return jacobian(
        gradient, inputs, create_graph=create_graph, strict=strict, vectorize=vectorize, strategy=outer_jacobian_strategy
    )


def vhp(func: Function, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False) -> tuple[Any, Any]:
    """`(output, v H)`: the product of a vector with the Hessian of a scalar function.

    >>> steepest.autograd.functional.vhp(lambda x: (x ** 3).sum(), steepest.ones(2), steepest.ones(2))[1]
    tensor([6., 6.])
    """
    at = Evaluated(_scalar("vhp", func), inputs, create_graph, strict, "vhp")
    one = len(at.inputs) == 1 and at.inputs[0].array.size == 1
    v = at.vector(v, at.inputs, one, "the input to the user-provided function is a single Tensor with a single element")
    ones = [full((), 1, y.dtype) for y in at.outputs]
    gradients = at.pull(at.outputs, ones, True)
    product = at.pull(tuple(gradients), v, create_graph)
    return shown(left(at.outputs, create_graph), at.many_outputs), shown(left(product, create_graph), at.many_inputs)


def hvp(func: Function, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False) -> tuple[Any, Any]:
    """`(output, H v)`: the product of the Hessian of a scalar function with a vector; as `vhp`, since the Hessian is symmetric.

    >>> steepest.autograd.functional.hvp(lambda x: (x ** 3).sum(), steepest.ones(2), steepest.ones(2))[1]
    tensor([6., 6.])
    """
    return vhp(func, inputs, v, create_graph, strict)

"""Functions made of functions: `grad`, `vjp`, `jvp` and the Jacobians and Hessians built of them.

Each works on tensors of its own: what is differentiated by is entered as a new point of the graph (or, inside a vmap or jvp, as a
tensor of that level), so that transformations nest in any order. A graph is made of a gradient only where something outside may
want to differentiate it.
"""

import functools
from collections.abc import Callable
from typing import Any

from steepest.autograd.engine import run_backward
from steepest.autograd.levels import differentiable, innermost, of_kind, recording
from steepest.autograd.tangents import Tangents
from steepest.autograd.trees import TreeSpec, flatten, rebuild
from steepest.autograd.vectorizing import vmap
from steepest.core.modes import modes
from steepest.core.tensor import Tensor, alias, fresh, refresh
from steepest.errors import text
from steepest.ops.creation import full
from steepest.ops.views import identity, view

__all__ = ["grad", "grad_and_value", "hessian", "jacfwd", "jacrev", "jvp", "linearize", "vjp"]


class Tracked:
    """Inputs entered for one differentiation, and what of the graph is theirs alone."""

    def __init__(self, tensors: list[Tensor]):
        outer = modes.grad
        self.inputs = [entered(x, outer) for x in tensors]
        self.own = {id(x) for x in self.inputs if x.node is None}

    def others(self, outputs: list[Tensor]) -> bool:
        """Whether anything but these inputs has a gradient in the outputs."""
        seen: set[Any] = set()
        for x in outputs:
            refresh(x)
        stack: list[Any] = [x if x.node is None else x.node for x in outputs if x.needs_grad]
        while stack:
            at = stack.pop()
            if at in seen:
                continue
            seen.add(at)
            if isinstance(at, Tensor):
                if id(at) not in self.own:
                    return True
            else:
                stack.extend(edge[0] for edge in at.edges if edge is not None)
        return False

    def gradients(self, outputs: list[Tensor], vectors: list[Any], create: bool, keep: bool) -> list[Any]:
        """The gradients of the inputs, zeros where there is none."""
        reached = [(y, v) for y, v in zip(outputs, vectors, strict=True) if y.requires_grad]
        found = run_backward([y for y, _ in reached], [v for _, v in reached], self.inputs, keep, create) if reached else {}
        return [found[i] if i in found else full(x.array.shape, 0, x.dtype) for i, x in enumerate(self.inputs)]


def entered(x: Tensor, outer: bool) -> Tensor:
    """`x` as a point of the graph to differentiate by; connected to what is before it where gradients are wanted outside."""
    level = innermost()
    if level is not None:
        x = level.lift(x)
    if x.requires_grad and outer:
        return identity(x)
    new = level.twin(x) if level is not None else alias(x.array, x)  # type: ignore[arg-type]
    new.needs_grad = True
    return new


def released(x: Any, outside: bool) -> Any:
    """A result without the graph of inputs that nobody outside knows."""
    if outside or not isinstance(x, Tensor) or not x.requires_grad:
        return x
    return x.level.twin(x) if x.level is not None else _plain(x)


def _plain(x: Tensor) -> Tensor:
    t = fresh(x.array, x.dtype)
    t._storage, t.counter = x.storage_cell, x.version
    return t


CALLS = {"grad": "grad_and_value(f)(*args)", "vjp": "vjp(f, *primals)", "jacrev": "vjp(f, *primals)", "jvp": "jvp(f, primals, tangents)",
         "jacfwd": "jvp(f, primals, tangents)"}
"""How PyTorch's errors call each transform."""


def inputs_of(tree: Any) -> tuple[list[Tensor], TreeSpec]:
    """The leaves of what is differentiated by: tensors that can have a gradient."""
    leaves, structure = flatten(tree)
    for x in leaves:
        if not isinstance(x, Tensor):
            raise ValueError(text("func-input", kind=type(x)))
        if not differentiable(x):
            raise of_kind("func-input-integers", dtype=x.dtype)
    return leaves, structure


def outputs_of(name: str, tree: Any) -> tuple[list[Tensor], TreeSpec]:
    """The leaves of what a function returned, which must be tensors."""
    leaves, structure = flatten(tree)
    for x in leaves:
        if not isinstance(x, Tensor):
            raise of_kind("func-output", call=CALLS[name], kind=type(x))
    if not leaves:
        raise of_kind("func-no-tensors", name=name)
    return leaves, structure


def tensors_of(name: str, role: str, tree: Any) -> tuple[list[Tensor], TreeSpec]:
    """The leaves of `tree`, which must be tensors."""
    leaves, structure = flatten(tree)
    for x in leaves:
        if not isinstance(x, Tensor):
            raise of_kind("func-non-tensor", call=CALLS[name], role=role, kind=type(x))
    return leaves, structure


def split(name: str, out: Any, has_aux: bool) -> tuple[Any, Any]:
    """Output and auxiliary output of a function."""
    if not has_aux:
        return out, None
    if not (isinstance(out, tuple) and len(out) == 2):
        raise of_kind("func-aux", call=CALLS[name])
    return out


class Chosen:
    """The arguments that `argnums` names, and the rest."""

    def __init__(self, name: str, argnums: Any, args: tuple[Any, ...]):
        if not isinstance(argnums, (int, tuple)) or isinstance(argnums, tuple) and not all(isinstance(a, int) for a in argnums):
            raise of_kind("func-argnums-type", name=name, kind=type(argnums))
        self.single, self.args = isinstance(argnums, int), args
        given = (argnums,) if isinstance(argnums, int) else argnums
        if not given:
            raise of_kind("func-no-argnums")
        for a in given:
            if not -len(args) <= a < len(args):
                raise of_kind("func-arguments", argnum=a, count=len(args))
        self.numbers = [a % len(args) for a in given]
        if len(set(self.numbers)) < len(given):
            raise of_kind("func-argnums-twice", argnums=given)
        self.tree = tuple(args[a] for a in self.numbers)

    def with_(self, values: tuple[Any, ...]) -> list[Any]:
        """The arguments with the chosen ones replaced."""
        out = list(self.args)
        for a, v in zip(self.numbers, values, strict=True):
            out[a] = v
        return out

    def shown(self, values: tuple[Any, ...]) -> Any:
        """One value for a single number, else a tuple."""
        return values[0] if self.single else values


def grad_and_value(func: Callable[..., Any], argnums: Any = 0, has_aux: bool = False) -> Callable[..., Any]:
    """A function that gives the gradient of a scalar function and its value: `(gradient, value)` or `(gradient, (value, aux))`.

    >>> steepest.func.grad_and_value(lambda x: x ** 2)(steepest.tensor(3.0))
    (tensor(6.), tensor(9.))
    """

    @functools.wraps(func)
    def differentiated(*args: Any, **kwargs: Any) -> Any:
        chosen = Chosen("grad", argnums, args)
        leaves, structure = inputs_of(chosen.tree)
        tracked = Tracked(leaves)
        outer = modes.grad
        with recording(True):
            out, aux = split("grad", func(*chosen.with_(rebuild(structure, tracked.inputs)), **kwargs), has_aux)
        if not isinstance(out, Tensor):
            raise of_kind("func-grad-result", kind=type(out))
        if out.array.ndim:
            raise of_kind("func-grad-scalar", ndim=out.array.ndim)
        outside = outer and tracked.others([out])
        found = tracked.gradients([out], [None], outside, outside)
        gradients = chosen.shown(rebuild(structure, found))
        value = released(out, outside)
        if not has_aux:
            return gradients, value
        flat, aux_structure = flatten(aux)
        return gradients, (
            value,
            rebuild(aux_structure, [released(x, outer and isinstance(x, Tensor) and tracked.others([x])) for x in flat]),
        )

    return differentiated


def grad(func: Callable[..., Any], argnums: Any = 0, has_aux: bool = False) -> Callable[..., Any]:
    """A function that gives the gradient of a scalar function with respect to its arguments `argnums`; with `has_aux` also `aux`.

    >>> steepest.func.grad(lambda x: x ** 3)(steepest.tensor(2.0))
    tensor(12.)
    """
    both = grad_and_value(func, argnums, has_aux)

    @functools.wraps(func)
    def differentiated(*args: Any, **kwargs: Any) -> Any:
        gradients, value = both(*args, **kwargs)
        return (gradients, value[1]) if has_aux else gradients

    return differentiated


def _vjp(func: Callable[..., Any], primals: tuple[Any, ...], has_aux: bool, name: str) -> tuple[Any, Any, Any, Any]:
    """Output, auxiliary output, `pull(vectors) -> gradients` on flat lists, and `(outputs, structure, outside)`."""
    if not primals:
        raise of_kind("func-vjp-primals")
    leaves, structure = inputs_of(primals)
    tracked = Tracked(leaves)
    outer = modes.grad
    with recording(True):
        out, aux = split(name, func(*rebuild(structure, tracked.inputs)), has_aux)
    flat, out_structure = outputs_of(name, out)
    outside = outer and tracked.others(flat)

    def pull(vectors: list[Any]) -> Any:
        create = modes.grad and (outside or any(v.requires_grad for v in vectors))
        return rebuild(structure, tracked.gradients(flat, vectors, create, True))

    shown = rebuild(out_structure, [released(x, outside) for x in flat])
    extra, aux_structure = flatten(aux)
    extra = [released(x, outer and isinstance(x, Tensor) and tracked.others([x])) for x in extra]
    return shown, rebuild(aux_structure, extra), pull, (flat, out_structure, outside)


def vjp(func: Callable[..., Any], *primals: Any, has_aux: bool = False) -> tuple[Any, ...]:
    """`(output, vjp_fn)`, or `(output, vjp_fn, aux)`: `vjp_fn(v)` gives the product of v with the Jacobian of every primal.

    >>> out, pull = steepest.func.vjp(lambda x: x * x, steepest.tensor([1.0, 2.0])); pull(steepest.ones(2))
    (tensor([2., 4.]),)
    """
    out, aux, pull, (flat, structure, _) = _vjp(func, primals, has_aux, "vjp")

    def pulled(cotangents: Any = None, retain_graph: bool = True, create_graph: bool | None = None) -> Any:
        if cotangents is None:
            vectors: list[Any] = [full(x.array.shape, 1, x.dtype) for x in flat]
        else:
            vectors, found = tensors_of("vjp", "cotangents", cotangents)
            if found != structure:
                raise of_kind("func-cotangents", found=found, expected=structure)
            for i, (x, y) in enumerate(zip(vectors, flat, strict=True)):
                if x.array.shape != y.array.shape:
                    raise of_kind("gradient-shape", index=i, gradient=list(x.array.shape), output=list(y.array.shape))
        return pull(vectors)

    return (out, pulled, aux) if has_aux else (out, pulled)


def jvp(func: Callable[..., Any], primals: Any, tangents: Any, *, strict: bool = False, has_aux: bool = False) -> tuple[Any, ...]:
    """`(output, derivative)`, or `(output, derivative, aux)`: the derivative of the output along `tangents`, by forward mode.

    >>> steepest.func.jvp(steepest.sin, (steepest.tensor(0.0),), (steepest.tensor(1.0),))
    (tensor(0.), tensor(1.))
    """
    if not isinstance(primals, tuple):
        raise of_kind("func-jvp-tuple")
    points, structure = tensors_of("jvp", "primals", primals)
    directions, other = tensors_of("jvp", "tangents", tangents)
    if other != structure:
        raise of_kind("func-tangents", found=other, expected=structure)
    for p, t in zip(points, directions, strict=True):
        if p.array.shape != t.array.shape:
            raise of_kind("func-tangent-shape", primal=list(p.array.shape), tangent=list(t.array.shape))
    with Tangents() as level:
        out, aux = split(
            "jvp", func(*rebuild(structure, [level.dual(p, t) for p, t in zip(points, directions, strict=True)])), has_aux
        )
        flat, out_structure = outputs_of("jvp", out)
        extra, aux_structure = flatten(aux)
        derivatives = [level.tangent(x) for x in flat]
        with level.below():
            values = [x.underlying if level.owns(x) else x for x in flat]  # type: ignore[attr-defined]
            derivatives = [full(x.array.shape, 0, x.dtype) if t is None else t for x, t in zip(values, derivatives, strict=True)]
            extra = [x.underlying if level.owns(x) else x for x in extra]
    shown = rebuild(out_structure, values), rebuild(out_structure, derivatives)
    return (*shown, rebuild(aux_structure, extra)) if has_aux else shown


def linearize(func: Callable[..., Any], *primals: Any) -> tuple[Any, Callable[..., Any]]:
    """`(output, jvp_fn)`: `jvp_fn(*tangents)` gives the derivative of the output at `primals` along the tangents."""
    out = func(*primals)
    return out, lambda *tangents: jvp(func, primals, tangents)[1]


# Jacobians ----------------------------------------------------------------------------------------------------------------------
def basis(tensors: list[Tensor]) -> list[Tensor]:
    """Unit vectors: for every tensor `(n, *shape)`, n counting the elements of all tensors, and the ones in its own rows."""
    sizes = [x.array.size for x in tensors]
    n = sum(sizes)
    out = []
    for k, x in enumerate(tensors):
        rows = full((n, sizes[k]), 0, x.dtype)
        start = sum(sizes[:k])
        _written(rows)[range(start, start + sizes[k]), range(sizes[k])] = 1
        out.append(view(rows, shape=(n, *x.array.shape)))
    return out


def _written(x: Any) -> Any:
    """The array to write into, of a tensor that nothing else knows of."""
    while x.level is not None:
        x = x.underlying
    return x.array


def _pieces(rows: Any, tensors: list[Tensor]) -> list[Any]:
    """`(n, ...)` cut into `(*shape, ...)`, one for every tensor that unit vectors were made of."""
    out, start = [], 0
    for x in tensors:
        out.append(rows[start : start + x.array.size].reshape(*x.array.shape, *rows.array.shape[1:]))
        start += x.array.size
    return out


def jacrev(
    func: Callable[..., Any],
    argnums: Any = 0,
    *,
    has_aux: bool = False,
    chunk_size: int | None = None,
    _preallocate_and_copy: bool = False,
) -> Callable[..., Any]:
    """The Jacobian by reverse mode, one backward pass over a batch of unit vectors; `(*output.shape, *input.shape)`.

    >>> steepest.func.jacrev(lambda x: x * x)(steepest.tensor([1.0, 2.0]))
    tensor([[2., 0.],
            [0., 4.]])
    """

    @functools.wraps(func)
    def jacobian(*args: Any, **kwargs: Any) -> Any:
        chosen = Chosen("jacrev", argnums, args)
        _, aux, pull, (flat, structure, outside) = _vjp(
            lambda *v: func(*chosen.with_(v), **kwargs), chosen.tree, has_aux, "jacrev"
        )
        with recording(modes.grad and outside):
            rows = vmap(lambda *vectors: pull(list(vectors)), chunk_size=chunk_size)(*basis(flat))
        leaves, inside = flatten(rows)
        cut = [_pieces(x, flat) for x in leaves]
        result = rebuild(structure, [chosen.shown(rebuild(inside, [c[k] for c in cut])) for k in range(len(flat))])
        return (result, aux) if has_aux else result

    return jacobian


def jacfwd(
    func: Callable[..., Any], argnums: Any = 0, has_aux: bool = False, *, chunk_size: int | None = None, randomness: str = "error"
) -> Callable[..., Any]:
    """The Jacobian by forward mode, one pass over a batch of unit tangents; `(*output.shape, *input.shape)`.

    >>> steepest.func.jacfwd(lambda x: x * x)(steepest.tensor([1.0, 2.0]))
    tensor([[2., 0.],
            [0., 4.]])
    """

    @functools.wraps(func)
    def jacobian(*args: Any, **kwargs: Any) -> Any:
        chosen = Chosen("jacfwd", argnums, args)
        leaves, structure = inputs_of(chosen.tree)

        def push(*directions: Any) -> Any:
            made = jvp(lambda *v: func(*chosen.with_(v), **kwargs), chosen.tree, rebuild(structure, directions), has_aux=has_aux)
            return made[1:]

        dims: Any = (0, None) if has_aux else (0,)
        out = vmap(push, randomness=randomness, chunk_size=chunk_size, out_dims=dims)(*basis(leaves))
        flat, out_structure = flatten(out[0])
        result = rebuild(
            out_structure,
            [
                chosen.shown(
                    rebuild(structure, [moved_back(p, x.array.ndim) for p, x in zip(_pieces(rows, leaves), leaves, strict=True)])
                )
                for rows in flat
            ],
        )
        return (result, out[1]) if has_aux else result

    return jacobian


def moved_back(x: Any, ndim: int) -> Any:
    """The first `ndim` dimensions last."""
    n = x.array.ndim
    return x.permute(*range(ndim, n), *range(ndim))


def hessian(func: Callable[..., Any], argnums: Any = 0) -> Callable[..., Any]:
    """The matrix of second derivatives, forward mode over reverse mode; `(*input.shape, *input.shape)` for a scalar function.

    >>> steepest.func.hessian(lambda x: (x ** 3).sum())(steepest.tensor([1.0, 2.0]))
    tensor([[ 6.,  0.],
            [ 0., 12.]])
    """
    return jacfwd(jacrev(func, argnums), argnums)

"""A subject: what a program is about, ready for every picture: its loss as a function, the path it took, its graph, its model.

It is a run that was watched, or a loss that is named by an expression over a program's names, for programs that descend by hand.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np

import steepest
from steepest.core.tensor import Tensor, from_array
from steepest.errors import text
from steepest.nn import Module
from steepest.viz.deriving import WHOLE, Derivation, derive, derive_traced
from steepest.viz.exploring import descend
from steepest.viz.graph_pictures import Graph
from steepest.viz.graphs import ComputationGraph, Vertex, read_graph
from steepest.viz.networks import Layer, layers_from, layers_of
from steepest.viz.objective import Objective
from steepest.viz.tracing import key_of, tracing
from steepest.viz.watching import Watched

__all__ = ["ExpressionSubject", "Subject", "WatchedSubject"]

Array = np.ndarray[Any, Any]
STEPS = 100


class Subject:
    """What pictures ask for; every part is made when it is asked for."""

    title: str = ""
    history: Mapping[str, Any] | None = None
    path: Array | None = None
    model: Module | None = None
    data: tuple[Any, Any] | None = None
    inputs: tuple[Any, ...] = ()

    @cached_property
    def objective(self) -> Objective:
        """The loss as a function of the parameters."""
        raise NotImplementedError

    def graph(self, step: int = 0) -> Graph:
        """The computation graph of the loss at one pass."""
        raise NotImplementedError

    def derive(self) -> Derivation:
        """The formulas."""
        raise NotImplementedError

    def layers(self) -> list[Layer]:
        """The layers of the model, else of what the loss is computed from."""
        raise NotImplementedError


class WatchedSubject(Subject):
    """A run that was watched. `formula` is an expression over the program's names to derive in the place of the traced numbers."""

    def __init__(self, watched: Watched, namespace: Mapping[str, Any] | None = None, formula: str = "", title: str = ""):
        self.watched, self.namespace, self.formula, self.title = watched, namespace or {}, formula, title
        walk = watched.walk
        self.history = watched.history
        self.path = walk.path
        self.model, self.data, self.inputs = watched.model, watched.data, watched.inputs

    @cached_property
    def objective(self) -> Objective:
        return self.watched.walk.objective()

    def graph(self, step: int = 0) -> Graph:
        walk = self.watched.walk
        function, leaves = walk.again(step)
        data = read_graph(function)
        _name(data, leaves, walk.names, self.watched.names)
        return Graph(data)

    def layers(self) -> list[Layer]:
        if self.model is not None and self.data is not None:
            return layers_of(self.model, self.data[0])
        function, _ = self.watched.walk.again()
        with tracing() as trace:
            function()
        return layers_from(trace.steps)

    def derive(self) -> Derivation:
        walk = self.watched.walk
        if self.formula:
            start = [s.copy() for s in walk.passes[0].start]
            return derive_formula(self.formula, self.namespace, dict(zip(walk.names, start, strict=True)))
        function, leaves = walk.again()
        with tracing(bodies=True, whole=WHOLE) as trace:
            loss = function()
        return derive_traced(trace, loss, dict(zip(walk.names, leaves, strict=True)), self.watched.names)


class ExpressionSubject(Subject):
    """A loss given as an expression over a program's names; `by` are the names it is a function of, with their values at the start."""

    def __init__(self, loss: str, by: Mapping[str, Any], namespace: Mapping[str, Any], formula: str = "", title: str = ""):
        self.code = compile_expression(loss)
        used = {node.id for node in ast.walk(ast.parse(loss, mode="eval")) if isinstance(node, ast.Name)}
        single = any(isinstance(namespace.get(n), Tensor) and namespace[n].array.dtype == np.float32 for n in used)
        self.by = {name: np.asarray(value, np.float32 if single else np.float64) for name, value in by.items()}
        self.namespace, self.formula, self.title, self.loss = dict(namespace), formula or loss, title, loss
        self.path, losses, rate = self._descent()
        self.history = {text("viz-subject-descent", rate=f"{rate:.3g}"): losses}

    def value(self, *parameters: Tensor) -> Any:
        """The loss at tensors in the place of the names."""
        return evaluate(self.code, self.namespace, dict(zip(self.by, parameters, strict=True)))

    def _descent(self) -> tuple[Array, Array, float]:
        """Plain gradient descent from the start, with a fifth of the largest learning rate that the curvature there allows."""
        curvature = abs(self.objective.curvature(self.objective.start))
        rate = 0.4 / curvature if curvature > 1e-12 else 1e-2
        paths, losses = descend(self.objective, np.array([rate]), STEPS)
        far = np.linalg.norm(paths[:, 0] - paths[0, 0], axis=1) > 10 * (1 + np.linalg.norm(paths[0, 0]))
        end = int(far.argmax()) if far.any() else len(far)      # a loss without a least value is walked down for a while
        return paths[:end, 0], losses[:end, 0], rate

    @cached_property
    def objective(self) -> Objective:
        start = np.concatenate([v.reshape(-1) for v in self.by.values()])
        made = Objective(lambda *p: _number(self.value(*p)), [v.shape for v in self.by.values()], start, list(self.by), self.loss)
        made.dtype = next(iter(self.by.values())).dtype.type
        return made

    def graph(self, step: int = 0) -> Graph:
        leaves = [from_array(v.copy(), requires_grad=True) for v in self.by.values()]
        data = read_graph(lambda: _number(self.value(*leaves)))
        _name(data, leaves, list(self.by), {id(v.array): n for n, v in self.namespace.items() if isinstance(v, Tensor)})
        return Graph(data)

    def layers(self) -> list[Layer]:
        with tracing() as trace:
            self.value(*[from_array(v.copy(), requires_grad=True) for v in self.by.values()])
        return layers_from(trace.steps)

    def derive(self) -> Derivation:
        return derive_formula(self.formula, self.namespace, self.by)


def compile_expression(source: str) -> Any:
    """An expression of the user's as code; ValueError for what is none."""
    try:
        return compile(source, "<loss>", "eval")
    except SyntaxError as error:
        raise ValueError(text("viz-subject-expression", source=source, reason=error.msg)) from None


def evaluate(code: Any, namespace: Mapping[str, Any], values: Mapping[str, Any]) -> Any:
    """An expression in a program's namespace with some names given; the program's functions see these values as their globals."""
    shared = next((f.__globals__ for f in namespace.values() if inspect.isfunction(f) and f.__module__ == namespace.get("__name__")), None)
    scope = namespace if shared is None else shared
    before = {name: scope[name] for name in values if name in scope}
    cut = {name: v.detach() for name, v in namespace.items() if isinstance(v, Tensor)}   # from the graphs of the program's own run
    own: dict[str, Any] = {"torch": steepest, **namespace, **cut, **values}
    try:
        if isinstance(scope, dict):
            scope.update(values)
        return eval(code, own)
    finally:
        if isinstance(scope, dict):
            for name in values:
                scope.pop(name, None)
            scope.update(before)


def derive_formula(source: str, namespace: Mapping[str, Any], by: Mapping[str, Any]) -> Derivation:
    """The derivation of an expression: the names in `by` and those of plain numbers are symbols, tensors and arrays keep their shapes."""
    code = compile_expression(source)
    used = [node.id for node in ast.walk(ast.parse(source, mode="eval")) if isinstance(node, ast.Name)]
    free = [n for n in dict.fromkeys(used) if n not in by and (n not in namespace or isinstance(namespace[n], (int, float, np.number)))
            and n not in ("torch", "sum", "zip", "len", "range", "max", "min", "abs")]
    shapes: dict[str, Any] = {n: np.shape(v) if np.size(v) > 1 else () for n, v in by.items()}
    shapes |= dict.fromkeys(free, ())
    arrays = {n: namespace[n] for n in dict.fromkeys(used) if isinstance(namespace.get(n), (Tensor, np.ndarray)) and n not in by}
    shapes |= {n: tuple(v.shape) for n, v in arrays.items() if np.size(v.detach().array if isinstance(v, Tensor) else v) > 1}

    def function(**values: Tensor) -> Any:
        return _number(evaluate(code, namespace, values))

    parameters = [inspect.Parameter(n, inspect.Parameter.KEYWORD_ONLY) for n in shapes]
    function.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return derive(function, by=list(by), **{n: s for n, s in shapes.items() if s})


def _number(value: Any) -> Any:
    """A loss as a tensor without dimensions."""
    if isinstance(value, (tuple, list)) and value:
        value = value[0]
    if not isinstance(value, Tensor):
        raise TypeError(text("viz-loss-kind", kind=type(value).__name__))
    return value.reshape(()) if value.array.size == 1 and value.array.ndim else value


def _name(data: ComputationGraph, leaves: list[Tensor], names: list[str], arrays: Mapping[int, str]) -> None:
    """Give the vertices the program's names, and parameters the module that they belong to."""
    of_leaf = {id(leaf): name for leaf, name in zip(leaves, names, strict=True)}
    for v in data.vertices:
        if v.kind == "leaf":
            v.name = of_leaf.get(id(v.tensor), v.name)
            v.module = _module_of(data, v) or v.module
        elif v.kind == "constant" and isinstance(v.tensor, Tensor):
            v.name = arrays.get(key_of(v.tensor), "")


def _module_of(data: ComputationGraph, leaf: Vertex) -> tuple[str, ...]:
    """The modules of the operation that uses a parameter, where the parameter is one of theirs."""
    users = [data.vertices[e.target] for e in data.out_of(leaf.number)]
    owner = leaf.name.rpartition(".")[0]
    return next((u.module for u in users if u.module and owner and owner.split(".")[-1] in u.module[-1]), ())

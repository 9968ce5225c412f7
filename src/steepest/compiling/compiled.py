"""compile: a function or a module whose calls run as native code, like `torch.compile`.

    step = torch.compile(train_step)              # forward, backward and update in one native call
    model = torch.compile(model)                  # still differentiable from outside

Calls are run by Python and recorded until two in a row agree; from then on a call of that kind runs natively as long as everything
that the function reads is what it was, but for the contents of tensors. Calls of another kind (modes, numbers) get programs of their own.
Where they differ in a size only, as that of a batch, one native function serves all of them from the second size on (`any_size.py`), and
after four sizes others need no recording (`unseen_sizes.py`).
"""

import functools
import os
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

from steepest.compiling.any_size import Sizes
from steepest.compiling.function_call import Call, flattened
from steepest.compiling.function_program import RETURNED, CallTrace, FunctionProgram
from steepest.compiling.guards import CallWalk, reads_gradients, unread
from steepest.compiling.numbers import settled
from steepest.compiling.optimized_module import OptimizedModule
from steepest.compiling.pairing import Differs
from steepest.compiling.places import Names, Path, Place, TooLarge
from steepest.compiling.sections import Compiled
from steepest.compiling.trace import Escape, escaped
from steepest.compiling.unseen_sizes import Family, Portrait
from steepest.compiling.watching import Watch
from steepest.core import dtype as dtypes
from steepest.core.modes import interpreters, modes
from steepest.core.storage import Storage
from steepest.core.tensor import Tensor, fresh
from steepest.errors import text
from steepest.lower import machine
from steepest.lower.unsupported import Unsupported
from steepest.nn import Module

__all__ = ["compile"]

TRIES = 6
"""So many recordings of one kind of call that do not agree, and such calls are left to Python."""
ESCAPES = 2
"""So many that do what must be done by Python."""
WAITING = 3
"""So many recordings wait for another one like them: calls of two kinds may take turns."""
PROGRAMS = 16
"""So many programs a function may have; calls of further kinds are run by Python."""
OFTEN, OFTEN_ENOUGH, OWN = 100, 2, 6
"""After so many calls it is looked how long those of one size take; they get code of their own after so many times what compiling took,
if there is not that for so many kinds of calls."""
MANY = 8
"""After so many recorded sizes a size is recorded when it comes for the second time."""
SHARING = 64
"""So many sizes with the same code a function may have bound; of further ones the oldest is given up."""


class Variant:
    """Calls of one kind: the last recordings, the programs, or why there is none."""

    def __init__(self, kind: Any) -> None:
        self.kind = kind
        self.traces: list[CallTrace] = []
        self.calls: list[Call] = []
        self.tries = self.escapes = 0
        self.met = self.alone = False
        """Whether the calls have code of their own, though others differ in a size only."""
        self.reason = ""


class Compilation:
    """What is known of a compiled function."""

    def __init__(self, function: Callable[..., Any], strict: bool, dynamic: bool = True):
        self.function, self.strict, self.dynamic = function, strict, dynamic
        self.name = getattr(function, "__qualname__", type(function).__name__)
        self.fast: list[Call] = []
        self.variants: dict[Any, Variant] = {}
        self.codes: dict[Any, dict[str, Any]] = {}
        self.names = Names(())
        self.carried: set[Path] = set()
        self.fixed: set[Path] = set()
        self.unread: set[Path] = set()
        self.gradients = True
        """Whether the code may read gradients: it is not known yet."""
        self.programs = 0
        self.sizes = Sizes()
        self.families: list[Family] = []
        self.other: tuple[Any, CallTrace] | None = None
        """The kind of the last call that was recorded but for its sizes, and the recording."""
        self.recent: list[tuple[Variant, Call]] = []
        """Calls that share their code with those of other sizes."""
        self.busy = self.told = False
        self.native_calls = 0

    def __call__(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if interpreters or self.busy or modes.anomaly:
            return self.function(*args, **kwargs)
        self.busy = True
        try:
            items = [*args, kwargs]
            for call in self.fast:
                if call.mode != (modes.grad, modes.inference, dtypes._default, modes.casting):
                    continue
                leaves: Any = args
                if call.top != len(args) or kwargs:
                    leaves = []
                    if flattened(items, ("arguments",), [], leaves) != call.structure:
                        continue
                if call.enters(leaves):
                    self.native_calls += 1
                    if call.compiled.shared:
                        return self._counted(call, items, leaves)
                    return call.run(items, leaves)
            for family in self.families:
                if family.rule is None or family.template.mode != (modes.grad, modes.inference, dtypes._default, modes.casting):
                    continue
                leaves = []
                if flattened(items, ("arguments",), [], leaves) != family.template.structure:
                    continue
                made = family.call(leaves)
                if made is not None and made.enters(leaves):
                    self.native_calls += 1
                    return self._counted(made, items, leaves)
            return self._slowly(args, kwargs)
        finally:
            self.busy = False

    def _counted(self, call: Call, items: list[Any], leaves: list[Any]) -> Any:
        """A call that shares its code with those of other sizes. Where such calls have taken several times as long as it takes to compile,
        the next ones are recorded again, and get code of their own."""
        call.runs += 1
        if call.runs % OFTEN or self.programs >= OWN:
            return call.run(items, leaves)
        began = time.perf_counter()
        result = call.run(items, leaves)
        if call.runs * (time.perf_counter() - began) > OFTEN_ENOUGH * max(self.sizes.seconds, 0.1):
            variant = next((v for v, c in self.recent if c is call), None)
            if variant is not None:
                self._drop(variant, call)
            elif sum(family.give_up(call) for family in self.families) == 0:
                return result
            kind = kind_of(items) if variant is None else variant.kind
            self.variants.setdefault(kind, variant or Variant(kind)).alone = True
        return result

    # calls that are not known yet

    def _slowly(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Find a program by walking, or record the call, or leave it to Python."""
        originals: dict[int, Tensor] = {}
        items: list[Any] = [standing_in(x, originals) for x in args]
        items.append({k: standing_in(x, originals) for k, x in kwargs.items()})
        kind = kind_of(items)
        variant = self.variants.setdefault(kind, Variant(kind))
        if variant.reason or self._passes(variant):
            return self.function(*args, **kwargs)
        try:
            now = self._walk(items, None)
        except TooLarge:
            return self._leave(variant, self._worded(Escape("too-large", None)), args, kwargs)
        if now.iterators:
            return self._leave(variant, self._worded(Escape("iterator", None, name=now.iterators[0][0])), args, kwargs)
        for call in list(variant.calls):
            while not call.bind(now, items, self._read()) and call.refusal and self._leave_out(call.refusal, now):
                now = self._walk(items, None)
            if not call.refused:
                self._admit(call)
                self._compare(call)
                leaves: list[Any] = []
                flattened([*args, kwargs], ("arguments",), [], leaves)
                if call.enters(leaves) or call._put(leaves):
                    self.native_calls += 1
                    return call.run([*args, kwargs], leaves)
            elif call.shared:
                return self.function(*args, **kwargs)
            elif call.refusal:
                self._follow(call.refusal, now)
        if self.programs >= PROGRAMS:
            return self._leave(variant, text("compile-many", count=PROGRAMS), args, kwargs)
        return self._record(variant, items, originals)

    def _passes(self, variant: Variant) -> bool:
        """Whether a call of a new kind is run by Python without being recorded, since many were that differ in a size, and still each size
        must be: it may never come again."""
        if variant.met or len(self.recent) < MANY:
            variant.met = True
            return False
        variant.met = True
        if len(self.variants) > 4 * SHARING:        # those that came once are forgotten
            self.variants = {k: v for k, v in self.variants.items() if v.calls or v.traces or v.reason or v is variant}
        return True

    def _read(self) -> list[tuple[dict[str, Any], str]]:
        """The global names that the function's code uses, with their namespaces."""
        return [(scope, name) for code, scope in self.codes.items() for name in code.co_names if name in scope]

    def _compare(self, call: Call) -> None:
        """Learn from a bound call about others of its family."""
        if not call.compiled.shared or not call.fast or call.moves or call.program.backward is not None and not call.gradients.shared:
            return
        try:
            portrait = Portrait(call)
        except Unsupported:
            return
        family = next((f for f in self.families if f.structure == portrait.structure), None)
        if family is None:
            family = Family(portrait.structure)
            self.families.append(family)
            del self.families[:-PROGRAMS]
        family.add(portrait, self.codes)

    def _admit(self, call: Call) -> None:
        call.mode = modes.grad, modes.inference, dtypes._default, modes.casting
        if call in self.fast:
            self.fast.remove(call)
        if call.fast:
            self.fast.insert(0, call)

    def _walk(self, items: list[Any], watch: Watch | None, returned: Any = CallWalk) -> CallWalk:
        """Where Python's objects are, from the function, its arguments, the global names that it uses, and what it returned."""
        if watch is not None and watch.codes.keys() - self.codes.keys():
            self.codes.update(watch.codes)
            self.names = Names((), self.codes.items())
        if watch is not None:
            self.gradients = reads_gradients(self.codes)
        found = CallWalk(self.unread, self.gradients)
        found.named = self.names.used
        found.visit(("function",), self.function, Place("fixed", None, None))
        for path, value, place in self.names.roots(sys._getframe()):
            found.visit(path, value, place)
        found.values["arguments",] = list, len(items)
        for k, x in enumerate(items):
            found.visit(("arguments", k), x, Place("item", items, k))
        if returned is not CallWalk:
            found.roots[RETURNED,] = returned
            found.visit((RETURNED,), returned, Place("fixed", None, None))
        return found

    def _record(self, variant: Variant, items: list[Any], originals: dict[int, Tensor]) -> Any:
        """Run the function and write down what it does; compile where two recordings agree."""
        returned: list[Any] = []
        trace = CallTrace(sys._getframe(), lambda watch: self._walk(items, watch, *returned), self.carried)
        trace.start()
        trace.watch.start()
        try:
            result = self.function(*items[:-1], **items[-1])
            trace.give(result)
            returned.append(result)
        finally:
            trace.finish()
        self._learn(variant, trace, items)
        return own(settled(result), originals)

    def _learn(self, variant: Variant, trace: CallTrace, items: list[Any]) -> None:
        variant.tries += 1
        why = escaped(trace)
        if why is not None:
            if trace.entered and trace.recorder.escapes:
                self.fixed |= set(trace.entered)
                self._forget()
                return
            variant.escapes += 1
            if variant.escapes >= ESCAPES or self.strict:
                self._give_up(variant, self._worded(why))
            return
        others, variant.traces = variant.traces, [trace, *variant.traces[:WAITING - 1]]
        of_sizes = not others
        if of_sizes and self.dynamic and self.other is not None and self.other[0] == without_sizes(variant.kind):
            others = [self.other[1]]
        self.other = without_sizes(variant.kind), trace
        if not others or self._numbers(others[0], trace):
            return
        compiled, problem, known = None, "", self.sizes.compiled
        for before in others:
            try:
                program = FunctionProgram(before, trace, of_sizes)
                variant.traces = []         # what a program was made of is of no further use
                compiled = Compiled(program, False, self.sizes if self.dynamic and not variant.alone else None, True)
                variant.calls.append(Call(compiled, self.function))
                variant.calls[-1].looks, variant.calls[-1].clamps = trace.watch.looks, trace.watch.clamps
                break
            except Differs as difference:
                compiled, problem = None, problem or str(difference)
                if not variant.traces:
                    break
            except machine.Unavailable as missing:
                self._give_up(variant, str(missing))
                return
            except Exception as mistake:        # the call has been run; a mistake in the compiler must not end the program
                self._give_up(variant, text("compile-mistake", problem=f"{type(mistake).__name__}: {mistake}"))
                return
        if compiled is None:
            if variant.tries >= TRIES and not of_sizes:
                self._give_up(variant, problem)
            return
        variant.traces, variant.tries = [], 0
        if not of_sizes:
            self.other = None
        if compiled.shared:
            self._share(variant)
            call = variant.calls[-1]
            if call.bind(self._walk(items, None), items, self._read()):
                self._admit(call)
                self._compare(call)
            if any(family.rule is not None for family in self.families):
                self.other = None       # new sizes are not recorded
        else:
            self.programs += 1
        if "compile" in os.environ.get("STEEPEST_LOG", ""):
            new = self.sizes.compiled > known
            how = "compiled for any batch size" if new else "bound to another size" if compiled.shared else "compiled"
            print(f"steepest: {self.name} {how} in {compiled.compile_time * 1e3:.0f} ms, {len(compiled.program.equations)} operations",
                  file=sys.stderr)

    def _share(self, variant: Variant) -> None:
        """Another call has come that shares its code; the oldest makes room where there are many."""
        self.recent.append((variant, variant.calls[-1]))
        if len(self.recent) > SHARING:
            self._drop(*self.recent[0])

    def _drop(self, variant: Variant, call: Call) -> None:
        """Give up a call that shares its code."""
        self.recent.remove((variant, call))
        variant.calls.remove(call)
        if call in self.fast:
            self.fast.remove(call)
        if not variant.calls:
            self.variants.pop(variant.kind, None)

    # numbers that change

    def _numbers(self, before: CallTrace, trace: CallTrace) -> bool:
        """Follow numbers that differ between calls or that a call changes; whether there are new ones."""
        news = False
        for path, value in trace.after.values.items():
            for old in (trace.before.values.get(path), before.before.values.get(path)):
                news |= path[0] != RETURNED and old is not None and old != value and self._follow_number(path, old, value)
        if news:
            self._forget()
        return news

    def _leave_out(self, path: Path, now: CallWalk) -> bool:
        """Leave what nothing reads out of all comparisons from now on; False where a path leads to something else."""
        left_out = unread(path, now, self.codes)
        if not left_out:
            return False
        self.unread.add(left_out)
        for variant in self.variants.values():
            variant.traces = []
            for call in variant.calls:
                call.program.leave_out(left_out)
        return True

    def _follow(self, path: Path, now: CallWalk) -> None:
        """Numbers that are not what a program was made for are read anew by each call."""
        value = now.values.get(path)
        place = now.places.get(path)
        if value is not None and place is not None and place.settable and self._follow_number(path, value, value):
            self._forget()

    def _follow_number(self, path: Path, old: Any, value: Any) -> bool:
        if value[0] not in (int, float) or old[0] is not value[0] or path in self.carried or path in self.fixed:
            return False
        self.carried.add(path)
        return True

    def _forget(self) -> None:
        """Other numbers are followed from now on: what was recorded without them is of no use."""
        self.carried -= self.fixed
        self.fast.clear()
        self.variants.clear()
        self.recent.clear()
        self.families.clear()
        self.other = None
        self.programs = 0

    # what is left to Python

    def _worded(self, why: Escape) -> str:
        file, line = why.line or ("", 0)
        key = why.key.removeprefix("loop-")
        return text(f"compile-{key}", file=file, line=line, **why.values)

    def _give_up(self, variant: Variant, reason: str) -> None:
        variant.reason, variant.traces = reason, []
        if self.strict:
            raise RuntimeError(text("compile-fullgraph", name=self.name, why=reason))
        if not self.told:
            self.told = True
            warnings.warn(text("compile-eager", name=self.name, why=reason), UserWarning, stacklevel=users_level())

    def _leave(self, variant: Variant, reason: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        self._give_up(variant, reason)
        return self.function(*args, **kwargs)


def users_level() -> int:
    """How many frames above its caller's the user's is."""
    level, frame = 1, sys._getframe(1)
    package = __file__.rpartition("compiling")[0]
    while frame.f_back is not None and frame.f_code.co_filename.startswith(package):
        level, frame = level + 1, frame.f_back
    return level


def kind_of(items: list[Any]) -> Any:
    """What tells kinds of calls apart: containers, the layout of tensors, the types of other things, modes."""
    leaves: list[Any] = []
    structure = flattened(items, (), [], leaves)
    kinds = [(type(x), x.array.shape, x.array.strides, x.dtype, x.requires_grad, x.node is None) if isinstance(x, Tensor)
             else (type(x), x if type(x) in (int, bool, str, type(None)) else None) for x in leaves]
    return structure, tuple(kinds), modes.grad, modes.inference, dtypes._default, modes.casting


def without_sizes(kind: Any) -> Any:
    """A kind of calls, but for the sizes of tensors."""
    structure, kinds, *rest = kind
    return structure, tuple([(k[0], len(k[1]), *k[3:]) if len(k) == 6 else k for k in kinds]), *rest


def standing_in(x: Any, originals: dict[int, Tensor]) -> Any:
    """An argument as a recording can see it: a tensor that is part of a larger storage is one with a storage of its own there."""
    if isinstance(x, Tensor):
        storage = x.storage_cell
        if type(x) is not Tensor or x.needs_grad and x.node is None or x.array.size == 0:
            return x
        if storage.offset(x.array) == 0 and Storage(x.array).flat.size == storage.flat.size:
            return x
        t = fresh(x.array, x.dtype)
        t._storage, t.counter = Storage(x.array), x.version
        t.node, t.needs_grad, t.output_nr, t.view_of = x.grad_fn, x.needs_grad, x.output_nr, x.view_of
        originals[id(t)] = x
        return t
    if type(x) in (list, tuple):
        parts = [standing_in(v, originals) for v in x]
        return x if all(a is b for a, b in zip(parts, x, strict=True)) else type(x)(parts)
    if type(x) is dict:
        values = {k: standing_in(v, originals) for k, v in x.items()}
        return x if all(values[k] is v for k, v in x.items()) else values
    return x


def own(x: Any, originals: dict[int, Tensor]) -> Any:
    """What was returned, with the caller's own tensors where others stood in for them."""
    if not originals:
        return x
    if isinstance(x, Tensor):
        return originals.get(id(x), x)
    if type(x) in (list, tuple):
        return type(x)([own(v, originals) for v in x])
    return {k: own(v, originals) for k, v in x.items()} if type(x) is dict else x


MODES = ("default", "lite", "reduce-overhead", "max-autotune-no-cudagraphs", "max-autotune")
BACKENDS = frozenset("""
llvm inductor eager aot_eager cudagraphs openxla openxla_eval onnxrt tvm ts aot_ts tensorrt ipex eager_debug eager_noexcept
pre_dispatch_eager aot_eager_decomp_partition aot_eager_default_partitioner invoke_subgraph
""".split())
"""PyTorch's names for what compiles, which all mean the same here."""


def compile(model: Any = None, *, fullgraph: bool = False, dynamic: bool | None = None, backend: Any = "inductor",
            mode: str | None = None, options: Any = None, disable: bool = False) -> Any:
    """A function or a module that does what `model` does, most of it as native code.

    What the function does beside tensor operations must be repeatable: reading a tensor's elements in a condition, printing, drawing from
    Python's random numbers make it run eagerly, with one warning that names the line; with `fullgraph` that is a RuntimeError after the
    call. With `dynamic=False` no code is shared by calls of several sizes. `backend`, `mode` and `options` are accepted for PyTorch's
    programs. TypeError where `model` cannot be called, RuntimeError for a backend or mode that PyTorch has not.

    >>> f = torch.compile(lambda x: (x * x).sum())
    >>> [f(torch.full((2,), float(k))).item() for k in range(4)]
    [0.0, 2.0, 8.0, 18.0]
    """
    if model is None:
        return functools.partial(compile, fullgraph=fullgraph, dynamic=dynamic, backend=backend, mode=mode, options=options,
                                 disable=disable)
    if not callable(model):
        raise TypeError(text("compile-not-callable", kind=type(model).__name__))
    if disable:
        return model
    if mode is not None and options is not None:
        raise RuntimeError(text("compile-mode-and-options"))
    if mode is not None and mode not in MODES and backend == "inductor":
        raise RuntimeError(text("compile-mode", mode=mode, modes=", ".join(MODES)))
    if isinstance(backend, str) and backend not in BACKENDS:
        raise RuntimeError(text("compile-backend", backend=backend))
    if isinstance(model, Module):
        return OptimizedModule(model, compiled(model, fullgraph, dynamic is not False), compile)
    return compiled(model, fullgraph, dynamic is not False)


def compiled(function: Callable[..., Any], strict: bool, dynamic: bool = True) -> Any:
    """A function that calls `function` natively where it can; its attributes are the function's."""
    compilation = Compilation(function, strict, dynamic)

    def call(*args: Any, **kwargs: Any) -> Any:
        return compilation(args, kwargs)

    if hasattr(function, "__name__"):
        functools.update_wrapper(call, function)
    call.__dict__["_torchdynamo_orig_callable"] = call.__dict__["__wrapped__"] = function
    call.__dict__["_compilation"] = compilation
    return call

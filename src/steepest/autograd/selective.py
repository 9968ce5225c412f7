"""Selective checkpoints: of a part that is computed again, the results of some operators are kept, as a policy says."""

from collections import defaultdict
from collections.abc import Callable
from enum import Enum
from typing import Any

from steepest.core.modes import interpreters, modes
from steepest.core.operators import OpOverload, operator_of
from steepest.core.primitive import attach, wants_gradient
from steepest.core.recorder import paused
from steepest.core.tensor import Tensor, alias
from steepest.errors import text

__all__ = ["CheckpointPolicy", "SelectiveCheckpointContext", "create_selective_checkpoint_contexts"]


class CheckpointPolicy(Enum):
    """What becomes of an operator's results; `PREFER` and `MUST` are the same here, where nothing else decides."""

    MUST_SAVE = 0
    PREFER_SAVE = 1
    MUST_RECOMPUTE = 2
    PREFER_RECOMPUTE = 3
    MUST_CPU_OFFLOAD = 4
    PREFER_CPU_OFFLOAD = 5


KEPT = frozenset((CheckpointPolicy.MUST_SAVE, CheckpointPolicy.PREFER_SAVE, CheckpointPolicy.MUST_CPU_OFFLOAD,
                  CheckpointPolicy.PREFER_CPU_OFFLOAD))


class SelectiveCheckpointContext:
    """What a policy is told beside the operator: whether the part is being computed again."""

    def __init__(self, *, is_recompute: bool):
        self.is_recompute = is_recompute


class _Policed:
    """An interpreter that asks the policy about every operation; a `with` block puts it on top of the stack."""

    recompute = False

    def __init__(self, policy: Callable[..., Any], kept: dict[Any, list[Any]]):
        self.policy, self.kept = policy, kept
        self.context = SelectiveCheckpointContext(is_recompute=self.recompute)

    def __enter__(self) -> "_Policed":
        interpreters.append(self)
        return self

    def __exit__(self, *problem: Any) -> None:
        interpreters.remove(self)

    def saves(self, primitive: Any, operands: tuple[Any, ...], params: dict[str, Any]) -> bool:
        """Whether the results are to be kept; those of views, which compute nothing, never are."""
        if primitive.form == "view":
            return False
        answer = self.policy(self.context, operator_of(primitive), *operands, **params)
        return answer if isinstance(answer, bool) else answer in KEPT

    def bind(self, primitive: Any, operands: tuple[Any, ...], params: dict[str, Any]) -> Any:
        raise NotImplementedError

    def write(self, target: Tensor, value: Tensor) -> bool:
        """In-place writes are done again."""
        return False

    def read(self, x: Tensor) -> None:
        """What Python looks at decides nothing here."""

    def accumulated(self, leaf: Tensor, gradient: Tensor) -> None:
        """Nothing is accumulated in a forward pass."""


class Caching(_Policed):
    """The first pass."""

    def bind(self, primitive: Any, operands: tuple[Any, ...], params: dict[str, Any]) -> Any:
        with paused(self):
            keep = self.saves(primitive, operands, params)
            result = primitive(*operands, **params)
        if keep:
            made = result if isinstance(result, tuple) else (result,)
            self.kept[primitive].append([(x, x.version, x.version.count) for x in made])
        return result


class Cached(_Policed):
    """The second pass: what was kept is taken in its order, and its node recorded anew."""

    recompute = True

    def __init__(self, policy: Callable[..., Any], kept: dict[Any, list[Any]], mutable: bool):
        super().__init__(policy, kept)
        self.mutable = mutable

    def bind(self, primitive: Any, operands: tuple[Any, ...], params: dict[str, Any]) -> Any:
        with paused(self):
            if not self.saves(primitive, operands, params):
                return primitive(*operands, **params)
            if not self.kept.get(primitive):
                raise RuntimeError(text("selective-missing", name=str(operator_of(primitive))))
            held = self.kept[primitive].pop(0)
            if not self.mutable and any(version.count != count for _, version, count in held):
                raise RuntimeError(text("selective-changed", name=str(operator_of(primitive))))
            made = tuple([alias(x.array, x) for x, _, _ in held])
            result = made if len(made) > 1 else made[0]
            if modes.grad and wants_gradient(operands):
                attach(primitive, operands, params, result)
        return result


def create_selective_checkpoint_contexts(policy_fn_or_list: Any, allow_cache_entry_mutation: bool = False) -> tuple[Any, Any]:
    """The contexts of both passes of `checkpoint(..., context_fn=...)`.

    `policy(ctx, op, *args, **kwargs)` says for every operator, such as `torch.ops.aten.mm.default`, what becomes of its results; a list
    names those that are kept. TypeError for anything else, ValueError for what is no operator.
    """
    if isinstance(policy_fn_or_list, list):
        for op in policy_fn_or_list:
            if not isinstance(op, OpOverload):
                raise ValueError(text("selective-operator", op=op, kind=type(op)))
        names = policy_fn_or_list

        def policy(ctx: SelectiveCheckpointContext, op: OpOverload, *args: Any, **kwargs: Any) -> CheckpointPolicy:
            return CheckpointPolicy.MUST_SAVE if op in names else CheckpointPolicy.PREFER_RECOMPUTE
    elif callable(policy_fn_or_list):
        policy = policy_fn_or_list
    else:
        raise TypeError(text("selective-policy"))
    kept: dict[Any, list[Any]] = defaultdict(list)
    return Caching(policy, kept), Cached(policy, kept, allow_cache_entry_mutation)

"""Every kind of check made of an operation."""

import warnings
from typing import Any

import dtypes
import layouts
import operations
import transforms
from crossing import NoCounterpart
from operations import Check
from scope import passed_over

CHECKS: dict[str, Check] = {
    "values": operations.values, "methods": operations.methods, "in place": operations.in_place, "out=": operations.out_variants,
    "gradients": operations.gradients, "second": operations.second, "errors": operations.errors, "other dtypes": dtypes.values,
    "16-bit gradients": dtypes.gradients, "refused dtypes": dtypes.refused, "layouts": layouts.values, "empty": layouts.empty,
    "forward": transforms.forward, "vmap": transforms.vmap}


def examine(op: Any, count: int | None, only: str = "") -> dict[str, list[str]]:
    """For every kind of check that the operation has: the differences found (none: it agrees)."""
    found: dict[str, list[str]] = {}
    operations.made.clear()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for kind, check in CHECKS.items():
            if only and kind != only:
                continue
            try:
                seen = list(check(op, count))
            except NoCounterpart as problem:
                seen = [("", f"no {problem}")]
            if seen:
                told = dict.fromkeys(f"{label}: {d}" for label, d in seen if d)
                found[kind] = [d for d in told if not passed_over(op.formatted_name, kind, d)]
    return found

"""What the program calls its tensors and models: found in the variables of the frames that are running."""

from __future__ import annotations

from typing import Any

from steepest.core.tensor import Tensor
from steepest.nn import Module

__all__ = ["names_in"]


def names_in(frame: Any) -> tuple[dict[str, Any], dict[int, str], dict[int, Any]]:
    """Modules by the name of their variable; names of tensors and parameters, and arrays of tensors, by their identity."""
    models: dict[str, Any] = {}
    names: dict[int, str] = {}
    arrays: dict[int, Any] = {}
    seen: set[int] = set()
    for _ in range(12):
        if frame is None:
            break
        for scope in (frame.f_locals, frame.f_globals):
            if id(scope) in seen:
                continue
            seen.add(id(scope))
            for name, value in list(scope.items()):
                _take(name, value, Module, models, names, 0)
                if isinstance(value, Tensor):
                    arrays[id(value)] = value.array
        frame = frame.f_back
    return models, names, arrays


def _take(name: str, value: Any, module: Any, models: dict[str, Any], names: dict[int, str], depth: int) -> None:
    if isinstance(value, Tensor):
        names.setdefault(id(value), name)
    elif isinstance(value, module):
        if not any(value is known for known in models.values()):
            models[name] = value
        _parameters(name, value, module, names)
    elif isinstance(value, (list, tuple)) and depth < 2 and len(value) <= 64:
        for i, one in enumerate(value):
            _take(f"{name}[{i}]", one, module, models, names, depth + 1)
    elif isinstance(value, dict) and depth < 2 and len(value) <= 64 and not name.startswith("__"):
        for key, one in list(value.items()):
            _take(f"{name}[{key!r}]", one, module, models, names, depth + 1)
    elif depth == 0 and hasattr(value, "__dict__") and not isinstance(value, type) and type(value).__module__ == "__main__":
        for key, one in list(vars(value).items()):
            _take(f"{name}.{key}", one, module, models, names, 1)


def _parameters(name: str, of: Any, module: Any, names: dict[int, str]) -> None:
    for key, parameter in of.named_parameters():
        if names.get(id(parameter), "").count(".") < f"{name}.{key}".count("."):
            names[id(parameter)] = f"{name}.{key}"
    # Layers in a plain list are no part of the module, but they have names all the same.
    for path, inner in of.named_modules():
        prefix = f"{name}.{path}" if path else name
        for key, value in list(vars(inner).items()):
            if isinstance(value, (list, tuple, dict)) and not key.startswith("_"):
                items = value.items() if isinstance(value, dict) else enumerate(value)
                for i, one in items:
                    if isinstance(one, module):
                        for k, p in one.named_parameters():
                            names.setdefault(id(p), f"{prefix}.{key}[{i!r}].{k}")
                    elif isinstance(one, Tensor):
                        names.setdefault(id(one), f"{prefix}.{key}[{i!r}]")

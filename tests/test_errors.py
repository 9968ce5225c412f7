"""Every text that the package asks for exists, with the same fields in both languages."""

import ast
import string
from pathlib import Path

import pytest

from steepest import errors

PACKAGE = Path(errors.__file__).parent.parent


def asked_for():
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "text" and node.args:
                if isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str):
                    yield node.args[0].value, {k.arg for k in node.keywords}, f"{path.name}:{node.lineno}"


def fields(template):
    return {name.partition(".")[0].partition("[")[0] for _, name, _, _ in string.Formatter().parse(template) if name}


def test_every_text_exists_and_gets_its_fields(monkeypatch):
    errors.text("backward-twice", node="x")
    for key, given, where in asked_for():
        assert key in errors._rows, f"{where}: no text {key}"
        if None not in given:
            for template in errors._rows[key]:
                assert fields(template) <= given, f"{where}: {key} misses {fields(template) - given}"


@pytest.mark.parametrize(("setting", "language"), [("zh", "zh"), ("zh_CN.UTF-8", "zh"), ("en", "en"), ("de_DE", "en")])
def test_the_language_follows_the_setting(monkeypatch, setting, language):
    monkeypatch.setenv("STEEPEST_LANG", setting)
    assert errors.language() == language

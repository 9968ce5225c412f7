"""Programs that are no Python are explained with the line as it was meant; Python then reads it."""

import pytest

from steepest.diagnose.syntax import explain

CASES = {
    "full-width comma and brackets": ("x = max（1，2）\n", "+   x = max(1,2)"),
    "curly quotes": ("print(“loss”, 1)\n", '+   print("loss", 1)'),
    "curly quotes with full-width text inside": ("print(“损失：”， 1)\n", '+   print("损失：", 1)'),
    "full-width colon": ("for i in range(3)：\n    print(i)\n", "+   for i in range(3):"),
    "non-breaking space": ("x =\u00a01\n", "+   x = 1"),
    "missing colon": ("for i in range(3)\n    print(i)\n", "+   for i in range(3):"),
    "missing colon before a comment": ("if 1 < 2  # always\n    print(1)\n", "+   if 1 < 2:  # always"),
    "missing colon of a class": ("class Net\n    pass\n", "+   class Net:"),
    "lost indentation": ("for i in range(3):\nprint(i)\n", "+       print(i)"),
    "lost indentation of a return": ("def f(x):\n    y = x\nreturn y\n", "+       return y"),
    "indentation that nobody expects": ("x = 1\n    y = 2\n", "+   y = 2"),
    "digit for a letter": ("l = 3.0\n1.backward()\n", "+   l.backward()"),
    "print of Python 2": ("print 'loss', 1\n", "+   print('loss', 1)"),
    "one equals sign": ("a = 1\nif a = 1:\n    pass\n", "+   if a == 1:"),
}
WORDS = {
    "en": ("full-width", "colon", "indentation", "letter l", "parentheses", "=="),
    "zh": ("全角", "冒号", "缩进", "字母 l", "括号", "=="),
}


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", CASES)
def test_the_line_is_mended(name: str, language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEEPEST_LANG", language)
    program, wanted = CASES[name]
    said = explain(program.encode(), "program.py")
    assert wanted in said.splitlines()
    assert any(word in said for word in WORDS[language])


def test_a_file_in_gbk_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEEPEST_LANG", "en")
    said = explain("x = 1\nprint('梯度')\n".encode("gbk"), "program.py")
    assert "GBK" in said and "Line 2 is: print('梯度')" in said and said.endswith("# -*- coding: gbk -*-")


def test_several_lines_are_mended_at_once() -> None:
    said = explain("for i in range（3）：\n    print（i）\n    x = [1，2]\n".encode(), "program.py")
    assert [line for line in said.splitlines() if line.startswith("+")] == [
        "+   for i in range(3):", "+       print(i)", "+       x = [1,2]"]  # fmt: skip


@pytest.mark.parametrize("program", ["x = (\n", "print('，')\n", "# ，\nx = 1\n", "x = = 3\n"])
def test_nothing_is_said_where_nothing_is_known(program: str) -> None:
    assert explain(program.encode(), "program.py") == ""

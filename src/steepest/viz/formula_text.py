"""Formulas as text and as LaTeX."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from steepest.viz.expressions import COMPARED, Expression, number

__all__ = ["as_latex", "as_text"]

SIGNS = {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!="}
SUM, PRODUCT, POWER, ATOM = 1, 2, 3, 4
CONSTANTS = {0.6931471805599453: ("ln(2)", r"\ln 2"), 2.302585092994046: ("ln(10)", r"\ln 10"), 3.141592653589793: ("π", r"\pi"),
             1.1283791670955126: ("2/sqrt(π)", r"\tfrac{2}{\sqrt{\pi}}"), 0.7071067811865476: ("sqrt(1/2)", r"\sqrt{1/2}")}  # fmt: skip


def as_text(x: Expression, sizes: Mapping[int, str] | None = None) -> str:
    """The formula as one line of text: `2*(w1*x^2 + b - y)*x^2`, `X.T @ (X @ w - y) / m`."""
    return _Writer(dict(sizes or {}), latex=False).write(x)[0]


def as_latex(x: Expression, sizes: Mapping[int, str] | None = None) -> str:
    """The formula in LaTeX, without dollar signs."""
    return _Writer(dict(sizes or {}), latex=True).write(x)[0]


class _Writer:
    def __init__(self, sizes: dict[int, str], latex: bool):
        self.sizes, self.latex = sizes, latex

    def write(self, x: Expression) -> tuple[str, int]:
        """The text and how tightly its outermost operation binds."""
        writer: Callable[[Expression], tuple[str, int]] = getattr(self, f"_{x.op}")
        return writer(x)

    def within(self, x: Expression, level: int) -> str:
        said, binds = self.write(x)
        return said if binds >= level else rf"\left({said}\right)" if self.latex else f"({said})"

    # atoms ------------------------------------------------------------------------------------------------------------------------
    def _name(self, x: Expression) -> tuple[str, int]:
        return latex_name(x.extra) if self.latex else x.extra, ATOM

    def _number(self, x: Expression) -> tuple[str, int]:
        above, below = self.of_number(x.extra)
        if not below:
            return above, ATOM if not above.startswith("-") else SUM
        return (rf"\frac{{{above}}}{{{below}}}", ATOM) if self.latex else (f"{above}/{below}", PRODUCT)

    def of_number(self, value: Any) -> tuple[str, str]:
        """Numerator and denominator, the sizes of dimensions by their names."""
        if not isinstance(value, Fraction):
            known = CONSTANTS.get(float(value))
            return (known[self.latex], "") if known else (f"{value:.6g}", "")
        parts = [self._sized(abs(value.numerator)), self._sized(value.denominator)]
        sign = "-" if value < 0 else ""
        return sign + parts[0], "" if parts[1] == "1" else parts[1]

    def _sized(self, value: int) -> str:
        names = []
        for size, said in self.sizes.items():
            while value % size == 0 and value:
                value //= size
                names.append(said)
        return " ".join(([] if value == 1 and names else [str(value)]) + names) if self.latex else "*".join(
            ([] if value == 1 and names else [str(value)]) + names)

    def _ones(self, x: Expression) -> tuple[str, int]:
        shape = ", ".join(self._sized(n) for n in x.shape)
        return (rf"\mathbf{{1}}_{{{shape.replace(', ', chr(92) + 'times ')}}}" if self.latex else f"ones({shape})"), ATOM

    # arithmetic -------------------------------------------------------------------------------------------------------------------
    def _sum(self, x: Expression) -> tuple[str, int]:
        said = ""
        for k, term in enumerate(x.args):
            part = self.within(term, SUM)
            negative = part.startswith("-")
            said += part if not k else f" - {part[1:]}" if negative else f" + {part}"
        return said, SUM

    def _product(self, x: Expression) -> tuple[str, int]:
        above: list[Expression] = []
        below: list[Expression] = []
        coefficient: Any = Fraction(1)
        for f in x.args:
            if f.op == "number":
                coefficient = f.extra
            elif f.op == "power" and f.args[1].op == "number" and f.args[1].extra < 0:
                exponent = number(-f.args[1].extra)
                below.append(f.args[0] if exponent.extra == 1 else Expression("power", (f.args[0], exponent), f.shape))
            else:
                above.append(f)
        over, under = self.of_number(coefficient)
        sign = "-" if over.startswith("-") else ""
        over = over.lstrip("-")
        matrices = [f for f in above if f.op == "matmul"]
        head = ([] if over == "1" and above else [over])
        said_above = self._joined(head, above, matrices)
        said_below = [under] if under else []
        said_below += [self.within(f, POWER if len(below) + len(said_below) > 1 else SUM if self.latex else POWER) for f in below]
        if not said_below:
            return sign + said_above, PRODUCT if not sign else SUM
        if self.latex:
            return rf"{sign}\frac{{{said_above}}}{{{' '.join(said_below)}}}", PRODUCT if not sign else SUM
        divisor = said_below[0] if len(said_below) == 1 else f"({'*'.join(said_below)})"
        if len(said_below) == 1 and not below and "*" in divisor:
            divisor = f"({divisor})"
        return f"{sign}{said_above} / {divisor}", PRODUCT if not sign else SUM

    def _joined(self, head: list[str], above: list[Expression], matrices: list[Expression]) -> str:
        if len(matrices) == 1 and all(f.is_scalar for f in above if f is not matrices[0]):
            scalars = [*head, *[self.within(f, PRODUCT + 1) for f in above if f is not matrices[0]]]
            chain = self.within(matrices[0], PRODUCT)
            if self.latex:
                return " ".join([*scalars, chain])
            return f"{'*'.join(scalars)} * {chain}" if scalars else chain
        if not head and len(above) == 1:
            return self.within(above[0], PRODUCT)
        parts = [*head, *[self.within(f, PRODUCT + 1) for f in above]]
        if not self.latex:
            return "*".join(parts)
        tensors = sum(not f.is_scalar for f in above)
        said = ""
        for k, part in enumerate(parts):
            f = above[k - len(head)] if k >= len(head) else None
            before = above[k - len(head) - 1] if k > len(head) else None
            both = tensors > 1 and f is not None and before is not None and not f.is_scalar and not before.is_scalar
            joint = "" if not k else r" \odot " if both else r" \cdot " if part[0].isdigit() and said[-1:].isdigit() else r" "
            said += joint + part
        return said

    def _power(self, x: Expression) -> tuple[str, int]:
        base, exponent = x.args
        if exponent.op == "number" and isinstance(exponent.extra, Fraction):
            if exponent.extra < 0:
                turned = number(-exponent.extra)
                inner = base if turned.extra == 1 else Expression("power", (base, turned), x.shape)
                return (rf"\frac{{1}}{{{self.write(inner)[0]}}}", ATOM) if self.latex else (f"1 / {self.within(inner, POWER)}", PRODUCT)
            if exponent.extra == Fraction(1, 2):
                said = self.write(base)[0]
                return (rf"\sqrt{{{said}}}" if self.latex else f"sqrt({said})"), ATOM
        if self.latex:
            return f"{self.within(base, ATOM)}^{{{self.write(exponent)[0]}}}", POWER
        return f"{self.within(base, ATOM)}^{self.within(exponent, ATOM)}", POWER

    # matrices ---------------------------------------------------------------------------------------------------------------------
    def _matmul(self, x: Expression) -> tuple[str, int]:
        parts = [self.within(a, PRODUCT + 1) for a in x.args]
        return (" ".join(parts) if self.latex else " @ ".join(parts)), PRODUCT

    def _transpose(self, x: Expression) -> tuple[str, int]:
        inner = self.within(x.args[0], ATOM)
        return (rf"{inner}^\top" if self.latex else f"{inner}.T"), ATOM

    def _total(self, x: Expression) -> tuple[str, int]:
        said = self.write(x.args[0])[0]
        return (rf"\sum {self.within(x.args[0], PRODUCT)}", PRODUCT) if self.latex else (f"sum({said})", ATOM)

    def _reduce(self, x: Expression) -> tuple[str, int]:
        axes = ", ".join(map(str, x.extra[0]))
        if self.latex:
            return rf"\sum_{{\mathrm{{dim}}\,{axes}}} {self.within(x.args[0], PRODUCT)}", PRODUCT
        return f"sum({self.write(x.args[0])[0]}, dim={axes if len(x.extra[0]) == 1 else f'({axes})'})", ATOM

    def _expand(self, x: Expression) -> tuple[str, int]:
        return self.write(x.args[0])

    _reshape = _expand

    def _index(self, x: Expression) -> tuple[str, int]:
        inner = self.within(x.args[0], ATOM)
        place = ", ".join(":" if isinstance(i, slice) else str(i) for i in (x.extra if isinstance(x.extra, tuple) else (x.extra,)))
        return (f"{inner}_{{{place}}}" if self.latex else f"{inner}[{place}]"), ATOM

    def _put(self, x: Expression) -> tuple[str, int]:
        return f"{self.within(x.args[0], ATOM)} at {x.extra}", PRODUCT

    # functions --------------------------------------------------------------------------------------------------------------------
    def _call(self, x: Expression) -> tuple[str, int]:
        function = x.extra[0]
        if function in COMPARED:
            sign = SIGNS[function]
            if self.latex:
                sign = {"<=": r"\le", ">=": r"\ge", "==": "=", "!=": r"\ne"}.get(sign, sign)
                return rf"\left[{self.within(x.args[0], PRODUCT)} {sign} {self.within(x.args[1], PRODUCT)}\right]", ATOM
            return f"({self.within(x.args[0], PRODUCT)} {sign} {self.within(x.args[1], PRODUCT)})", ATOM
        return self._function(function, x)

    def _other(self, x: Expression) -> tuple[str, int]:
        return self._function(x.extra[0], x)

    def _function(self, function: str, x: Expression) -> tuple[str, int]:
        inside = ", ".join(self.write(a)[0] for a in x.args)
        if not self.latex:
            return f"{SHORT.get(function, function)}({inside})", ATOM
        if function == "exp":
            return f"e^{{{inside}}}", POWER
        if function == "abs":
            return rf"\left|{inside}\right|", ATOM
        said = LATEX.get(function) or rf"\operatorname{{{function.replace('_', chr(92) + '_')}}}"
        return rf"{said}\left({inside}\right)", ATOM


SHORT = {"maximum": "max", "minimum": "min"}
LATEX = {"sigmoid": r"\sigma", "log": r"\ln", "sin": r"\sin", "cos": r"\cos", "tan": r"\tan", "sinh": r"\sinh", "cosh": r"\cosh",
         "tanh": r"\tanh", "maximum": r"\max", "minimum": r"\min", "atan": r"\arctan", "asin": r"\arcsin", "acos": r"\arccos"}  # fmt: skip
GREEK = {"alpha", "beta", "gamma", "delta", "epsilon", "theta", "lambda", "mu", "sigma", "omega", "phi", "psi", "rho", "tau", "eta"}


def latex_name(said: str) -> str:
    """`w1` and `w_1` as `w_{1}`, Greek names as letters, longer words upright.

    >>> latex_name("w1"), latex_name("theta"), latex_name("x[0]"), latex_name("linear1.weight")
    ('w_{1}', '\\\\theta', 'x_{0}', '\\\\mathrm{linear1.weight}')
    """
    indexed = re.fullmatch(r"([A-Za-z]+)_?(\d+)", said) or re.fullmatch(r"([A-Za-z]+)\[(\d+)\]", said)
    stem, number_ = (indexed[1], indexed[2]) if indexed else (said, "")
    letter = rf"\{stem}" if stem in GREEK else stem if len(stem) == 1 else rf"\mathrm{{{stem}}}".replace("_", r"\_")
    return f"{letter}_{{{number_}}}" if number_ else letter

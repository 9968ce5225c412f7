"""`torch.special`: special functions under their names of mathematics."""

from typing import Any

from steepest.errors import outside
from steepest.functional import special, tables
from steepest.functional.neural.softmax import log_softmax, softmax
from steepest.functional.operands import with_out
from steepest.functional.reducing import logsumexp
from steepest.functional.supporting import refuses

_torch: Any = tables.functions()
SAME = "digamma erf erfc erfinv exp2 expm1 log1p logit polygamma round sinc xlogy".split()
"""Functions that `torch` has under the same name."""
RENAMED = {"expit": "sigmoid", "gammaln": "lgamma", "psi": "digamma"}
OWN = {name: with_out(getattr(special, name)) for name in (*special.UNARY, "xlog1py", "zeta")}
OWN |= {"gammainc": with_out(special.igamma), "gammaincc": with_out(special.igammac), "multigammaln": with_out(special.mvlgamma),
        "modified_bessel_i0": refuses("halves")(OWN["i0"]), "modified_bessel_i1": refuses("halves")(OWN["i1"])}
OWN |= {name: with_out(function) for name, function in special.POLYNOMIALS.items()}
globals().update({name: _torch[name] for name in SAME}, **{name: _torch[other] for name, other in RENAMED.items()}, **OWN)
__all__ = ["log_softmax", "logsumexp", "softmax", *SAME, *RENAMED, *OWN]
outside.explain(__name__)

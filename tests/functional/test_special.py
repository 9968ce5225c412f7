"""Special functions beside values of 20 digits, and their gradients beside finite differences."""

import math

import numpy as np
import pytest

import steepest
from steepest import special
from steepest.autograd import gradcheck, gradgradcheck

# from the tables of the NIST Handbook and from mpmath
VALUES = {
    "i0": [(1.0, 1.2660658777520082), (10.0, 2815.7166284662544)],
    "i0e": [(30.0, 0.0731459464822373)],
    "i1": [(1.0, 0.5651591039924851), (-2.0, -1.5906368546373291)],
    "bessel_j0": [(1.0, 0.7651976865579666), (20.0, 0.16702466434058316)],
    "bessel_j1": [(1.0, 0.44005058574493355), (-20.0, -0.06683312417584991)],
    "bessel_y0": [(1.0, 0.08825696421567697), (20.0, 0.06264059680938384)],
    "bessel_y1": [(1.0, -0.7812128213002887), (20.0, -0.16551161436252115)],
    "modified_bessel_k0": [(1.0, 0.42102443824070834)],
    "modified_bessel_k1": [(1.0, 0.6019072301972346)],
    "airy_ai": [(0.0, 0.355028053887817239), (1.0, 0.13529241631288141), (-10.0, 0.04024123848644319)],
    "erfcx": [(1.0, 0.427583576155807), (30.0, 0.018795888861416751)],
    "ndtri": [(0.975, 1.959963984540054), (1e-300, -37.0470962993612)],
    "log_ndtr": [(-40.0, -804.608442013754)],
    "spherical_bessel_j0": [(0.1, 0.9983341664682815)],
}


@pytest.mark.parametrize("name", VALUES)
def test_values(name):
    for x, expected in VALUES[name]:
        got = getattr(special, name)(steepest.tensor(x, dtype=steepest.float64)).item()
        assert math.isclose(got, expected, rel_tol=3e-13), (x, got)


def test_incomplete_gamma_functions_add_up_to_one():
    a, x = (steepest.tensor(v, dtype=steepest.float64) for v in ([0.5, 3.0, 120.0, 2.0], [2.0, 2.5, 130.0, 0.0]))
    lower, upper = steepest.igamma(a, x), steepest.igammac(a, x)
    np.testing.assert_allclose((lower + upper).numpy(), 1, rtol=1e-14)
    np.testing.assert_allclose(lower[0].item(), math.erf(math.sqrt(2.0)), rtol=1e-13)


def test_zeta_of_2_is_pi_squared_over_6():
    assert math.isclose(special.zeta(2.0, steepest.tensor(1.0, dtype=steepest.float64)).item(), math.pi**2 / 6, rel_tol=1e-14)


def test_polynomials_at_half():
    x = steepest.tensor(0.5, dtype=steepest.float64)
    for name, expected in (("chebyshev_polynomial_t", -1.0), ("legendre_polynomial_p", -0.4375), ("hermite_polynomial_h", -5.0),
                           ("laguerre_polynomial_l", -7 / 48)):
        assert math.isclose(getattr(special, name)(x, 3).item(), expected, abs_tol=1e-14), name


@pytest.mark.parametrize("name", ["i0", "i0e", "i1", "i1e", "erfcx", "ndtr", "log_ndtr", "entr", "ndtri"])
def test_gradients_are_those_of_finite_differences(name):
    x = steepest.tensor([0.3, 0.6, 0.9], dtype=steepest.float64, requires_grad=True)
    assert gradcheck(getattr(special, name), (x,))
    assert gradgradcheck(getattr(special, name), (x,))

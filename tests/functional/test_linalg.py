"""`torch.linalg`: factors multiply to what they came from, and gradients are those of finite differences."""

import numpy as np
import pytest

import steepest
from steepest import linalg
from steepest.autograd import gradcheck, gradgradcheck

RNG = np.random.default_rng(4)


def matrix(*shape: int, symmetric: bool = False):
    array = RNG.standard_normal(shape)
    return steepest.tensor(array @ array.swapaxes(-1, -2) + np.eye(shape[-1]) if symmetric else array, requires_grad=True)


@pytest.mark.parametrize("shape", [(4, 4), (3, 5), (5, 3), (2, 4, 3)])
def test_lu_gives_the_matrix_back(shape):
    a = matrix(*shape)
    p, lower, upper = linalg.lu(a)
    np.testing.assert_allclose((p @ lower @ upper).detach().numpy(), a.detach().numpy(), atol=1e-12)


def test_lu_reports_the_first_zero_pivot():
    singular = steepest.tensor([[1.0, 2.0], [2.0, 4.0]])
    assert linalg.lu_factor_ex(singular).info.item() == 2
    with pytest.raises(linalg.LinAlgError, match="singular"):
        linalg.lu_factor(singular)
    with pytest.raises(linalg.LinAlgError, match="singular"):
        linalg.inv(singular)
    assert linalg.inv_ex(singular).info.item() == 2


def test_eigh_reads_the_triangle_that_is_asked_for():
    a = steepest.tensor([[1.0, 5.0], [2.0, 3.0]])
    for triangle, other in (("L", 2.0), ("U", 5.0)):
        expected = np.linalg.eigvalsh(np.array([[1.0, other], [other, 3.0]]))
        np.testing.assert_allclose(linalg.eigvalsh(a, triangle).numpy(), expected, rtol=1e-6)


def test_matrix_exp_of_large_norm_keeps_single_precision():
    a = RNG.standard_normal((5, 5)).astype(np.float32) * 4
    values, vectors = np.linalg.eig(a.astype(np.float64))
    expected = (vectors @ np.diag(np.exp(values)) @ np.linalg.inv(vectors)).real
    np.testing.assert_allclose(linalg.matrix_exp(steepest.tensor(a)).numpy(), expected, rtol=2e-3, atol=2e-5 * np.abs(expected).max())


FUNCTIONS = {
    "lu of a square": (lambda a: linalg.lu(a)[1:], (matrix(3, 3),)),
    "lu of a wide matrix": (lambda a: linalg.lu(a)[1:], (matrix(3, 5),)),
    "lu of a tall matrix": (lambda a: linalg.lu(a)[1:], (matrix(5, 3),)),
    "lu_solve": (lambda a, b: linalg.lu_solve(*linalg.lu_factor(a), b), (matrix(3, 3), matrix(3, 2))),
    "solve_triangular": (lambda a, b: linalg.solve_triangular(a, b, upper=True), (matrix(3, 3), matrix(3, 2))),
    "solve_triangular from the right": (lambda a, b: linalg.solve_triangular(a, b, upper=False, left=False), (matrix(3, 3), matrix(2, 3))),
    "pinv": (linalg.pinv, (matrix(4, 3),)),
    "lstsq": (lambda a, b: linalg.lstsq(a, b).solution, (matrix(5, 3), matrix(5, 2))),
    "eigvals": (lambda a: linalg.eigvals(a).abs(), (matrix(3, 3),)),
    "qr of a wide matrix": (linalg.qr, (matrix(3, 5),)),
    "cholesky_inverse": (lambda a: steepest.cholesky_inverse(linalg.cholesky(a + a.T)), (matrix(3, 3, symmetric=True),)),
    "householder_product": (linalg.householder_product, (matrix(4, 3), matrix(2))),
    "det": (linalg.det, (matrix(3, 3),)),
    "tensorsolve": (linalg.tensorsolve, (matrix(2, 3, 6), matrix(2, 3))),
    "matrix_exp": (linalg.matrix_exp, (matrix(3, 3),)),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_gradients_are_those_of_finite_differences(name):
    function, inputs = FUNCTIONS[name]
    assert gradcheck(function, inputs)
    assert gradgradcheck(function, inputs)


def test_the_gradient_of_a_determinant_of_zero_is_the_adjugate():
    a = steepest.tensor([[1.0, 2.0], [2.0, 4.0]], dtype=steepest.float64, requires_grad=True)
    linalg.det(a).backward()
    np.testing.assert_allclose(a.grad.numpy(), [[4.0, -2.0], [-2.0, 1.0]], atol=1e-12)


def test_out_is_filled_and_returned():
    a = steepest.tensor([[2.0, 0.0], [0.0, 4.0]])
    out = steepest.empty(0)
    assert linalg.inv(a, out=out) is out
    assert out.tolist() == [[0.5, 0.0], [0.0, 0.25]]
    with pytest.raises(RuntimeError, match="automatic differentiation"):
        linalg.inv(a.requires_grad_(), out=out)


def test_matrix_exponentials_of_16_bit_floats_are_rounded_once():
    a = steepest.tensor([[0.5, -2.0], [3.0, 1.5]], dtype=steepest.float16)
    assert steepest.linalg.matrix_exp(a).tolist() == steepest.linalg.matrix_exp(a.double()).half().tolist()

"""Values and gradients at NaN, infinities, zeros of both signs, and numbers that are tiny, huge or at a function's edges.

Left out is where PyTorch's vectors and what is left over differ (gradients of clamped NaN), and where its own value is the less exact one.
"""

import warnings

import numpy as np
import pytest
import torch

import steepest

INF, NAN = float("inf"), float("nan")
VALUES = [NAN, INF, -INF, 0.0, -0.0, 1.0, -1.0, 2.0, -2.0, 0.5, -0.5, 1e-40, 1e38, -1e38, 3.0, -3.0, 20.0, -20.0, 100.0, -100.0]
PLAIN = """
abs absolute acos acosh arccos arccosh arcsin arcsinh arctan arctanh asin asinh atan atanh ceil conj cos cosh deg2rad erf erfc
erfinv exp exp2 expm1 fix floor frac i0 lgamma log log10 log1p log2 nan_to_num neg positive rad2deg reciprocal relu round
rsqrt sigmoid sign sin sinc sinh sqrt square tan tanh trunc trapezoid
""".split()
SPECIAL = """
bessel_j0 bessel_j1 bessel_y0 bessel_y1 entr erf erfc erfinv exp2 expit expm1 gammaln i0 i0e log1p modified_bessel_k0
modified_bessel_k1 ndtr round sinc spherical_bessel_j0
""".split()
NEURAL = """
hardsigmoid leaky_relu logsigmoid mish relu rrelu silu softplus softsign tanhshrink glu
""".split()
OTHERS = """
F.threshold(x,.1,20.); F.softplus(x,beta=2,threshold=5); F.leaky_relu(x,-.2); x.clamp(-1,1); x.clamp(min=0);
x.clamp(max=t.zeros(())); x**2; x**3; x**.5; x**-1; x**1.5; x**-.5; 2**x; 0**x; (-2)**x; x%2; x%-3;
t.fmod(x,2); t.fmod(x,-2.5); x/0; 0/x; x*0; x-x; t.hypot(x,x); t.atan2(x,x); t.atan2(x,-x); t.logaddexp(x,x);
t.logaddexp(x,-x); t.xlogy(x,x); t.special.xlog1py(x,x); t.copysign(x,t.tensor(-1.,dtype=x.dtype)); t.nextafter(x,t.zeros_like(x));
t.ldexp(x,t.tensor(3)); t.frexp(x)[0]; t.maximum(x,t.zeros_like(x)); t.fmax(x,t.zeros_like(x)); t.float_power(x,2);
t.lerp(x,x*2,.3); t.addcdiv(x,x,x); t.addcmul(x,x,x); t.nan_to_num(x,1.,2.,3.); x.softmax(0); x.log_softmax(0); x.logsumexp(0);
x.cumsum(0); x.cumprod(0); x.logcumsumexp(0); x.cummax(0)[0]; x.sort()[0]; x.norm(); x.norm(1); x.norm(float('inf'));
x.norm(3); x.std(); x.var(); x.prod(); x.mean(); x.nansum(); x.nanmean(); x.median(); x.amax(); x.diff(); x.dist(t.zeros_like(x));
F.normalize(x,dim=0); F.layer_norm(x,(20,)); F.mse_loss(x,t.zeros_like(x),reduction='none');
F.l1_loss(x,t.zeros_like(x),reduction='none'); F.smooth_l1_loss(x,t.zeros_like(x),reduction='none');
F.huber_loss(x,t.zeros_like(x),reduction='none'); F.binary_cross_entropy_with_logits(x,t.ones_like(x),reduction='none');
F.binary_cross_entropy_with_logits(x,t.zeros_like(x),reduction='none'); F.soft_margin_loss(x,t.ones_like(x),reduction='none');
F.kl_div(x,t.full_like(x,.3),reduction='none'); F.poisson_nll_loss(x,t.ones_like(x),reduction='none');
F.poisson_nll_loss(x,t.ones_like(x),log_input=False,reduction='none');
F.gaussian_nll_loss(x,t.ones_like(x),t.ones_like(x),reduction='none'); F.hinge_embedding_loss(x,t.ones_like(x),reduction='none');
F.margin_ranking_loss(x,-x,t.ones_like(x),reduction='none'); t.igammac(x.abs().detach(),t.ones_like(x));
t.special.gammainc(t.ones_like(x),x.abs().detach()); F.cross_entropy(x[None],t.tensor([5]));
F.nll_loss(x[None],t.tensor([5])); F.cosine_similarity(x,x,dim=0);
F.pairwise_distance(x[None],x[None]*2); t.quantile(x,.5); t.renorm(x[5:].reshape(3,5),2,0,1.);
t.cdist(x.reshape(4,5),x.reshape(4,5)); F.max_pool1d(x.reshape(1,1,20),2); F.avg_pool1d(x.reshape(1,1,20),2);
F.lp_pool1d(x.abs().reshape(1,1,20),2,2); F.adaptive_max_pool1d(x.reshape(1,1,20),3); F.local_response_norm(x.reshape(1,4,5),2);
F.group_norm(x.reshape(1,4,5),2); F.interpolate(x.reshape(1,1,20),scale_factor=2,mode='linear'); t.where(x>0,x,-x);
t.masked_fill(x,x>1,float('inf')); t.outer(x,x); x.matmul(x); t.sum(x[None]*x[:,None],0); t.kron(x[:3],x[3:6]);
t.cross(x[:3],x[3:6],dim=0); t.std_mean(x)[1]; t.corrcoef(x.reshape(4,5)); t.cov(x.reshape(4,5)); F.softmin(x,0);
F.log_softmax(x.reshape(4,5),1); F.triplet_margin_loss(x[None],x[None]+1,x[None]-1);
F.multilabel_soft_margin_loss(x[None],t.ones(1,20,dtype=x.dtype))
""".strip().replace("\n", " ").split("; ")
EXPRESSIONS = [*(f"t.{n}(x)" for n in PLAIN), *(f"t.special.{n}(x)" for n in SPECIAL), *(f"F.{n}(x)" for n in NEURAL), *OTHERS]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_at_special_values(expression: str, dtype: str) -> None:
    found = []
    for t in (torch, steepest):
        t.manual_seed(0)
        x = t.tensor(VALUES, dtype=getattr(t, dtype), requires_grad=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            y = eval(expression, {"t": t, "F": t.nn.functional, "x": x})
        arrays = [y.detach().numpy()]
        if y.requires_grad:
            (t.view_as_real(y) if y.is_complex() else y).sum().backward()
            arrays.append(x.grad.numpy())
        found.append(arrays)
    assert len(found[0]) == len(found[1])
    for wanted, got in zip(*found, strict=True):
        np.testing.assert_allclose(got, wanted, rtol=2e-5 if dtype == "float32" else 1e-9, atol=1e-12)

"""What autograd's graph shows: the names of nodes and their order in `next_functions`, for an expression of each kind."""

from typing import Any

EXPRESSIONS = [e for line in """
x+y; x-y; x*y; x/y; x**2; 2**x; x**y; -x; x@y.mT; x.sum(); x.mean(); x.sum(0); x.mean(1); x.max(); x.max(1)[0]; x.amax(1); x.prod()
x.var(); x.std(1); torch.var_mean(x,0)[0]+torch.var_mean(x,0)[1]; x.norm(); x.norm(dim=1); torch.linalg.norm(x)
torch.linalg.vector_norm(x,3,1); x.view(-1); x.reshape(-1); x.t(); x.T; x.mT; x.permute(1,0); x.transpose(0,1); x.unsqueeze(0)
x.squeeze(); x[0]; x[:,1]; x[[0,1]]; x[x>0]; x.flatten(); x.expand(2,3,4); x.repeat(2,1); torch.cat([x,y]); torch.stack([x,y])
x.chunk(2,1)[0]; x.split(2,1)[0]; x.unbind(0)[0]; x.narrow(0,0,2); x.select(0,1); x.clone(); x.contiguous(); x.t().contiguous()
x.to(torch.float32); x.double(); x.flip(0); x.roll(1,0); x.tril(); x.diagonal(); torch.diag(x[:,:3]); torch.where(x>0,x,y)
x.masked_fill(x>0,0.); x.clamp(0,1); x.clamp(min=0); x.gather(1,i); x.index_select(0,j); torch.take_along_dim(x,i,1); x.scatter(1,i,y)
x.scatter_add(1,i,y); x.cumsum(0); x.cumprod(1); x.logcumsumexp(0); x.sort(1)[0]; x.topk(2)[0]; x.kthvalue(1)[0]; x.median()
x.median(1)[0]; x.mode(1)[0]; x.unfold(0,2,1); x.abs(); x.sqrt(); x.exp(); x.log(); x.sin(); x.tanh(); x.sigmoid(); x.relu()
x.logsumexp(1); x.softmax(1); x.log_softmax(1); x.sign(); x.round(); x.square(); x.reciprocal(); x.rsqrt(); x.erf(); x.log1p()
torch.atan2(x,y); torch.maximum(x,y); torch.fmod(x,y); torch.remainder(x,2); torch.lerp(x,y,.5); torch.addcmul(x,x,y)
torch.addmm(x,y,s4); torch.addmv(x[:,0],y,x[0]); torch.baddbmm(x[None],y[None],s4[None]); torch.bmm(x[None],s4[None]); torch.mv(x,y[0])
torch.dot(x[0],y[0]); torch.outer(x[0],y[0]); torch.ger(x[0],y[0]); torch.kron(x,y); torch.tensordot(x,y,dims=([1],[1]))
torch.einsum('ij,kj->ik',x,y); torch.einsum('ij->ji',x); torch.einsum('ij,ij->',x,y); torch.einsum('bij,bjk->bik',x[None],s4[None])
torch.matmul(x,y[0]); torch.matmul(x[None],s4); torch.inner(x,y); torch.cdist(x,y); torch.cdist(x,y,p=1); torch.dist(x,y)
torch.cross(x[:,:3],y[:,:3],dim=1); torch.cov(x); torch.corrcoef(x); torch.trace(x); torch.logdet(s4@s4.T+torch.eye(4)); torch.det(s4)
torch.inverse(s4); torch.linalg.inv(s4); torch.linalg.solve(s4,s4); torch.linalg.svd(x)[1]; torch.linalg.svdvals(x)
torch.linalg.qr(s4)[0]; torch.linalg.eigh(s4@s4.T)[0]; torch.linalg.cholesky(s4@s4.T+torch.eye(4)); torch.linalg.lstsq(s4,s4)[0]
torch.linalg.pinv(x); torch.linalg.matrix_power(s4,3); torch.matrix_exp(s4); torch.fft.fft(x); torch.fft.rfft(x)
torch.fft.ifft(torch.fft.fft(x)).real; torch.meshgrid(x[0],y[0],indexing='ij')[0]; torch.cartesian_prod(x[0],y[0])
torch.combinations(x[0]); torch.tile(x,(2,2)); x.repeat_interleave(2,0); torch.broadcast_to(x,(2,3,4)); torch.hstack([x,y])
torch.vstack([x,y]); torch.dstack([x,y]); torch.movedim(x,0,1); torch.swapaxes(x,0,1); torch.rot90(x); torch.diff(x)
torch.trapezoid(x); torch.cumulative_trapezoid(x); torch.nansum(x); torch.nanmean(x); torch.quantile(x,.5); torch.std_mean(x)[0]
torch.renorm(x,2,0,1.); torch.polar(x,y); torch.complex(x,y); torch.view_as_real(torch.complex(x,y)); torch.real(torch.complex(x,y))
torch.angle(torch.complex(x,y)); torch.hypot(x,y); torch.logaddexp(x,y); torch.xlogy(x,y); torch.lgamma(x); torch.digamma(x)
torch.special.expit(x); torch.sinc(x); torch.deg2rad(x); torch.heaviside(x,y.detach()); torch.nan_to_num(x); torch.block_diag(x,y)
F.cosine_similarity(x,y); F.relu(x); F.relu6(x); F.leaky_relu(x); F.elu(x); F.selu(x); F.celu(x); F.gelu(x); F.silu(x); F.mish(x)
F.softplus(x); F.softsign(x); F.hardtanh(x); F.hardsigmoid(x); F.hardswish(x); F.logsigmoid(x); F.tanhshrink(x); F.softshrink(x)
F.hardshrink(x); F.threshold(x,0,0); F.glu(x); F.prelu(x,x[0,:1]); F.normalize(x); F.dropout(x); F.dropout(x,0.); F.linear(x,y)
F.linear(x,y,y[:,0]); F.linear(x[None],y,y[:,0]); F.bilinear(x,y,torch.ones(2,4,4)); F.layer_norm(x,(4,)); F.rms_norm(x,(4,))
F.batch_norm(x,None,None,training=True); F.group_norm(x[...,None],2); F.instance_norm(x[None]); F.local_response_norm(x[None],2)
F.conv1d(x[None],w1); F.conv1d(x[None],w1,w1[:,0,0]); F.conv2d(im,w2); F.conv_transpose2d(im,w2.transpose(0,1))
F.max_pool1d(x[None],2); F.max_pool2d(im,2); F.avg_pool2d(im,2); F.avg_pool1d(x[None],2); F.adaptive_avg_pool2d(im,2)
F.adaptive_max_pool2d(im,2); F.adaptive_avg_pool2d(im,1); F.lp_pool2d(im,2,2); F.interpolate(im,scale_factor=2)
F.interpolate(im,scale_factor=2,mode='bilinear'); F.pad(x,(1,1)); F.pad(im,(1,1,1,1),mode='reflect')
F.pixel_shuffle(torch.ones(1,4,2,2)*x[0,0],2); F.unfold(im,2); F.fold(F.unfold(im,2),(4,4),2); F.grid_sample(im,torch.zeros(1,2,2,2))
F.affine_grid(torch.ones(1,2,3)*x[0,0],(1,1,2,2)); F.embedding(i,y); F.embedding_bag(i,y); F.one_hot(i).float()*x[0,0]; F.mse_loss(x,y)
F.l1_loss(x,y); F.smooth_l1_loss(x,y); F.huber_loss(x,y); F.cross_entropy(x,j); F.cross_entropy(x,y.softmax(1))
F.nll_loss(x.log_softmax(1),j); F.binary_cross_entropy(x.sigmoid(),(y>0).float()); F.binary_cross_entropy_with_logits(x,(y>0).float())
F.kl_div(x.log_softmax(1),y.softmax(1)); F.hinge_embedding_loss(x,torch.ones(3,4)); F.margin_ranking_loss(x,y,torch.ones(3,4))
F.triplet_margin_loss(x,y,x+1); F.cosine_embedding_loss(x,y,torch.ones(3)); F.poisson_nll_loss(x,y)
F.gaussian_nll_loss(x,y,torch.ones(3,4)); F.multi_margin_loss(x,j); F.multilabel_margin_loss(x,i4)
F.soft_margin_loss(x,torch.ones(3,4)); F.multilabel_soft_margin_loss(x,torch.ones(3,4))
F.ctc_loss(torch.stack([x.log_softmax(1)]*4),torch.ones(3,2,dtype=torch.long),torch.tensor([4,4,4]),torch.tensor([2,2,2]))
F.scaled_dot_product_attention(x[None],y[None],y[None]); nn.LSTM(4,5)(x)[0]; nn.GRU(4,5)(x)[0]; nn.RNN(4,5)(x)[0]
nn.LSTMCell(4,5)(x)[0]; nn.GRUCell(4,5)(x); nn.RNNCell(4,5)(x); nn.MultiheadAttention(4,2)(x,x,x)[0]
nn.TransformerEncoderLayer(4,2,8)(x); nn.Linear(4,2)(x); nn.Sequential(nn.Linear(4,2),nn.ReLU(),nn.Linear(2,1))(x)
F.scaled_dot_product_attention(x[None,None],y[None,None],y[None,None]); torch.quantile(x,.5,dim=0)
F.scaled_dot_product_attention(x[None,None],y[None,None],y[None,None],dropout_p=.5); torch.quantile(x,torch.tensor([.5,.2]))
nn.MultiheadAttention(4,2)(x,x,x,attn_mask=x.detach()[:,:3])[0]; torch.quantile(x,.5,dim=1,keepdim=True)
x.t().reshape(4,3); x[:,:2].reshape(3,2,1); F.scaled_dot_product_attention(x,y,y)
nn.BatchNorm1d(4)(x); nn.Embedding(5,4)(i); nn.Conv2d(1,2,3)(im); nn.Flatten()(im); nn.Bilinear(4,4,2)(x,y); F.pairwise_distance(x, y)
""".strip().splitlines() for e in line.split("; ")]
"""Over x and y (3, 4), s4 (4, 4), an image im, weights w1 and w2, indices i and labels j; F is torch.nn.functional."""

ONE_NODE = "one node here for what PyTorch does in many steps"
DIFFERENT = {
    **dict.fromkeys(("torch.einsum('ij,kj->ik',x,y)", "torch.einsum('ij,ij->',x,y)", "torch.einsum('bij,bjk->bik',x[None],s4[None])",
                     "nn.LSTM(4,5)(x)[0]", "nn.GRU(4,5)(x)[0]", "nn.RNN(4,5)(x)[0]"), ONE_NODE),
}
"""Expressions whose graphs differ below or beside the first name, and why."""


def names(library: Any) -> dict[str, Any]:
    """What the expressions name."""
    library.manual_seed(0)
    x, y = (library.rand(3, 4).requires_grad_() for _ in range(2))
    square = (library.rand(4, 4) + library.eye(4)).requires_grad_()
    indices = library.tensor([[0, 1, 2, 0], [1, 1, 0, 2], [2, 0, 1, 1]])
    w1, image, w2 = (library.rand(*shape).requires_grad_() for shape in ((2, 3, 2), (1, 1, 4, 4), (2, 1, 3, 3)))
    return {"torch": library, "F": library.nn.functional, "nn": library.nn, "x": x, "y": y, "s4": square, "i": indices, "i4": indices,
            "j": library.tensor([0, 1, 2]), "w1": w1, "im": image, "w2": w2}


def shown(node: Any) -> Any:
    """The names in a graph, as nested tuples."""
    return None if node is None else (node.name(), *[shown(n) for n, _ in node.next_functions])


def graph(library: Any, expression: str) -> Any:
    """What the graph of an expression shows."""
    return shown(eval(expression, names(library)).grad_fn)

"""Texts of the probability distributions."""

ROWS = {
    "binomial-counts": (
        "Inhomogeneous total count not supported by `entropy` and `enumerate_support`.", "各元素的 total_count 不同,不能计算 entropy 与 enumerate_support"),
    "multinomial-count": (
        "inhomogeneous total_count is not supported: total_count must be an int", "total_count 应为一个整数"),
    "transform-cache": ("cache_size must be 0 or 1, got {size}", "cache_size 只能为 0 或 1,得到 {size}"),
    "transform-event-dim": (
        "Please use either .domain.event_dim or .codomain.event_dim of {transform}", "{transform} 的 domain 与 codomain 的 event_dim 不同,请分别使用"),
    "transform-dims": ("Too few dimensions on input: {dims}, at least {wanted} are needed", "输入的维数 {dims} 太少,至少要 {wanted} 维"),
    "transform-shapes": ("Shape mismatch: expected torch.Size({a}) but got torch.Size({b})", "形状不符:应为 {a},得到 {b}"),
    "distribution-expand": (
        "Subclass {kind} of {of} that defines a custom __init__ method must also define a custom .expand() method.",
        "{of} 的子类 {kind} 定义了自己的 __init__，也要定义自己的 .expand()"),
    "distribution-no-support": (
        "{kind} does not define `support` to enable sample validation. Please initialize the distribution with `validate_args=False` "
        "to turn off validation.",
        "{kind} 没有定义 support，无法检查取值。请在建立分布时写 validate_args=False"),
    "constraint-unknown": (
        ".{name} cannot be determined statically",
        "不知道对象就无法确定 .{name}"),
    "constraint-dependent": (
        "Cannot determine validity of dependent constraint",
        "依赖其他值的约束无法检查"),
    "constraint-dims": (
        "Expected value.dim() >= {wanted} but got {dims}",
        "值至少要有 {wanted} 维，得到 {dims} 维"),
    "constraint-bounds": (
        "{name} takes {bounds}",
        "{name} 需要 {bounds}"),
    "constraint-expected": (
        "Expected constraint to be either a Constraint subclass or instance, but got {got}",
        "应给出 Constraint 的子类或实例，得到 {got}"),
    "transform-unknown": (
        "Cannot transform {constraint} constraints: register a transform with biject_to.register or transform_to.register",
        "约束 {constraint} 没有对应的变换:请用 biject_to.register 或 transform_to.register 登记"),
    "distribution-parameter": (
        "Expected parameter {name} (Tensor of shape {shape}) of distribution {distribution} to satisfy the constraint {constraint}, but "
        "found invalid values:\n{value}",
        "分布 {distribution} 的参数 {name}(形状 {shape})应满足约束 {constraint},但其中有不合法的值:\n{value}"),
    "distribution-value": (
        "Expected value argument (Tensor of shape {shape}) to be within the support ({support}) of the distribution {distribution}, but "
        "found invalid values:\n{value}",
        "参数 value(形状 {shape})应在分布 {distribution} 的取值范围({support})之内,但其中有不合法的值:\n{value}"),
    "distribution-value-tensor": (
        "The value argument to log_prob must be a Tensor, not {kind}: write torch.tensor(value)",
        "log_prob 的参数 value 必须是张量,而不是 {kind}:请写 torch.tensor(value)"),
    "distribution-event": (
        "The right-most size of value must match event_shape: {shape} vs {event_shape}.",
        "value 的末尾几维必须与 event_shape 相同:value 的形状是 {shape},event_shape 是 {event_shape}"),
    "distribution-batch": (
        "Value is not broadcastable with batch_shape+event_shape: {shape} vs {expected}.",
        "value 的形状 {shape} 不能广播到 batch_shape+event_shape,即 {expected}"),
    "distribution-either": (
        "Either `{first}` or `{second}` must be specified, but not both.",
        "`{first}` 和 `{second}` 必须给出其中一个,且只能给出一个"),
    "distribution-without-mode": ("{kind} does not implement mode", "{kind} 没有 mode"),
    "enumeration-of-products": (
        "Enumeration over cartesian product is not implemented", "没有实现对笛卡儿积的枚举"),
    "cat-lengths": (
        "{name}.size({dim}) = {size} must equal {wanted}, the sum of the lengths of the transforms", "第 {dim} 维的长度 {size} 应等于各变换长度之和 {wanted}"),
    "kl-of-families": (
        "The cross KL-divergence between different exponential families cannot be computed using Bregman divergences",
        "不同的指数族分布之间不能用 Bregman 散度计算 KL 散度"),
    "distribution-without": (
        "{distribution} has no {what}",
        "{distribution} 没有 {what}"),
    "distribution-triangle": (
        "The size of last dimension is {size} which cannot be expressed as the lower triangular part of a square D x D matrix.",
        "最后一维的大小 {size} 不是方阵下三角部分的元素个数"),
    "distribution-dims": (
        "{name} must be at least {dims}-dimensional, it has the shape {shape}",
        "{name} 至少要有 {dims} 维,而它的形状是 {shape}"),
    "distribution-covariance": (
        "Exactly one of covariance_matrix or precision_matrix or scale_tril may be specified.",
        "covariance_matrix、precision_matrix、scale_tril 三者必须给出一个,且只能给出一个"),
    "distribution-reinterpreted": (
        "Expected reinterpreted_batch_ndims <= len(base_distribution.batch_shape), actual {wanted} vs {dims}",
        "reinterpreted_batch_ndims 是 {wanted},不能超过 base_distribution 的 batch_shape 的维数 {dims}"),
    "distribution-mixture-kind": (
        "The Mixture distribution needs to be an instance of torch.distributions.Categorical, got {kind}",
        "混合分布必须是 torch.distributions.Categorical,得到 {kind}"),
    "distribution-mixture-count": (
        "`mixture_distribution component` ({mixture}) does not equal `component_distribution.batch_shape[-1]` ({component})",
        "mixture_distribution 的类别数 {mixture} 不等于 component_distribution.batch_shape[-1],即 {component}"),
    "distribution-mixture": (
        "`mixture_distribution.batch_shape` ({mixture}) is not compatible with `component_distribution.batch_shape` ({component})",
        "`mixture_distribution.batch_shape`({mixture})与 `component_distribution.batch_shape`({component})不符"),
    "transforms-kind": (
        "transforms must be a Transform or list, but was {kind}", "transforms 必须是变换或变换的列表,得到 {kind}"),
    "lkj-dim": ("Expected dim to be an integer greater than or equal to 2. Found dim={dim}.", "dim 应为不小于 2 的整数,得到 {dim}"),
    "wishart-df": ("Value of df={df} expected to be greater than ndim - 1 = {least}.", "df 应大于维数减一 {least},得到 {df}"),
    "wishart-low-df": (
        "Low df values detected. Singular samples are highly likely to occur for ndim - 1 < df < ndim.",
        "df 太小:当 ndim - 1 < df < ndim 时,样本很可能是奇异的"),
    "low-rank-factor": (
        "cov_factor must be a batch of matrices with shape {n} x m, it has the shape {shape}", "cov_factor 应为 {n} x m 的矩阵,它的形状是 {shape}"),
    "low-rank-diagonal": (
        "cov_diag must be a batch of vectors with shape torch.Size([{n}]), it has the shape {shape}", "cov_diag 应有 {n} 个元素,它的形状是 {shape}"),
    "low-rank-batches": (
        "Incompatible batch shapes: loc {loc}, cov_factor {factor}, cov_diag {diagonal}",
        "批的形状不符:loc 为 {loc},cov_factor 为 {factor},cov_diag 为 {diagonal}"),
    "kl-unknown": (
        "No KL(p || q) is implemented for p type {p} and q type {q}: estimate it from samples, x = p.sample((1000,)); "
        "(p.log_prob(x) - q.log_prob(x)).mean(0)",
        "没有 p 为 {p}、q 为 {q} 的 KL(p || q) 公式:可以用样本估计,x = p.sample((1000,));(p.log_prob(x) - q.log_prob(x)).mean(0)"),
}

"""Texts of torch.X: arguments that do not fit, shapes, dtypes, indices."""

ROWS = {
    "group-missing": (
        "Default process group has not been initialized, please make sure to call init_process_group.",
        "还没有进程组：请先调用 init_process_group"),
    "group-twice": ("trying to initialize the default process group twice!", "默认进程组已经存在"),
    "backend-name": ("Backend name must be a string, but got: {kind}", "后端的名字必须是字符串，得到 {kind}"),
    "group-backend-unknown": ("Unknown backend type {backend}", "不认识的后端 {backend}"),
    "group-backend": (
        "Distributed package doesn't have {backend} built in: write init_process_group(\"gloo\")", "没有 {backend} 后端：请写 \"gloo\""),
    "group-environment": (
        "Error initializing torch.distributed using env:// rendezvous: environment variable {name} expected, but not set",
        "torch.distributed 需要环境变量 {name}，但没有设置"),
    "group-size": (
        "One process computes here, so world_size must be 1 and rank 0, got {size} and {rank}: start the program once, without torchrun "
        "or mp.spawn",
        "这里只有一个进程，world_size 应为 1、rank 应为 0，得到 {size} 与 {rank}：请只启动一次程序"),
    "group-list": (
        "With one process a list must have one tensor, got {outputs} for the results and {inputs} to send",
        "只有一个进程时，列表中应有一个张量，得到 {outputs} 与 {inputs}"),
    "group-alone": ("There is no other process to send to or to receive from", "没有其他进程可以收发"),
    "timer-statement": ("Currently only a `str` stmt is supported.", "stmt 应为字符串"),
    "timer-language": ("Timer measures Python here, not C++: write the statement in Python", "这里的 Timer 只测量 Python 语句，不测量 C++"),
    "timer-repeat": ("See `Timer.blocked_autorange.`", "请用 Timer.blocked_autorange"),
    "compare-kind": ("Expected an instance of `Measurement`, got {kind} instead.", "应为 Measurement，得到 {kind}"),
    "operator-library": (
        "Could not load this library: {path}. Its operators are compiled for PyTorch's own tensors: write them in Python",
        "无法载入 {path}：其中的算子是为 PyTorch 自己的张量编译的，请用 Python 编写"),
    "operator-inner": (
        "{name} has no function here: an operator of PyTorch's own kernels, or one that was defined without a function",
        "{name} 在这里没有函数：它是 PyTorch 内核的算子，或只有定义而没有实现"),
    "operator-annotation": (
        "infer_schema(func): Parameter {name} must have a type annotation. Got func with signature {signature}",
        "自定义算子的参数 {name} 必须有类型标注，函数签名是 {signature}"),
    "operator-arguments": ("{name}(): {problem}. Declaration: {schema}", "{name}()：{problem}。声明：{schema}"),
    "operator-tensor": (
        "{name}() Expected a value of type 'Tensor' for argument '{argument}' but instead found type '{kind}'. Declaration: {schema}",
        "{name}() 的参数 {argument} 应为张量，得到 {kind}。声明：{schema}"),
    "operator-without-gradient": (
        "Trying to backward through {name} but no autograd formula was registered. Please use register_autograd to add one.",
        "{name} 没有登记梯度公式，不能反向传播：请用 register_autograd"),
    "operator-alias": (
        "{name}: The output of this custom operator ({place}) must not also be an input to this custom operator and may not alias any "
        "inputs to this custom operator or other returns. Write .clone()",
        "{name} 的第 {place} 个输出不能与输入共享内存：请写 .clone()"),
    "operator-mutates": (
        "Cannot register autograd formula for non-functional operator {name}, which changes its arguments",
        "{name} 会改变参数，不能登记梯度公式"),
    "operator-name": (
        "Expected `name` to be of the form 'namespace::name', got {name}", "算子的名字应写作 'namespace::name'，得到 {name}"),
    "operator-unknown": ("no operator {name} was defined", "没有定义算子 {name}"),
    "operator-changed": ("it changed {names} without saying so in mutates_args", "它改变了 {names}，而 mutates_args 没有说明"),
    "operator-fake": ("results are {real}, those of register_fake {fake}", "结果是 {real}，而 register_fake 给出 {fake}"),
    "opcheck-failed": ("opcheck(op, ...): {test} failed: {problem}", "opcheck(op, ...)：{test} 没有通过：{problem}"),
    "library-kind": ("Unsupported kind: {kind}", "不支持的 kind：{kind}"),
    "library-aten": (
        "PyTorch's own operators cannot be replaced here: define one in a library of another name",
        "不能替换 PyTorch 自己的算子：请在另一个名字的库中定义"),
    "while-loop-functions": ("Expect cond_fn and body_fn to be callable.", "cond_fn 与 body_fn 应为函数"),
    "while-loop-condition": (
        "torch.while_loop expects cond_fn to return a number or a tensor with one element, got one of shape {shape}",
        "torch.while_loop 的 cond_fn 应返回一个数或只有一个元素的张量，得到形状 {shape}"),
    "lobpcg-tracker": ("lobpcg has no iterations here that a tracker could see", "这里的 lobpcg 没有迭代，tracker 无可观察"),
    "lobpcg-rows": (
        "LOBPCG algorithm is not applicable when the number of A rows (={rows}) is smaller than 3 x the number of requested eigenpairs (={pairs})",
        "A 的行数（{rows}）小于所求特征对个数（{pairs}）的 3 倍，LOBPCG 不适用：请用 torch.linalg.eigh"),
    "segment-reduction": (
        "reduce argument must be either sum, prod, mean, max or min, got {name}", "reduce 只能是 sum、prod、mean、max 或 min，得到 {name}"),
    "segment-places": (
        "segment_reduce(): Either lengths or offsets must be defined, and indices are not supported, in PyTorch neither",
        "segment_reduce()：应给出 lengths 或 offsets；indices 在 PyTorch 中也不支持"),
    "segment-dtypes": (
        "segment_reduce needs data of a floating dtype and lengths or offsets of an integer one, got {data} and {lengths}",
        "segment_reduce 的 data 应为浮点类型，lengths 或 offsets 应为整数类型，得到 {data} 与 {lengths}"),
    "segment-axis": (
        "segment_reduce(): Expected axis to be the last dimension of lengths or offsets but got {axis} for {ndim} dimensions",
        "segment_reduce()：axis 应是 lengths 或 offsets 的最后一维，得到 {axis}，而它有 {ndim} 维"),
    "segment-negative": ("lengths contains negative value!", "lengths 中有负数"),
    "segment-cover": (
        "segment_reduce(): Expected all rows of lengths along axis to sum to data.size(axis) = {size} when !unsafe.",
        "segment_reduce()：各段长度之和应等于这一维的大小 {size}，除非 unsafe=True"),
    "ldl-pivots": (
        "torch.linalg.ldl_solve: Expected LD.shape[:-1] and pivots.shape to be the same, but got pivots with shape {got} in the place of "
        "{expected}",
        "torch.linalg.ldl_solve：pivots 的形状应为 {expected}，得到 {got}"),
    "no-gradient-of": (
        "{function} has no gradient, in PyTorch neither: write x.detach() or torch.no_grad()",
        "{function} 没有梯度（PyTorch 也没有）：请写 x.detach() 或 torch.no_grad()"),
    "matmul-precision": ("Invalid value {precision!r}: write 'highest', 'high' or 'medium'", "{precision!r} 不合法:请写 'highest'、'high' 或 'medium'"),
    "frombuffer": ("both buffer length ({length}) and count ({count}) must fit the dtype of {itemsize} bytes", "缓冲区长 {length} 与 count {count} 应符合每元素 {itemsize} 字节"),
    "diff-order": ("order must be non-negative but got {n}", "阶数不能为负:{n}"),
    "diff-of-scalar": ("diff expects input to be at least one-dimensional: write x.reshape(1)", "diff 至少要一维张量:请写 x.reshape(1)"),
    "diff-shapes": (
        "diff expects the shape of tensor to prepend or append, {shape}, to match that of input, {input}, except along the differencing dimension",
        "diff 的 prepend、append 形状 {shape} 除求差的维外应与输入 {input} 相同"),
    "gradient-spacing": (
        "torch.gradient expected spacing to be unspecified, a scalar, or one for each dimension: got {spacing} for {dims} dimensions",
        "gradient 的 spacing 应为一个数或每维一个:得到 {spacing} 个,共 {dims} 维"),
    "gradient-edge": ("torch.gradient only supports edge_order=1 and edge_order=2, got {order}", "gradient 的 edge_order 只能为 1 或 2,得到 {order}"),
    "gradient-size": (
        "torch.gradient expected each dimension size to be at least edge_order+1: got {size} for edge_order={order}",
        "gradient 要求每维的大小不小于 edge_order+1:得到 {size},edge_order={order}"),
    "cov-dims": ("cov(): expected input to have two or fewer dimensions but got {ndim}: write x.reshape(n, -1)", "cov 的输入至多两维,得到 {ndim} 维"),
    "cov-weights": (
        "cov(): {name} must be one-dimensional {kind}, none of them negative, one for each of the {count} columns",
        "cov 的 {name} 应为一维非负({kind}),每列一个,共 {count} 列"),
    "histogram-range": ("torch.histogramdd(): max must be larger than min: got [{low}, {high}]", "直方图的上界应大于下界:[{low}, {high}]"),
    "histogram-points": (
        "torch.histogramdd(): input tensor should have at least 2 dimensions, its shape is {shape}", "histogramdd 的输入至少两维,形状是 {shape}"),
    "histogram-bins": (
        "histogramdd: The size of bins must be equal to the innermost dimension of the input: got {bins} and {n}",
        "histogramdd 的 bins 个数 {bins} 应等于最后一维的大小 {n}"),
    "quantile-interpolation": (
        "quantile() interpolation must be one of linear, lower, higher, midpoint or nearest, but got {name}",
        "quantile 的插值方式应为 linear、lower、higher、midpoint、nearest 之一,得到 {name}"),
    "quantile-of-nothing": ("quantile() input tensor must be non-empty", "quantile 的输入不能为空"),
    "quantile-dtype": (
        "quantile() input tensor must be either float or double dtype, got {dtype}: write x.float()", "quantile 的输入应为浮点数,得到 {dtype}:请写 x.float()"),
    "quantile-shares": (
        "quantile() q must be a scalar or 1D tensor of the same dtype as the input: got shape {shape} and dtype {dtype}",
        "quantile 的 q 应为标量或一维张量,类型与输入相同:得到形状 {shape}、类型 {dtype}"),
    "quantile-outside": ("quantile() q must be in the range [0, 1] but got {q}", "quantile 的 q 应在 [0, 1] 中,得到 {q}"),
    "too-few-dims": ("{function}: input needs at least {least} dimensions, got {ndim} dimensions", "{function}:输入至少要 {least} 维,得到 {ndim} 维"),
    "rotation-dims": ("expected total rotation dims == 2, but got dims = {dims} of a tensor with {ndim} dimensions", "旋转要两个不同的维:得到 {dims},张量有 {ndim} 维"),
    "roll-shifts": ("`shifts` required, one for each of dims: got {shifts} shifts and {dims} dims", "roll 的 shifts 应与 dims 一一对应:得到 {shifts} 个与 {dims} 个"),
    "stack-of-nothing": ("{function} expects a non-empty TensorList", "{function} 的张量列表不能为空"),
    "cat-not-tensors": (
        "cat(): argument 'tensors' must be tuple of Tensors, got {kind}: write torch.cat([a, b])", "cat 的参数应为张量的列表或元组,得到 {kind}:请写 torch.cat([a, b])"),
    "diag-dims": ("diag(): Supports 1D or 2D tensors. Got {ndim}D", "diag 只支持一维或二维张量,得到 {ndim} 维"),
    "diagonal-dims": ("diagonal dimensions cannot be identical {a}, {b}", "对角线的两个维不能相同:{a}、{b}"),
    "boundaries-dims": ("boundaries tensor must be 1 dimension, but got dim({ndim})", "boundaries 应为一维张量,得到 {ndim} 维"),
    "cross-dims": (
        "linalg.cross: inputs must have the same number of dimensions: got shapes {a} and {b}", "cross 的两个输入维数应相同:形状 {a} 与 {b}"),
    "cross-size": ("linalg.cross: inputs dimension {dim} must have length 3", "cross 的第 {dim} 维大小应为 3"),
    "split-dims": (
        "torch.{function} requires a tensor with at least {least} dimension, but got a tensor with {ndim} dimensions!",
        "{function} 要求张量至少 {least} 维,得到 {ndim} 维"),
    "movedim-dims": (
        "movedim: Invalid source or destination dims: source ({source} dims) should contain the same number of dims as destination ({destination} dims)",
        "movedim 的 source {source} 与 destination {destination} 个数应相同"),
    "movedim-twice": ("movedim: repeated dim in `{which}` ({dims})", "movedim 的 {which} 中有重复的维:{dims}"),
    "narrow-of-scalar": ("narrow() cannot be applied to a 0-dim tensor.", "narrow 不能用于 0 维张量"),
    "steps-float": (
        "linspace(): received an invalid combination of arguments: steps must be an int, got {steps}: write int(steps)",
        "linspace 的 steps 应为整数,得到 {steps}:请写 int(steps)"),
    "range-of-vectors": ("linspace only supports 0-dimensional start and end tensors", "linspace 的起点与终点应为 0 维张量"),
    "steps-negative": ("number of steps must be non-negative, got {steps}", "点数不能为负:{steps}"),
    "matrix-view-dims": (
        "tensor.{name} is only supported on matrices or batches of matrices. Got 1-D tensor: write x.unsqueeze(0) for one row",
        "tensor.{name} 只用于矩阵或一批矩阵,得到一维张量:请写 x.unsqueeze(0)"),
    "adjoint-dims": (
        "tensor.H is only supported on matrices (2-D tensors). Got {ndim}-D tensor: write x.mH for batches of matrices",
        "tensor.H 只用于矩阵(二维),得到 {ndim} 维:一批矩阵请用 x.mH"),
    "integer-addcdiv": (
        "Integer division with addcdiv is no longer supported: got {a} and {b}. Write input + value * torch.trunc(tensor1 / tensor2) or "
        "tensor1.float()",
        "addcdiv 不再支持整数除法:得到 {a} 与 {b}。请写 tensor1.float()"),
    "einsum-sizes": (
        "einsum(): subscript {letter} has size {b} for an operand which does not broadcast with previously seen size {a}",
        "einsum 的下标 {letter} 在一个操作数中大小为 {a},在另一个中为 {b}"),
    "topk-of-bool": (
        "topk does not support bool dtypes on CPU: write x.to(torch.uint8).topk(k)", "topk 不支持布尔张量:请写 x.to(torch.uint8).topk(k)"),
    "index-add-dtype": (
        "index_add_(): self ({own}) and source ({source}) must have the same scalar type: write source.to(input.dtype)",
        "index_add 的两个张量 dtype 应相同,得到 {own} 与 {source}:请写 source.to(input.dtype)"),
    "index-add-count": (
        "index_add_(): Number of indices ({indices}) should be equal to source.size(dim): ({entries}), for dim: {dim}",
        "index_add 的下标有 {indices} 个,而 source 沿第 {dim} 维有 {entries} 个:两者应相等"),
    "index-add-scalar": (
        "Dimension specified as {dim} but tensor has no dimensions: {indices} indices need a source with as many entries",
        "source 是 0 维张量,而下标有 {indices} 个:两者个数应相等"),
    "similarity-dtype": (
        "expected common dtype to be floating point, yet common dtype is {dtype}: write x.float()", "余弦相似度需要浮点数,得到 {dtype}:请写 x.float()"),
    "positive-of-bool": (
        "The `+` operator, on a bool tensor is not supported: write x.to(torch.int64)", "布尔张量不支持一元 +:请写 x.to(torch.int64)"),
    "default-tensor-type": (
        "only floating-point types on the CPU are supported as the default type, got {name}: write torch.set_default_dtype(torch.float64)",
        "默认类型只能是 CPU 上的浮点类型,得到 {name}:请写 torch.set_default_dtype(torch.float64)"),
    "file-too-short": (
        "{name} holds {have} elements, fewer than the {wanted} asked for", "文件 {name} 只有 {have} 个元素,少于所要的 {wanted} 个"),
    "negative-size": (
        "Trying to create tensor with negative dimension: {shape}", "张量各维的大小不能为负:{shape}"),
    "size-negative": ("{name} must be greater or equal to 0, got {value}", "{name} 不能为负:{value}"),
    "range-too-large": ("invalid size, possible overflow? arange({start}, {end}, {step}) has too many elements", "arange({start}, {end}, {step}) 的元素过多"),
    "range-tolerance": ("{name} must be greater than or equal to zero, but got {value}", "{name} 不能为负:{value}"),
    "complex-parts": (
        "Expected both inputs to be Half, Float or Double tensors of one dtype but got {a} and {b}: write x.float()",
        "实部与虚部应为同一浮点类型,得到 {a} 与 {b}:请写 x.float()"),
    "fill-overflow": (
        "value cannot be converted to type {dtype} without overflow: got {value}", "数 {value} 超出类型 {dtype} 的范围"),
    "masked-scatter-mask": ("masked_scatter_ only supports boolean masks, but got mask with dtype {dtype}: write mask.bool()",
                            "masked_scatter 的掩码应为布尔张量,得到 {dtype}:请写 mask.bool()"),
    "scatter-dtype": (
        "{function}(): Expected self.dtype to be equal to src.dtype: got {target} and {source}: write src.to(x.dtype)",
        "{function}:src 的类型 {source} 应与张量的类型 {target} 相同:请写 src.to(x.dtype)"),
    "put-index": (
        "put_(): Expected a long tensor for index, but got {dtype}: write index.long()", "put_ 的 index 应是 int64,得到 {dtype}:请写 index.long()"),
    "put-sizes": (
        "put_(): Expected source and index to have the same number of elements, but got {source} and {index}",
        "put_ 的 source 有 {source} 个元素,index 有 {index} 个,应相同"),
    "index-copy-index": (
        "index_copy_(): Index should have dimension 1 or 0 (got {ndim}): write index.flatten()",
        "index_copy 的 index 应是 1 维或 0 维,得到 {ndim} 维:请写 index.flatten()"),
    "index-copy-dims": (
        "index_copy_(): When source and destination are not scalars, their dimensionality must match. Source dimensionality ({source}), "
        "destination dimensionality ({target})",
        "index_copy 的 source 有 {source} 维,目标有 {target} 维,应相同"),
    "index-copy-slices": (
        "index_copy_(): Source/destination tensor must have same slice shapes. Destination slice shape: {target}, source slice shape: {source}",
        "index_copy 的每一片形状应相同:目标 {target},source {source}"),
    "index-copy-entries": (
        "index_copy_(): Number of indices ({index}) should be equal to source.size(dim) ({source}), dim {dim}",
        "index_copy 的 index 有 {index} 个,source 在第 {dim} 维有 {source} 个,应相同"),
    "diagonal-of-vector": (
        "dimensions must larger than 1: fill_diagonal_ was called on a tensor of {ndim} dimensions",
        "fill_diagonal_ 要求至少 2 维,得到 {ndim} 维"),
    "diagonal-of-unequal": (
        "all dimensions of input must be of equal length: got {shape}", "超过 2 维时各维大小应相同,得到 {shape}"),
    "unflatten-scalar": (
        "unflatten got a tensor without dimensions: write x.reshape(...)", "unflatten 要求至少 1 维:请写 x.reshape(...)"),
    "unfold-arguments": (
        "size is {size} but must be >= 0, and step is {step} but must be > 0", "窗口 {size} 不能为负,步长 {step} 应大于 0"),
    "scatter-dims": (
        "Index tensor must have the same number of dimensions as {name} tensor: got {index} and {ndim}",
        "索引张量的维数 {index} 应与 {name} 的维数 {ndim} 相同"),
    "index-reduce-name": (
        'index_reduce(): Expected reduce to be one of prod, mean, amax or amin but got "{name}"', "index_reduce 的方式应为 prod、mean、amax、amin 之一,得到 {name}"),
    "empty-permuted": (
        "Number of dimensions in size does not match the length of the physical_layout: got {size} and {layout}",
        "大小 {size} 的维数应与 physical_layout {layout} 相同且互不重复"),
    "index-add-shape": (
        "source tensor shape must match self tensor shape, excluding the specified dimension. Got self.shape = {target} source.shape = {source}",
        "source 的形状 {source} 除索引的维外应与张量的形状 {target} 相同"),
    "polygamma-order": ("polygamma(n, x) does not support negative n: got {n}", "polygamma(n, x) 的 n 不能为负:{n}"),
    "mvlgamma-dimension": (
        "mvlgamma: p has to be greater than or equal to 1, got {p}", "mvlgamma 的 p 应不小于 1,得到 {p}"),
    "fft-norm": (
        'Invalid normalization mode: "{norm}": write "backward", "forward" or "ortho"',
        '归一化方式 "{norm}" 不存在:请写 "backward"、"forward" 或 "ortho"'),
    "fft-no-dims": (
        "Dimension specified as {dim} but tensor has no dimensions: give the transform a tensor with at least one",
        "指定了维 {dim},但张量没有维:请给至少一维的张量"),
    "fft-size": (
        "Invalid number of data points ({size}) specified: a transform needs at least 1", "变换的点数 {size} 无效:至少要有 1 个点"),
    "fft-half": ("Unsupported dtype {dtype} for a transform: write x.float()", "变换不支持类型 {dtype}:请写 x.float()"),
    "fft-of-complex": (
        "{function} expects a real input tensor, but got a complex one: write torch.fft.fft, or x.real",
        "{function} 需要实数张量,得到复数:请用 torch.fft.fft,或写 x.real"),
    "fft-too-many-sizes": (
        "Got shape with {sizes} values but input tensor only has {ndim} dimensions.", "给了大小 {sizes},但张量只有 {ndim} 维"),
    "fft-dims-twice": ("FFT dims must be unique: got {dims}", "变换的维不能重复:{dims}"),
    "fft-sizes-and-dims": (
        "When given, dim and shape arguments must have the same length: got {sizes} and {dims}", "大小 {sizes} 与维 {dims} 的个数应相同"),
    "fft-without-dims": ("{function} must transform at least one axis: give dim", "{function} 至少要变换一维:请给出 dim"),
    "window-length": ("{name} requires non-negative window length, got M={length}", "{name} 的窗长不能为负:{length}"),
    "window-layout": (
        "{name} is implemented for strided tensors only, got: {layout}", "{name} 只支持 torch.strided,得到 {layout}"),
    "window-dtype": ("{name} expects float32 or float64 dtypes, got: {dtype}", "{name} 的类型应为 float32 或 float64,得到 {dtype}"),
    "window-weights": ("Coefficients must be a list of at least one number, got {kind}", "系数应为非空的数列,得到 {kind}"),
    "window-positive": ("{name} must be positive, got: {value} instead.", "{name} 应为正数,得到 {value}"),
    "window-center": ("Center must be None for symmetric windows: write sym=False", "对称的窗不能指定 center:请写 sym=False"),
    "stft-positive": ("stft: expected {name} > 0, but got {value}", "stft:{name} 应为正数,得到 {value}"),
    "stft-window": ("stft: expected 0 < {length} <= {n_fft}: the window or n_fft is longer than what it is laid over",
                    "stft:应有 0 < {length} <= {n_fft}:窗或 n_fft 比信号长"),
    "stft-window-shape": (
        "stft: expected a 1D window tensor of size equal to win_length={length}, but got window with size {shape}",
        "stft:窗应为长 {length} 的一维张量,得到形状 {shape}"),
    "stft-input": (
        "stft and istft take floating-point signals (L) or (B, L), and complex transforms (F, T) or (B, F, T): got {problem}",
        "stft 与 istft 接受浮点信号 (L) 或 (B, L)、复数变换 (F, T) 或 (B, F, T):得到 {problem}"),
    "stft-return-complex": (
        "stft requires the return_complex parameter be given for real inputs: write return_complex=True",
        "对实数输入,stft 要给出 return_complex:请写 return_complex=True"),
    "istft-cover": (
        "window overlap add min: the windows leave parts of the signal uncovered: write a smaller hop_length, or center=True",
        "窗没有覆盖整个信号:请减小 hop_length,或写 center=True"),
    "istft-short": (
        "The length of signal is shorter than the length parameter. Result is being padded with zeros in the tail. Its length is {length}.",
        "信号比 length 短,末尾用零补足,长 {length}"),
    "out-not-tensor": (
        "out= must be a tensor, or a tuple of them where there are several results, not {kind}: write out=torch.empty(0)",
        "out= 应为张量(有多个结果时为张量的元组),得到 {kind}:请写 out=torch.empty(0)"),
    "out-with-gradient": (
        "functions with out=... arguments don't support automatic differentiation, but one of the arguments requires grad: "
        "leave out= away, or write inside torch.no_grad()",
        "带 out= 的函数不支持自动求导,而某个参数需要梯度:请去掉 out=,或写在 torch.no_grad() 中"),
    "out-exact-dtype": (
        "Expected out tensor to have dtype {result}, but got {target} instead", "out= 的类型应为 {result},得到 {target}"),
    "split-size": (
        "torch.{function} attempted to split along dimension {dim}, but the size of the dimension {size} is not divisible by the split_size {parts}!",
        "{function}:第 {dim} 维的大小 {size} 不能被 {parts} 整除"),
    "narrow-start-tensor": (
        "start must be an 0-dim integral Tensor, got {dtype} of shape {shape}", "narrow 的起点应为整数或 0 维整数张量,得到 {dtype},形状 {shape}"),
    "narrow-copy-dim": (
        "Expected dim < {ndim}, but got {dim}: narrow_copy counts the dimensions from 0", "narrow_copy 的 dim 应小于 {ndim},得到 {dim}"),
    "empty-dimension": (
        "{function}(): Expected reduction dim {dim} to have non-zero size.", "{function}() 的第 {dim} 维没有元素"),
    "histogram-edges": (
        "histogram: bins tensor should have at least 1 element, but got 0 elements: give the edges of the intervals, or their number",
        "histogram:bins 至少要有 1 个元素,得到 0 个:给出各区间的边界,或区间的个数"),
    "histogram-number": (
        "histogram: bins must be > 0, but got {bins}", "histogram:bins 应大于 0,得到 {bins}"),
    "histogram-finite": (
        "histogram: range of [{low}, {high}] is not finite", "histogram:范围 [{low}, {high}] 不是有限的"),
    "repeats-size": (
        "repeats must have the same size as input along dim, but got repeats.size(0) = {repeats} and input.size({dim}) = {size}",
        "repeats 的个数应等于 input 在该维的大小,得到 {repeats},而 input.size({dim}) = {size}"),
    "narrow-start": (
        "start out of range (expected to be in range of [{low}, {high}], but got {start})", "narrow 的起点应在 [{low}, {high}] 中,得到 {start}"),
    "out-dtype": (
        "result type {result} can't be cast to the desired output type {target}: give an out= tensor of the result's type",
        "结果类型 {result} 不能转换为 out= 张量的类型 {target}:请给出类型与结果相同的 out= 张量"),
    "argument-not-tensor": (
        "{function}(): argument '{name}' must be Tensor, not {kind}: write torch.tensor(...) around it",
        "{function}():参数 {name} 应为张量,得到 {kind}:请用 torch.tensor(...) 转换"),
    "tensor-of-tensor": (
        "To copy construct from a tensor, it is recommended to use sourceTensor.detach().clone() or "
        "sourceTensor.detach().clone().requires_grad_(True), rather than torch.tensor(sourceTensor).",
        "复制张量请写 x.detach().clone() 或 x.detach().clone().requires_grad_(True),不要写 torch.tensor(x):新张量与 x 的计算图是断开的。"),
    "row-out-of-range": ("index out of range in self: got {index} of {size} entries", "索引 {index} 超出范围(共 {size} 项)"),
    "row-out-of-data": (
        "INDICES element is out of DATA bounds, id={index} axis_dim={size}", "索引 {index} 超出范围(共 {size} 项)"),
    "index-out-of-range": (
        "index {index} is out of bounds for dimension {dim} with size {size}", "索引 {index} 超出第 {dim} 维的范围(大小 {size})"),
    "product-input": (
        "{operation}: the input of shape {input} must expand to the product's shape {product}: The expanded size must match the existing size",
        "{operation} 的 input 形状 {input} 不能扩展为乘积的形状 {product}"),
    "product-shapes": (
        "mat1 and mat2 shapes cannot be multiplied ({a} and {b}) in {operation}: the last size of the first must be the first of the "
        "second; a layer Linear(n, m) takes inputs of n columns",
        "矩阵不能相乘({operation}):{a} 与 {b}。前者的最后一维必须等于后者的第一维;Linear(n, m) 的输入应有 n 列"),
    "product-ndim": (
        "{operation}: expected a tensor of {expected} dimensions, got one of shape {shape}",
        "{operation}:应为 {expected} 维张量,得到形状 {shape}"),
    "indices-too-many": (
        "{given} dimensions are indexed by tensors at once, or by a mask; at most {most} are here. Write x.flatten() and one index",
        "同时被张量(或掩码)索引的维度有 {given} 个,这里最多 {most} 个。请先写 x.flatten(),再用一个索引"),
    "dim-order-check": (
        "The ambiguity_check argument must be a bool or a list of memory formats.",
        "ambiguity_check 须是布尔值或内存格式的列表,得到 {given!r}。"),
    "dim-order-ambiguous": (
        "The tensor does not have unique dim order, or cannot map to exact one of the given memory formats.",
        "这个张量的维度次序不唯一,或不能对应到给出的某一种内存格式。"),
    "no-comparison": (
        "No comparison pair was able to handle inputs of type {actual} and {expected}.",
        "无法比较 {actual} 与 {expected} 类型的对象。"),
    "tolerances-both": (
        "Both 'rtol' and 'atol' must be either specified or omitted, but got no {missing}.",
        "'rtol' 与 'atol' 须同时给出或同时省略,缺少 {missing}。"),
    "assert-allclose": (
        "torch.testing.assert_allclose() is deprecated; write torch.testing.assert_close()",
        "torch.testing.assert_allclose() 已弃用;请写 torch.testing.assert_close()"),
    "memory-format-rank": (
        "required rank {rank} tensor to use {format} format; this one has {ndim} dimensions",
        "{format} 格式只用于 {rank} 维张量,这个张量是 {ndim} 维"),
    "einsum-number": (
        "einsum(): subscript in subscript list is not within the valid range [0, {limit}): {number}",
        "einsum():下标 {number} 不在 [0, {limit}) 内"),
    "asarray-of-sequence": (
        "can't alias arbitrary sequence into a tensor. Leave copy=False out, or make a NumPy array first",
        "任意序列无法与张量共享内存。去掉 copy=False,或先转成 NumPy 数组"),
    "asarray-needs-copy": (
        "can't alias tensor with dtype '{given}' into dtype '{wanted}'. Leave copy=False out",
        "类型 {given} 的张量不能不经复制变为 {wanted}。去掉 copy=False"),
    "repeats-of-indices": (
        "repeat_interleave only accept 1D vector as repeat, of int32 or int64; these have {ndim} dimensions and {dtype}",
        "repeat_interleave 的次数须是 int32 或 int64 的一维张量,得到 {ndim} 维、{dtype}"),
    "einsum-operands": (
        "einsum(): the equation {equation!r} names {expected} operands but {given} were given",
        "einsum():式子 {equation!r} 需要 {expected} 个操作数,给出了 {given} 个"),
    "einsum-dims": (
        "einsum(): the letters {letters!r} of {equation!r} do not fit an operand of shape {shape}",
        "einsum():式子 {equation!r} 中的 {letters!r} 与形状 {shape} 不符"),
    "broadcast-shapes": (
        "Attempting to broadcast a dimension of length {size} at {dim}! Mismatching argument at index {index} had torch.Size({shape}); but "
        "expected shape should be broadcastable to {expected}",
        "不能广播：第 {index} 个形状 {shape} 在第 {dim} 维的长度是 {size}，与 {expected} 不符"),
    "shape-ambiguous": (
        "cannot reshape tensor of 0 elements into shape {shape} because the unspecified dimension size -1 can be any value and is ambiguous",
        "没有元素的张量不能排成形状 {shape}：-1 处可以是任何数"),
    "unflatten-sizes": (
        "unflatten: Provided sizes {sizes} don't multiply up to the size of dim {dim} ({size}) in the input tensor",
        "unflatten：{sizes} 的乘积不等于第 {dim} 维的长度 {size}",
    ),
    "shape-invalid": ("shape '{shape}' is invalid for input of size {size}", "{size} 个元素不能排成形状 {shape}"),
    "two-inferred-dims": ("only one dimension can be inferred: write -1 once", "只能有一个维度写成 -1"),
    "flatten-order": (
        "flatten() has invalid args: start_dim cannot come after end_dim ({start}, {end})", "flatten():start_dim {start} 在 end_dim {end} 之后"),
    "t-of-many-dims": (
        "t() expects a tensor with <= 2 dimensions, but self is {ndim}D: write x.transpose(a, b) or x.mT",
        "t() 只用于二维以内的张量,这里是 {ndim} 维:请写 x.transpose(a, b) 或 x.mT"),
    "permute-length": (
        "permute(dims): number of dimensions in the tensor input does not match the length of the desired ordering of dimensions "
        "i.e. input.dim() = {ndim} is not equal to len(dims) = {dims}",
        "permute 的维度个数不对:张量有 {ndim} 维,给出了 {dims}"),
    "expand-too-few": (
        "expand(torch.{kind}{{{shape}}}, size={to}): the number of sizes provided ({given}) must be greater or equal to the number of "
        "dimensions in the tensor ({ndim})",
        "expand({to}):维数不能少于张量的维数(形状 {shape})"),
    "expand-impossible": (
        "The expanded size {to} must match the existing size {shape} at non-singleton dimensions", "形状 {shape} 不能扩展为 {to}:只有大小为 1 的维度可以扩展"),
    "narrow-outside": (
        "start ({start}) + length ({length}) exceeds dimension size ({size}).", "start({start})+ length({length})超出了维度大小({size})"),
    "unfold-too-large": (
        "maximum size for tensor at this dimension is {have} but size is {size}", "这一维的大小是 {have},窗口 {size} 太大"),
    "split-sizes": (
        "split_with_sizes expects split_sizes to sum exactly to {size}, but got split_sizes={sizes}", "各段大小 {sizes} 之和应为 {size}"),
    "bool-subtraction": (
        "Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` operator instead.",
        "两个布尔张量不能相减:请用 `^` 或 `logical_xor()`。"),
    "rounding-mode": (
        "div expected rounding_mode to be one of None, 'trunc', or 'floor' but found {mode!r}", "rounding_mode 应为 None、'trunc' 或 'floor',得到 {mode!r}"),
    "clamp-without-bounds": ("torch.clamp: At least one of 'min' or 'max' must not be None", "clamp 至少要给出 min 或 max"),
    "mask-not-bool": (
        "masked_fill_ only supports boolean masks, but got mask with dtype {dtype}: write mask.bool()", "掩码应为布尔张量,得到 {dtype}:请写 mask.bool()"),
    "fill-value-not-scalar": (
        "masked_fill_ only supports a 0-dimensional value tensor, but got tensor with {ndim} dimension(s).", "填充值应为一个数,得到 {ndim} 维张量"),
    "condition-not-bool": (
        "where expected condition to be a boolean tensor, but got a tensor with dtype {dtype}: write condition.bool()",
        "where 的条件应为布尔张量,得到 {dtype}:请写 condition.bool()"),
    "spread-of-integers": (
        "std and var only support floating point and complex dtypes, got {dtype}: write x.float()", "std 和 var 只支持浮点数,得到 {dtype}:请写 x.float()"),
    "mean-of-integers": (
        "mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. Got: {dtype}: write "
        "x.float().mean()",
        "mean():整数张量({dtype})不能求平均:请写 x.float().mean()"),
    "dtypes-differ": ("{a} did not match {b}: the dtypes must be equal", "类型不同:{a} 和 {b}"),
    "cannot-assign": ("can't assign this value to a tensor: give a number, a tensor or an array", "不能把这个值写入张量:请给出数、张量或数组"),
    "invert-of-floats": (
        "~ (operator.invert) is only implemented on integer and Boolean-type tensors, not on {dtype}: write -x, or 1 - x for a mask of "
        "numbers",
        "~ 只用于整数与布尔张量，不能用于 {dtype}：请写 -x，数值掩码请写 1 - x"),
    "index-of-number": (
        "invalid index of a 0-dim tensor. Use `tensor.item()` to convert a 0-dim tensor to a number: losses are numbers since PyTorch 0.5, "
        "so write loss.item() for loss.data[0]",
        "0 维张量不能用下标。请用 tensor.item() 取出数值：自 PyTorch 0.5 起损失是一个数，loss.data[0] 请写成 loss.item()"),
    "too-many-indices": ("too many indices for tensor of dimension {ndim} ({given} given)", "{ndim} 维张量用了 {given} 个索引"),
    "slice-step": (
        "step must be greater than zero: write x.flip(0) to reverse a dimension", "切片的步长必须大于零:要倒序请写 x.flip(0)"),
    "mask-shape": (
        "The shape of the mask {mask} at index {at} does not match the shape of the indexed tensor {shape} at index {at}",
        "掩码的形状 {mask} 与被索引张量的形状 {shape} 在第 {at} 维不符"),
    "masked-scatter-size": (
        "masked_scatter: expected self and source to have the same dtypes and the source to have as many elements as the mask has ones: "
        "{given} of {wanted}",
        "masked_scatter:掩码中有 {wanted} 个 True,source 只有 {given} 个元素"),
    "scatter-reduce-name": (
        "reduce argument must be either sum, prod, mean, amax or amin, got {name}", "reduce 应为 sum、prod、mean、amax 或 amin,得到 {name}"),
    "index-select-of-scalar": (
        "index_select(): Index to scalar can have only 1 value, got {given} value(s)", "index_select():零维张量只能用一个索引,给出了 {given} 个"),
    "norm-of-integers": (
        "linalg.vector_norm: Expected a floating point or complex tensor as input. Got {dtype}: write x.float().norm()",
        "norm() 只支持浮点数,得到 {dtype}:请写 x.float().norm()"),
    "lerp-dtypes": (
        "expected dtype {a} for `end` but got dtype {b}: write end.to(input.dtype)", "lerp() 的 end 应为 {a},得到 {b}:请写 end.to(input.dtype)"),
    "strided-arguments": (
        "as_strided takes as many strides as sizes, and neither negative ones nor a negative offset; got sizes {size}, strides {stride}, storage offset {offset}",
        "as_strided 的步长与大小个数应相同,且都不为负,偏移也不为负;得到大小 {size},步长 {stride},偏移 {offset}"),
    "strided-outside": (
        "setStorage: sizes {size}, strides {stride}, storage offset {offset}, and itemsize {itemsize} requiring a storage size of {needed} are out of bounds for storage of size {have}: they would reach memory that is not the tensor's",
        "大小 {size}、步长 {stride}、偏移 {offset}(每个元素 {itemsize} 字节)需要 {needed} 字节的存储,而存储只有 {have} 字节(setStorage: out of bounds):会读到不属于这个张量的内存"),
    "gather-index-dtype": (
        "{function}(): Expected dtype int64 for index, got {dtype}: write index.long()",
        "{function}() 的 index 应为 int64,得到 {dtype}:请写 index.long()"),
    "unravel-dtype": (
        "expected 'indices' to be integer dtype, but got {dtype}: write indices.long()", "indices 应为整数类型,得到 {dtype}:请写 indices.long()"),
    "alpha-of-integers": (
        "For integral input tensors, argument alpha must not be a floating point number, got {alpha}: write x + alpha * y",
        "整数张量的 alpha 不能是浮点数 {alpha}:请写 x + alpha * y"),
    "prelu-dtypes": ("prelu: Type promoting not supported. Got {a} and {b}: write weight.to(x.dtype)", "prelu 的两个类型应相同,得到 {a} 与 {b}"),
    "norm-parameter-dtype": (
        "mixed dtype (CPU): expect parameter to have scalar type of Float, got {name} of {given} for input of {input}: write "
        "model.to(x.dtype), or x.to(weight.dtype)",
        "{name} 的类型 {given} 与输入的类型 {input} 不同:请写 model.to(x.dtype) 或 x.to(weight.dtype)"),
    "index-dtype": (
        "tensors used as indices must be long, int, byte or bool tensors, got {dtype}: write index.long()",
        "作索引的张量应为整数或布尔类型,得到 {dtype}:请写 index.long()"),
    "randint-bounds": ("random_ expects 'from' to be less than 'to', but got from={low} >= to={high}", "randint 的下界 {low} 应小于上界 {high}"),
    "no-such-device": (
        "there is no device {device} here: this package computes on the CPU. Write "
        "device = torch.device(\"cuda\" if torch.cuda.is_available() else \"cpu\")",
        "这里没有设备 {device}:本框架在 CPU 上计算。请写 device = torch.device(\"cuda\" if torch.cuda.is_available() else \"cpu\")"),
    "unknown-device": (
        "Expected one of cpu, cuda, mps, meta device type at start of device string: {device}", "不认识的设备:{device}"),
    "no-cuda": (
        "Torch not compiled with CUDA enabled: this package computes on the CPU. Leave .cuda() out, or write .to(device) with "
        "device = torch.device(\"cuda\" if torch.cuda.is_available() else \"cpu\")",
        "这里没有 CUDA:本框架在 CPU 上计算。请去掉 .cuda(),或写 .to(device),其中 "
        "device = torch.device(\"cuda\" if torch.cuda.is_available() else \"cpu\")"),
    "not-tensor-data": (
        "can't make a tensor of {kind}: give numbers, nested lists of numbers, or an array; encode text and categories as numbers first",
        "不能由 {kind} 生成张量:请给出数、数的嵌套列表或数组;文字和类别要先编码成数"),
    "expected-ndarray": (
        "expected np.ndarray (got {kind}): write torch.tensor(...) for lists and numbers", "应为 NumPy 数组,得到 {kind}:列表和数请用 torch.tensor(...)"),
    "arange-step-zero": ("step must be nonzero", "步长不能为零"),
    "arange-bounds": (
        "upper bound and lower bound inconsistent with step sign: arange({start}, {end}, {step})", "上下界与步长的符号不一致:arange({start}, {end}, {step})"),
    "number-overflow": (
        "value cannot be converted to type {dtype} without overflow: {value}", "数 {value} 超出类型 {dtype} 的范围"),
    "ragged-data": ("nested sequences do not form a tensor: {problem}", "嵌套列表不能组成张量:{problem}"),
    "item-of-several": (
        "a Tensor with {size} elements cannot be converted to Scalar: write .tolist(), or reduce it with .mean() or .sum() first",
        "有 {size} 个元素的张量不能变成一个数:请用 .tolist(),或先 .mean()、.sum()"),
    "numpy-of-grad": (
        "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.", "需要梯度的张量不能直接 numpy():请写 x.detach().numpy()"),
    "truth-of-several": (
        "Boolean value of Tensor with more than one value is ambiguous ({size} values): write (condition).any() or (condition).all()",
        "有 {size} 个值的张量没有确定的真假:请写 (条件).any() 或 (条件).all()"),
    "index-not-integer": ("only integer tensors of a single element can be converted to an index", "只有一个整数元素的张量才能作索引"),
    "imag-of-real": ("imag is not implemented for tensors with non-complex dtypes ({dtype})", "实数张量({dtype})没有虚部"),
    "len-of-0-dim": ("len() of a 0-d tensor", "零维张量没有长度"),
    "iteration-of-0-dim": ("iteration over a 0-d tensor", "不能遍历零维张量"),
    "cat-of-nothing": ("expected a non-empty list of Tensors", "列表中至少要有一个张量"),
    "cat-of-scalars": (
        "zero-dimensional tensor (at position 0) cannot be concatenated: write torch.stack", "零维张量不能用 cat 拼接:请用 torch.stack"),
    "cat-shapes": (
        "Sizes of tensors must match except in dimension {dim}. Expected {first} but got {shape} for tensor number {index} in the list.",
        "除第 {dim} 维外各张量的大小必须相同:第一个是 {first},第 {index} 个是 {shape}。"),
    "stack-shapes": (
        "stack expects each tensor to be equal size, but got {first} at entry 0 and {shape} later: write torch.cat to join along a "
        "dimension",
        "stack 的各张量形状必须相同:第一个是 {first},后面有 {shape};沿已有维度拼接请用 torch.cat"),
    "repeat-too-few": (
        "Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor ({ndim} dimensions, repeat{repeats})",
        "repeat 的参数个数不能少于张量的维数({ndim} 维,给出 {repeats})"),
    "triangle-ndim": (
        "tril() and triu() take the triangle of matrices: the tensor must have at least 2 dimensions, its shape is {shape}",
        "tril() 和 triu() 只用于矩阵:张量至少要有两维,形状是 {shape}"),
    "topk-too-many": ("selected index k out of range: k={k}, dimension {dim} has size {size}", "k={k} 超出第 {dim} 维的大小 {size}"),
    "not-a-matrix": (
        "{function}: The input tensor {name} must have at least 2 dimensions, its shape is {shape}",
        "{function}:输入张量 {name} 至少要有两维,形状是 {shape}"),
    "not-square": (
        "{function}: {name} must be batches of square matrices, its shape is {shape}: pinv and lstsq take others",
        "{function}:{name} 必须是方阵(或一批方阵),形状是 {shape};非方阵请用 pinv 或 lstsq"),
    "linalg-floats": (
        "{function}: Expected a floating point or complex tensor as input. Got {dtype}: write x.float()",
        "{function}:输入应为浮点或复数张量,得到 {dtype}:请写 x.float()"),
    "qr-without-q": (
        "The derivative of linalg.qr depends on Q, which is not computed when mode='r': write mode='reduced'",
        "linalg.qr 的导数要用到 Q,而 mode='r' 不计算 Q:请写 mode='reduced'"),
    "qr-complete-gradient": (
        "The QR decomposition is not differentiable when mode='complete' and the matrix has more rows than columns: write mode='reduced'",
        "mode='complete' 且行数大于列数时 QR 分解不可导:请写 mode='reduced'"),
    "multi-dot-few": (
        "multi_dot(): expected at least 2 tensors but got {count}: write linalg.multi_dot([a, b])",
        "multi_dot() 至少要两个张量,得到 {count} 个:请写 linalg.multi_dot([a, b])"),
    "lstsq-driver": (
        "torch.linalg.lstsq: parameter `driver` should be one of gels, gelsy, gelsd, gelss, got {driver}",
        "torch.linalg.lstsq 的 driver 应为 gels、gelsy、gelsd、gelss 之一,得到 {driver}"),
    "norm-of-nothing": (
        "linalg.vector_norm cannot compute the {order:g} norm over the dimension {dim} of shape {shape}, which is empty and has no identity",
        "形状 {shape} 沿维 {dim} 没有元素,不能计算 {order:g} 范数"),
    "norm-order": (
        "linalg.{function}: Order {order} not supported: write 'fro', 'nuc', inf, -inf, 1, -1, 2 or -2",
        "linalg.{function} 不支持阶 {order}:请写 'fro'、'nuc'、inf、-inf、1、-1、2 或 -2"),
    "linalg-inv-failed": (
        "linalg.inv: The diagonal element is zero, the inversion could not be completed because the input matrix is singular (input of "
        "shape {shape}).",
        "linalg.inv:输入(形状 {shape})是奇异矩阵,不能求逆"),
    "linalg-solve-failed": (
        "torch.linalg.solve: The solver failed because the input matrix is singular (input of shape {shape}).",
        "torch.linalg.solve:输入(形状 {shape})是奇异矩阵,方程没有唯一解"),
    "linalg-cholesky-failed": (
        "linalg.cholesky: The factorization could not be completed because the input is not positive-definite (input of shape {shape}).",
        "linalg.cholesky:输入(形状 {shape})不是正定矩阵,不能分解"),
    "linalg-failed": (
        "{operation}: {problem} (input of shape {shape}): the matrix is singular, not positive definite, or not square",
        "{operation}:{problem}(输入形状 {shape}):矩阵奇异、非正定或不是方阵"),
    "uniform-bounds": (
        "uniform_ expects to return a [from, to) range, but found from={low} > to={high}", "uniform_ 的下界 {low} 大于上界 {high}"),
    "negative-std": ("normal expects std >= 0.0, but found std {std}", "标准差不能为负:{std}"),
    "tensor-type-unknown": (
        "invalid type: {name!r}: write a dtype, such as x.type(torch.float32), or 'torch.FloatTensor'",
        "类型无效:{name!r}:请写 dtype,例如 x.type(torch.float32),或 'torch.FloatTensor'"),
    "tensor-type-kind": (
        "dtype must be a type, str, or dtype object, got {kind}: write x.type(torch.float32)",
        "dtype 必须是类型、字符串或 dtype,得到 {kind}:请写 x.type(torch.float32)"),
    "early-arguments": (
        "{name}() received an invalid combination of arguments, got ({kinds}): write numbers by their names, {keywords}",
        "{name}() 的参数组合无效,得到 ({kinds}):请用名字给出数,{keywords}"),
    "early-order": (
        "numbers before tensors are deprecated in {name}(): write them by their names, {keywords}",
        "{name}() 中把数写在张量前面已不推荐:请用名字给出,{keywords}"),
    "random-bounds": (
        "random_() takes from and to, got {names}: write x.random_(low, high), x.random_(high) or x.random_()",
        "random_() 的参数是 from 和 to,得到 {names}:请写 x.random_(low, high)、x.random_(high) 或 x.random_()"),
    "list-of-indices": (
        "a list as several indices is deprecated, since x[list] may come to mean x[torch.tensor(list)]: write x[tuple(list)]",
        "用列表给出多个下标已不推荐,因为 x[list] 今后可能表示 x[torch.tensor(list)]:请写 x[tuple(list)]"),
    "legacy-constructor": (
        "new(): invalid combination of arguments: got ({kinds}). Write torch.tensor(data) for data or torch.zeros(2, 3) for sizes",
        "构造张量的参数不对:({kinds})。由数据生成请写 torch.tensor(data),按大小生成请写 torch.zeros(2, 3)"),
    "legacy-constructor-dtype": (
        "expected {expected} (got {got}): write x.to({expected}) to convert", "应为 {expected},得到 {got}:要转换请写 x.to({expected})"),
    "legacy-constructor-number": (
        "new(): data must be a sequence or sizes (got {value!r}): write torch.tensor({value!r})", "数据应为序列或大小,得到 {value!r}:请写 torch.tensor({value!r})"),
    "together-empty": ("Tensor list must have at least one tensor.", "张量列表中至少要有一个张量。"),
    "together-lengths": (
        "Tensor lists must have the same number of tensors, got {first} and {other}", "各张量列表的长度必须相同，得到 {first} 和 {other}"),
    "together-not-scalar": (
        "scalar tensor expected to be 0 dim but it has {dims} dimensions and {count} elements.",
        "这里应为零维张量，但它有 {dims} 维、{count} 个元素。"),
    "check-element": ("Expected Tensor with single nonzero value, but got zero", "应为一个不为零的元素，但得到零"),
    "check-bool": ("cond must be a bool, but got {kind}: write bool(cond), or torch._check_tensor_all for a tensor",
                   "cond 必须是 bool，而不是 {kind}：请写 bool(cond)，张量请用 torch._check_tensor_all"),
    "check-tensor": ("cond must be a tensor, but got {kind}: write torch._check for a bool", "cond 必须是张量，而不是 {kind}：bool 请用 torch._check"),
    "check-false": ("Expected cond to be True, but got False.", "cond 应为 True，但得到 False。"),
    "nvtx": ("NVTX functions not installed. This package computes on the CPU: leave the marks out, or ask torch.cuda.is_available() first",
             "没有 NVTX：本包在 CPU 上计算。请去掉这些标记，或先查询 torch.cuda.is_available()"),
    "functional-buffers": (
        "make_functional(model): `model` has buffers. Please use make_functional_with_buffers(model) instead.",
        "make_functional(model)：model 含有缓冲区，请改用 make_functional_with_buffers(model)。"),
    "dtype-kind": (
        "argument 'dtype' must be torch.dtype, not {kind}: write one such as torch.float64, or Python's bool, int, float or complex",
        "参数 dtype 必须是 torch.dtype，而不是 {kind}：请写 torch.float64 等类型，或 Python 的 bool、int、float、complex"),
    "finfo-of-integers": (
        "torch.finfo() requires a floating point input type. Use torch.iinfo to handle 'torch.finfo' ({dtype})", "finfo 只用于浮点类型({dtype}):整数请用 torch.iinfo"),
    "iinfo-of-floats": ("torch.iinfo() requires an integer input type. Use torch.finfo to handle {dtype}", "iinfo 只用于整数类型({dtype}):浮点请用 torch.finfo"),
    "threads-below-one": (
        "set_num_threads expects a positive integer, got {n}: write 1 for a single thread", "线程数应为正整数,得到 {n}:只用一个线程请写 1"),
}

"""Texts of the function transformations: vmap, grad, jvp and what stands on them."""

ROWS = {
    "functionalize-remove": (
        "functionalize(f, remove='mutations'): received invalid argument for remove={given!r}. Valid options are: remove='mutations', "
        "remove='mutations_and_views'",
        "functionalize 的 remove 应为 'mutations' 或 'mutations_and_views'，得到 {given!r}"),
    "tree-registered-again": (
        "{kind} is already registered as pytree node",
        "{kind} 已经登记为 pytree 节点"),
    "tree-leaves": (
        "treespec.unflatten(leaves): `leaves` has length {got} but the spec refers to a pytree that holds {expected} items ({spec}).",
        "treespec.unflatten(leaves)：给了 {got} 个叶子，而结构 {spec} 有 {expected} 个"),
    "tree-mismatch": (
        "Node type mismatch; expected {spec}, but got {kind}.",
        "容器的结构不符：应为 {spec}，得到 {kind}"),
    "tree-without-keys": (
        "Did not find a flatten_with_keys_fn for type: {kind}. Please pass a flatten_with_keys_fn argument to register_pytree_node.",
        "{kind} 登记时没有给 flatten_with_keys_fn：请在 register_pytree_node 中给出"),
    "vmap-of-function": (
        "{name}.vmap must return the result and the dimension that its batch lies along, as a tuple of two",
        "{name}.vmap 应返回两个值:结果,以及批所在的维"),
    "vmap-random": (
        "vmap: called random operation while in randomness error mode. Please either use the 'same' or 'different' randomness flags on "
        "vmap (vmap(f, randomness=\"different\")) or perform the randomness operation out of vmap",
        "vmap 中用到了随机数,而 randomness 是 \"error\":请写 vmap(f, randomness=\"different\")(每个样本各抽一次)或 "
        "randomness=\"same\"(所有样本相同),或者在 vmap 之外抽取随机数"),
    "vmap-random-same": (
        "vmap: Cannot ask for randomness=\"same\" when the parameters of the draw differ by example: write randomness=\"different\"",
        "vmap:抽样的参数因样本而异时不能用 randomness=\"same\":请写 randomness=\"different\""),
    "vmap-write": (
        "vmap: an in-place operation would write values that differ by example into a tensor from outside, which has room for one value, "
        "not for {size}: write the operation out of place (y = x + ...), or make the tensor inside the function (x.new_zeros(...))",
        "vmap:原地运算要把因样本而异的值写进 vmap 之外的张量,而它只有一份而不是 {size} 份:请改成非原地运算(y = x + ...),"
        "或在函数里面创建这个张量(x.new_zeros(...))"),
    "vmap-read": (
        "vmap: It looks like you're calling .item() on a Tensor or using it in data-dependent control flow (if, while, print of a number): "
        "a tensor of shape {shape} stands for {size} examples here and has no single value. Write torch.where(condition, a, b) instead of "
        "`if`, and keep values as tensors",
        "vmap:这里形状 {shape} 的张量代表 {size} 个样本,没有唯一的值,不能用 .item(),也不能用在 if、while 里:请用 "
        "torch.where(condition, a, b) 代替 if,并让数值保持为张量"),
    "vmap-no-arguments": (
        "vmap({name})(<inputs>): got no inputs. Maybe you forgot to add inputs, or you are trying to vmap over a function with no inputs. "
        "The latter is unsupported.",
        "vmap({name})(...) 没有得到任何输入:vmap 需要至少一个带样本维度的输入"),
    "vmap-in-dims-structure": (
        "vmap({name}, in_dims={in_dims}, ...)(<inputs>): in_dims is not compatible with the structure of `inputs`. in_dims has structure "
        "{found} but inputs has structure {expected}.",
        "vmap({name}, in_dims={in_dims}):in_dims 的结构 {found} 与输入的结构 {expected} 不符"),
    "vmap-in-dims-type": (
        "vmap({name}, in_dims={in_dims}, ...)(<inputs>): Got in_dim={in_dim} for an input but in_dim must be either an integer dimension "
        "or None.",
        "vmap({name}, in_dims={in_dims}):in_dim={in_dim} 必须是整数或 None"),
    "vmap-in-dim-of-non-tensor": (
        "vmap({name}, in_dims={in_dims}, ...)(<inputs>): Got in_dim={in_dim} for an input but the input is of type {kind}. We cannot vmap "
        "over non-Tensor arguments, please use None as the respective in_dim",
        "vmap({name}, in_dims={in_dims}):in_dim={in_dim} 对应的输入类型是 {kind},不是张量:请为它写 in_dim=None"),
    "vmap-in-dim-range": (
        "vmap({name}, in_dims={in_dims}, ...)(<inputs>): Got in_dim={in_dim} for some input, but that input is a Tensor of dimensionality "
        "{ndim} so expected in_dim to satisfy -{ndim} <= in_dim < {ndim}.",
        "vmap({name}, in_dims={in_dims}):in_dim={in_dim} 超出范围,对应的张量有 {ndim} 维"),
    "vmap-sizes": (
        "vmap: Expected all tensors to have the same size in the mapped dimension, got sizes {sizes} for the mapped dimension",
        "vmap:所有被映射的维度大小必须相同,得到 {sizes}"),
    "vmap-nothing-mapped": (
        "vmap({name}, in_dims={in_dims}, ...)(<inputs>): at least one of the in_dims must be an integer: got None for all inputs",
        "vmap({name}, in_dims={in_dims}):至少要有一个输入的 in_dim 是整数"),
    "vmap-result-type": (
        "vmap({name}, ...): `{name}` must only return Tensors, got type {kind}. Did you mean to set out_dims= to None for output?",
        "vmap({name}):`{name}` 只能返回张量,得到 {kind}"),
    "vmap-out-dims-structure": (
        "vmap({name}, ..., out_dims={out_dims})(<inputs>): out_dims is not compatible with the structure of `outputs`. out_dims has structure "
        "{found} but outputs has structure {expected}.",
        "vmap({name}, out_dims={out_dims}):out_dims 的结构 {found} 与输出的结构 {expected} 不符"),
    "vmap-out-dim-none": (
        "vmap({name}, ...): `{name}` can not return a BatchedTensor when out_dim is None: its value differs by example, give an integer "
        "out_dim",
        "vmap({name}):输出因样本而异,out_dim 不能是 None,请写一个整数"),
    "vmap-out-dim-range": (
        "Dimension out of range (expected to be in range of [-{ndim}, {high}], but got {out_dim})",
        "out_dim 超出范围:应在 [-{ndim}, {high}] 内,得到 {out_dim}"),
    "vmap-randomness": (
        "Only allowed values for randomness are 'error', 'different', or 'same'. Got {randomness}",
        "randomness 只能是 \"error\"、\"different\" 或 \"same\",得到 {randomness}"),
    "vmap-chunk-size": ("vmap: chunk_size should be None or greater than 0. (got {chunk_size})", "vmap:chunk_size 必须是 None 或正数,得到 {chunk_size}"),
    "jvp-write": (
        "jvp: an in-place operation would write a value with a tangent into a tensor from outside, which has none: write it out of place",
        "jvp:原地运算要把带切向量的值写进外面没有切向量的张量:请改成非原地运算"),
    "func-arguments": ("Got argnum={argnum}, but only {count} positional inputs", "argnum={argnum},但只有 {count} 个位置参数"),
    "func-no-argnums": ("argnums must be non-empty", "argnums 不能为空"),
    "func-argnums-twice": ("argnums elements must be unique, got {argnums}", "argnums 不能重复,得到 {argnums}"),
    "func-input": ("Thing passed to transform API must be Tensor, got {kind}", "求导的输入必须是张量,得到 {kind}"),
    "func-input-integers": (
        "only Tensors of floating point dtype can require gradients, this one is {dtype}: write x.float() first",
        "只有浮点张量可以求导,这一个是 {dtype}:请先写 x.float()"),
    "func-argnums-type": (
        "{name}: argnums must be int or Tuple[int, ...], got: {kind}", "{name}:argnums 必须是整数或整数元组,得到 {kind}"),
    "func-grad-result": (
        "grad_and_value(f)(*args): Expected f(*args) to return a Tensor, got {kind}", "grad 要求函数返回一个张量,得到 {kind}"),
    "func-grad-scalar": (
        "grad_and_value(f)(*args): Expected f(*args) to return a scalar Tensor, got tensor with {ndim} dims: return loss.mean() or "
        "loss.sum(); for the whole matrix of derivatives use jacrev",
        "grad 要求函数返回标量张量,得到 {ndim} 维张量:请返回 loss.mean() 或 loss.sum();要得到整个导数矩阵请用 jacrev"),
    "func-aux": (
        "{call}: output of function f should be a tuple: (output, aux) if has_aux is True", "{call}:has_aux=True 时函数必须返回 (output, aux)"),
    "func-non-tensor": ("{call}: Expected {role} to only contain Tensors, got {kind}", "{call}:{role} 只能包含张量,得到 {kind}"),
    "func-output": (
        "{call}: expected f(*primals) to return only tensors, got unsupported type {kind}", "{call}:函数只能返回张量,得到 {kind}"),
    "func-cotangents": (
        "Expected pytree structure of cotangents to be the same as pytree structure of outputs to the function. cotangents: {found}, "
        "primal output: {expected}",
        "余切向量的结构 {found} 与输出的结构 {expected} 不符"),
    "func-jvp-tuple": (
        "jvp(f, primals, tangents): Expected primals to be a tuple. E.g. it should be valid to call f(*primals).",
        "jvp(f, primals, tangents):primals 必须是元组,使 f(*primals) 成立"),
    "func-tangents": (
        "jvp(f, primals, tangents): Expected primals and tangents to have the same python structure. Got primals with structure {expected} "
        "and tangents with structure {found}",
        "jvp:切向量的结构 {found} 与输入的结构 {expected} 不符"),
    "func-tangent-shape": (
        "Trying to set a forward gradient that has a different size than that of the original Tensor, this is not supported. Tensor is of "
        "size {primal} while the given forward gradient is of size {tangent}.",
        "切向量的形状 {tangent} 与张量的形状 {primal} 不符"),
    "func-no-tensors": ("{name}: expected f to return at least one Tensor, got an empty structure", "{name}:函数没有返回任何张量"),
    "func-vjp-primals": (
        "vjp(f, *primals): Expected at least one primal", "vjp(f, *primals):至少要有一个输入"),
    "functional-call-dictionaries": (
        "Expected parameter_and_buffer_dicts to be a dict, or a list/tuple of dicts, but got {kind}",
        "parameter_and_buffer_dicts 必须是字典,或字典的列表/元组,得到 {kind}"),
    "functional-call-twice": (
        "{names} appeared in multiple dictionaries; behavior of functional call is ambiguous",
        "{names} 出现在多个字典中,无法确定用哪一个"),
    "stack-no-models": (
        "stack_module_state: Expected at least one model, got 0.", "stack_module_state:至少要有一个模型"),
    "stack-training": (
        "stack_module_state: Expected all models to have the same training/eval mode.", "stack_module_state:所有模型必须同为训练模式或同为评估模式"),
    "stack-classes": (
        "stack_module_state: Expected all models to be of the same class.", "stack_module_state:所有模型必须属于同一个类"),
    "functional-input-type": (
        "The {role} must be either a Tensor or a tuple of Tensors but the value at index {index} has type {kind}.",
        "{role} 必须是张量或张量的元组,第 {index} 个的类型是 {kind}"),
    "functional-grad-result-scalar": (
        "The Tensor returned by the function given to {name} should contain a single element", "给 {name} 的函数必须返回只有一个元素的张量"),
    "functional-single-output": (
        "The function given to {name} should return a single Tensor", "给 {name} 的函数必须只返回一个张量"),
    "functional-v-missing": (
        "The vector v can only be None if {reason}.", "只有当{reason}时 v 才能省略"),
    "functional-v-count": (
        "v is a tuple of invalid length: should be {expected} but got {found}.", "v 的长度应为 {expected},得到 {found}"),
    "functional-v-size": (
        "{which}v has invalid size: should be torch.Size({expected}) but got torch.Size({found}).", "{which}v 的形状应为 {expected},得到 {found}"),
    "functional-independent-output": (
        "Output {index} of the user-provided function does not require gradients. The outputs must be computed in a differentiable manner "
        "from the input when running in strict mode.",
        "严格模式下,函数的第 {index} 个输出必须由输入可微地计算得到,但它不需要梯度"),
    "functional-independent-input": (
        "The output of the user-provided function is independent of input {index}. This is not allowed in strict mode.",
        "严格模式下,函数的输出不能与第 {index} 个输入无关"),
    "functional-independent-hessian": (
        "While computing the hessian, found that the jacobian of the user-provided function with respect to input {index} is independent of "
        "the input. This is not allowed in strict mode.",
        "计算海森矩阵时,雅可比矩阵对第 {index} 个输入是常数,严格模式不允许"),
    "functional-independent-jacobian": (
        "The jacobian of the user-provided function is independent of input {index}. This is not allowed in strict mode when "
        "create_graph=True.",
        "严格模式且 create_graph=True 时,雅可比矩阵不能与第 {index} 个输入无关"),
    "functional-strategy": (
        "Expected strategy to be either \"forward-mode\" or \"reverse-mode\". Hint: If your function has more outputs than inputs, "
        "\"forward-mode\" tends to be more performant. Otherwise, prefer to use \"reverse-mode\".",
        "strategy 只能是 \"reverse-mode\" 或 \"forward-mode\":输出比输入多时用 \"forward-mode\",否则用 \"reverse-mode\""),
    "functional-forward-strict": (
        "torch.autograd.functional.jacobian: `strict=True` and `strategy=\"forward-mode\"` are not supported together (yet). "
        "Please either set `strict=False` or `strategy=\"reverse-mode\"`.",
        "jacobian 不支持 strict=True 与 strategy=\"forward-mode\" 同时使用:请写 strict=False 或 strategy=\"reverse-mode\""),
    "functional-strict-vectorize": (
        "torch.autograd.functional.{name}: `strict=True` and `vectorized=True` are not supported together. Please either set "
        "`strict=False` or `vectorize=False`.",
        "{name} 不支持 strict=True 与 vectorize=True 同时使用"),
    "functional-forward-vectorize": (
        "Computing Jacobian using forward-AD or forward-over-reverse Hessian is only implemented for `vectorize=True`.",
        "strategy=\"forward-mode\" 要求 vectorize=True"),
    "dual-level-missing": (
        "Trying to create a dual Tensor for forward AD but no level exists, make sure to enter_dual_level() first: "
        "write `with forward_ad.dual_level():` around it",
        "没有处在 dual_level 中:请把它写在 `with forward_ad.dual_level():` 里面"),
    "dual-tensor-expected": (
        "Expected {role} to be a tensor of floating point or complex dtype, but got: {found}", "{role} 必须是浮点或复数张量,得到 {found}"),
    "dual-shape": (
        "Expected tangent to have the same shape as the tensor: {expected}, but got {found}", "切向量的形状应为 {expected},得到 {found}"),
    "gradcheck-no-inputs": (
        "gradcheck expects at least one input tensor to require gradient, but none of them have requires_grad=True.",
        "gradcheck 要求至少一个输入张量的 requires_grad 为 True"),
    "gradcheck-outputs": (
        "gradcheck expects output to be differentiable, but none of the tensors that the function returned require gradients",
        "gradcheck 要求函数的输出可微,但没有一个输出需要梯度"),
    "gradcheck-mismatch": (
        "Jacobian mismatch for output {output} with respect to input {input},\nnumerical:{numerical}\nanalytical:{analytical}\n",
        "第 {output} 个输出对第 {input} 个输入的雅可比矩阵不一致,\n数值:{numerical}\n解析:{analytical}\n"),
    "gradcheck-mismatch-forward": (
        "Jacobian mismatch for output {output} with respect to input {input} in forward mode,\nnumerical:{numerical}\n"
        "analytical:{analytical}\n",
        "前向模式下,第 {output} 个输出对第 {input} 个输入的雅可比矩阵不一致,\n数值:{numerical}\n解析:{analytical}\n"),
    "gradcheck-nondeterministic": (
        "Backward is not reentrant, i.e., running backward with same input and grad_output multiple times gives different values, "
        "although analytical gradient matches numerical gradient. The tolerance for nondeterminism was {tolerance}.",
        "同样的输入两次反向传播得到不同的梯度(容差 {tolerance})"),
    "gradcheck-batched": (
        "While computing batched gradients, got a difference between the batched and the looped gradients of output {output} with "
        "respect to input {input}",
        "第 {output} 个输出对第 {input} 个输入:成批计算的梯度与逐个计算的不同"),
    "gradcheck-precision": (
        "Input #{index} requires gradient and is not a double precision floating point or complex. This check will likely fail if all "
        "the inputs are not of double precision floating point or complex. ",
        "第 {index} 个输入需要梯度但不是双精度,检查很可能失败:请写 x.double()"),
    "anomaly-nan": (
        "Function '{node}' returned nan values in its {index}th output. The operation ran in the forward pass at {line}",
        "函数 '{node}' 的第 {index} 个梯度中出现 NaN。对应的前向运算在 {line}"),
    "anomaly-on": (
        "Anomaly Detection has been enabled. This mode will increase the runtime and should only be enabled for debugging.",
        "已打开异常检测:它会使程序变慢,只应在调试时使用。"),
    "unpack-hook-result": (
        "Output of saved tensor unpack_hook expected to be a Tensor but got result of type {kind}",
        "unpack_hook 必须返回张量,得到 {kind}"),
    "gradient-edge-without": (
        "It is not possible to get the gradient edge of a Tensor that does not require gradients",
        "不需要梯度的张量没有梯度边"),
    "multi-grad-mode": ("Expects mode to be one of ('all', 'any') but got {mode}", "mode 只能是 \"all\" 或 \"any\",得到 {mode}"),
    "anomaly-forward": (
        "Error detected in {node}. Traceback of forward call that caused the error:\n{traceback}",
        "在 {node} 中检测到错误。引起它的前向调用:\n{traceback}"),
    "checkpoint-reentrant-unset": (
        "torch.utils.checkpoint: the use_reentrant parameter should be passed explicitly. use_reentrant=False is recommended, and is what "
        "is done here",
        "checkpoint 应明确给出 use_reentrant 参数:推荐 use_reentrant=False,这里也按它执行"),
    "checkpoint-keywords": ("Unexpected keyword arguments: {names}", "多余的关键字参数:{names}"),
    "checkpoint-different": (
        "torch.utils.checkpoint: the forward pass computed again gave {found} where the first one gave {expected}: the function must not "
        "depend on anything that changes",
        "checkpoint:重新计算的前向得到 {found},第一次得到 {expected}:函数不能依赖会变化的东西"),
}

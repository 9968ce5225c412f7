"""Texts of autograd: gradients that cannot be had, hooks in the wrong place, custom functions."""

ROWS = {
    "profiler-schedule": (
        "Invalid profiler schedule arguments. Got wait={wait} (need >= 0), warmup={warmup} (need >= 0), active={active} (need > 0), "
        "repeat={repeat} (need >= 0), skip_first={skip_first} (need >= 0).",
        "schedule 的参数不对：wait={wait}（>= 0）、warmup={warmup}（>= 0）、active={active}（> 0）、repeat={repeat}（>= 0）、"
        "skip_first={skip_first}（>= 0）"),
    "profiler-cold": (
        "Profiler won't be using warmup, this can skew profiler results", "没有预热步，结果可能有偏差"),
    "selective-missing": (
        "{name} encountered during backward, but not found in storage: the second pass does other operations than the first",
        "反向传播重新计算时遇到 {name}，第一次计算没有保存它：两次计算的运算不同"),
    "selective-changed": (
        "Tensor cached during selective activation checkpoint has been mutated: the result of {name} was changed in place. Write a new tensor, "
        "or allow_cache_entry_mutation=True",
        "选择性检查点保存的张量（{name} 的结果）被原地修改了：请写新的张量，或 allow_cache_entry_mutation=True"),
    "selective-operator": (
        "Expected op in `op_list` to be an OpOverload but got: {op} of type {kind}. Write torch.ops.aten.mm.default, for example",
        "op_list 中应为 OpOverload，得到 {kind} 的 {op}：例如 torch.ops.aten.mm.default"),
    "selective-policy": (
        "policy_fn_or_list must be either a function or a list of ops.", "policy_fn_or_list 应为函数或算子的列表"),
    "backward-inputs-empty": ("`inputs` argument to `{function}()` cannot be empty.", "{function}() 的 inputs 不能为空。"),
    "detach-of-view": (
        "Can't detach views in-place. Use detach() instead.", "不能原地 detach 一个视图:请写 y = x.detach()。"),
    "hook-without-grad": (
        "cannot register a hook on a tensor that doesn't require gradient: write x.requires_grad_() before it is used",
        "不能在不需要梯度的张量上登记钩子:请在使用它之前写 x.requires_grad_()"),
    "post-accumulate-of-non-leaf": (
        "post accumulate grad hooks cannot be registered on non-leaf tensors: use register_hook",
        "只有叶子张量才能登记 post_accumulate_grad 钩子:请用 register_hook"),
    "retain-without-grad": (
        "can't retain_grad on Tensor that has requires_grad=False", "这个张量不需要梯度,不能 retain_grad"),
    "grad-of-non-leaf": (
        "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad attribute won't be populated during "
        "autograd.backward(). If you indeed want the .grad field to be populated for a non-leaf Tensor, use .retain_grad() on the "
        "non-leaf Tensor before backward(). If you access the non-leaf Tensor by mistake, make sure you access the leaf Tensor instead.",
        "正在读取非叶子张量的 .grad:它是计算得到的,backward() 不会保存它的梯度。若确实需要,请在 backward() 之前对它写 "
        "x.retain_grad();若是写错了,请读取叶子张量的 .grad。"),
    "grad-of-tensor-without": (
        "One of the differentiated Tensors does not require grad: write x.requires_grad_() before it is used",
        "要求梯度的张量中有一个没有 requires_grad:请在使用它之前写 x.requires_grad_()"),
    "grad-not-tensor": ("assigned grad expected to be a Tensor or None but got grad of type {kind}", "grad 必须是张量或 None,得到 {kind}"),
    "grad-is-itself": ("can't assign Tensor as its own grad", "张量不能是它自己的梯度"),
    "multi-grad-without": (
        "Expected gradient function to be set: write x.requires_grad_() before a tensor is used", "有一个张量不需要梯度:请在使用它之前写 x.requires_grad_()"),
    "grad-shape": (
        "attempting to assign a gradient of size '{grad}' to a tensor of size '{shape}'. Please ensure that the gradient and the tensor "
        "are the same size", "grad 的形状是 {grad},张量的形状是 {shape}"),
    "grad-dtype": (
        "attempting to assign a gradient with dtype '{grad}' to a tensor with dtype '{dtype}'", "grad 的类型是 {grad},张量的类型是 {dtype}"),
    "grad-of-unused": (
        "The differentiated Tensor at index {index} appears to not have been used in the graph. Set allow_unused=True if this is the "
        "desired behavior.",
        "第 {index} 个张量没有出现在计算图中,无法对它求梯度。若本来如此,请写 allow_unused=True。"),
    "function-once-differentiable": (
        "trying to differentiate twice a function that was marked with @once_differentiable",
        "这个函数标记了 @once_differentiable,不能再求一次导数"),
    "function-without-forward": (
        "You must implement the forward function for custom autograd.Function: write @staticmethod def forward(ctx, ...)",
        "自定义的 autograd.Function 必须有 forward:请写 @staticmethod def forward(ctx, ...)"),
    "function-without": (
        "a custom autograd.Function needs a static method {method}: write @staticmethod def {method}(ctx, ...)",
        "自定义的 autograd.Function 需要静态方法 {method}:请写 @staticmethod def {method}(ctx, ...)"),
    "function-gradient-count": (
        "function {name} returned an incorrect number of gradients (expected {expected}, got {given}): backward gives one for every "
        "argument of forward, None for those that have none",
        "函数 {name} 返回了 {given} 个梯度,应为 {expected} 个:forward 的每个参数对应一个,没有梯度的写 None"),
}

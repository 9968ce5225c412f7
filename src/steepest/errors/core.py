"""Texts of the core: tensors, views, in-place writes and the graph."""

ROWS = {
    "dlpack-of-grad": (
        "Can't export tensors that require gradient, use tensor.detach()", "需要梯度的张量不能导出:请写 tensor.detach()"),
    "no-implementation": (
        "no implementation found for '{function}' on types that implement __torch_function__: {kinds}",
        "实现了 __torch_function__ 的类型 {kinds} 都没有实现 '{function}'"),
    "requires-grad-of-computed": (
        "you can only change requires_grad flags of leaf variables. If you want to use a computed variable in a subgraph that "
        "doesn't require differentiation use var_no_grad = var.detach().",
        "只有叶子张量才能修改 requires_grad。这个张量是计算得到的;若后面的计算不需要梯度,请写 x = x.detach()。"),
    "requires-grad-of-integers": (
        "only Tensors of floating point and complex dtype can require gradients, this one is {dtype}: write x.float() first",
        "只有浮点或复数张量才能求梯度,这个张量的类型是 {dtype}:请先写 x.float()"),
    "array-byte-order": (
        "given numpy array has byte order different from the native byte order. Conversion between byte orders is currently not "
        "supported: write array.astype(array.dtype.newbyteorder('='))",
        "NumPy 数组的字节序与本机不同:请写 array.astype(array.dtype.newbyteorder('='))"),
    "array-negative-strides": (
        "At least one stride in the given numpy array is negative, and tensors with negative strides are not currently supported. "
        "(You can probably work around this by making a copy of your array with array.copy().)",
        "NumPy 数组中有负的步长(例如 a[::-1]),张量不支持:请写 array.copy()"),
    "backward-twice": (
        "Trying to backward through the graph a second time (or directly access saved tensors after they have already been freed): "
        "{node} has freed its saved values in the first backward(). Compute the loss again before the second backward(), or write "
        "backward(retain_graph=True) in the first call.",
        "对同一张计算图第二次求反向传播:{node} 保存的值在第一次 backward() 之后已经释放。请重新计算损失,或在第一次写 "
        "backward(retain_graph=True)。"),
    "in-place-needed-value": (
        "one of the variables needed for gradient computation has been modified by an inplace operation: [torch.Tensor {shape}], "
        "which {node} needs as {name}, is at version {now}; expected version {then} instead. Write a new tensor instead of changing "
        "this one in place (y = y + 1, not y += 1), or clone() it first.",
        "求梯度所需的变量被原地操作修改了:形状为 {shape} 的张量,{node} 需要它(作为 {name}),现在是第 {now} 版,应为第 {then} 版。"
        "请生成新的张量(写 y = y + 1,不要写 y += 1),或先 clone()。"),
    "resize-needs-grad": (
        "cannot resize variables that require grad: resize x.detach(), or write x[:n], or F.pad(x, ...)",
        "不能改变需要梯度的张量的大小:请对 x.detach() 操作,或写 x[:n]、F.pad(x, ...)"),
    "in-place-of-leaf": (
        "a leaf Variable that requires grad is being used in an in-place operation. Change it under `with torch.no_grad():`, "
        "or through an optimizer.",
        "不能对需要梯度的叶子张量做原地修改。请放在 `with torch.no_grad():` 里,或交给优化器。"),
    "in-place-of-view-of-leaf": (
        "a view of a leaf Variable that requires grad is being used in an in-place operation. Change it under "
        "`with torch.no_grad():`, or take a clone() of the leaf first.",
        "不能对需要梯度的叶子张量的视图做原地修改。请放在 `with torch.no_grad():` 里,或先 clone()。"),
    "in-place-of-one-of-several": (
        "Output {number} of {node} is a view and is being modified inplace. This view is the output of a function that returns multiple views. "
        "Such functions do not allow the output views to be modified inplace. You should replace the inplace operation by an "
        "out-of-place one, or index the tensor instead (x[i].mul_(2)).",
        "{node} 的第 {number} 个结果是视图,不能原地修改:它是一次返回多个视图的函数的结果。请改用非原地操作,或对张量取索引(x[i].mul_(2))。"),
    "in-place-of-view-made-without-grad": (
        "A view was created in no_grad mode and is being modified inplace with grad mode enabled. Make the view outside of no_grad, "
        "or change it under no_grad too.",
        "这个视图是在 no_grad 下建立的,却在需要梯度时被原地修改。请在 no_grad 之外建立视图,或在 no_grad 里修改。"),
    "in-place-shape": (
        "output with shape {target} doesn't match the broadcast shape of a value with shape {value}",
        "形状为 {target} 的张量不能原地接受形状为 {value} 的值"),
    "in-place-read-only": (
        "the memory of this tensor is read-only (it came from a read-only NumPy array): write x = x.clone() first",
        "这个张量的内存是只读的(来自只读的 NumPy 数组):请先写 x = x.clone()"),
    "in-place-of-expanded": (
        "unsupported operation: more than one element of the written-to tensor refers to a single memory location. Please clone() "
        "the tensor before performing the operation.",
        "被写入的张量有多个元素指向同一内存(例如 expand 的结果):请先 clone()。"),
    "not-differentiable": (
        "derivative for this operation (such as // or floor_divide) is not implemented: detach() its result, or compute it under "
        "torch.no_grad()",
        "这个操作(如 // 或 floor_divide)没有导数:请对结果用 detach(),或放在 torch.no_grad() 里"),
    "index-put-dtype": (
        "Index put requires the source and destination dtypes match, got {target} for the destination and {value} for the source: write "
        "value.to(x.dtype)",
        "按索引赋值时两边类型必须相同:目标是 {target},值是 {value}:请写 value.to(x.dtype)"),
    "index-put-shape": (
        "shape mismatch: value tensor of shape {value} cannot be broadcast to indexing result of shape {region}",
        "形状不符:值的形状 {value} 不能广播到索引结果的形状 {region}"),
    "operation-dtype": (
        "\"{operation}\" not implemented for {dtypes}: convert first (x.float(), x.long()); to invert a mask write ~mask or "
        "mask.logical_not()",
        "{operation} 不支持 {dtypes}:请先转换类型(x.float()、x.long());对掩码取反请写 ~mask 或 mask.logical_not()"),
    "integer-division-by-zero": (
        "ZeroDivisionError: {operation} of integers by zero; write x.float() first for inf and nan, or replace the zeros",
        "ZeroDivisionError:整数除以零({operation});要得到 inf 和 nan 请先写 x.float(),或换掉为零的除数"),
    "negative-integer-power": (
        "Integers to negative integer powers are not allowed: write x.float() ** {exponent}",
        "整数不能取负整数次幂:请写 x.float() ** {exponent}"),
    "result-type-in-place": (
        "result type {result} can't be cast to the desired output type {target}: an in-place operation keeps the dtype of its tensor; "
        "write x = x + y instead of x += y",
        "结果类型 {result} 不能存入类型为 {target} 的张量:原地操作保持原类型,请写 x = x + y,不要写 x += y"),
    "shapes-do-not-broadcast": (
        "The size of tensor a ({a}) must match the size of tensor b ({b}) at non-singleton dimension {axis}: {operation} of shapes "
        "{shapes}",
        "张量的形状不匹配:第 {axis} 维上是 {a} 和 {b}({operation},形状 {shapes})"),
    "reduction-of-nothing": (
        "{operation}(): Expected reduction dim to be specified for input.numel() == 0, or the reduced dimension to have elements; "
        "the shape is {shape}",
        "{operation}():形状为 {shape} 的张量中没有元素可供归约"),
    "dim-twice": ("dim {dim} appears multiple times in the list of dims", "维度 {dim} 重复出现"),
    "dim-out-of-range": (
        "Dimension out of range (expected to be in range of [{low}, {high}], but got {dim})",
        "维度超出范围(应在 [{low}, {high}] 之内,得到 {dim})"),
    "view-not-possible": (
        "view size is not compatible with input tensor's size and stride (at least one dimension spans across two contiguous subspaces). "
        "Use .reshape(...) instead. (shape {shape} to {to})",
        "这个张量在内存中不连续,不能用 view 从 {shape} 变为 {to}:请用 .reshape(...)"),
    "dtype-mismatch": (
        "expected m1 and m2 to have the same dtype, but got: {a} != {b} (in {operation}). Data from NumPy is float64 by default: write "
        "x = x.float(), or array.astype(\"float32\") before torch.from_numpy",
        "矩阵乘法两边的类型不同:{a} 和 {b}({operation})。NumPy 的数据默认是 float64:请写 x = x.float(),或在 torch.from_numpy 之前写 "
        "array.astype(\"float32\")"),
    "dtype-mismatch-scalars": (
        "expected scalar type {A} but found {B} (in {operation}). Data from NumPy is float64 by default: write "
        "x = x.float(), or array.astype(\"float32\") before torch.from_numpy",
        "矩阵乘法两边的类型不同:{a} 和 {b}({operation})。NumPy 的数据默认是 float64:请写 x = x.float(),或在 torch.from_numpy 之前写 "
        "array.astype(\"float32\")"),
    "dtype-mismatch-vector": (
        "addmv input tensors must have the same dtype, but got {A} and {B}. Data from NumPy is float64 by default: write "
        "x = x.float(), or array.astype(\"float32\") before torch.from_numpy",
        "矩阵乘法两边的类型不同:{a} 和 {b}({operation})。NumPy 的数据默认是 float64:请写 x = x.float(),或在 torch.from_numpy 之前写 "
        "array.astype(\"float32\")"),
    "dtype-mismatch-dot": (
        "dot : expected both vectors to have same dtype, but found {A} and {B}. Data from NumPy is float64 by default: write "
        "x = x.float(), or array.astype(\"float32\") before torch.from_numpy",
        "矩阵乘法两边的类型不同:{a} 和 {b}({operation})。NumPy 的数据默认是 float64:请写 x = x.float(),或在 torch.from_numpy 之前写 "
        "array.astype(\"float32\")"),
    "dtype-mismatch-added": (
        "self and mat2 must have the same dtype, but got {A} and {B} (in {operation}). Data from NumPy is float64 by default: write "
        "x = x.float(), or array.astype(\"float32\") before torch.from_numpy",
        "矩阵乘法两边的类型不同:{a} 和 {b}({operation})。NumPy 的数据默认是 float64:请写 x = x.float(),或在 torch.from_numpy 之前写 "
        "array.astype(\"float32\")"),
    "dtype-mismatch-inputs": (
        "Input dtypes must be the same, got: input {a}, batch1: {b}. Data from NumPy is float64 by default: write "
        "x = x.float(), or array.astype(\"float32\") before torch.from_numpy",
        "矩阵乘法两边的类型不同:{a} 和 {b}({operation})。NumPy 的数据默认是 float64:请写 x = x.float(),或在 torch.from_numpy 之前写 "
        "array.astype(\"float32\")"),
    "gradient-chain-broken": (
        "element {index} of tensors does not require grad and does not have a grad_fn: no gradient can reach this value. It was made under "
        "no_grad, by detach(), .data, .item() or NumPy, or from tensors without requires_grad=True; look for the first such step "
        "before backward()",
        "这个值没有 grad_fn,也不需要梯度:梯度无法到达它。它可能是在 no_grad 下、经 detach()、.data、.item() 或 NumPy 得到的,"
        "或者参与计算的张量都没有 requires_grad=True;请从 backward() 往前找第一处这样的步骤"),
    "backward-of-non-scalar": (
        "grad can be implicitly created only for scalar outputs, but this one has shape {shape}: write loss.mean().backward() or "
        "loss.sum().backward(), or pass gradient=",
        "只有标量可以直接 backward(),这个张量的形状是 {shape}:请写 loss.mean().backward() 或 loss.sum().backward(),或给出 gradient="),
    "gradient-batch-shape": (
        "If `is_grads_batched=True`, we interpret the first dimension of each grad_output as the batch dimension. The sizes of the remaining "
        "dimensions are expected to match the shape of corresponding output, but a mismatch was detected: grad_output[{index}] has a shape of "
        "torch.Size({gradient}) and output[{index}] has a shape of torch.Size({output}).",
        "is_grads_batched=True 时,第 {index} 个 grad_output 去掉第一维后的形状是 {gradient},应与输出的形状 {output} 相同。"),
    "gradient-shape": (
        "Mismatch in shape: grad_output[{index}] has a shape of torch.Size({gradient}) and output[{index}] has a shape of "
        "torch.Size({output}).",
        "形状不符:gradient 的形状是 {gradient},输出的形状是 {output}。"),
    "future-unfinished": ("the future has no value yet: write future.wait()", "future 还没有结果：请写 future.wait()"),
    "future-twice": (
        "Attempting to mark a completed Future as complete again. Note that a Future can only be marked completed once.",
        "future 已经有结果，不能再次设置"),
    "future-callback": (
        "Got the following error when running the callback: {problem}", "运行回调函数时出错：{problem}"),
    "inference-saved": (
        "Inference tensors cannot be saved for backward. Please do not use Tensors created in inference mode in computation tracked by "
        "autograd. To work around this, you can make a clone to get a normal tensor and use it in autograd, or use `torch.no_grad()` "
        "instead of `torch.inference_mode()`.",
        "在 inference_mode 里产生的张量不能为反向传播保存：请先 clone()，或把 torch.inference_mode() 换成 torch.no_grad()"),
    "inference-written": (
        "Inplace update to inference tensor outside InferenceMode is not allowed.You can make a clone to get a normal tensor before doing "
        "inplace update.",
        "在 inference_mode 里产生的张量不能在外面原地修改：请先 clone()"),
    "inference-requires-grad": (
        "Setting requires_grad=True on inference tensor outside InferenceMode is not allowed.",
        "在 inference_mode 里产生的张量，在外面不能设 requires_grad=True"),
    "inference-version": ("Inference tensors do not track version counter.", "在 inference_mode 里产生的张量没有版本号"),
}

"""Texts of recording and compiling."""

ROWS = {
    "program-length": (
        "the step had {first} operations the first time and {second} the second time; the step runs eagerly",
        "这一步第一次有 {first} 个操作,第二次有 {second} 个;按普通方式运行"),
    "program-flow": (
        "{file}:{line}: {operation} takes a value from another place the second time; the step runs eagerly",
        "{file}:{line}:{operation} 第二次从别处取值;按普通方式运行"),
    "program-operation": (
        "{file}:{line}: the operation {first} became {second} in the next step; the step runs eagerly",
        "{file}:{line}:操作 {first} 在下一步变成了 {second};按普通方式运行"),
    "program-shape": (
        "{file}:{line}: the shapes that {operation} sees changed in the next step; the step runs eagerly",
        "{file}:{line}:{operation} 的形状在下一步改变了;按普通方式运行"),
    "program-number": (
        "{file}:{line}: the number {first!r} that {operation} uses became {second!r} in the next step; make it a tensor that the step "
        "changes. The step runs eagerly",
        "{file}:{line}:{operation} 用到的数 {first!r} 在下一步变成 {second!r};请把它写成由这一步自己更新的张量。按普通方式运行"),
    "program-new-tensor": (
        "{file}:{line}: {operation} reads a tensor that is made anew for each step outside of it; hand it to the step as an argument. "
        "The step runs eagerly",
        "{file}:{line}:{operation} 读取的张量每一步都在外面重新生成;请作为参数传入。按普通方式运行"),
    "program-exchange": (
        "the step exchanges tensors, one of {size} elements among them, so that each is read in the other's place the next time; "
        "write one of them in place (x.copy_(new)). The step runs eagerly",
        "这一步把几个张量(其中一个有 {size} 个元素)互相调换;请把其中之一原地写入(x.copy_(new))。按普通方式运行"),
    "program-stopped": (
        "the native program stopped in step {step} at {operation} (index {index}), where eager finds nothing wrong. This is a mistake in "
        "steepest, not in your program; please report it",
        "机器码在第 {step} 步的 {operation}(下标 {index})处停下,而普通运行没有发现错误。这是 steepest 的错误,不是您程序的错误;请报告给我们"),
    "program-host-read": (
        "{file}:{line}: Python reads a value of the step here; return it from the step instead. The step runs eagerly",
        "{file}:{line}:Python 在这里读取了这一步的值;请改为从这一步返回。按普通方式运行"),
    "program-equation": (
        "{file}:{line}: the compiled {operation} differs from the eager one by {difference:.1e} (relative); the step runs eagerly. This is a "
        "mistake in steepest, not in your program; please report it",
        "{file}:{line}:编译后的 {operation} 与普通运行相差 {difference:.1e}(相对值);按普通方式运行。这是 steepest 的错误,不是您程序的错误;请报告给我们"),
    "loop-conditions": (
        "the body compares the step's number in another way the next time",
        "循环体下一次以另一种方式比较步数"),
    "loop-settling": (
        "the iterations have not settled yet",
        "各次迭代还没有稳定下来"),
    "loop-state": (
        "each iteration leaves {name} with another value",
        "每次迭代都使 {name} 的值不同"),
    "loop-tensor": (
        "each iteration leaves {name} as a tensor of another kind or from elsewhere",
        "每次迭代都使 {name} 成为另一种张量或来自别处的张量"),
    "loop-place": (
        "what an iteration leaves in {name} lies in an object that it makes anew",
        "迭代留在 {name} 中的内容位于它新建的对象里"),
    "loop-effects": (
        "what is recorded or appended is not of the same kind in each iteration",
        "每次迭代记录或追加的内容种类不同"),
    "loop-list": (
        "the body does more with {name} than append to it",
        "循环体对 {name} 做的不只是追加"),
    "loop-number": (
        "{file}:{line}: Python looks at a number of the iteration ({value!r}), so every step is run by Python; "
        "keep it with run.record(...) or look at it every so many steps (if step % 100 == 0:)",
        "{file}:{line}:Python 在这里读取了迭代中的数({value!r}),因此每一步都由 Python 执行;"
        "请用 run.record(...) 保存,或每隔若干步再读取(if step % 100 == 0:)"),
    "loop-read": (
        "{file}:{line}: Python reads a tensor's elements here, so every step is run by Python; "
        "keep them with run.record(...) or read them every so many steps (if step % 100 == 0:)",
        "{file}:{line}:Python 在这里读取张量的元素,因此每一步都由 Python 执行;请用 run.record(...) 保存,或每隔若干步再读取(if step % 100 == 0:)"),
    "loop-effect": (
        "{file}:{line}: {what} has effects outside of the tensors, so every step is run by Python; "
        "do it every so many steps (if step % 100 == 0:) or by run.emit(function, values)",
        "{file}:{line}:{what} 在张量之外有作用,因此每一步都由 Python 执行;请每隔若干步再做(if step % 100 == 0:),或用 run.emit(函数, 值)"),
    "loop-rate": (
        "the loop's body itself changes a number of the optimizer that a scheduler changes, so every step is run by Python",
        "循环体自身修改了调度器所修改的优化器参数,因此每一步都由 Python 执行"),
    "loop-rate-tensor": (
        "{file}:{line}: a scheduler changes a learning rate that is a tensor, so every step is run by Python; give the optimizer a number",
        "{file}:{line}:调度器修改了张量形式的学习率,因此每一步都由 Python 执行;请给优化器一个数"),
    "loop-unasked": (
        "{file}:{line}: a float to the left of an int that changes from step to step takes its value without being noticed, so every step "
        "is run by Python; put the int first (n * 0.5), or write float(n)",
        "{file}:{line}:左边的浮点数直接取用了逐步变化的整数,无法被察觉,因此每一步都由 Python 执行;请把整数写在前面(n * 0.5),或写 float(n)"),
    "loop-variable": (
        "{file}:{line}: the step's number is used here for something other than comparisons, so every step is run by Python",
        "{file}:{line}:步数在这里不只用于比较,因此每一步都由 Python 执行"),
    "loop-window": (
        "a view at the step's number (x[i]) is kept or written where the recording cannot follow it, so every step is run by Python; "
        "write into the tensor itself (x[i] = ...), or keep a copy (x[i].clone())",
        "以步数取得的视图(x[i])在无法跟踪的地方被保留或写入,因此每一步都由 Python 执行;请直接写入张量(x[i] = ...),或保留副本(x[i].clone())"),
    "loop-iterator": (
        "the iterator {name} goes on by one in each iteration, so every step is run by Python; loop over it itself",
        "迭代器 {name} 每次迭代前进一步,因此每一步都由 Python 执行;请直接对它循环"),
    "loop-random": (
        "the iteration draws from Python's or NumPy's random numbers, or seeds a generator, so every step is run by Python; use torch's",
        "迭代使用了 Python 或 NumPy 的随机数,或重设了生成器,因此每一步都由 Python 执行;请使用 torch 的随机数"),
    "loop-too-large": (
        "the body can reach too many Python objects to tell whether it changes them, so every step is run by Python",
        "循环体能到达的 Python 对象太多,无法判断它是否改变了它们,因此每一步都由 Python 执行"),
    "loop-compiled": (
        "the compiled iteration leaves something else than the one that Python ran, so every step is run by Python. This is a mistake in "
        "steepest, not in your program; please report it",
        "编译后的迭代与 Python 运行的结果不同,因此每一步都由 Python 执行。这是 steepest 的错误,不是您程序的错误;请报告给我们"),
    "loop-differs": (
        "{where}: a step that Python ran left something else than native code would have; from here on every step is run by Python",
        "{where}:Python 运行的一步与机器码的结果不同;此后每一步都由 Python 执行"),
    "loop-mistake": (
        "{where}: the loop could not be compiled ({problem}), so every step is run by Python. This is a mistake in steepest, not in your "
        "program; please report it",
        "{where}:循环无法编译({problem}),因此每一步都由 Python 执行。这是 steepest 的错误,不是您程序的错误;请报告给我们"),
    "loop-nothing": (
        "the iteration does nothing with tensors",
        "迭代没有使用张量"),
    "loop-compared": (
        "{file}:{line}: a number of the iteration is compared here after steps that could not be followed, so every step is run by Python",
        "{file}:{line}:这里比较的数经过了无法跟踪的运算,因此每一步都由 Python 执行"),
    "loop-items": (
        "the loop writes to the items that it goes over, keeps them or computes their gradients, so every step is run by Python",
        "循环修改或保留了所遍历的元素,或对其求梯度,因此每一步都由 Python 执行"),
    "loop-inner": (
        "the loop in line {line} runs within it",
        "其中有第 {line} 行的循环"),
    "loop-too-long": (
        "an iteration has too many operations to be compiled as one",
        "一次迭代的操作太多,无法作为整体编译"),
    "explain-loop": (
        "line {line}: {native} native steps in {native_time}, {seen} seen by Python in {seen_time}, output in {effects_time}",
        "第 {line} 行:{native} 步为机器码,用时 {native_time};{seen} 步由 Python 执行,用时 {seen_time};输出用时 {effects_time}"),
    "explain-program": (
        "  program of {count} operations, compiled in {seconds}, {step} a step",
        "  程序有 {count} 个操作,编译用时 {seconds},每步 {step}"),
    "explain-eager": (
        "  by Python: {why}",
        "  由 Python 执行:{why}"),
    "summary-time": (
        "[steepest: {seconds} s",
        "[steepest:{seconds} 秒"),
    "summary-natives": (
        "native: {loops}",
        "机器码:{loops}"),
    "summary-native": (
        "line {line} ({native:,} of {steps:,} steps)",
        "第 {line} 行({steps:,} 步中的 {native:,} 步)"),
    "summary-eager": (
        "eager: line {line}: {why}",
        "普通运行:第 {line} 行:{why}"),
    "native-no-function": (
        "native takes a function, got {kind}: write @steepest.native above def",
        "native 的参数应为函数,得到 {kind}:请把 @steepest.native 写在 def 上面"),
    "loop-no-text": (
        "the text of the loop is not to be had, so every step is run by Python",
        "无法得到循环的源代码,因此每一步都由 Python 执行"),
    "loop-not-direct": (
        "line {line}: enumerate, zip or a progress bar around the loop would not see the unseen steps, so every step is run by Python; "
        "write the loop innermost",
        "第 {line} 行:外面的 enumerate、zip 或进度条看不到未执行的步,因此每一步都由 Python 执行;请把 loop 写在最里面"),
    "compile-eager": (
        "the compiled function {name} runs eagerly, with the same results: {why}",
        "编译的函数 {name} 按普通方式运行,结果相同:{why}"),
    "compile-fullgraph": (
        "torch.compile(..., fullgraph=True): {name} cannot run as native code: {why}",
        "torch.compile(..., fullgraph=True):{name} 无法编译为机器码:{why}"),
    "compile-many": (
        "it has been called in more than {count} different ways (shapes, numbers, modes); pad inputs to a few sizes, or hand changing "
        "numbers over as tensors",
        "它已以超过 {count} 种方式(形状、数、模式)被调用;请把输入补齐为少数几种大小,或把变化的数作为张量传入"),
    "compile-number": (
        "{file}:{line}: Python looks at a number that the function computes ({value!r}); use torch.where, or return it",
        "{file}:{line}:Python 在这里读取了函数算出的数({value!r});请用 torch.where,或将它返回"),
    "compile-read": (
        "{file}:{line}: Python reads a tensor's elements here; use torch.where for a choice, or return the tensor and read it outside",
        "{file}:{line}:Python 在这里读取张量的元素;选择请用 torch.where,或返回该张量在外面读取"),
    "compile-effect": (
        "{file}:{line}: {what} has effects outside of the tensors; do it outside of the function",
        "{file}:{line}:{what} 在张量之外有作用;请在函数外面做"),
    "compile-iterator": (
        "the iterator {name} goes on by one with each call; hand its items over as arguments",
        "迭代器 {name} 每次调用前进一步;请把元素作为参数传入"),
    "compile-random": (
        "it draws from Python's or NumPy's random numbers, or seeds a generator; use torch's generator and seed it outside",
        "它使用 Python 或 NumPy 的随机数,或设置种子;请用 torch 的随机数,并在外面设置种子"),
    "compile-too-large": (
        "more Python objects than can be compared can be reached from it",
        "从它可到达的 Python 对象多到无法比较"),
    "compile-result": (
        "it returns or leaves something that cannot be made again: an object of its own making, a tensor with hooks, or one that is part of "
        "a graph and not returned",
        "它返回或留下无法再次生成的东西:自己新建的对象、带钩子的张量,或属于计算图而未返回的张量"),
    "compile-mistake": (
        "{problem}. This is a mistake in steepest, not in your program; please report it",
        "{problem}。这是 steepest 的错误,不是您程序的错误;请报告给我们"),
    "compile-events": (
        "it steps a scheduler; do that outside of it",
        "它在内部推进学习率调度器;请在函数外面做"),
    "compile-graph": (
        "the graph of its results leads to a tensor that neither it nor its arguments hold",
        "其结果的计算图通向既不属于它也不属于其参数的张量"),
    "compile-hooks": (
        "hooks lie on the graph inside of it; register them on its arguments or results",
        "其内部的计算图上有钩子;请把钩子注册在参数或结果上"),
    "compile-backward": (
        "its backward pass fails: {problem}",
        "其反向传播失败:{problem}"),
    "compile-backward-draws": (
        "its backward pass draws random numbers",
        "其反向传播使用随机数"),
    "compile-backward-writes": (
        "its backward pass needs values that are written over",
        "其反向传播需要已被覆盖的值"),
    "compile-twice": (
        "a compiled function that draws random numbers, writes in place, or whose parameters have changed since the call has no derivatives "
        "of derivatives; use it uncompiled here (model._orig_mod, or function.__wrapped__)",
        "使用随机数、原地写入、或调用后参数已改变的编译函数没有二阶导数;这里请用未编译的函数(model._orig_mod 或 function.__wrapped__)"),
    "compile-mode": (
        "Unrecognized mode={mode}, should be one of: {modes}", "没有 mode={mode}，可用的是 {modes}"),
    "compile-mode-and-options": (
        "Either mode or options can be specified, but both can't be specified at the same time.", "mode 和 options 只能给一个"),
    "compile-backend": (
        "Invalid backend: {backend!r}, see `torch._dynamo.list_backends()` for available backends.",
        "没有名为 {backend!r} 的后端：程序在这里总是由 LLVM 编译，省略 backend= 即可"),
    "compile-not-callable": (
        "torch.compile takes a function or a module, got {kind}: write model = torch.compile(model)",
        "torch.compile 的参数应为函数或模块,得到 {kind}:请写 model = torch.compile(model)"),
}

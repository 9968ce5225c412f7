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
    "compile-not-callable": (
        "torch.compile takes a function or a module, got {kind}: write model = torch.compile(model)",
        "torch.compile 的参数应为函数或模块,得到 {kind}:请写 model = torch.compile(model)"),
}

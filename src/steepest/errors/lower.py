"""Error texts of the lowering to native code."""

ROWS = {
    "llvm-missing": (
        "native code needs the package llvmlite, which cannot be imported here ({reason}). "
        "Install it with: pip install llvmlite",
        "编译成机器码需要 llvmlite 包, 但这里导入失败 ({reason})。请安装: pip install llvmlite",
    ),
    "llvm-unusable": (
        "llvmlite is installed but cannot make code for this processor ({reason}). "
        "Install a build of llvmlite for this machine: pip install --force-reinstall llvmlite",
        "llvmlite 已安装, 但无法为这个处理器生成代码 ({reason})。"
        "请重新安装适合本机的版本: pip install --force-reinstall llvmlite",
    ),
    "llvm-refused": (
        "LLVM refused the code that was made for {name}: {reason}. "
        "This is a mistake in steepest, not in your program; please report it",
        "LLVM 拒绝了为 {name} 生成的代码: {reason}。这是 steepest 的错误, 不是您程序的错误; 请报告给我们",
    ),
}

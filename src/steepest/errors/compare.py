"""Texts of the command that runs one program under PyTorch and under steepest."""

ROWS = {
    "compare-torch-missing": (
        "this environment has no PyTorch to compare with: `python -m pip install torch` brings it",
        "当前环境没有可供对比的 PyTorch：可用 `python -m pip install torch` 安装",
    ),
    "compare-tolerance": (
        "--tolerance is a number >= 0, not {seen}",
        "--tolerance 应为非负数，而不是 {seen}",
    ),
    "compare-first-difference": ("first difference, in line {line}:", "第一处不同，在第 {line} 行："),
    "compare-first-rounding": ("first line that is equal within rounding only, {line}:", "第一处仅在舍入范围内相等，第 {line} 行："),
    "compare-line": ("  {library:<8} {text}", "  {library:<8} {text}"),
    "compare-no-line": ("(no more lines)", "（没有更多的行）"),
    "compare-counts": (
        "lines: {equal} equal, {rounding} equal within rounding ({tolerance:g}), {different} different",
        "行数：{equal} 行相同，{rounding} 行在舍入范围（{tolerance:g}）内相同，{different} 行不同",
    ),
    "compare-times": (
        "{library:<8} {total:8.2f} s in all, {startup:.2f} s of it start-up",
        "{library:<8} 共 {total:8.2f} 秒，其中启动 {startup:.2f} 秒",
    ),
    "compare-exit": (
        "{library:<8} ended with exit code {code}: {last}",
        "{library:<8} 以退出码 {code} 结束：{last}",
    ),
}

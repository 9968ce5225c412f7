"""Texts of the command line and of the alias `torch`."""

ROWS = {
    "cache-off": (
        "no machine code is kept: STEEPEST_CACHE=off, or there is no folder for it",
        "没有保存机器码:设置了 STEEPEST_CACHE=off,或没有可用的文件夹"),
    "cache-kept": (
        "{folder}: {count} pieces of machine code, {size:.1f} MiB (at most {limit})",
        "{folder}:{count} 段机器码,{size:.1f} MiB(上限 {limit})"),
    "torch-already-imported": (
        "the real torch was imported before steepest.as_torch, and one process cannot have both under one name: "
        "write `import steepest.as_torch` above the first `import torch` (in a notebook, restart the kernel first)",
        "真正的 torch 已经先于 steepest.as_torch 被导入，同一个进程里一个名字不能指两样东西："
        "请把 `import steepest.as_torch` 写在第一个 `import torch` 之前（在 notebook 中请先重启内核）",
    ),
    "program-missing": (
        "there is no program {path} here (the current folder is {folder})",
        "这里没有程序 {path}（当前文件夹是 {folder}）",
    ),
    "program-unreadable": (
        "the program {path} cannot be read: {reason}",
        "无法读取程序 {path}：{reason}",
    ),
    "figure-empty": (
        "[figure saved as {path}: it is empty; Axes3D(fig) draws nothing in today's matplotlib, write ax = fig.add_subplot(projection=\"3d\")]",
        "[图已保存为 {path}：图是空的；如今的 matplotlib 中 Axes3D(fig) 什么也不画，请写 ax = fig.add_subplot(projection=\"3d\")]",
    ),
    "figure-saved": (
        "[figure saved as {path}]",
        "[图已保存为 {path}]",
    ),
    "course-no-such-row": (
        "the course has no program {row}: `python -m steepest course` lists them, 1 to {last}",
        "课程中没有第 {row} 个程序：`python -m steepest course` 会列出全部，编号 1 到 {last}",
    ),
    "course-file-changed": (
        "{path} is already here and differs from the course's: rename or delete it, or work in another folder",
        "{path} 已存在，且与课程中的文件不同：请改名或删除它，或者换一个文件夹",
    ),
    "course-usage": (
        "`python -m steepest course N` copies program N with its data into this folder and runs it",
        "`python -m steepest course N` 把第 N 个程序及其数据复制到当前文件夹并运行",
    ),
    "course-copied": ("copied: {paths}", "已复制：{paths}"),
    "course-output": ("output of {program}", "{program} 的输出"),
    "course-note": ("note {note} prints (= marks what came out here too)", "笔记 {note} 的输出（= 表示这里也得到了）"),
    "course-bug": ("corrected in the note's text: {what}", "已更正笔记中的错误：{what}"),
    "course-needs": (
        "{program} needs the package {package}: `python -m pip install {distribution}`",
        "{program} 需要软件包 {package}：`python -m pip install {distribution}`",
    ),
    "unexpected-argument": (
        "{message}: `python -m steepest {command}--help` lists what there is",
        "{message}：`python -m steepest {command}--help` 列出可用的选项",
    ),
}

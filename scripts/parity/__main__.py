"""Compare steepest with torch on torch's own sample inputs and print the scoreboard: `python scripts/parity [NAME ...]`."""

import argparse

import torch
from scoreboard import PAGE, Found, page, run, table


def main() -> None:
    """The command."""
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("names", nargs="*", help="only what has one of these in its name or is an area of this name")
    p.add_argument("--samples", type=int, default=5, help="samples of each name and dtype, 0 for all (5 unless given)")
    p.add_argument("--write", action="store_true", help="write docs/parity.md")
    p.add_argument("--brief", action="store_true", help="print the first difference of each kind only")
    given = p.parse_args()
    torch.set_num_threads(1)
    count = given.samples or None

    def tell(name: str, found: Found) -> None:
        for kind, differences in found.items():
            for d in differences[:1] if given.brief else differences:
                print(f"{name} | {kind} | {d}", flush=True)

    results = run(count, lambda area, name: not given.names or area in given.names or any(n in name for n in given.names), tell)
    print("\n".join(table(results)))
    if given.write:
        PAGE.write_text(page(results, count), encoding="utf-8")


if __name__ == "__main__":
    main()

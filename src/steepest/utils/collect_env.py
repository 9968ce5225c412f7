"""`torch.utils.collect_env`: what to write into a report of a fault; `python -m steepest.utils.collect_env` prints it."""

from steepest.errors import outside
from steepest.timing.environment import SystemEnv, get_env_info, get_pretty_env_info

__all__ = ["SystemEnv", "get_env_info", "get_pretty_env_info", "main"]
outside.explain(__name__)


def main() -> None:
    """Print it."""
    print("Collecting environment information...")
    print(get_pretty_env_info())


if __name__ == "__main__":
    main()

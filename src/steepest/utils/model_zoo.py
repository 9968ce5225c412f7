"""`torch.utils.model_zoo`: the earlier name of what `torch.hub` does."""

from steepest.hub import load_state_dict_from_url, tqdm

load_url = load_state_dict_from_url
__all__ = ["load_url", "tqdm"]

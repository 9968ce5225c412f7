"""LoRA on a small GPT-2 and on a plain module: training, merging, saving and loading, adapters switched off, modules kept whole."""

import tempfile

import torch
from peft import LoraConfig, PeftModel, TaskType, get_peft_model
from torch import nn
from transformers import GPT2Config, GPT2LMHeadModel


def gpt():
    torch.manual_seed(0)
    return GPT2LMHeadModel(GPT2Config(vocab_size=100, n_positions=64, n_embd=32, n_layer=2, n_head=4, bos_token_id=0, eos_token_id=1))


model = get_peft_model(gpt(), LoraConfig(task_type=TaskType.CAUSAL_LM, r=4, lora_alpha=16, lora_dropout=0.1, target_modules=["c_attn"],
                                         fan_in_fan_out=True))
model.print_trainable_parameters()
ids = torch.randint(3, 99, (2, 12), generator=torch.Generator().manual_seed(0))
optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=1e-2)
model.train()
for _ in range(5):
    loss = model(input_ids=ids, labels=ids).loss
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    print(f"{loss.item():.5f}")
model.eval()
with tempfile.TemporaryDirectory() as folder, torch.no_grad():
    logits = model(ids).logits
    model.save_pretrained(folder)
    again = PeftModel.from_pretrained(gpt(), folder).eval()
    print(torch.allclose(logits, again(ids).logits, atol=1e-5))
    merged = model.merge_and_unload()
    print(torch.allclose(logits, merged(ids).logits, atol=1e-4), type(merged).__name__)


class Layers(nn.Module):
    def __init__(self):
        super().__init__()
        self.seq = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))

    def forward(self, x):
        return self.seq(x)


torch.manual_seed(1)
plain = get_peft_model(Layers(), LoraConfig(target_modules=["seq.0"], modules_to_save=["seq.2"]))
print(plain.get_nb_trainable_parameters(), [name for name, p in plain.named_parameters() if p.requires_grad])
with plain.disable_adapter():
    print(f"{plain(torch.ones(1, 4)).sum().item():.5f}")
print(f"{plain(torch.ones(1, 4)).sum().item():.5f}")

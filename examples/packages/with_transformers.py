"""Small models made from configurations (BERT, GPT-2, Llama, T5, ViT, DistilBERT): initial weights, training steps with a schedule, and
`generate` greedily, by sampling and by beams; saved and loaded again; `Trainer` with evaluation, checkpoints and early stopping.
"""

import tempfile

import torch
import transformers
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    DistilBertConfig,
    DistilBertModel,
    EarlyStoppingCallback,
    GPT2Config,
    GPT2LMHeadModel,
    LlamaConfig,
    LlamaForCausalLM,
    T5Config,
    T5ForConditionalGeneration,
    Trainer,
    TrainingArguments,
    ViTConfig,
    ViTForImageClassification,
    get_linear_schedule_with_warmup,
)

transformers.logging.set_verbosity_error()
transformers.logging.disable_progress_bar()


def train(name, model, steps=3, **batch):
    model.train()
    total = sum(p.double().abs().sum().item() for p in model.parameters())
    print(name, sum(p.numel() for p in model.parameters()), f"{total:.4f}")
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    schedule = get_linear_schedule_with_warmup(optimizer, 1, steps)
    for _ in range(steps):
        loss = model(**batch).loss
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        print(f"{loss.item():.5f} {norm.item():.4f}")
    model.eval()
    with torch.no_grad():
        logits = model(**batch).logits
    print(tuple(logits.shape), f"{logits.abs().mean().item():.5f}")


generator = torch.Generator().manual_seed(0)
ids = torch.randint(3, 99, (2, 12), generator=generator)
mask = torch.ones_like(ids)
mask[1, 8:] = 0
small = {"vocab_size": 100, "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64}

torch.manual_seed(0)
bert = BertForSequenceClassification(BertConfig(**small, num_labels=3))
train("bert", bert, input_ids=ids, attention_mask=mask, labels=torch.tensor([0, 2]))

torch.manual_seed(1)
gpt = GPT2LMHeadModel(GPT2Config(vocab_size=100, n_positions=64, n_embd=32, n_layer=2, n_head=4, bos_token_id=0, eos_token_id=1))
train("gpt2", gpt, input_ids=ids, labels=ids)
torch.manual_seed(7)
for choice in ({"do_sample": False}, {"do_sample": True, "top_k": 10}, {"num_beams": 3}):
    print(gpt.generate(ids[:, :4], max_new_tokens=8, pad_token_id=0, **choice).tolist())

torch.manual_seed(2)
llama = LlamaForCausalLM(LlamaConfig(**small, num_key_value_heads=2, max_position_embeddings=64))
train("llama", llama, input_ids=ids, attention_mask=mask, labels=ids)
print(llama.generate(ids[:, :4], max_new_tokens=8, do_sample=False, pad_token_id=0).tolist())

torch.manual_seed(3)
t5 = T5ForConditionalGeneration(T5Config(vocab_size=100, d_model=32, d_kv=8, d_ff=64, num_layers=2, num_heads=4, decoder_start_token_id=0))
train("t5", t5, input_ids=ids, labels=ids[:, :6].clone())

torch.manual_seed(4)
vit = ViTForImageClassification(ViTConfig(hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64, image_size=16,
                                          patch_size=4, num_labels=5))
train("vit", vit, pixel_values=torch.randn(2, 3, 16, 16, generator=generator), labels=torch.tensor([1, 4]))
with tempfile.TemporaryDirectory() as folder:
    vit.save_pretrained(folder)
    again = ViTForImageClassification.from_pretrained(folder)
print(all(torch.equal(a, b) for a, b in zip(vit.state_dict().values(), again.state_dict().values(), strict=True)))

torch.manual_seed(5)
distil = DistilBertModel(DistilBertConfig(vocab_size=100, dim=32, n_layers=2, n_heads=4, hidden_dim=64)).eval()
out = distil(ids, output_hidden_states=True)
print(type(out).__name__, len(out.hidden_states), f"{out.last_hidden_state.abs().mean().item():.5f}")


class Sequences(torch.utils.data.Dataset):
    def __init__(self, count, seed):
        self.ids = torch.randint(3, 50, (count, 8), generator=torch.Generator().manual_seed(seed))

    def __len__(self):
        return len(self.ids)

    def __getitem__(self, i):
        return {"input_ids": self.ids[i], "labels": int(self.ids[i, 0] > 25)}


transformers.set_seed(0)
with tempfile.TemporaryDirectory() as folder:
    arguments = TrainingArguments(
        output_dir=folder, num_train_epochs=3, per_device_train_batch_size=8, learning_rate=5e-3, eval_strategy="epoch",
        save_strategy="epoch", logging_steps=4, report_to=[], use_cpu=True, disable_tqdm=True, seed=0, warmup_steps=2,
        load_best_model_at_end=True, metric_for_best_model="accuracy", save_total_limit=1, weight_decay=0.01, lr_scheduler_type="cosine")
    trainer = Trainer(
        model=BertForSequenceClassification(BertConfig(**small | {"num_hidden_layers": 1})), args=arguments, train_dataset=Sequences(64, 1),
        eval_dataset=Sequences(32, 2), callbacks=[EarlyStoppingCallback(2)],
        compute_metrics=lambda given: {"accuracy": float((given.predictions.argmax(-1) == given.label_ids).mean())})
    trainer.remove_callback(transformers.PrinterCallback)
    done = trainer.train()
    print(done.global_step, round(done.training_loss, 5))
    for line in trainer.state.log_history:
        print({name: round(value, 5) for name, value in line.items() if name in ("loss", "grad_norm", "eval_loss", "eval_accuracy")})
    print(trainer.predict(Sequences(4, 3)).predictions.shape)

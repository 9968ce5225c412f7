"""Train the model of this folder again: a plain PyTorch program.

    python train.py DATA.csv

It reads how the columns are prepared from model.safetensors beside it, trains fresh networks, and prints the metric on rows that they
did not see. Needs PyTorch (or steepest: `steepest run train.py DATA.csv`). Written by steepest; yours to change.
"""

import array
import base64
import math
import pathlib
import sys
import zlib

import torch
from predict import features, likeliest, load, number, read, readable, word
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

SETTINGS = {"rates": [], "epochs": 0, "batch": 0, "members": 0, "optimizer": "", "options": {}}  # as the model was trained
FOLDS = "@FOLDS@"  # for each row of the table the test that it belongs to, from 1; 0 for rows that are only learnt from


def main():
    torch.set_num_threads(1)  # for networks as small as these more cost more than they give
    fields, _ = load(pathlib.Path(__file__).with_name("model.safetensors"))
    schema = fields["schema"]
    names, rows = read(sys.argv[1], fields)
    place = names.index(schema["target"])
    rows = [row for row in rows if word(row[place]) is not None and known(row[place], schema)]
    fold = torch.tensor(list(array.array("H", zlib.decompress(base64.b64decode(FOLDS)))))
    inputs = torch.tensor([features(dict(zip(names, row)), fields) for row in rows])
    learnt = torch.tensor([target(row[place], fields) for row in rows])
    weights = torch.tensor(SETTINGS["weights"]) if SETTINGS["weights"] else None  # a class counts so much
    if schema["task"] == "multiclass":
        learnt, criterion = learnt.long(), nn.CrossEntropyLoss(weight=weights)
    elif schema["task"] == "binary":
        learnt, criterion = learnt.view(-1, 1), nn.BCEWithLogitsLoss(pos_weight=None if weights is None else weights[1:] / weights[0])
    else:
        learnt, criterion = learnt.view(-1, 1), nn.MSELoss()

    said, held = [], []
    for test in range(1, int(fold.max()) + 1):
        rest, tested = (fold != test).nonzero().flatten(), (fold == test).nonzero().flatten()
        outputs = 0
        for member in range(SETTINGS["members"]):
            torch.manual_seed(SETTINGS["seed"] + 100 * test + member)
            mixed = rest[torch.randperm(len(rest))]
            fifth = max(1, len(rest) // 5)
            network = train(inputs, learnt, mixed[fifth:], mixed[:fifth], fields, criterion, SETTINGS["rates"][test - 1])
            with torch.no_grad():
                outputs = outputs + network(inputs[tested]) / SETTINGS["members"]
        said += [readable(row, fields) for row in outputs.tolist()]
        held += [rows[row][place] for row in tested.tolist()]
    report(said, held, fields)


def train(inputs, learnt, rows, validation, fields, criterion, lr):
    """One network, with the weights of the smallest validation loss; a linear model by L-BFGS."""
    sizes = [inputs.shape[1], *fields["hidden"], int(learnt.max()) + 1 if learnt.dim() == 1 else 1]
    network = nn.Sequential(*[layer for a, b in zip(sizes, sizes[1:]) for layer in (nn.Linear(a, b), nn.ReLU())][:-1])
    if not fields["hidden"]:
        return solve(network, inputs[torch.cat([rows, validation])], learnt[torch.cat([rows, validation])], criterion)
    batch = min(SETTINGS["batch"], len(rows))
    loader = DataLoader(TensorDataset(inputs[rows], learnt[rows]), batch_size=batch, shuffle=True, drop_last=True)
    optimizer = getattr(torch.optim, SETTINGS["optimizer"])(network.parameters(), lr=lr, **SETTINGS["options"])
    best, least = None, math.inf
    for epoch in range(SETTINGS["epochs"]):
        if SETTINGS["cosine"]:
            done = (epoch + 0.5) / SETTINGS["epochs"]
            optimizer.param_groups[0]["lr"] = lr * min(1, done / 0.05) * 0.5 * (1 + math.cos(math.pi * done))
        for x, y in loader:

            def closure():
                loss = criterion(network(x), y)
                optimizer.zero_grad()
                loss.backward()
                return loss

            optimizer.step(closure)
        with torch.no_grad():
            loss = criterion(network(inputs[validation]), learnt[validation]).item()
        if loss < least:
            best, least = {name: value.clone() for name, value in network.state_dict().items()}, loss
    network.load_state_dict(best)
    return network


def solve(network, inputs, learnt, criterion):
    """The linear model with a small penalty on its weights, at its minimum."""
    optimizer = torch.optim.LBFGS(network.parameters(), max_iter=500, line_search_fn="strong_wolfe")
    penalty = (1.0 if isinstance(criterion, nn.MSELoss) else 0.5) / len(inputs)

    def closure():
        optimizer.zero_grad()
        loss = criterion(network(inputs), learnt) + penalty * (network[0].weight ** 2).sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    return network


def report(said, held, fields):
    if fields["schema"]["classes"]:
        right = sum(likeliest(values, fields) == class_of(cell, fields) for values, cell in zip(said, held))
        print(f"accuracy {right / len(held):.4f} on {len(held)} rows")
        return
    true = [number(cell.strip(), tuple(fields["schema"]["target_form"])) for cell in held]
    mean = sum(true) / len(true)
    error = sum((a - b[0]) ** 2 for a, b in zip(true, said))
    print(f"R2 {1 - error / sum((a - mean) ** 2 for a in true):.4f} on {len(held)} rows")


def known(cell, schema):
    """Whether a target of numbers is one."""
    return bool(schema["classes"]) or number(cell.strip(), tuple(schema["target_form"])) is not None


def class_of(cell, fields):
    """The class that a cell names: 1, 1.0 and 01 are one where the classes are numbers."""
    classes = fields["schema"]["classes"]
    if cell.strip() in classes:
        return cell.strip()
    return next(name for name in classes if number(name) is not None and number(name) == number(cell.strip()))


def target(cell, fields):
    """What is learnt for a cell of the target: the number of its class, or its number on the model's scale."""
    if fields["schema"]["classes"]:
        return float(fields["schema"]["classes"].index(class_of(cell, fields)))
    value = number(cell.strip(), tuple(fields["schema"]["target_form"]))
    return ((math.log1p(value) if fields["log"] else value) - fields["center"]) / fields["scale"]


if __name__ == "__main__":
    main()

"""`Data`, batches and loaders; twenty convolutions, pooling, normalisation; node and graph classification trained, a layer of one's own,
heterogeneous graphs, transforms, an autoencoder, `utils`.
"""

import torch
import torch.nn.functional as F
import torch_geometric.transforms as T
from torch import nn
from torch_geometric.data import Batch, Data, HeteroData
from torch_geometric.loader import DataLoader
from torch_geometric.nn import (
    APPNP,
    GAE,
    MLP,
    VGAE,
    BatchNorm,
    ChebConv,
    EdgeConv,
    GATConv,
    GATv2Conv,
    GCNConv,
    GINConv,
    GraphConv,
    GraphNorm,
    GraphSAGE,
    HeteroConv,
    JumpingKnowledge,
    LEConv,
    MessagePassing,
    NNConv,
    RGCNConv,
    SAGEConv,
    SAGPooling,
    SGConv,
    TAGConv,
    TopKPooling,
    TransformerConv,
    global_add_pool,
    global_max_pool,
    global_mean_pool,
)
from torch_geometric.utils import (
    add_self_loops,
    degree,
    get_laplacian,
    k_hop_subgraph,
    remove_self_loops,
    scatter,
    softmax,
    subgraph,
    to_dense_adj,
    to_dense_batch,
    to_undirected,
)

torch.manual_seed(0)
edges = to_undirected(torch.randint(0, 12, (2, 24)))
data = Data(x=torch.randn(12, 5), edge_index=edges, edge_attr=torch.randn(edges.shape[1], 3), y=torch.arange(12) % 3)
print(data, data.num_nodes, data.num_edges, data.is_undirected(), data.has_isolated_nodes(), data.has_self_loops())

CONVS = {
    "gcn": lambda: GCNConv(5, 4),
    "sage": lambda: SAGEConv(5, 4),
    "sage max": lambda: SAGEConv(5, 4, aggr="max"),
    "gat": lambda: GATConv(5, 4, heads=2),
    "gatv2": lambda: GATv2Conv(5, 4, heads=2, concat=False),
    "gin": lambda: GINConv(nn.Sequential(nn.Linear(5, 4), nn.ReLU(), nn.Linear(4, 4)), train_eps=True),
    "cheb": lambda: ChebConv(5, 4, K=3),
    "tag": lambda: TAGConv(5, 4),
    "sg": lambda: SGConv(5, 4, K=2),
    "graph": lambda: GraphConv(5, 4),
    "transformer": lambda: TransformerConv(5, 4, heads=2, beta=True),
    "le": lambda: LEConv(5, 4),
    "edge": lambda: EdgeConv(nn.Linear(10, 4), aggr="max"),
    "appnp": lambda: APPNP(K=3, alpha=0.1),
}
for name, make in CONVS.items():
    torch.manual_seed(1)
    conv = make()
    x = data.x.clone().requires_grad_(True)
    out = conv(x, edges)
    out.square().sum().backward()
    print(name, tuple(out.shape), f"{out.sum().item():.5f} {x.grad.abs().sum().item():.5f}", sum(p.numel() for p in conv.parameters()))
torch.manual_seed(2)
print("nn", NNConv(5, 4, nn.Linear(3, 20))(data.x, edges, data.edge_attr)[0].detach())
print("rgcn", RGCNConv(5, 4, 2, num_bases=2)(data.x, edges, torch.arange(edges.shape[1]) % 2)[0].detach())


class GCN(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = GCNConv(5, 16), GCNConv(16, 3)

    def forward(self, data):
        x = F.relu(self.conv1(data.x, data.edge_index))
        x = F.dropout(x, training=self.training)
        return F.log_softmax(self.conv2(x, data.edge_index), dim=1)


model = GCN()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01, weight_decay=5e-4)
train = torch.arange(12) < 8
for epoch in range(10):
    optimizer.zero_grad()
    loss = F.nll_loss(model(data)[train], data.y[train])
    loss.backward()
    optimizer.step()
    if epoch % 3 == 0:
        print("nodes", epoch, f"{loss.item():.5f}")
model.eval()
print(model, (model(data).argmax(1) == data.y).sum().item())

graphs = []
for k in range(24):
    n = int(torch.randint(4, 9, ()))
    graphs.append(Data(x=torch.randn(n, 5), edge_index=to_undirected(torch.randint(0, n, (2, 2 * n))), y=torch.tensor([k % 2])))
loader = DataLoader(graphs, batch_size=8, shuffle=True)


class Graphs(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.norm1, self.conv2, self.norm2 = GraphConv(5, 8), GraphNorm(8), SAGEConv(8, 8), BatchNorm(8)
        self.pool = TopKPooling(8, ratio=0.6)
        self.head = nn.Linear(24, 2)

    def forward(self, x, edge_index, batch):
        x = self.norm1(self.conv1(x, edge_index), batch).relu()
        x, edge_index, _, batch, _, _ = self.pool(x, edge_index, batch=batch)
        x = self.norm2(self.conv2(x, edge_index)).relu()
        return self.head(torch.cat([global_mean_pool(x, batch), global_max_pool(x, batch), global_add_pool(x, batch)], 1))


model = Graphs()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for epoch in range(3):
    for batch in loader:
        loss = F.cross_entropy(model(batch.x, batch.edge_index, batch.batch), batch.y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print("graphs", epoch, f"{loss.item():.5f}", batch)
batch = Batch.from_data_list(graphs[:3])
print(batch.num_graphs, batch.ptr, batch.get_example(1), to_dense_batch(batch.x, batch.batch)[1].sum(1))


class Own(MessagePassing):
    def __init__(self):
        super().__init__(aggr="add")
        self.lin = nn.Linear(5, 4)

    def forward(self, x, edge_index):
        edge_index, _ = add_self_loops(edge_index, num_nodes=x.size(0))
        row, col = edge_index
        scale = degree(col, x.size(0)).pow(-0.5)
        return self.propagate(edge_index, x=self.lin(x), norm=scale[row] * scale[col])

    def message(self, x_j, norm):
        return norm.view(-1, 1) * x_j


print("own", Own()(data.x, edges)[0].detach())
hetero = HeteroData()
hetero["paper"].x, hetero["author"].x = torch.randn(6, 5), torch.randn(4, 3)
hetero["author", "writes", "paper"].edge_index = torch.tensor([[0, 1, 2, 3, 3], [0, 2, 3, 5, 1]])
hetero["paper", "cites", "paper"].edge_index = torch.tensor([[0, 1, 4], [3, 2, 5]])
layers = HeteroConv(
    {("author", "writes", "paper"): SAGEConv((3, 5), 4), ("paper", "cites", "paper"): GATConv((5, 5), 4, add_self_loops=False)}, aggr="sum"
)
print(hetero, layers(hetero.x_dict, hetero.edge_index_dict)["paper"][3].detach())
print("models", GraphSAGE(5, 8, 2, 3)(data.x, edges)[0].detach(), MLP([5, 8, 2])(data.x)[0].detach())


class Variational(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden, self.mean, self.spread = GCNConv(5, 8), GCNConv(8, 4), GCNConv(8, 4)

    def forward(self, x, edge_index):
        x = self.hidden(x, edge_index).relu()
        return self.mean(x, edge_index), self.spread(x, edge_index)


for kind, encoder in ((GAE, GCNConv(5, 4)), (VGAE, Variational())):
    auto = kind(encoder)
    z = auto.encode(data.x, edges)
    loss = auto.recon_loss(z, edges, torch.tensor([[0, 1, 2], [3, 7, 9]]))
    print(kind.__name__, f"{(loss + (auto.kl_loss() if kind is VGAE else 0)).item():.5f}")
for transform in (
    T.NormalizeFeatures(),
    T.AddSelfLoops(),
    T.Constant(),
    T.OneHotDegree(12),
    T.LocalDegreeProfile(),
    T.ToUndirected(),
    T.GCNNorm(),
    T.LargestConnectedComponents(),
):
    made = transform(data.clone())
    print(transform, made.x.shape, made.edge_index.shape, f"{made.x.sum().item():.4f}")
print(JumpingKnowledge("lstm", 4, 2)([data.x[:, :4], data.x[:, 1:]])[0].detach(), SAGPooling(5, ratio=0.5)(data.x, edges)[0].shape)
index = edges[1]
print(scatter(data.edge_attr, index, dim=0, reduce="mean")[0], softmax(data.edge_attr[:, 0], index)[:4], to_dense_adj(edges)[0].sum())
print(
    [t.shape for t in get_laplacian(edges, normalization="sym")],
    remove_self_loops(edges)[0].shape,
    subgraph([0, 1, 2, 3], edges)[0].shape,
    k_hop_subgraph(0, 1, edges)[0],
)

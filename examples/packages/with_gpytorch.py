"""Exact regression of the package's tutorial with predictions and their confidence; a variational classifier with inducing points."""

import math

import gpytorch
import torch

torch.manual_seed(0)
train_x = torch.linspace(0, 1, 100)
train_y = torch.sin(train_x * (2 * math.pi)) + torch.randn(train_x.size()) * math.sqrt(0.04)


class ExactGPModel(gpytorch.models.ExactGP):
    def __init__(self, train_x, train_y, likelihood):
        super().__init__(train_x, train_y, likelihood)
        self.mean_module = gpytorch.means.ConstantMean()
        self.covar_module = gpytorch.kernels.ScaleKernel(gpytorch.kernels.RBFKernel())

    def forward(self, x):
        return gpytorch.distributions.MultivariateNormal(self.mean_module(x), self.covar_module(x))


likelihood = gpytorch.likelihoods.GaussianLikelihood()
model = ExactGPModel(train_x, train_y, likelihood)
print(model)
model.train()
likelihood.train()
optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
mll = gpytorch.mlls.ExactMarginalLogLikelihood(likelihood, model)
for i in range(30):
    optimizer.zero_grad()
    loss = -mll(model(train_x), train_y)
    loss.backward()
    if i % 5 == 0:
        print(f"Iter {i + 1} - Loss: {loss.item():.3f}   lengthscale: {model.covar_module.base_kernel.lengthscale.item():.3f}   "
              f"noise: {model.likelihood.noise.item():.3f}")
    optimizer.step()

model.eval()
likelihood.eval()
test_x = torch.linspace(0, 1, 11)
with torch.no_grad(), gpytorch.settings.fast_pred_var():
    prediction = likelihood(model(test_x))
    lower, upper = prediction.confidence_region()
    for name, values in (("mean", prediction.mean), ("lower", lower), ("upper", upper)):
        print(name, [round(v, 3) for v in values.tolist()])
for name, value in model.state_dict().items():
    print(name, tuple(value.shape))

# in float64: with inducing points the matrices are almost singular, and float32's rounding grows
torch.set_default_dtype(torch.float64)


class Classifier(gpytorch.models.ApproximateGP):
    def __init__(self, inducing_points):
        distribution = gpytorch.variational.CholeskyVariationalDistribution(inducing_points.size(0))
        super().__init__(gpytorch.variational.VariationalStrategy(self, inducing_points, distribution, learn_inducing_locations=True))
        self.mean_module = gpytorch.means.ConstantMean()
        self.covar_module = gpytorch.kernels.ScaleKernel(gpytorch.kernels.MaternKernel(nu=2.5))

    def forward(self, x):
        return gpytorch.distributions.MultivariateNormal(self.mean_module(x), self.covar_module(x))


x = torch.linspace(0, 1, 60).unsqueeze(-1)
y = (torch.sin(6 * x[:, 0]) > 0).double()
classifier, bernoulli = Classifier(x[::6].clone()), gpytorch.likelihoods.BernoulliLikelihood()
optimizer = torch.optim.Adam([*classifier.parameters(), *bernoulli.parameters()], lr=0.1)
elbo = gpytorch.mlls.VariationalELBO(bernoulli, classifier, num_data=60)
classifier.train()
bernoulli.train()
for i in range(20):
    optimizer.zero_grad()
    loss = -elbo(classifier(x), y)
    loss.backward()
    optimizer.step()
    if i % 5 == 0:
        print(f"{loss.item():.4f}")
classifier.eval()
with torch.no_grad():
    print([round(v, 3) for v in bernoulli(classifier(x[::10])).mean.tolist()])

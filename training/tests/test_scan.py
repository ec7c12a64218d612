"""The scan against the definition, written as a loop, and the kernels against the plain form."""

import pytest
import torch
import torch.nn.functional as F

from training.scan import Recurrence, plain_scan, scan


def by_definition(x, dt, bias, A, BC, skip):
    delta, (Z, T, E), N = F.softplus(dt + bias), x.shape, A.shape[1]
    h, ys = torch.zeros(Z, E, N, dtype=x.dtype), []
    for t in range(T):
        B, C = BC[:, t, None, :N], BC[:, t, None, N:]
        h = torch.exp(delta[:, t, :, None] * A) * h + (delta[:, t] * x[:, t])[..., None] * B
        ys.append((h * C).sum(-1) + skip * x[:, t])
    return torch.stack(ys, 1)


def inputs(Z, T, E, N, dtype, device="cpu"):
    def draw(*shape):
        return torch.randn(*shape, dtype=dtype, device=device)

    return [draw(Z, T, E), draw(Z, T, E) - 1, draw(E) * 0.5, -torch.rand(E, N, dtype=dtype, device=device) * 4 - 0.1, draw(Z, T, 2 * N), draw(E)]


def run(function, tensors, dy):
    leaves = [t.clone().requires_grad_() for t in tensors]
    y = function(*leaves)
    y.backward(dy)
    return [y.detach()] + [leaf.grad for leaf in leaves]


def test_plain_scan_and_its_gradient_follow_the_definition():
    tensors = inputs(2, 13, 5, 3, torch.float64)
    dy = torch.randn(2, 13, 5, dtype=torch.float64)
    for ours, theirs in zip(run(plain_scan, tensors, dy), run(by_definition, tensors, dy), strict=True):
        torch.testing.assert_close(ours, theirs)


def test_recurrence_passes_gradcheck():
    a = torch.rand(6, 2, 3, dtype=torch.float64, requires_grad=True)
    b = torch.randn(6, 2, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(Recurrence.apply, (a, b))


ON_GPU = pytest.param("cuda", marks=pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU"))


@pytest.mark.parametrize("device", ["cpu", ON_GPU])
def test_kernel_and_its_gradient_agree_with_the_plain_form(device):
    tensors = inputs(3, 128, 640, 16, torch.float32, device)
    half = [tensors[0].bfloat16(), tensors[1].bfloat16(), *tensors[2:]]
    dy = torch.randn(3, 128, 640, device=device).bfloat16()
    full = [half[0].float(), half[1].float(), *tensors[2:]]
    for ours, theirs in zip(run(scan, half, dy), run(plain_scan, full, dy.float()), strict=True):
        assert (ours.float() - theirs).norm() / theirs.norm() < 5e-3  # rounding of bf16 outputs: 2e-3

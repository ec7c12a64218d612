"""What scipy makes of linear systems, and the matrix form of Mamba-2 in numpy: for src/lab.

scipy is used here alone: python tests/golden/make/lab_cases.py tests/golden/lab
"""

import json
import sys
from pathlib import Path

import numpy as np
from scipy.linalg import expm
from scipy.signal import cont2discrete, dlsim
from scipy.special import eval_legendre


def legs(n, ago):
    """HiPPO-LegS by theorem 2 of its paper, and the row that reads the signal `ago` seconds back."""
    q = np.arange(n)
    size = np.sqrt(2 * q + 1)
    a = -(np.tril(np.outer(size, size), -1) + np.diag(q + 1.0))
    return a, size, size * eval_legendre(q, 2 * np.exp(-ago) - 1)


def linear_case(name, a, b, c, step, rng):
    signal = rng.normal(size=40)
    case = {"name": name, "step": step, "signal": signal.tolist()}
    case |= {"a": a.ravel().tolist(), "b": b.tolist(), "c": c.tolist()}
    n = len(b)
    for method in ["zoh", "bilinear"]:
        ad, bd, *_ = cont2discrete((a, b[:, None], c[None, :], np.zeros((1, 1))), step, method=method)
        # dlsim's h[t + 1] = A h[t] + B x[t] starts from 0, so its state after a sample is the next row.
        padded = np.append(signal, 0.0)
        _, _, states = dlsim((ad, bd, np.eye(n), np.zeros((n, 1)), step), padded)
        states = states[1:]
        case[method] = {"a": ad.ravel().tolist(), "b": bd.ravel().tolist()}
        case[method] |= {"states": states.ravel().tolist(), "output": (states @ c).tolist()}
    assert np.allclose(np.reshape(case["zoh"]["a"], (n, n)), expm(step * a))
    return case


def segment_sums(x):
    """Listing 1 of the SSD paper: [t, s] is the sum of x over s + 1 ... t, and -inf where s > t."""
    t = len(x)
    sums = np.tril(np.tile(x[:, None], (1, t)), -1).cumsum(0)
    return np.where(np.tril(np.ones((t, t), bool)), sums, -np.inf)


def duality_case(t, p, n, a, rng):
    dt = rng.uniform(0.01, 0.6, t)
    x, b, c = rng.normal(size=(t, p)), rng.normal(size=(t, n)), rng.normal(size=(t, n))
    dt, x, b, c = (array.astype(np.float32).astype(float) for array in (dt, x, b, c))
    matrix = (c @ b.T) * np.exp(segment_sums(dt * a)) * dt
    arrays = {"dt": dt, "x": x, "b": b, "c": c, "matrix": matrix, "y": matrix @ x}
    return {"a": a} | {name: np.ravel(array).round(7).tolist() for name, array in arrays.items()}


def make(out):
    rng = np.random.default_rng(23)
    cases = [linear_case("HiPPO", *legs(6, 0.7), 0.05, rng)]
    turning = np.array([[-0.2, -3.0, 0.0], [3.0, -0.2, 0.0], [0.0, 0.0, -1.0]])
    cases.append(linear_case("a pair and a decay", turning, np.array([1.0, 0, 1]), np.array([1.0, 0, 2]), 0.3, rng))
    dense = rng.normal(size=(5, 5)) - 3 * np.eye(5)
    cases.append(linear_case("dense", dense, rng.normal(size=5), rng.normal(size=5), 0.02, rng))
    a, b, c = legs(5, 0.4)
    hippo = {"n": 5, "ago": 0.4, "a": a.ravel().tolist(), "b": b.tolist(), "c": c.tolist()}
    (out / "linear.json").write_text(json.dumps({"cases": cases, "hippo": hippo}) + "\n")
    duality = [duality_case(*shape, rng) for shape in [(1, 1, 1, -1.0), (9, 4, 3, -0.5), (20, 3, 8, -4.0)]]
    (out / "duality.json").write_text(json.dumps({"cases": duality}) + "\n")


if __name__ == "__main__":
    make(Path(sys.argv[1]))

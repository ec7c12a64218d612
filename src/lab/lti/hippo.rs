//! HiPPO-LegS, with which S4 begins: a state whose N numbers are the past, written in Legendre polynomials.
//!
//! Gu et al. 2020, "HiPPO: Recurrent Memory with Optimal Polynomial Projections" (<https://arxiv.org/abs/2008.07669>),
//! section 3, theorem 2, used time-invariantly as in S4: then the past is weighed with `exp(-seconds ago)`.

use super::{Mode, System};

/// The system of N states whose output is the signal of `ago` seconds before, as well as N numbers can hold it.
pub fn hippo(n: usize, ago: f64) -> System {
    let size = |i: usize| (2.0 * i as f64 + 1.0).sqrt();
    let entry = |i: usize, k: usize| match i.cmp(&k) {
        core::cmp::Ordering::Greater => -size(i) * size(k),
        core::cmp::Ordering::Equal => -(i as f64 + 1.0),
        core::cmp::Ordering::Less => 0.0,
    };
    let a = (0..n * n).map(|at| entry(at / n, at % n)).collect();
    let legendre = legendre(n, 2.0 * (-ago).exp() - 1.0);
    let c = (0..n).map(|i| size(i) * legendre[i]).collect();
    System { a, b: (0..n).map(size).collect(), c }
}

/// P_0 ... P_(n-1) at x, by Bonnet's recursion.
fn legendre(n: usize, x: f64) -> Vec<f64> {
    let mut p = vec![1.0, x];
    for i in 2..n {
        let k = i as f64;
        p.push(((2.0 * k - 1.0) * x * p[i - 1] - (k - 1.0) * p[i - 2]) / k);
    }
    p.truncate(n);
    p
}

/// The modes of [`hippo`], whose eigenvalues are -1 ... -N: the same input gives the same output. A is triangular, so its
/// eigenvectors follow from top to bottom.
pub fn hippo_modes(n: usize, ago: f64) -> Vec<Mode> {
    let System { a, b, c } = hippo(n, ago);
    // Column k of `vectors` is the eigenvector of -(k + 1); its first value that is not 0 is a 1 in row k.
    let mut vectors = vec![0.0; n * n];
    for k in 0..n {
        vectors[k * n + k] = 1.0;
        for i in k + 1..n {
            let sum: f64 = (k..i).map(|j| a[i * n + j] * vectors[j * n + k]).sum();
            vectors[i * n + k] = sum / (a[k * n + k] - a[i * n + i]);
        }
    }
    let mut written = Vec::with_capacity(n);
    for i in 0..n {
        let before: f64 = (0..i).map(|j| vectors[i * n + j] * written[j]).sum();
        written.push(b[i] - before);
    }
    let read = |k: usize| (k..n).map(|i| c[i] * vectors[i * n + k]).sum();
    (0..n).map(|k| Mode { re: a[k * n + k], im: 0.0, b: written[k], c: read(k) }).collect()
}

//! Small dense matrices, row by row.

/// The matrix of n rows with ones along its diagonal.
pub fn identity(n: usize) -> Vec<f64> {
    (0..n * n).map(|at| if at / n == at % n { 1.0 } else { 0.0 }).collect()
}

/// `a x`.
pub fn times(a: &[f64], x: &[f64], n: usize) -> Vec<f64> {
    a.chunks_exact(n.max(1)).map(|row| super::dot(row, x)).collect()
}

fn product(a: &[f64], b: &[f64], n: usize) -> Vec<f64> {
    let mut out = vec![0.0; n * n];
    for i in 0..n {
        for k in 0..n {
            for j in 0..n {
                out[i * n + j] += a[i * n + k] * b[k * n + j];
            }
        }
    }
    out
}

/// The exponential: the series of a matrix that was halved until it is small, squared as often.
pub fn exp(a: &[f64], n: usize) -> Vec<f64> {
    /// The next term of a matrix of norm 1/2 is below 1e-19.
    const TERMS: usize = 16;
    let norm = a.chunks_exact(n.max(1)).map(|row| row.iter().map(|x| x.abs()).sum::<f64>()).fold(0.0, f64::max);
    let halvings = if norm > 0.5 { (norm * 2.0).log2().ceil().min(1000.0) as i32 } else { 0 };
    let small: Vec<f64> = a.iter().map(|x| x * 0.5_f64.powi(halvings)).collect();
    let (mut sum, mut term) = (identity(n), identity(n));
    for k in 1..=TERMS {
        term = product(&term, &small, n);
        term.iter_mut().for_each(|x| *x /= k as f64);
        sum.iter_mut().zip(&term).for_each(|(sum, term)| *sum += term);
    }
    for _ in 0..halvings {
        sum = product(&sum, &sum, n);
    }
    sum
}

/// The X of `a X = b` by elimination with pivots; `b` has n rows of any one length. None if there is no single one.
pub fn solve(mut a: Vec<f64>, mut b: Vec<f64>, n: usize) -> Option<Vec<f64>> {
    let columns = b.len() / n.max(1);
    for i in 0..n {
        let pivot = (i..n).max_by(|&p, &q| a[p * n + i].abs().total_cmp(&a[q * n + i].abs()))?;
        if a[pivot * n + i].abs() < 1e-12 {
            return None;
        }
        (0..n).for_each(|j| a.swap(i * n + j, pivot * n + j));
        (0..columns).for_each(|j| b.swap(i * columns + j, pivot * columns + j));
        for row in (0..n).filter(|&row| row != i) {
            let factor = a[row * n + i] / a[i * n + i];
            (0..n).for_each(|j| a[row * n + j] -= factor * a[i * n + j]);
            (0..columns).for_each(|j| b[row * columns + j] -= factor * b[i * columns + j]);
        }
    }
    for (i, row) in b.chunks_exact_mut(columns.max(1)).enumerate() {
        row.iter_mut().for_each(|x| *x /= a[i * n + i]);
    }
    Some(b)
}

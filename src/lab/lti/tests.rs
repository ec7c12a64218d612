use super::*;
use serde_json::Value;

const METHODS: [(&str, Method); 2] = [("zoh", Method::ZeroOrderHold), ("bilinear", Method::Bilinear)];

fn golden() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/lab/linear.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

fn assert_near(got: &[f64], want: &[f64], most: f64, what: &str) {
    assert_eq!(got.len(), want.len(), "{what}");
    let size = want.iter().fold(1e-9, |size: f64, want| size.max(want.abs()));
    let worst = got.iter().zip(want).map(|(got, want)| (got - want).abs()).fold(0.0, f64::max);
    assert!(worst <= most * size, "{what}: off by {worst} of {size}");
}

#[test]
fn both_methods_give_what_scipy_gives() {
    for case in golden()["cases"].as_array().unwrap() {
        let system = System { a: numbers(&case["a"]), b: numbers(&case["b"]), c: numbers(&case["c"]) };
        for (name, method) in METHODS {
            let (want, step) = (&case[name], case["step"].as_f64().unwrap());
            let discrete = system.discretise(step, method).unwrap();
            let what = format!("{} {name}", case["name"]);
            assert_near(&discrete.a, &numbers(&want["a"]), 1e-10, &what);
            assert_near(&discrete.b, &numbers(&want["b"]), 1e-10, &what);
            // scipy.signal.dlsim delays its output by a sample; the script has undone that.
            let signal = numbers(&case["signal"]);
            let (output, states) = discrete.scan(&signal);
            assert_near(&output, &numbers(&want["output"]), 1e-9, &what);
            assert_near(&states, &numbers(&want["states"]), 1e-9, &what);
        }
    }
}

#[test]
fn hippo_is_what_its_paper_says() {
    let golden = &golden()["hippo"];
    let system = hippo(golden["n"].as_u64().unwrap() as usize, golden["ago"].as_f64().unwrap());
    assert_near(&system.a, &numbers(&golden["a"]), 1e-12, "A");
    assert_near(&system.b, &numbers(&golden["b"]), 1e-12, "B");
    assert_near(&system.c, &numbers(&golden["c"]), 1e-12, "C");
}

#[test]
fn recurrence_and_convolution_agree() {
    let modes = [Mode { re: -0.5, im: 0.0, b: 1.0, c: 2.0 }, Mode { re: -0.1, im: 3.0, b: 1.0, c: -1.0 }];
    let signal: Vec<f64> = (0..200).map(|t| (t as f64 * 0.37).sin() + f64::from(t % 17)).collect();
    for (name, method) in METHODS {
        let discrete = System::of(&modes).discretise(0.1, method).unwrap();
        let (output, states) = discrete.scan(&signal);
        assert_eq!(states.len(), 200 * 3);
        assert_near(&convolve(&discrete.kernel(200), &signal), &output, 1e-12, name);
        assert_ne!(convolve(&discrete.kernel(200)[..100], &signal), output, "a shorter kernel forgets");
    }
}

#[test]
fn the_modes_of_hippo_give_the_same_output() {
    let (whole, modes) = (hippo(6, 0.7), hippo_modes(6, 0.7));
    let rates: Vec<f64> = modes.iter().map(|mode| mode.re).collect();
    assert_eq!(rates, [-1.0, -2.0, -3.0, -4.0, -5.0, -6.0]);
    for (name, method) in METHODS {
        let kernel = |system: &System| system.discretise(0.05, method).unwrap().kernel(100);
        assert_near(&kernel(&System::of(&modes)), &kernel(&whole), 1e-9, name);
    }
}

#[test]
fn hippo_reads_the_past() {
    // A slow sine: the output is the signal of 0.7 seconds before, the better the more states there are.
    let (step, ago) = (0.01, 0.7);
    let signal: Vec<f64> = (0..2000).map(|t| (f64::from(t) * step).sin()).collect();
    // How far it is off, by N: scipy with the matrices of tests/golden/make/lab_cases.py gives the same.
    for (n, want) in [(2, 0.30497), (4, 0.11082), (8, 0.03699), (16, 0.01794)] {
        let (output, _) = hippo(n, ago).discretise(step, Method::ZeroOrderHold).unwrap().scan(&signal);
        let worst = (1000..2000).map(|t| (output[t] - signal[t - 70]).abs()).fold(0.0, f64::max);
        assert!((worst - want).abs() < 1e-4, "{n}: {worst}");
    }
}

#[test]
fn a_pole_is_an_eigenvalue_of_the_discrete_matrix_and_leads_back() {
    let mode = Mode { re: -0.4, im: 2.0, b: 1.0, c: 1.0 };
    for (name, method) in METHODS {
        let (re, im) = mode.pole(0.2, method);
        let a = System::of(&[mode]).discretise(0.2, method).unwrap().a;
        // [[re, -im], [im, re]] has the eigenvalues re ± i im.
        assert_near(&a, &[re, -im, im, re], 1e-12, name);
        let back = Mode { re: 0.0, im: 0.0, ..mode }.with_pole((re, im), 0.2, method);
        assert_near(&[back.re, back.im], &[mode.re, mode.im], 1e-12, name);
    }
}

#[test]
fn what_cannot_be_stepped_is_an_error() {
    let system = System::of(&[Mode { re: 20.0, im: 0.0, b: 1.0, c: 1.0 }]);
    assert_eq!(system.discretise(0.1, Method::Bilinear).unwrap_err().code(), "bad-argument");
    for step in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert_eq!(system.discretise(step, Method::ZeroOrderHold).unwrap_err().code(), "bad-argument");
    }
}

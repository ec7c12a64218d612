use super::*;
use serde_json::Value;

fn golden() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/lab/duality.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn numbers(value: &Value) -> Vec<f32> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap() as f32).collect()
}

fn assert_near(got: &[f32], want: &[f32], what: &str) {
    assert_eq!(got.len(), want.len(), "{what}");
    let size = want.iter().fold(0.0, |size: f32, want| size.max(want.abs()));
    let worst = got.iter().zip(want).map(|(got, want)| (got - want).abs()).fold(0.0, f32::max);
    assert!(worst < 1e-5 * size, "{what}: off by {worst} of {size}");
}

#[test]
fn all_three_forms_give_what_the_published_ones_give() {
    for case in golden()["cases"].as_array().unwrap() {
        let [dt, x, b, c] = ["dt", "x", "b", "c"].map(|name| numbers(&case[name]));
        let head = Head::new(case["a"].as_f64().unwrap() as f32, &dt, &x, &b, &c).unwrap();
        let want = numbers(&case["y"]);
        assert_near(&head.recurrence(), &want, "recurrence");
        assert_near(&head.masked(), &want, "masked");
        assert_near(&head.matrix(), &numbers(&case["matrix"]), "matrix");
        for length in [1, 3, 8, 1000] {
            assert_near(&head.chunked(length).unwrap(), &want, &format!("chunks of {length}"));
        }
    }
}

#[test]
fn what_is_no_head_is_an_error() {
    let (two, six) = ([0.1; 2], [1.0; 6]);
    assert!(Head::new(-1.0, &two, &six, &six, &six).is_ok());
    for (dt, x, b, c) in [
        (&two[..0], &six[..0], &six[..0], &six[..0]),
        (&two, &six[..5], &six, &six),
        (&two, &six, &six[..5], &six[..5]),
        (&two, &six, &six, &six[..4]),
    ] {
        assert_eq!(Head::new(-1.0, dt, x, b, c).unwrap_err().code(), "bad-argument");
    }
    let head = Head::new(-1.0, &two, &six, &six, &six).unwrap();
    assert_eq!(head.chunked(0).unwrap_err().code(), "bad-argument");
}

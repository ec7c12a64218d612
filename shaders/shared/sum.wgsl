const THREADS = 128u;
var<workgroup> partial: array<f32, THREADS>;

// The sum of the values of all threads. All threads must call it.
fn sum_of_all(thread: u32, value: f32) -> f32 {
    partial[thread] = value;
    workgroupBarrier();
    for (var half = THREADS / 2u; half > 0u; half /= 2u) {
        if thread < half {
            partial[thread] += partial[thread + half];
        }
        workgroupBarrier();
    }
    return partial[0];
}

// A product whose rows are put where `put` of the kernel says: a workgroup makes its rows for four sequences.
@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) workgroup: vec3<u32>) {
    let sequence = workgroup.y * AT_ONCE;
    let count = min(AT_ONCE, controls[0].sequences - sequence);
    let first = first_row(thread, workgroup.x);
    let products = rows_times_all(thread, first, sequence, count);
    let row = first + thread % LANES;
    if thread % LANES >= PER_GROUP || row >= ROWS {
        return;
    }
    put(sequence, row, products.x);
    if count > 1u {
        put(sequence + 1u, row, products.y);
    }
    if count > 2u {
        put(sequence + 2u, row, products.z);
    }
    if count > 3u {
        put(sequence + 3u, row, products.w);
    }
}

//! The progress of a call, in the layout of `shaders/shared/control.wgsl`.

use super::buffers::CONTROL_WORDS;

/// See the shader. By default it is that of one token of one sequence in the first slots and rings.
pub struct Control {
    pub slot_in: u32,
    pub slot_out: u32,
    pub tokens: u32,
    pub recent_next: u32,
    pub recent_count: u32,
    pub position: u32,
    pub first_slot: u32,
    pub slots: u32,
    pub seat: u32,
    pub sequences: u32,
}

impl Default for Control {
    fn default() -> Self {
        Self {
            slot_in: 0,
            slot_out: 0,
            tokens: 1,
            recent_next: 0,
            recent_count: 0,
            position: 0,
            first_slot: 0,
            slots: 1,
            seat: 0,
            sequences: 1,
        }
    }
}

impl Control {
    pub fn words(&self) -> [u32; CONTROL_WORDS] {
        let (step, unused) = (0, 0);
        [
            self.slot_in,
            self.slot_out,
            self.tokens,
            step,
            self.recent_next,
            self.recent_count,
            self.position,
            self.first_slot,
            self.slots,
            self.seat,
            self.sequences,
            unused,
        ]
    }
}

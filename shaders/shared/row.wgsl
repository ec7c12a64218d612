// Values in a row of in_proj's result. Those of Mamba-2 come before those of the attention beside it.
override ROW: u32;

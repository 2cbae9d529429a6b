//! How random a value looks.

/// True when a value is not filler: `xxxxxxxx` and `0000...` stand where a secret was taken out.
pub(super) fn varied(value: &[u8]) -> bool {
    let mut seen = [false; 256];
    let mut distinct = 0;
    for byte in value {
        if !std::mem::replace(&mut seen[usize::from(*byte)], true) {
            distinct += 1;
        }
    }
    distinct >= 5
}

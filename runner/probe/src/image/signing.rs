//! The unwinding tables of code that signs its return addresses, as C and C++ libraries for aarch64 do.
//!
//! Where such a function has signed, its table says so by an instruction of aarch64 alone, at which the unwinder gives
//! up: of that function it would know neither the stack pointer nor, so, who called the one before. The walk takes
//! signatures off each address, signed or not, so it needs the tables without that instruction.

/// `DW_CFA_AARCH64_negate_ra_state`, which takes nothing.
const NEGATE_SIGNED: u8 = 0x2d;
/// `DW_CFA_nop`.
const NOTHING: u8 = 0;

/// The tables in `.eh_frame`, which begins `bytes`. They live as long as the process where they are not the library's own.
pub(super) fn without_signing(bytes: &'static [u8]) -> &'static [u8] {
    let (places, end) = places(bytes);
    if places.is_empty() {
        return bytes;
    }
    let mut copy = bytes[..end].to_vec();
    places.into_iter().for_each(|at| copy[at] = NOTHING);
    copy.leak()
}

/// Where the instruction is, and where the tables end.
fn places(bytes: &[u8]) -> (Vec<usize>, usize) {
    let (mut places, mut at) = (Vec::new(), 0);
    while let Some(length @ 1..0xffff_ff00) = word(bytes, at)
        && let Some(entry) = bytes.get(at + 4..at + 4 + length as usize)
    {
        // An entry that is not understood stays as it is.
        let _ = in_entry(bytes, at + 4, entry.len(), &mut places);
        at += 4 + entry.len();
    }
    (places, (at + 4).min(bytes.len()))
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn in_entry(bytes: &[u8], start: usize, length: usize, places: &mut Vec<usize>) -> Option<()> {
    let end = start + length;
    let mut at = start + 4;
    let to_common = word(bytes, start)? as usize;
    if to_common == 0 {
        at = Common::read(bytes, start)?.instructions;
    } else {
        let common = Common::read(bytes, start.checked_sub(to_common)? + 4)?;
        at += 2 * common.pointer;
        if common.has_more {
            let more = number(bytes, &mut at)?;
            at += more;
        }
    }
    instructions(bytes.get(..end)?, at, places)
}

/// What an entry of a function leaves to one that many have in common.
struct Common {
    has_more: bool,
    /// The size of a pointer to code.
    pointer: usize,
    instructions: usize,
}

impl Common {
    fn read(bytes: &[u8], start: usize) -> Option<Common> {
        let mut at = start + 4;
        let version = *bytes.get(at)?;
        at += 1;
        let kinds = bytes.get(at..)?.split(|byte| *byte == 0).next()?;
        at += kinds.len() + 1;
        // The alignments of code and of data, and the register of the return address.
        number(bytes, &mut at)?;
        number(bytes, &mut at)?;
        if version == 1 {
            at += 1
        } else {
            _ = number(bytes, &mut at)?
        }
        let mut common = Common { has_more: kinds.first() == Some(&b'z'), pointer: 8, instructions: at };
        if !common.has_more {
            return kinds.is_empty().then_some(common);
        }
        let more = number(bytes, &mut at)?;
        common.instructions = at + more;
        for kind in &kinds[1..] {
            let encoding = *bytes.get(at)?;
            match kind {
                b'R' => {
                    common.pointer = size(encoding)?;
                    at += 1;
                }
                b'P' => at += 1 + size(encoding)?,
                b'L' => at += 1,
                b'S' | b'B' => {}
                _ => return None,
            }
        }
        Some(common)
    }
}

/// The bytes of a pointer in this encoding.
fn size(encoding: u8) -> Option<usize> {
    match encoding & 0x0f {
        0x00 | 0x04 | 0x0c => Some(8),
        0x03 | 0x0b => Some(4),
        0x02 | 0x0a => Some(2),
        _ => None,
    }
}

/// A number of any length, of which only the length matters when it is negative.
fn number(bytes: &[u8], at: &mut usize) -> Option<usize> {
    let (mut number, mut shift) = (0usize, 0);
    loop {
        let byte = *bytes.get(*at)?;
        *at += 1;
        number |= usize::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
        shift += 7;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
}

fn instructions(bytes: &[u8], mut at: usize, places: &mut Vec<usize>) -> Option<()> {
    while at < bytes.len() {
        let instruction = bytes[at];
        at += 1;
        let numbers = match instruction {
            NEGATE_SIGNED => {
                places.push(at - 1);
                0
            }
            // Advance; offset of a register; restore one.
            0x40..=0x7f | 0xc0.. => 0,
            0x80..=0xbf => 1,
            // Nothing; remember and restore all.
            0x00 | 0x0a | 0x0b => 0,
            0x02 => {
                at += 1;
                0
            }
            0x03 => {
                at += 2;
                0
            }
            0x04 => {
                at += 4;
                0
            }
            // Of one register.
            0x06..=0x08 | 0x0d | 0x0e | 0x13 | 0x2e => 1,
            // Of a register and a number, or of two registers.
            0x05 | 0x09 | 0x0c | 0x11 | 0x12 | 0x14 | 0x15 | 0x2f => 2,
            // Expressions.
            0x0f | 0x10 | 0x16 => {
                if instruction != 0x0f {
                    number(bytes, &mut at)?;
                }
                let length = number(bytes, &mut at)?;
                at += length;
                0
            }
            _ => return None,
        };
        for _ in 0..numbers {
            number(bytes, &mut at)?;
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A common entry and that of a function, whose instructions are these.
    fn table(instructions: &[u8]) -> Vec<u8> {
        let common = [&[0, 0, 0, 0, 1][..], b"zR\0", &[4, 0x78, 30, 1, 0x1b, 12, 31, 0]].concat();
        let function = [&(common.len() as u32 + 8).to_le_bytes()[..], &[0x2d; 4], &[0x2d; 4], &[0], instructions].concat();
        let entry = |entry: &[u8]| [&(entry.len() as u32).to_le_bytes()[..], entry].concat();
        [entry(&common), entry(&function), vec![0; 4], vec![0x2d; 8]].concat()
    }

    #[test]
    fn only_the_instruction_is_found() {
        // Negate; advance; the frame is 0x2d bytes; x29 is at an offset; negate.
        let bytes = table(&[0x2d, 0x41, 14, 0x2d, 0x80 | 29, 8, 0x2d, 0, 0]);
        let (found, end) = places(&bytes);
        let first = bytes.len() - 12 - 9;
        assert_eq!(found, [first, first + 6]);
        assert_eq!(end, bytes.len() - 8);
    }

    #[test]
    fn tables_without_it_are_left_alone() {
        let bytes: &'static [u8] = table(&[0x41, 14, 0x2d, 0, 0]).leak();
        assert!(std::ptr::eq(without_signing(bytes), bytes));
    }
}

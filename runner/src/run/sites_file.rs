//! Reads the stacks of the probe's call sites. See `runner/probe/src/sites.rs`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

const MAGIC: &[u8] = b"AGSITES1";
const HEADER: usize = 24;
/// Words of a record before its frames: key, live blocks, live bytes, handles, their peak, depth.
const NUMBERS: usize = 6;

/// The frames of all sites of a run, as the probe has recorded them: addresses from the add-on's start,
/// the innermost first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Stacks(pub BTreeMap<u32, Vec<u64>>);

/// Reads the file that the probe wrote; nothing when there is none.
pub(super) fn read(path: &Path) -> Stacks {
    parse(&fs::read(path).unwrap_or_default()).unwrap_or_default()
}

fn parse(file: &[u8]) -> Option<Stacks> {
    let u32_at = |at: usize| Some(u32::from_ne_bytes(file.get(at..at + 4)?.try_into().ok()?) as usize);
    if !file.starts_with(MAGIC) {
        return None;
    }
    let (sites, frames) = (u32_at(8)?, u32_at(12)?);
    let size = (NUMBERS + frames) * 8;
    let mut stacks = BTreeMap::new();
    for (number, record) in file.get(HEADER..)?.chunks_exact(size).take(sites).enumerate() {
        let words: Vec<u64> =
            record.chunks_exact(8).map(|word| u64::from_ne_bytes(word.try_into().unwrap_or_default())).collect();
        let (key, depth) = (words[0], words[NUMBERS - 1] as usize);
        if key != 0 {
            stacks.insert(number as u32, words[NUMBERS..].iter().take(depth).copied().collect());
        }
    }
    Some(Stacks(stacks))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_no_table_has_no_sites() {
        assert_eq!(parse(b""), None);
        assert_eq!(parse(b"AGSITES1\xff\xff\xff\xff"), None);
    }
}

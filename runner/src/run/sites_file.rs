//! Reads the stacks of the probe's call sites after the process is gone. See `runner/probe/src/sites.rs`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

const MAGIC: &[u8] = b"AGSITES2";
const HEADER: usize = 32;
const NAME: usize = 16;
/// Words of a site before its amounts: key, caller, depth.
const NUMBERS: usize = 3;

/// Where the sites of a run are, by their number.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Stacks(pub BTreeMap<u32, Stack>);

/// Where a site is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Stack {
    /// The add-on's frames: return addresses from its start, the innermost first.
    pub frames: Vec<u64>,
    /// The JavaScript function that had called the add-on, where it is known.
    pub caller: Option<Caller>,
    /// What there was of it when the process ended, by the name of the kind.
    pub amounts: BTreeMap<String, i64>,
}

/// A function in JavaScript, and the line in it from which the add-on was called.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Caller {
    /// Its name; empty when it has none.
    pub function: String,
    /// The script's URL or path, or the end of a long one.
    pub script: String,
    /// The line, from 1.
    pub line: u32,
}

/// Reads the file that the probe wrote; nothing when there is none.
pub(super) fn read(path: &Path) -> Stacks {
    parse(&fs::read(path).unwrap_or_default()).unwrap_or_default()
}

fn parse(file: &[u8]) -> Option<Stacks> {
    if !file.starts_with(MAGIC) {
        return None;
    }
    let number = |at: usize| Some(u32::from_ne_bytes(file.get(at..at + 4)?.try_into().ok()?) as usize);
    let (columns, callers, sites, frames, text) = (number(8)?, number(12)?, number(16)?, number(20)?, number(28)?);
    let callers_at = HEADER.checked_add(columns.checked_mul(NAME)?)?;
    let caller_size = text.checked_mul(2)?.checked_add(16)?;
    let sites_at = callers_at.checked_add(callers.checked_mul(caller_size)?)?;
    let caller = |number: usize| {
        let record = file.get(callers_at..sites_at)?.chunks_exact(caller_size).nth(number)?;
        let line = word(record, 1)? as u32;
        (number > 0 && line > 0).then(|| Caller {
            function: string(&record[16..16 + text]),
            script: string(&record[16 + text..]),
            line,
        })
    };
    let names: Vec<String> = file.get(HEADER..callers_at)?.chunks_exact(NAME).map(string).collect();
    let mut stacks = BTreeMap::new();
    let size = frames.checked_add(columns)?.checked_add(NUMBERS)?.checked_mul(8)?;
    for (number, record) in file.get(sites_at..)?.chunks_exact(size).take(sites).enumerate() {
        if word(record, 0)? == 0 {
            continue;
        }
        let first = NUMBERS + columns;
        let depth = (word(record, 2)? as usize).min(frames);
        let frames = (first..first + depth).filter_map(|index| word(record, index)).collect();
        let amount = |(index, name): (usize, &String)| Some((name.clone(), word(record, NUMBERS + index)? as i64));
        let amounts = names.iter().enumerate().filter_map(amount).filter(|(_, amount)| *amount != 0).collect();
        stacks.insert(number as u32, Stack { frames, caller: caller(word(record, 1)? as usize), amounts });
    }
    Some(Stacks(stacks))
}

fn word(record: &[u8], index: usize) -> Option<u64> {
    Some(u64::from_ne_bytes(record.get(index * 8..index * 8 + 8)?.try_into().ok()?))
}

fn string(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..end]).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_no_table_has_no_sites() {
        assert_eq!(parse(b""), None);
        assert_eq!(parse(b"AGSITES2\xff\xff\xff\xff"), None);
        assert_eq!(parse(&[b"AGSITES2".as_slice(), &[0xff; 100]].concat()), None);
    }
}

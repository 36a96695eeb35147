//! Reads the probe's table after the process is gone. See `runner/probe/src/counters.rs`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

const MAGIC: &[u8] = b"AFTERGC1";
const HEADER: usize = 16;
const NAME: usize = 24;
const RECORD: usize = NAME + 8;

/// The counters by name; none when no probe has written to the file.
pub(super) fn read(path: &Path) -> Option<BTreeMap<String, f64>> {
    let file = fs::read(path).ok()?;
    let records = file.strip_prefix(MAGIC)?.get(HEADER - MAGIC.len()..)?;
    let record = |record: &[u8]| {
        let (name, value) = record.split_at(NAME);
        let name = String::from_utf8_lossy(name).trim_end_matches('\0').to_owned();
        Some((name, i64::from_ne_bytes(value.try_into().ok()?) as f64))
    };
    records.chunks_exact(RECORD).map(record).collect()
}

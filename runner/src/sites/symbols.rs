//! An add-on's debug information.

use std::path::Path;

use addr2line::gimli::{Dwarf, EndianSlice, Error, RunTimeEndian, SectionId};
use addr2line::{Context, demangle_auto};
use object::{Object, ObjectSection, SymbolMap, SymbolMapName};

pub(super) struct Symbols<'a> {
    lines: Context<EndianSlice<'a, RunTimeEndian>>,
    /// The names are not in the line tables.
    names: SymbolMap<SymbolMapName<'a>>,
}

impl<'a> Symbols<'a> {
    /// Reads the debug information in the bytes of a library; none when it has none.
    pub(super) fn read(library: &'a [u8]) -> Option<Symbols<'a>> {
        let file = object::File::parse(library).ok()?;
        let endian = if file.is_little_endian() { RunTimeEndian::Little } else { RunTimeEndian::Big };
        let section = |id: SectionId| -> Result<EndianSlice<'a, RunTimeEndian>, Error> {
            let data = file.section_by_name(id.name()).and_then(|section| section.data().ok());
            Ok(EndianSlice::new(data.unwrap_or_default(), endian))
        };
        let lines = Context::from_dwarf(Dwarf::load(section).ok()?).ok()?;
        Some(Symbols { lines, names: file.symbol_map() })
    }

    /// The lines of `file` that a stack of return addresses goes through, with their functions, the innermost
    /// first. What a macro has written does not count, since no person can edit it, unless there is nothing
    /// else: then it stands for the function that the macro has wrapped.
    pub(super) fn lines_in(&self, frames: &[u64], file: &Path) -> Vec<(u32, String)> {
        let found: Vec<_> = frames.iter().filter_map(|address| self.line_of(*address, file)).collect();
        let written: Vec<_> = found.iter().filter(|(_, function)| !is_generated(function)).cloned().collect();
        let lines = if written.is_empty() { found.into_iter().take(1).collect() } else { written };
        lines.into_iter().map(|(line, function)| (line, short(&function))).collect()
    }

    /// The function that a return address is in, as it is called in full.
    pub(super) fn function(&self, address: u64) -> Option<String> {
        let call = address.checked_sub(1)?;
        Some(demangle_auto(self.names.before(call)?.name().into(), None).into_owned())
    }

    fn line_of(&self, address: u64, file: &Path) -> Option<(u32, String)> {
        // A return address is that of the instruction behind the call.
        let call = address.checked_sub(1)?;
        let function = self.function(address)?;
        let mut frames = self.lines.find_frames(call).skip_all_loads().ok()?;
        while let Ok(Some(frame)) = frames.next() {
            if let Some(location) = frame.location
                && location.file.is_some_and(|path| Path::new(path).ends_with(file))
                && let Some(line) = location.line
            {
                return Some((line, function));
            }
        }
        None
    }
}

/// Functions that napi's derive macro writes around the learner's.
fn is_generated(function: &str) -> bool {
    ["_c_callback", "__napi", "_napi_rs_internal", "__ctor"].iter().any(|part| function.contains(part))
}

/// `crate::module::name::hash` without its crate and its hash.
fn short(function: &str) -> String {
    // What a macro has written is called like the function that it has wrapped, and a little longer.
    let function = function.split("_c_callback").next().unwrap_or(function);
    let parts: Vec<&str> = function.split("::").collect();
    let is_hash = |part: &str| part.len() == 17 && part.starts_with('h') && part[1..].chars().all(|c| c.is_ascii_hexdigit());
    let end = parts.len() - usize::from(parts.last().is_some_and(|part| is_hash(part)));
    let start = usize::from(end > 1 && !function.starts_with('<'));
    parts[start..end].join("::")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_source() {
        assert_eq!(short("tsfn_queue_full::scan"), "scan");
        assert_eq!(short("crate_name::Trace::of::h0123456789abcdef"), "Trace::of");
        assert_eq!(short("tsfn_queue_full::scan_c_callback::{{closure}}"), "scan");
        assert_eq!(short("scan"), "scan");
    }
}

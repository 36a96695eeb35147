//! An add-on's debug information.

use std::path::Path;

use super::Program;
use addr2line::gimli::{Dwarf, EndianSlice, Error, RunTimeEndian, SectionId};
use addr2line::{Context, demangle_auto};
use object::{Object, ObjectSection, ObjectSymbol, SymbolKind, SymbolMap, SymbolMapName};

pub(super) struct Symbols<'a> {
    lines: Context<EndianSlice<'a, RunTimeEndian>>,
    /// The names are not in the line tables.
    names: SymbolMap<SymbolMapName<'a>>,
    /// Whether each function has one. Else most code lies behind one that it is no part of.
    are_all: bool,
}

impl<'a> Symbols<'a> {
    /// Reads the debug information in the bytes of a library, or in those of a file that was made for it; none when
    /// neither can be read. A library that was stripped has the names of what it exports.
    pub(super) fn read(library: &'a [u8], separate: Option<&'a [u8]>) -> Option<Symbols<'a>> {
        let stripped = object::File::parse(library).ok()?;
        let file = match separate {
            Some(separate) => object::File::parse(separate).ok()?,
            None => object::File::parse(library).ok()?,
        };
        let endian = if file.is_little_endian() { RunTimeEndian::Little } else { RunTimeEndian::Big };
        let section = |id: SectionId| -> Result<EndianSlice<'a, RunTimeEndian>, Error> {
            let data = file.section_by_name(id.name()).and_then(|section| section.data().ok());
            Ok(EndianSlice::new(data.unwrap_or_default(), endian))
        };
        let lines = Context::from_dwarf(Dwarf::load(section).ok()?).ok()?;
        let are_all = file.symbol_table().is_some();
        Some(Symbols { lines, names: if are_all { file.symbol_map() } else { exported(&stripped) }, are_all })
    }

    /// The lines of `file` that a stack of return addresses goes through, with their functions, the innermost
    /// first. What a macro has written does not count, since no person can edit it, unless there is nothing
    /// else: then it stands for the function that the macro has wrapped.
    pub(super) fn lines_in(&self, frames: &[u64], program: Program) -> Vec<(u32, String)> {
        let found: Vec<_> = frames.iter().filter_map(|address| self.line_of(*address, program.file)).collect();
        let is_written = |(line, function): &&(u32, String)| !is_generated(function) && !is_attribute(program.text, *line);
        let written: Vec<_> = found.iter().filter(is_written).cloned().collect();
        let lines = if written.is_empty() { found.into_iter().take(1).collect() } else { written };
        lines.into_iter().map(|(line, function)| (line, short(&function))).collect()
    }

    /// The function that a return address is in, as it is called in full.
    pub(super) fn function(&self, address: u64) -> Option<String> {
        let call = address.checked_sub(1)?;
        let symbol = if self.are_all { self.names.before(call) } else { self.names.containing(call) };
        Some(demangle_auto(symbol?.name().into(), None).into_owned())
    }

    /// The same without its crate and its hash. None when the frame is another library's.
    pub(super) fn name(&self, address: u64) -> Option<String> {
        (address >> evidence::IMAGE_SHIFT == 0).then(|| self.function(address)).flatten().map(|name| short(&name))
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

/// The names of what a library exports.
fn exported<'a>(file: &object::File<'a>) -> SymbolMap<SymbolMapName<'a>> {
    let functions = file.dynamic_symbols().filter(|symbol| symbol.is_definition() && symbol.kind() == SymbolKind::Text);
    let name = |symbol: object::Symbol<'a, '_>| Some(SymbolMapName::new(symbol.address(), symbol.size(), symbol.name().ok()?));
    SymbolMap::new(functions.filter_map(name).collect())
}

/// Functions that napi's derive macro writes around the learner's.
fn is_generated(function: &str) -> bool {
    ["_c_callback", "__napi", "_napi_rs_internal", "__ctor"].iter().any(|part| function.contains(part))
}

/// Whether a line of a source is an attribute: code that is said to be there was written by its macro.
fn is_attribute(text: &str, line: u32) -> bool {
    text.lines().nth(line as usize - 1).is_some_and(|line| line.trim_start().starts_with("#["))
}

/// `crate::module::name::hash` without its crate and its hash.
fn short(function: &str) -> String {
    // What a macro has written is called like the function that it has wrapped, and a little longer.
    let function = function.split("_c_callback").next().unwrap_or(function);
    // Of `<crate::Type as other::Trait>::name` only the name is short.
    let (start, function) = function.rsplit_once(">::").map_or((1, function), |(_, name)| (0, name));
    // A closure is a part of the function that it is written in.
    let is_name = |part: &&str| !part.starts_with("__napi") && *part != "{{closure}}";
    let parts: Vec<&str> = function.split("::").filter(is_name).collect();
    let is_hash = |part: &str| part.len() == 17 && part.starts_with('h') && part[1..].chars().all(|c| c.is_ascii_hexdigit());
    let end = parts.len() - usize::from(parts.last().is_some_and(|part| is_hash(part)));
    parts[start.min(end.saturating_sub(1))..end].join("::")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_source() {
        assert_eq!(short("tsfn_queue_full::scan"), "scan");
        assert_eq!(short("crate_name::Trace::of::h0123456789abcdef"), "Trace::of");
        assert_eq!(short("tsfn_queue_full::scan_c_callback::{{closure}}"), "scan");
        assert_eq!(short("tsfn_queue_full::scan::{{closure}}"), "scan");
        assert_eq!(short("scan"), "scan");
        assert_eq!(short("parent_child::__napi_impl_helper_Heading_0::new"), "new");
        assert_eq!(
            short("<parent_child::Heading as napi::bindgen_runtime::JavaScriptClassExt>::into_reference"),
            "into_reference"
        );
    }

    #[test]
    fn code_at_an_attribute_is_a_macros() {
        let text = "struct Heading;\n\n  #[napi]\nimpl Heading {}\n";
        let attributes: Vec<u32> = (1..=4).filter(|line| is_attribute(text, *line)).collect();
        assert_eq!(attributes, [3]);
    }
}

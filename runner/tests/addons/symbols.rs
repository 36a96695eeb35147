//! The functions of a library, by the addresses in it.

use std::fs;
use std::sync::atomic::Ordering::Relaxed;

use evidence::{Evidence, frame_parts, read_text};
use object::{Object, ObjectSymbol, SymbolKind};

/// The functions of a stack, the innermost first, by their names in C++; `?` where nothing is known.
pub(crate) fn functions(evidence: &Evidence, frames: &[u64]) -> Vec<String> {
    frames.iter().map(|frame| function(evidence, *frame).unwrap_or_else(|| "?".into())).collect()
}

/// The functions of a site.
pub(crate) fn of_site(evidence: &Evidence, site: usize) -> Vec<String> {
    let site = &evidence.sites[site];
    let depth = (site.depth.load(Relaxed) as usize).min(site.frames.len());
    let frames: Vec<u64> = site.frames[..depth].iter().map(|frame| frame.load(Relaxed)).collect();
    functions(evidence, &frames)
}

/// The function that a frame is in. It is that of the call, which stands before a return address.
fn function(evidence: &Evidence, frame: u64) -> Option<String> {
    let (image, offset) = frame_parts(frame);
    let bytes = fs::read(read_text(&evidence.images[image].path)).ok()?;
    let file = object::File::parse(&*bytes).ok()?;
    let is_here = |symbol: &object::Symbol<'_, '_>| {
        symbol.kind() == SymbolKind::Text
            && (symbol.address()..symbol.address() + symbol.size()).contains(&offset.wrapping_sub(1))
    };
    let symbol = file.symbols().chain(file.dynamic_symbols()).find(is_here)?;
    Some(symbol.name().ok()?.to_owned())
}

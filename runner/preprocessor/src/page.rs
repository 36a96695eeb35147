//! One page: its directives are replaced, and not another byte of it.

use std::ops::Range;
use std::path::Path;

use crate::directive::Directive;
use crate::expand::{Expander, Expansion};
use crate::fault::Fault;
use crate::find::{Found, find};

/// Replaces the directives of a page, and answers with what was wrong. Where that is, the page says so.
pub(crate) fn expand(page: &mut String, file: &Path, expander: &mut Expander) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    for found in find(page) {
        let line = 1 + page[..found.range.start].matches('\n').count();
        let place = format!("{}:{line}", file.display());
        let Expansion { text, fault } = one(&found, &place, expander);
        if let Some(message) = fault {
            let fault = Fault { file: file.to_path_buf(), line, message };
            edits.push((found.block..found.block, caution(&fault)));
            faults.push(fault);
        }
        // What could not be replaced stays, as code.
        let text = text.unwrap_or_else(|| format!("`{}`", page[found.range.clone()].replace('`', "")));
        edits.push((found.range, text));
    }
    splice(page, &edits);
    faults
}

fn one(found: &Found, place: &str, expander: &mut Expander) -> Expansion {
    let Some(words) = &found.words else {
        return Expansion::fault("a directive is not closed: `}}` is missing in its paragraph".into());
    };
    match Directive::parse(words) {
        Ok(directive) if directive.is_block() && !found.is_alone => {
            Expansion::fault(format!("`{words}` makes a block: it has to be a paragraph of its own, in no list and no quote"))
        }
        Ok(directive) => expander.expand(&directive, place),
        Err(message) => Expansion::fault(message),
    }
}

fn caution(fault: &Fault) -> String {
    // A quote ends where the message does, and what looks like HTML in it is text.
    let text = fault.to_string().replace('<', "&lt;").replace('\n', "\n> ");
    format!("> [!CAUTION]\n> {text}\n\n")
}

/// Puts the texts into their places. These come in order, and a place before which something is put
/// begins no later than the one before it ended.
fn splice(page: &mut String, edits: &[(Range<usize>, String)]) {
    let mut edits: Vec<&(Range<usize>, String)> = edits.iter().collect();
    // Stable: what is put before a block comes before what replaces the beginning of it.
    edits.sort_by_key(|(range, _)| (range.start, range.end));
    let mut result = String::with_capacity(page.len() + edits.iter().map(|(_, text)| text.len()).sum::<usize>());
    let mut at = 0;
    for (range, text) in edits {
        result.push_str(&page[at..range.start]);
        result.push_str(text);
        at = range.end;
    }
    result.push_str(&page[at..]);
    *page = result;
}

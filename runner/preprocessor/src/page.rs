//! One page: its directives are replaced, and not another byte of it.
//!
//! That is done in steps. To find the directives and to put texts in their places takes the time, and no page
//! waits for another; what depends on the pages before is done in between, in their order.

use std::ops::Range;
use std::path::PathBuf;

use crate::directive::Directive;
use crate::expand::{self, Order};
use crate::fault::Fault;
use crate::find::{Found, find};
use crate::markup::Format;
use crate::shelf::Shelf;

/// A page of the book, and what it asks for.
pub(crate) struct Page<'a> {
    content: &'a mut String,
    file: PathBuf,
    asked: Vec<Asked>,
}

struct Asked {
    found: Found,
    line: usize,
    /// The directive, or what is wrong with it.
    directive: Result<Directive, String>,
    /// Which chart of its lesson it is.
    number: usize,
    /// Why the record of its lesson is out of date, if nothing before it has said that.
    stale: Option<String>,
}

impl<'a> Page<'a> {
    /// Finds the directives.
    pub(crate) fn read(content: &'a mut String, file: PathBuf) -> Page<'a> {
        let (mut line, mut at) = (1, 0);
        let asked = |found: Found| {
            line += content[at..found.range.start].matches('\n').count();
            at = found.range.start;
            Asked { directive: directive(&found), found, line, number: 0, stale: None }
        };
        let asked = find(content).into_iter().map(asked).collect();
        Page { content, file, asked }
    }

    /// Puts the directives in order with those of the pages before.
    pub(crate) fn number(&mut self, shelf: &Shelf, order: &mut Order) {
        for asked in &mut self.asked {
            let Ok(directive) = &asked.directive else { continue };
            match order.number(directive, || format!("{}:{}", self.file.display(), asked.line)) {
                Ok(number) => {
                    asked.number = number;
                    asked.stale = order.stale(shelf, &directive.id);
                }
                Err(message) => asked.directive = Err(message),
            }
        }
    }

    /// Puts the texts into the places of the directives, and answers with what was wrong. Where that is, the page
    /// says so.
    pub(crate) fn write(self, shelf: &Shelf, format: Format) -> Vec<Fault> {
        let Page { content, file, asked } = self;
        let mut faults = Vec::new();
        let mut edits: Vec<(Range<usize>, String)> = Vec::new();
        for Asked { found, line, directive, number, stale } in asked {
            let text = directive.and_then(|directive| expand::text(shelf, &directive, number, format));
            for message in text.as_ref().err().cloned().into_iter().chain(stale) {
                let fault = Fault { file: file.clone(), line, message };
                edits.push((found.block..found.block, caution(&fault)));
                faults.push(fault);
            }
            // What could not be replaced stays, as code.
            let text = text.unwrap_or_else(|_| format!("`{}`", content[found.range.clone()].replace('`', "")));
            edits.push((found.range, text));
        }
        splice(content, &edits);
        faults
    }
}

fn directive(found: &Found) -> Result<Directive, String> {
    let words = found.words.as_ref().ok_or("a directive is not closed: `}}` is missing in its paragraph")?;
    let directive = Directive::parse(words)?;
    if directive.is_block() && !found.is_alone {
        return Err(format!("`{words}` makes a block: it has to be a paragraph of its own, in no list and no quote"));
    }
    Ok(directive)
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

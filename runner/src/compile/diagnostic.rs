//! Where in a learner's file rustc sees an error.

use std::path::Path;

use serde::{Deserialize, Serialize};

/// An error of rustc in the file that was compiled. Lines and columns count from 1, columns in characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Diagnostic {
    /// Where it begins.
    pub line: u32,
    /// Its first character.
    pub column: u32,
    /// Where it ends.
    pub end_line: u32,
    /// The first character after it.
    pub end_column: u32,
    /// What is wrong, and what rustc writes at the place.
    pub message: String,
}

/// A place, as rustc tells it.
#[derive(Clone, Deserialize)]
pub(super) struct Span {
    file_name: String,
    line_start: u32,
    column_start: u32,
    line_end: u32,
    column_end: u32,
    is_primary: bool,
    label: Option<String>,
    expansion: Option<Box<Expansion>>,
}

/// The macro that has made what is at a place.
#[derive(Clone, Deserialize)]
struct Expansion {
    span: Span,
}

/// An error with these spans, if it is one of this file.
pub(super) fn in_file(file: &Path, message: &str, spans: &[Span]) -> Option<Diagnostic> {
    let primary = spans.iter().filter(|span| span.is_primary);
    let (span, label) = primary.filter_map(|span| Some((written(span, file)?, span.label.as_deref()))).next()?;
    let message = match label {
        Some(label) if !label.is_empty() && label != message => format!("{message}: {label}"),
        _ => message.to_owned(),
    };
    let Span { line_start: line, column_start: column, line_end: end_line, column_end: end_column, .. } = *span;
    Some(Diagnostic { line, column, end_line, end_column, message })
}

/// The place in the file that somebody has written: of what a macro has made, the call of the macro.
fn written<'a>(span: &'a Span, file: &Path) -> Option<&'a Span> {
    let outer = std::iter::successors(Some(span), |span| span.expansion.as_deref().map(|expansion| &expansion.span));
    outer.filter(|span| Path::new(&span.file_name) == file).last()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: &str = "lessons/a/b/exercise.rs";

    fn span(file: &str, line: u32, is_primary: bool, expansion: Option<Span>) -> Span {
        let expansion = expansion.map(|span| Box::new(Expansion { span }));
        let (file_name, label) = (file.to_owned(), Some("here".to_owned()));
        Span { file_name, line_start: line, column_start: 3, line_end: line, column_end: 5, is_primary, label, expansion }
    }

    fn line(spans: &[Span]) -> Option<u32> {
        in_file(Path::new(HERE), "wrong", spans).map(|diagnostic| diagnostic.line)
    }

    #[test]
    fn an_error_is_where_the_learner_wrote_it() {
        assert_eq!(line(&[span(HERE, 1, false, None), span(HERE, 2, true, None)]), Some(2));
        assert_eq!(line(&[span("/std/macros.rs", 9, true, Some(span(HERE, 4, false, None)))]), Some(4));
        assert_eq!(line(&[span(HERE, 9, true, Some(span(HERE, 4, false, None)))]), Some(4), "where its macro is called");
        assert_eq!(line(&[span("runner/probe/src/lib.rs", 1, true, None)]), None);
        assert_eq!(line(&[]), None);
    }
}

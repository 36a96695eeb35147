//! Where the directives of a page are.
//!
//! The page is parsed as mdBook will parse it, so that code and comments stay as they are. Everything
//! else that looks like a directive is one, wherever it is: none may be left in the text in silence.

use std::ops::Range;

use mdbook_markdown::pulldown_cmark::{Event, Tag};
use mdbook_markdown::{MarkdownOptions, new_cmark_parser};

/// What a directive begins with.
const OPEN: &str = "{{#";
/// Those of mdBook itself.
const OF_MDBOOK: [&str; 5] = ["include", "rustdoc_include", "playground", "playpen", "title"];

/// A directive in a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// Its bytes in the page.
    pub(crate) range: Range<usize>,
    /// What is between the brackets; none when they do not close.
    pub(crate) words: Option<String>,
    /// Whether it is a paragraph of its own, in no list and no quote.
    pub(crate) is_alone: bool,
    /// Where the outermost block begins that it is in.
    pub(crate) block: usize,
}

/// All directives of a page that are not mdBook's, in order.
pub(crate) fn find(page: &str) -> Vec<Found> {
    let candidates: Vec<usize> = page.match_indices(OPEN).map(|(at, _)| at).filter(|at| is_ours(page, *at)).collect();
    if candidates.is_empty() {
        return Vec::new();
    }
    let Outline { blocks, paragraphs, hidden } = Outline::of(page);
    let within = |ranges: &[Range<usize>], at: usize| ranges.iter().find(|range| range.contains(&at)).cloned();
    let mut found: Vec<Found> = Vec::new();
    for at in candidates {
        if within(&hidden, at).is_some() || found.last().is_some_and(|last| at < last.range.end) {
            continue;
        }
        let block = within(&blocks, at);
        let limit = block.as_ref().map_or(page.len(), |block| block.end);
        let end = page[at..limit].find("}}").map(|length| at + length + 2);
        let range = at..end.unwrap_or(at + OPEN.len());
        let is_alone = within(&paragraphs, at).is_some_and(|paragraph| {
            let text = &page[paragraph.clone()];
            let start = paragraph.start + (text.len() - text.trim_start().len());
            (start..start + text.trim().len()) == range
        });
        let words = end.map(|end| page[at + OPEN.len()..end - 2].to_owned());
        found.push(Found { range, words, is_alone, block: block.map_or(at, |block| block.start) });
    }
    found
}

/// Whether what begins here is for this preprocessor: it has a name, it is not escaped, and mdBook has
/// none of that name.
fn is_ours(page: &str, at: usize) -> bool {
    let rest = &page[at + OPEN.len()..];
    let name: &str = rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-').next().unwrap_or_default();
    !name.is_empty() && !page[..at].ends_with('\\') && !OF_MDBOOK.contains(&name)
}

/// The parts of a page that matter here.
#[derive(Default)]
struct Outline {
    /// The outermost blocks.
    blocks: Vec<Range<usize>>,
    /// Those of them that are paragraphs.
    paragraphs: Vec<Range<usize>>,
    /// Code and comments.
    hidden: Vec<Range<usize>>,
}

impl Outline {
    fn of(page: &str) -> Outline {
        let mut outline = Outline::default();
        let mut depth = 0;
        for (event, range) in new_cmark_parser(page, &MarkdownOptions::default()).into_offset_iter() {
            let is_comment = page[range.clone()].starts_with("<!--");
            match event {
                Event::Start(tag) => {
                    if depth == 0 {
                        outline.blocks.push(range.clone());
                        if tag == Tag::Paragraph {
                            outline.paragraphs.push(range.clone());
                        }
                    }
                    if matches!(tag, Tag::CodeBlock(_)) || tag == Tag::HtmlBlock && is_comment {
                        outline.hidden.push(range);
                    }
                    depth += 1;
                }
                Event::End(_) => depth -= 1,
                Event::Code(_) => outline.hidden.push(range),
                Event::InlineHtml(_) if is_comment => outline.hidden.push(range),
                _ => {}
            }
        }
        outline
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The directives, `=` before those that are alone.
    fn found(page: &str) -> Vec<String> {
        let show = |found: Found| format!("{}{}", if found.is_alone { "=" } else { "" }, &page[found.range]);
        find(page).into_iter().map(show).collect()
    }

    #[test]
    fn a_paragraph_of_its_own() {
        assert_eq!(found("# A\n\n{{#lesson a/b}}\n\nText.\n"), ["={{#lesson a/b}}"]);
        assert_eq!(found("  {{#lesson a/b}}  "), ["={{#lesson a/b}}"]);
    }

    #[test]
    fn inside_of_text() {
        assert_eq!(
            found("It kept {{#measured a/b solution a-check}} blocks, and\n{{#work a/b run}} more."),
            ["{{#measured a/b solution a-check}}", "{{#work a/b run}}"]
        );
        assert_eq!(found("| a |\n|---|\n| {{#versions a/b}} |\n"), ["{{#versions a/b}}"]);
        assert_eq!(found("# {{#lesson a/b}}\n"), ["{{#lesson a/b}}"]);
        assert_eq!(found("[x]({{#versions a/b}})"), ["{{#versions a/b}}"]);
        assert_eq!(found("<div>\n{{#lesson a/b}}\n</div>\n"), ["{{#lesson a/b}}"]);
    }

    #[test]
    fn a_list_and_a_quote_are_no_paragraph_of_its_own() {
        assert_eq!(found("- {{#lesson a/b}}\n"), ["{{#lesson a/b}}"]);
        assert_eq!(found("- a\n\n  {{#lesson a/b}}\n\n- c\n"), ["{{#lesson a/b}}"]);
        assert_eq!(found("> {{#lesson a/b}}\n"), ["{{#lesson a/b}}"]);
        assert_eq!(found("[^1]: {{#lesson a/b}}\n"), ["{{#lesson a/b}}"]);
    }

    #[test]
    fn code_comments_and_what_is_escaped_stay() {
        for page in [
            "`{{#lesson a/b}}`",
            "```text\n{{#lesson a/b}}\n```\n",
            "- a\n\n  ```text\n  {{#lesson a/b}}\n  ```\n",
            "    {{#lesson a/b}}\n",
            "\\{{#lesson a/b}}",
            "<!-- {{#lesson a/b}} -->\n",
            "a <!-- {{#lesson a/b}} --> b",
            "{{#include file.md}} {{#title A}}",
        ] {
            assert!(find(page).is_empty(), "{page}");
        }
    }

    #[test]
    fn line_endings_and_letters_of_any_kind() {
        assert_eq!(found("# Größe ✓\r\n\r\n{{#lesson a/b}}\r\n\r\nende\r\n"), ["={{#lesson a/b}}"]);
        assert_eq!(found("“Größe” {{#work a/b run}} – ok"), ["{{#work a/b run}}"]);
    }

    #[test]
    fn a_name_that_nobody_knows_and_brackets_that_do_not_close() {
        assert_eq!(find("{{#lessn a/b}}")[0].words.as_deref(), Some("lessn a/b"));
        assert_eq!(find("{{#lesson a/b}\n\nnext }}")[0].words, None);
    }

    #[test]
    fn the_block_around_it_is_known() {
        assert_eq!(find("First.\n\n- a\n- {{#lesson a/b}}\n")[0].block, 8);
    }
}

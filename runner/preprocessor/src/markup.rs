//! Pieces of Markdown and HTML.

use runner::catalog::Edits;

/// What the book is made into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// Pages for a browser: Markdown with HTML around it.
    Html,
    /// Markdown alone.
    Plain,
}

impl Format {
    /// What a renderer can use. `xgettext` takes the words out of the pages for a translation, so it has to
    /// see those that a browser shows.
    pub(crate) fn of(renderer: &str) -> Format {
        if matches!(renderer, "html" | "xgettext") { Format::Html } else { Format::Plain }
    }
}

/// Text as it is written in HTML, also inside of quotes.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// Words of a manifest. They are Markdown, in which code has backticks; a `<` elsewhere is no tag.
pub(crate) fn words(text: &str) -> String {
    let mut words = String::with_capacity(text.len());
    let mut is_code = false;
    for letter in text.chars() {
        is_code ^= letter == '`';
        match letter {
            '<' if !is_code => words.push_str("&lt;"),
            other => words.push(other),
        }
    }
    words
}

/// What a program gave, to be read as it is: no markup, and no quotes that are made round.
pub(crate) fn literal(text: &str) -> String {
    let mut literal = String::with_capacity(text.len());
    let mut after_digit = false;
    for letter in text.chars() {
        if matches!(letter, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '$' | '&' | '"' | '\'') {
            literal.push('\\');
        }
        // A number stays in one piece, and with its unit.
        literal.push(if letter == ' ' && after_digit { '\u{a0}' } else { letter });
        after_digit = letter.is_ascii_digit();
    }
    literal
}

/// The same, where there may be little room. A list has no blanks, and may be broken after each comma.
pub(crate) fn value(format: Format, text: &str) -> String {
    match format {
        Format::Html => literal(text).replace(',', ",<wbr>"),
        Format::Plain => literal(text),
    }
}

/// A number that is not broken at the blanks between its digits, or before its unit.
pub(crate) fn unbroken(number: String) -> String {
    if number.contains(' ') { number.replace(' ', "\u{a0}") } else { number }
}

/// Code between fences that are longer than any in it. It ends with a line's end.
pub(crate) fn fence(info: &str, code: &str) -> String {
    let longest = code.lines().map(|line| line.trim_start().bytes().take_while(|byte| *byte == b'`').count()).max();
    let fence = "`".repeat(longest.unwrap_or(0).max(2) + 1);
    format!("{fence}{info}\n{}\n{fence}\n", code.trim_end_matches('\n'))
}

/// The file of a program. One in Rust is not complete without its lesson, so `mdbook test` leaves it alone.
pub(crate) fn program(language: Edits, code: &str) -> String {
    let language = match language {
        Edits::Rust => "rust,ignore",
        Edits::JavaScript => "js",
    };
    fence(language, code)
}

/// Something that is shown when it is asked for.
pub(crate) fn folded(format: Format, summary: &str, content: &str) -> String {
    let content = content.trim_end();
    match format {
        Format::Html => format!("<details>\n<summary>{}</summary>\n\n{content}\n\n</details>\n\n", escape(summary)),
        Format::Plain => format!("**{summary}**\n\n{content}\n\n"),
    }
}

/// A table. The first column is text and the others are as `numbers` says.
pub(crate) fn table(head: &[&str], numbers: bool, rows: &[Vec<String>]) -> String {
    let mut text = String::new();
    line(&mut text, head);
    let rule = |column: usize| if numbers && column > 0 { "---:" } else { "---" };
    line(&mut text, &(0..head.len()).map(rule).collect::<Vec<_>>());
    rows.iter().for_each(|row| line(&mut text, row));
    text
}

/// A line of a table.
fn line(text: &mut String, cells: &[impl AsRef<str>]) {
    text.push('|');
    for cell in cells {
        text.push(' ');
        let mut before = ' ';
        for letter in cell.as_ref().chars() {
            match letter {
                '\n' => text.push(' '),
                '|' if before != '\\' => text.push_str("\\|"),
                other => text.push(other),
            }
            before = letter;
        }
        text.push_str(" |");
    }
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fence_is_longer_than_those_inside() {
        assert_eq!(fence("text", "a\n"), "```text\na\n```\n");
        assert_eq!(fence("text", "```\n"), "````text\n```\n````\n");
    }

    #[test]
    fn what_is_no_markup_is_shown() {
        assert_eq!(words("a hint of size_of::<T>(), `size_of::<T>()`"), "a hint of size_of::&lt;T>(), `size_of::<T>()`");
        assert_eq!(literal("[1,\"*\"] of 2 000 B"), "\\[1,\\\"\\*\\\"\\] of 2\u{a0}000\u{a0}B");
    }

    #[test]
    fn a_list_can_be_broken_where_a_blank_would_be() {
        assert_eq!(value(Format::Html, "[1,2]"), "\\[1,<wbr>2\\]");
        assert_eq!(value(Format::Plain, "[1,2]"), "\\[1,2\\]");
    }

    #[test]
    fn a_cell_stays_in_its_column() {
        let rows = [vec![words("x | y"), literal("1|2")]];
        assert_eq!(table(&["", "b"], true, &rows), "|  | b |\n| --- | ---: |\n| x \\| y | 1\\|2 |\n");
    }
}

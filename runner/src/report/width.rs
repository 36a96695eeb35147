//! Text in columns of a terminal. A character of Chinese or an emoji takes two of them, and an accent that stands alone
//! none.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The columns that a text takes.
pub fn columns(text: &str) -> usize {
    text.width()
}

/// Breaks a text into lines of at most `width` columns, at blanks.
pub fn wrap(text: &str, width: usize) -> String {
    let mut wrapped = String::new();
    let mut column = 0;
    for word in text.split(' ') {
        let length = columns(word);
        if column > 0 && column + 1 + length > width {
            wrapped.push('\n');
            column = 0;
        } else if column > 0 {
            wrapped.push(' ');
            column += 1;
        }
        wrapped.push_str(word);
        column += length;
    }
    wrapped
}

/// A text as far as it fits into `width` columns, with an ellipsis where it does not.
pub fn cut(text: &str, width: usize) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    let mut room = width.saturating_sub(1);
    let fits = |letter: &char| match room.checked_sub(letter.width().unwrap_or(1)) {
        Some(rest) => {
            room = rest;
            true
        }
        None => false,
    };
    text.chars().take_while(fits).chain(['…']).collect()
}

/// A text with blanks behind it, so that it takes `width` columns.
pub fn pad(text: &str, width: usize) -> String {
    format!("{text}{:1$}", "", width.saturating_sub(columns(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_sentences_are_wrapped() {
        assert_eq!(wrap("one two three", 7), "one two\nthree");
        assert_eq!(wrap("uninterrupted", 3), "uninterrupted");
    }

    #[test]
    fn wide_letters_take_two_columns() {
        assert_eq!(columns("内存"), 4);
        assert_eq!(wrap("内存 内存 one", 9), "内存 内存\none");
        assert_eq!(wrap("内存 内存 one", 8), "内存\n内存 one");
        assert_eq!(cut("内存泄漏", 6), "内存…");
        assert_eq!(cut("内存泄漏", 7), "内存泄…");
        assert_eq!(cut("内存泄漏", 8), "内存泄漏");
        assert_eq!(pad("内存", 6), "内存  ");
        assert_eq!(cut("e\u{301}e\u{301}", 2), "e\u{301}e\u{301}", "an accent of its own takes none");
    }
}

//! Links in a terminal (OSC 8): a file that is named can be clicked.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// Makes links of the files of a course, where the terminal shows links.
pub(crate) struct Links {
    root: PathBuf,
    /// None: there are no links.
    kind: Option<Kind>,
    host: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// To a file.
    File,
    /// To a line of a file. Others than kitty would look for a file with this name.
    Line,
}

/// The folders whose files are named in what is printed.
const FOLDERS: [&str; 3] = ["lessons/", "solutions/", "book/"];

impl Links {
    /// Links if the terminal has them. Nothing is known to go wrong where it has not, but a terminal may show the
    /// letters of what it does not understand.
    pub(crate) fn new(root: &Path, plain: bool, env: impl Fn(&str) -> Option<OsString>) -> Links {
        let kind = if plain { None } else { kind(env) };
        // By its name a terminal on another machine knows that the file is not its own.
        let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default().trim().to_owned();
        Links { root: root.to_path_buf(), kind, host }
    }

    /// The text with a link at each file of the course that is named in it, with its line if it has one.
    pub(crate) fn in_text(&self, text: &str) -> String {
        let Some(kind) = self.kind else { return text.to_owned() };
        let mut linked = String::with_capacity(text.len());
        let mut rest = text;
        let mut before = ' ';
        while let Some(first) = rest.chars().next() {
            let length = if let Some(colour) = colour(rest) {
                // What follows a colour begins a word.
                linked += colour;
                before = ' ';
                rest = &rest[colour.len()..];
                continue;
            } else if is_of_path(before) {
                0
            } else {
                self.link(rest, kind, &mut linked)
            };
            if length > 0 {
                rest = &rest[length..];
                before = '/';
            } else {
                linked.push(first);
                rest = &rest[first.len_utf8()..];
                before = first;
            }
        }
        linked
    }

    /// Where in a line of text without colours there are links, in bytes, and the links themselves.
    pub(crate) fn found(&self, text: &str) -> Vec<(usize, String)> {
        let Some(kind) = self.kind else { return Vec::new() };
        let begins = |at: &usize| !text[..*at].ends_with(is_of_path);
        let starts = FOLDERS.iter().flat_map(|folder| text.match_indices(folder)).map(|(at, _)| at).filter(begins);
        let link = |at: usize| {
            let mut linked = String::new();
            (self.link(&text[at..], kind, &mut linked) > 0).then_some((at, linked))
        };
        starts.filter_map(link).collect()
    }

    /// Writes a link to the file that `text` begins with, and answers how long its name is; 0 if there is none.
    fn link(&self, text: &str, kind: Kind, linked: &mut String) -> usize {
        if !FOLDERS.iter().any(|folder| text.starts_with(folder)) {
            return 0;
        }
        let end = text.find(|c| !is_of_path(c)).unwrap_or(text.len());
        let path = text[..end].trim_end_matches('.');
        let file = self.root.join(path);
        if !file.is_file() {
            return 0;
        }
        let line = number(&text[path.len()..]);
        let column = line.and_then(|line| number(&text[path.len() + 1 + line.len()..]));
        let length = path.len() + [line, column].iter().flatten().map(|digits| digits.len() + 1).sum::<usize>();
        let mut target = format!("file://{}", self.host);
        for byte in file.as_os_str().as_bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' | b'~' => target.push(char::from(*byte)),
                _ => {
                    let _ = write!(target, "%{byte:02X}");
                }
            }
        }
        if let (Kind::Line, Some(line)) = (kind, line) {
            let _ = write!(target, "#{line}");
        }
        let _ = write!(linked, "\x1b]8;;{target}\x1b\\{}\x1b]8;;\x1b\\", &text[..length]);
        length
    }
}

/// The digits of `:12`, with which `text` begins.
fn number(text: &str) -> Option<&str> {
    let digits = text.strip_prefix(':')?;
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    (end > 0).then(|| &digits[..end])
}

fn is_of_path(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '-' | '_')
}

/// The colour that `text` begins with, as it is written to a terminal.
fn colour(text: &str) -> Option<&str> {
    let codes = text.strip_prefix("\x1b[")?;
    let end = codes.find(|c: char| c.is_ascii_alphabetic())?;
    Some(&text[..2 + end + 1])
}

/// The terminals that are known to show links, by what they say of themselves.
fn kind(env: impl Fn(&str) -> Option<OsString>) -> Option<Kind> {
    let text = |name: &str| env(name).and_then(|value| value.into_string().ok()).unwrap_or_default();
    let (term, program) = (text("TERM"), text("TERM_PROGRAM"));
    match text("FORCE_HYPERLINK").as_str() {
        "" => {}
        "0" => return None,
        _ => return Some(if term == "xterm-kitty" { Kind::Line } else { Kind::File }),
    }
    // This one makes links of `path:line` by itself, and they lead to the line.
    if term == "dumb" || program == "vscode" {
        return None;
    }
    if term == "xterm-kitty" {
        return Some(Kind::Line);
    }
    let number = |name: &str| text(name).parse::<u32>().unwrap_or(0);
    let known = number("VTE_VERSION") >= 5000
        || number("KONSOLE_VERSION") >= 20_12_00
        || !text("WT_SESSION").is_empty()
        || ["iTerm.app", "WezTerm", "ghostty", "Hyper", "rio", "contour"].contains(&program.as_str())
        || ["alacritty", "foot", "foot-extra", "xterm-ghostty", "contour", "wezterm"].contains(&term.as_str());
    known.then_some(Kind::File)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn env(variables: &'static [(&'static str, &'static str)]) -> impl Fn(&str) -> Option<OsString> {
        move |name| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value))
    }

    #[test]
    fn terminals_are_known_by_what_they_say() {
        for (variables, expected) in [
            (&[("TERM", "xterm-256color")][..], None),
            (&[], None),
            (&[("TERM", "xterm-256color"), ("VTE_VERSION", "7600")], Some(Kind::File)),
            (&[("TERM", "xterm-256color"), ("VTE_VERSION", "4600")], None),
            (&[("TERM", "dumb"), ("VTE_VERSION", "7600")], None),
            (&[("TERM", "xterm-256color"), ("TERM_PROGRAM", "WezTerm")], Some(Kind::File)),
            (&[("TERM", "xterm-256color"), ("TERM_PROGRAM", "vscode"), ("VTE_VERSION", "7600")], None),
            (&[("TERM", "alacritty")], Some(Kind::File)),
            (&[("TERM", "xterm-kitty")], Some(Kind::Line)),
            (&[("TERM", "xterm-256color"), ("WT_SESSION", "1")], Some(Kind::File)),
            (&[("TERM", "xterm-256color"), ("FORCE_HYPERLINK", "1")], Some(Kind::File)),
            (&[("TERM", "xterm-kitty"), ("FORCE_HYPERLINK", "0")], None),
        ] {
            assert_eq!(kind(env(variables)), expected, "{variables:?}");
        }
    }

    #[test]
    fn files_of_the_course_are_linked_and_nothing_else_changes() {
        let temporary = tempfile::tempdir().unwrap();
        let root = temporary.path().join("a b#1");
        fs::create_dir_all(root.join("lessons/wrap/x")).unwrap();
        fs::write(root.join("lessons/wrap/x/exercise.rs"), "").unwrap();
        let links = |kind| Links { root: root.clone(), kind, host: "box".into() };
        let file = format!("file://box{}/a%20b%231/lessons/wrap/x/exercise.rs", temporary.path().display());
        let link = |shown: &str, line: &str| format!("\x1b]8;;{file}{line}\x1b\\{shown}\x1b]8;;\x1b\\");
        let path = "lessons/wrap/x/exercise.rs";

        let text = format!("where {path}:19\n --> {path}:3:5\n\x1b[1m{path}\x1b[0m, {path}. {path}:x");
        let expected = |line: fn(&str) -> String| {
            let of = |shown: &str| link(shown, &line(shown.split(':').nth(1).unwrap_or_default()));
            let bare = of(path);
            let (first, second) = (of(&format!("{path}:19")), of(&format!("{path}:3:5")));
            format!("where {first}\n --> {second}\n\x1b[1m{bare}\x1b[0m, {bare}. {bare}:x")
        };
        assert_eq!(links(Some(Kind::File)).in_text(&text), expected(|_| String::new()));
        let of_line = |line: &str| if line.is_empty() { String::new() } else { format!("#{line}") };
        assert_eq!(links(Some(Kind::Line)).in_text(&text), expected(of_line));
        assert_eq!(links(None).in_text(&text), text);
        let others = format!("my{path} /tmp/{path} lessons/wrap/gone.rs:1 lessons/ ééé \x1b[ ↑ lessons/wrap/x");
        assert_eq!(links(Some(Kind::File)).in_text(&others), others);
    }
}

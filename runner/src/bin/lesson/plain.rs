//! Whether output is plain: lines that are printed once, in the order in which they matter, without colours, drawings
//! or cursor movements. A screen reader, a log and a pipe need that.

use std::ffi::OsString;

/// The variable that asks for it, or with `0` asks for the opposite.
pub(crate) const VARIABLE: &str = "LESSON_PLAIN";

/// Decides. What was typed is stronger than the environment, and that is stronger than what is remembered; but
/// where nobody can see a drawing there is none.
pub(crate) fn chosen(
    asked: Option<bool>,
    env: impl Fn(&str) -> Option<OsString>,
    is_terminal: bool,
    remembered: Option<bool>,
) -> bool {
    if !is_terminal || env("TERM").is_some_and(|term| term == "dumb") {
        return true;
    }
    match env(VARIABLE) {
        _ if asked.is_some() => asked == Some(true),
        Some(value) if !value.is_empty() => value != "0",
        _ => remembered.unwrap_or(false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stronger_wish_wins() {
        let env = |term: &'static str, plain: Option<&'static str>| {
            move |name: &str| match name {
                "TERM" => Some(OsString::from(term)),
                VARIABLE => plain.map(OsString::from),
                _ => None,
            }
        };
        let usual = || env("xterm-256color", None);
        assert!(!chosen(None, usual(), true, None));
        assert!(!chosen(None, |_| None, true, None));
        assert!(!chosen(None, usual(), true, Some(false)));
        assert!(chosen(None, usual(), true, Some(true)));
        assert!(chosen(Some(true), usual(), true, Some(false)));
        assert!(chosen(None, usual(), false, Some(false)));
        assert!(chosen(None, env("dumb", None), true, Some(false)));
        for on in ["1", "yes", "true"] {
            assert!(chosen(None, env("xterm", Some(on)), true, Some(false)), "{on}");
        }
        assert!(!chosen(None, env("xterm", Some("0")), true, Some(true)));
        assert!(chosen(Some(true), env("xterm", Some("0")), true, None));
        assert!(chosen(None, env("xterm", Some("0")), false, None));
        assert!(chosen(None, env("dumb", Some("0")), true, None));
        assert!(!chosen(Some(false), env("xterm", Some("1")), true, Some(true)));
        assert!(chosen(Some(false), usual(), false, None));
        // Set to nothing is not set.
        assert!(chosen(None, env("xterm", Some("")), true, Some(true)));
        assert!(!chosen(None, env("xterm", Some("")), true, None));
    }
}

//! Colour and drawings, where they are wanted. No meaning is carried by them alone.

use std::fmt::Display;

/// Paints text, or leaves it as it is.
#[derive(Clone, Copy, Debug)]
pub struct Paint {
    on: bool,
    draws: bool,
}

impl Paint {
    /// Colours if `terminal` and the user does not object (`NO_COLOR`, `TERM=dumb`).
    pub fn new(terminal: bool) -> Paint {
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        Paint { on: terminal && !set("NO_COLOR") && !dumb, draws: true }
    }

    /// No colour.
    pub const fn none() -> Paint {
        Paint { on: false, draws: true }
    }

    /// No colour and no drawing made of characters, and what matters first: for a person who listens.
    pub const fn plain() -> Paint {
        Paint { on: false, draws: false }
    }

    /// Whether there may be drawings.
    pub fn draws(self) -> bool {
        self.draws
    }

    /// Whether this paints.
    pub fn is_on(self) -> bool {
        self.on
    }

    /// Important.
    pub fn bold(self, text: impl Display) -> String {
        self.wrap("1", text)
    }

    /// Good.
    pub fn green(self, text: impl Display) -> String {
        self.wrap("1;32", text)
    }

    /// Bad.
    pub fn red(self, text: impl Display) -> String {
        self.wrap("1;31", text)
    }

    /// Neither.
    pub fn yellow(self, text: impl Display) -> String {
        self.wrap("1;33", text)
    }

    /// Less important.
    pub fn dim(self, text: impl Display) -> String {
        self.wrap("2", text)
    }

    fn wrap(self, code: &str, text: impl Display) -> String {
        if self.on { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_string() }
    }
}

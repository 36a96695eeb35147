//! The secret of one start. Who knows it may have code run here, so it is in no cookie, which a browser would send
//! for pages that do not know it, and in no address that is sent: what follows a `#` stays in the browser.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;

/// 256 bits that nobody can guess, in hexadecimal digits.
#[derive(Clone)]
pub(crate) struct Token(Arc<str>);

impl Token {
    pub(crate) fn new() -> io::Result<Token> {
        let mut bytes = [0; 32];
        File::open("/dev/urandom")?.read_exact(&mut bytes)?;
        Ok(Token(bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into()))
    }

    /// Whether this is it. How long the answer takes says nothing of how much of it is right.
    pub(crate) fn is(&self, offered: &str) -> bool {
        let pairs = self.0.bytes().zip(offered.bytes());
        offered.len() == self.0.len() && pairs.fold(0, |wrong, (ours, theirs)| wrong | (ours ^ theirs)) == 0
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn no_two_are_the_same_and_only_the_whole_is_right() {
        let (one, other) = (Token::new().unwrap(), Token::new().unwrap());
        let text = one.to_string();
        assert!(text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()), "{text}");
        assert!(one.is(&text) && !other.is(&text));
        assert!(!one.is("") && !one.is(&text[..63]) && !one.is(&format!("{text}0")) && !one.is(&text.to_uppercase()));
    }
}

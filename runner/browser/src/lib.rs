//! The built book in a real browser: headless Chromium, on a server of this crate's own.
//!
//! It is a member of the workspace that `cargo test` leaves alone, since it needs Chromium, its driver and a
//! book that a stock mdBook has built. `.ci/run` brings all three and runs it:
//!
//! ```text
//! mdbook build && .ci/axe && cargo test -p browser-tests
//! cargo run -p browser-tests --bin look -- FOLDER    pictures, for a person to look at
//! ```

pub mod book;
pub mod browser;
pub mod driver;
pub mod server;
pub mod view;

//! The book in a real browser: as a stock mdBook has built it, on a server of this crate's own; and alive, on the
//! server in whose pages the exercises are edited and run. The browser is headless Chromium.
//!
//! It is a member of the workspace that `cargo test` leaves alone, since it needs Chromium, its driver, a book that a
//! stock mdBook has built, and the server. `.ci/run` brings all four and runs it:
//!
//! ```text
//! mdbook build && .ci/axe && cargo build -p lesson-server && cargo test -p browser-tests
//! cargo run -p browser-tests --bin look -- FOLDER    pictures, for a person to look at
//! ```

pub mod book;
pub mod browser;
pub mod course;
pub mod desk;
pub mod driver;
pub mod play;
pub mod server;
pub mod view;

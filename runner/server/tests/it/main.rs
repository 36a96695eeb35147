//! The real server on a copy of the book.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod attacks;
mod course;
mod end;
mod exercises;
mod http;
mod live;
mod mistakes;
mod page;
mod playing;
mod reading;
mod runs;
mod server;
mod soak;
mod trouble;

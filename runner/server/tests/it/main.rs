//! The real server on a copy of the book.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod attacks;
mod course;
mod end;
mod http;
mod live;
mod mistakes;
mod reading;
mod server;
mod trouble;

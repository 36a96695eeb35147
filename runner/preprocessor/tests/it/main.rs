//! The real program, with the JSON that mdBook gives it.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod built;
mod course;
mod faults;
mod includes;
mod pages;
mod script;
mod trees;

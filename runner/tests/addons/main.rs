//! Any add-on under the preloaded probe: what npm delivers, C++ that `c++` compiles, and what the napi-rs CLI builds.
//!
//! Each test needs more than `cargo test` does, and so is ignored there. `.ci/run` runs them all, on each Node:
//!
//! ```sh
//! cargo test --package runner --test addons -- --ignored
//! ```
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod accesses;
mod cpp;
mod environments;
mod exact;
mod node;
mod npm;
mod packages;
mod stock;
mod symbols;

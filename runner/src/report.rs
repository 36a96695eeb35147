//! Outcomes and tables as text. The same values go into JSON as [`crate::event::Event`]s.
//!
//! [`words`] makes sentences of what the stages have found; the others lay them out.

pub mod fault;
pub mod held;
pub mod junit;
pub mod memory;
pub mod paint;
mod place;
pub mod printed;
pub mod strip;
pub mod told;
pub mod verdict;
pub mod width;
pub mod words;

//! The `lesson` command on courses of its own: real cargo, real Node, real processes.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod ahead;
mod book;
mod catalog;
mod class;
mod commands;
mod containers;
mod events;
mod exact;
mod fixture;
mod grading;
mod guard;
mod holders;
mod isolation;
mod javascript;
mod ledger;
mod misbehaviour;
mod output;
mod place;
mod places;
mod progress;
mod record;
mod refusal;
mod saves;
mod scripts;
mod shells;
mod shutdown;
mod terminal;
mod transparency;
mod trouble;
mod watch;
mod workspace;

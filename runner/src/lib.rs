//! Runs the lessons of *After GC*.
//!
//! One way leads from a lesson's folder to a verdict, one module for each step; a module uses only
//! those before it:
//!
//! ```text
//! catalog → compile → run → measure → grade → explain → report
//! ```
//!
//! [`check`](mod@check) walks it and says on the way what happens, as [`event::Event`]s; [`ahead`] does so with
//! many programs in a row. The stages themselves know only of [`step::Step`]s. [`process`] is the only module that
//! starts and ends programs. What it works on is a [`pack`]: the book and the lessons that somebody wrote. What it works
//! with is a [`toolkit`]. The library prints nothing and never exits; the `lesson` command does.

pub mod ahead;
pub mod catalog;
pub mod check;
pub mod compile;
pub mod doctor;
pub mod event;
pub mod exercise;
pub mod explain;
mod file;
pub mod grade;
pub mod hand_in;
mod harness;
pub mod heap;
pub mod holders;
pub mod law;
pub mod measure;
pub mod number;
pub mod outcome;
pub mod overview;
pub mod pack;
pub mod partition;
pub mod place;
pub mod probe;
pub mod process;
pub mod progress;
pub mod record;
pub mod report;
pub mod run;
pub mod saves;
pub mod sites;
pub mod step;
pub mod template;
pub mod toolkit;
mod versions;
pub mod workspace;

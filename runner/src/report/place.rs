//! A place in a lesson's source, as evidence for a check.

use super::width::{columns, cut};
use crate::catalog::Kind;
use crate::number::{bytes, count};
use crate::sites::{Asked, Function, Line, Place};

/// Columns of a line of code, so that all of it fits into 80.
const COLUMNS: usize = 62;

/// Where it is, what was asked for there, and by whom.
pub(super) fn heading(place: &Place) -> Vec<String> {
    let Line { file, line, .. } = &place.at;
    let mut lines = vec![format!("      {:<9} {file}:{line}", "where")];
    lines.extend(says(place).into_iter().map(|text| format!("                {text}")));
    lines
}

/// What was asked for there, and by whom.
pub(super) fn says(place: &Place) -> Vec<String> {
    let mut says = vec![format!("{}, {}in `{}`", amount(place), verb(place.kind), place.at.function)];
    for Line { file, line, function } in &place.called_from {
        says.push(format!("called from `{function}` in {}:{line}", name(file)));
    }
    for Asked { by: Line { file, line, function }, count: part } in &place.asked_by {
        let file = name(file);
        let by = if function.is_empty() { "a function".to_owned() } else { format!("`{function}`") };
        let part = if *part == place.count { String::new() } else { format!(", {} of them", count(*part as f64)) };
        says.push(format!("asked for by {by} in {file}:{line}{part}"));
    }
    says
}

/// The line and its neighbours, with a mark under it.
pub(super) fn source(place: &Place) -> Vec<String> {
    let mut lines = Vec::new();
    for (number, code) in (place.source_from..).zip(&place.source) {
        let shown = cut(code, COLUMNS);
        lines.push(format!("          {number:>5} | {shown}").trim_end().to_owned());
        if number == place.at.line {
            let indent = code.len() - code.trim_start().len();
            lines.push(format!("                | {:indent$}{}", "", "^".repeat(columns(shown.trim()))));
        }
    }
    lines
}

fn name(file: &str) -> &str {
    file.rsplit('/').next().unwrap_or(file)
}

fn amount(place: &Place) -> String {
    let Place { kind, count: amount, bytes: size, at_once, .. } = place;
    let amount = of_kind(*kind, *amount);
    let size = size.map(|size| format!(" ({})", bytes(size as f64))).unwrap_or_default();
    format!("{amount}{size}{}", if *at_once { " at once" } else { "" })
}

fn of_kind(kind: Kind, amount: i64) -> String {
    let amount = amount as f64;
    match kind {
        Kind::Bytes | Kind::External => bytes(amount),
        _ => format!("{} {}", count(amount), noun(kind)[usize::from(amount != 1.0)]),
    }
}

/// A function without a line, and how much it asked for.
pub(super) fn function(function: &Function, amount: i64) -> String {
    let Function { kind, name, callee, caller } = function;
    let mut says = of_kind(*kind, amount);
    match (verb(*kind), name.as_str()) {
        ("", "") => {}
        (verb, "") => says += &format!(", {}", verb.trim_end()),
        (verb, name) => says += &format!(", {verb}in `{name}`"),
    }
    if !callee.is_empty() {
        says += &format!(", called as `{callee}`");
    }
    if !caller.is_empty() {
        says += &format!("{} by {caller}", if callee.is_empty() { ", asked for" } else { "" });
    }
    says
}

/// What one is called, and many.
fn noun(kind: Kind) -> [&'static str; 2] {
    match kind {
        Kind::Blocks => ["block", "blocks"],
        Kind::Bytes | Kind::External => ["byte", "bytes"],
        Kind::Handles => ["handle", "handles"],
        Kind::References => ["reference", "references"],
        Kind::Foreign => ["use of another environment's reference", "uses of another environment's reference"],
        Kind::Dead => ["use of a deleted reference", "uses of a deleted reference"],
        Kind::Scopes => ["handle scope", "handle scopes"],
        Kind::Wraps => ["wrap", "wraps"],
        Kind::Externals => ["external", "externals"],
        Kind::Functions => ["thread-safe function", "thread-safe functions"],
        Kind::Queue => ["waiting payload", "waiting payloads"],
        Kind::Works => ["async work", "async works"],
        Kind::Deferreds => ["deferred", "deferreds"],
        Kind::Hooks => ["cleanup hook", "cleanup hooks"],
        Kind::Instances => ["set of instance data", "sets of instance data"],
    }
}

fn verb(kind: Kind) -> &'static str {
    match kind {
        Kind::Blocks | Kind::Bytes => "allocated ",
        Kind::Handles | Kind::Wraps | Kind::Externals => "made ",
        Kind::Foreign | Kind::Dead => "",
        Kind::References | Kind::Functions | Kind::Works | Kind::Deferreds => "created ",
        Kind::Scopes => "opened ",
        Kind::Queue => "of a thread-safe function that was created ",
        Kind::Hooks => "added ",
        Kind::Instances => "set ",
        Kind::External => "reported to V8, less what this line took back, ",
    }
}

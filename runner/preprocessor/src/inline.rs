//! Numbers and names in the middle of a sentence.

use runner::catalog::{Gauge, Variant};
use runner::number::{count, gauge_value};

use crate::directive::{Amount, Reading, Wish};
use crate::markup::{Format, unbroken, value};
use crate::shelf::Shelved;

pub(crate) fn text(shelved: &Shelved, wish: &Wish, format: Format) -> Result<String, String> {
    let work = &shelved.lesson.manifest.work;
    match wish {
        Wish::Versions => Ok(versions(shelved)),
        Wish::Work(Amount::Run) => Ok(unbroken(count(work.run as f64))),
        Wish::Work(Amount::Check) => Ok(unbroken(count(work.check as f64))),
        Wish::Work(Amount::Rounds) => Ok(unbroken(count(work.rounds as f64))),
        Wish::Check(variant, id) => {
            let outcome = shelved.verdict(variant)?;
            let check = outcome.checks.iter().find(|check| check.id == *id).ok_or_else(|| {
                let ids: Vec<&str> = outcome.checks.iter().map(|check| check.id.as_str()).collect();
                format!("{} has no check `{id}`; it has {}", shelved.lesson.id, ids.join(", "))
            })?;
            Ok(value(format, &check.measured))
        }
        Wish::Gauge(variant, gauge, reading) => self::gauge(shelved, variant, *gauge, *reading),
        Wish::Collections(variant) => Ok(unbroken(count(shelved.memory(variant)?.collections))),
        Wish::Lesson | Wish::Memory(_) | Wish::Fixes(_) | Wish::Verdict(_) => unreachable!("these are blocks"),
    }
}

/// What a lesson's numbers were measured with.
pub(crate) fn versions(shelved: &Shelved) -> String {
    let versions = &shelved.record.versions;
    format!("Node\u{a0}{}, napi\u{a0}{} and Rust\u{a0}{}", versions.node, versions.crates.napi, versions.rustc)
}

fn gauge(shelved: &Shelved, variant: &Variant, gauge: Gauge, reading: Reading) -> Result<String, String> {
    let table = shelved.memory(variant)?;
    let row = table.rows.iter().find(|row| row.gauge == gauge);
    let not_there = || format!("{} ({variant}) has no `{gauge}` at that moment", shelved.lesson.id);
    let row = row.ok_or_else(not_there)?;
    let less = match reading.less {
        Some(less) => less.of(row).ok_or_else(not_there)?,
        None => 0.0,
    };
    let value = reading.at.of(row).ok_or_else(not_there)? - less;
    let value = if reading.per_round { value / table.rounds as f64 } else { value };
    Ok(unbroken(gauge_value(gauge, value)))
}

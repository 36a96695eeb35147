//! From the probe's call sites to lines of the lesson's source.
//!
//! ```text
//! probe: frames and live blocks of each site  →  harness: the same when a round has settled
//!        →  the sites that grew in every round  →  their lines, by the add-on's debug information
//! ```
//!
//! A site that grew in some rounds and not in others is no leak of the work: tables of napi-rs do that.

mod symbols;

use std::collections::BTreeMap;
use std::fs;
use std::ops::{AddAssign, Sub};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::catalog::Metric;
use crate::run::{Entry, Recording};
use crate::step::Moment;

/// Places that a check names.
const MOST: usize = 3;

/// A place in a lesson's source, and what it asked for in the measured rounds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// The file, from the root of the course.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The function of that line.
    pub function: String,
    /// How much of it.
    pub amount: Amount,
    /// The line and its neighbours.
    pub source: Vec<String>,
    /// The number of the first of these lines.
    pub source_from: u32,
}

/// What a place asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Amount {
    /// Blocks that are still there.
    pub blocks: i64,
    /// Their bytes.
    pub bytes: i64,
    /// The most handles of its calls of Node-API that were alive at once.
    pub handles: i64,
}

impl Sub for Amount {
    type Output = Amount;

    fn sub(self, less: Amount) -> Amount {
        Amount { blocks: self.blocks - less.blocks, bytes: self.bytes - less.bytes, handles: self.handles - less.handles }
    }
}

impl AddAssign for Amount {
    fn add_assign(&mut self, more: Amount) {
        *self =
            Amount { blocks: self.blocks + more.blocks, bytes: self.bytes + more.bytes, handles: self.handles + more.handles };
    }
}

/// The amounts of all sites at one moment.
type Amounts = BTreeMap<u32, Amount>;

/// The program that a run was made of.
#[derive(Clone, Copy, Debug)]
pub struct Program<'a> {
    /// The add-on.
    pub library: &'a Path,
    /// Its source, from the root of the course.
    pub file: &'a Path,
    /// The text that was compiled.
    pub text: &'a str,
}

/// The places that explain why a metric is as high as it is, the worst first. There are none where a
/// platform keeps no sites, and for metrics that sites do not explain.
pub fn explain(metric: Metric, recording: &Recording, program: Program) -> Vec<Place> {
    let at = |moment| amounts(recording, moment);
    // Of the last round: a peak is one round's.
    let rise = |from: Vec<Amounts>, to: Vec<Amounts>| match (from.last(), to.last()) {
        (Some(from), Some(to)) => difference(to, from),
        _ => Amounts::new(),
    };
    let (amounts, weight): (Amounts, fn(&Amount) -> i64) = match metric {
        Metric::BlocksKept => (grown_in_every_round(&at(Moment::Settled)), |amount| amount.blocks),
        Metric::BytesKept => (grown_in_every_round(&at(Moment::Settled)), |amount| amount.bytes),
        Metric::BytesPeak => (rise(at(Moment::Before), at(Moment::Return)), |amount| amount.bytes),
        Metric::HandlesPeak => (rise(at(Moment::Before), at(Moment::Return)), |amount| amount.handles),
        _ => return Vec::new(),
    };
    let amounts = amounts.into_iter().filter(|(_, amount)| weight(amount) > 0).collect();
    let mut places = lines(&amounts, recording, program);
    places.sort_by_key(|place| std::cmp::Reverse(weight(&place.amount)));
    if matches!(metric, Metric::BytesPeak | Metric::HandlesPeak) {
        // A peak has one cause, or a few of the same size; what is small beside them is no part of it.
        let most = places.first().map_or(0, |place| weight(&place.amount));
        places.retain(|place| weight(&place.amount) * 10 >= most);
    }
    places.truncate(MOST);
    places
}

/// What is recorded of one moment, from the last round of the warm-up on: there the measured rounds
/// begin.
fn amounts(recording: &Recording, wanted: Moment) -> Vec<Amounts> {
    let amount = |(site, blocks, bytes, handles): &(u32, i64, i64, i64)| {
        (*site, Amount { blocks: *blocks, bytes: *bytes, handles: *handles })
    };
    let at = |entry: &Entry| match entry {
        Entry::Sites { round: 0.., moment, live } if *moment == wanted => Some(live.iter().map(amount).collect()),
        _ => None,
    };
    recording.entries.iter().filter_map(at).collect()
}

/// Sites that had more live blocks after each round than before it.
fn grown_in_every_round(settled: &[Amounts]) -> Amounts {
    let (Some(first), Some(last)) = (settled.first(), settled.last()) else { return Amounts::new() };
    let blocks = |amounts: &Amounts, site: u32| amounts.get(&site).map_or(0, |amount| amount.blocks);
    let grew = |site: &u32| settled.windows(2).all(|pair| blocks(&pair[1], *site) > blocks(&pair[0], *site));
    difference(last, first).into_iter().filter(|(site, _)| settled.len() > 1 && grew(site)).collect()
}

fn difference(more: &Amounts, less: &Amounts) -> Amounts {
    more.iter().map(|(site, amount)| (*site, *amount - less.get(site).copied().unwrap_or_default())).collect()
}

/// The lines that the sites are on, each with the sum of its sites.
fn lines(amounts: &Amounts, recording: &Recording, program: Program) -> Vec<Place> {
    let Ok(library) = fs::read(program.library) else { return Vec::new() };
    let Some(symbols) = symbols::Symbols::read(&library) else { return Vec::new() };
    let mut sums: BTreeMap<(u32, String), Amount> = BTreeMap::new();
    for (site, amount) in amounts {
        let stack = recording.sites.0.get(site).into_iter().flatten();
        if let Some(line) = stack.copied().find_map(|address| symbols.line_in(address, program.file)) {
            *sums.entry(line).or_default() += *amount;
        }
    }
    let place = |((line, function), amount): ((u32, String), Amount)| {
        let source_from = line.saturating_sub(2).max(1);
        let source = program.text.lines().skip(source_from as usize - 1).take((line - source_from + 2) as usize);
        Place {
            file: program.file.to_string_lossy().into_owned(),
            line,
            function,
            amount,
            source: source.map(str::to_owned).collect(),
            source_from,
        }
    };
    sums.into_iter().map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_grows_in_every_round_is_a_leak() {
        let amount = |blocks, bytes| Amount { blocks, bytes, handles: 0 };
        let round = |leak: i64, table: i64| Amounts::from([(1, amount(leak, leak * 64)), (2, amount(table, 1024))]);
        let grown = grown_in_every_round(&[round(5, 1), round(10, 2), round(15, 2)]);
        assert_eq!(grown, Amounts::from([(1, amount(10, 640))]));
        assert_eq!(grown_in_every_round(&[round(5, 1)]), Amounts::new());
    }
}

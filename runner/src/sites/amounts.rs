//! How much of a kind each call site has, in what a run has recorded.

use std::collections::BTreeMap;

use crate::catalog::Kind;
use crate::run::{Entry, Recording};
use crate::step::Moment;

/// The amounts of all sites at one moment.
type At = BTreeMap<u32, i64>;

/// Reads amounts from a recording. Only the measured rounds count: they begin where the last round of the
/// warm-up has settled.
#[derive(Clone, Copy)]
pub(super) struct Amounts<'a>(pub(super) &'a Recording);

impl Amounts<'_> {
    /// What was made in the measured rounds and is left: when the last one has settled, or at the end of a
    /// process that did not come as far.
    pub(super) fn left(self, kind: Kind) -> At {
        let settled = self.at(kind.name(), Moment::Settled);
        let first = settled.first().cloned().unwrap_or_default();
        let complete = settled.len() as u64 == self.0.rounds + 1;
        match settled.into_iter().next_back().filter(|_| complete) {
            Some(last) => difference(&last, &first),
            None => difference(&self.at_the_end(kind.name()), &first),
        }
    }

    /// What was made since the work began, the warm-up's included, and is open when the process ends. One that the
    /// warm-up has made keeps a process running as well as any other.
    pub(super) fn open_at_the_end(self, kind: Kind) -> At {
        let before = self.0.entries.iter().find_map(|entry| match entry {
            Entry::Sites { moment: Moment::Before, amounts, .. } => Some(amounts.get(kind.name())),
            _ => None,
        });
        let before = before.flatten().into_iter().flatten().copied().collect();
        difference(&self.at_the_end(kind.name()), &before)
    }

    /// What sites have made that had more of it after each round than before it.
    pub(super) fn grown_in_every_round(self, kind: Kind) -> At {
        let settled = self.at(kind.name(), Moment::Settled);
        let of = |at: &At, site: &u32| at.get(site).copied().unwrap_or(0);
        let grew = |site: &u32| settled.windows(2).all(|pair| of(&pair[1], site) > of(&pair[0], site));
        let (Some(first), Some(last)) = (settled.first(), settled.last()) else { return At::new() };
        difference(last, first).into_iter().filter(|(site, _)| settled.len() > 1 && grew(site)).collect()
    }

    /// What was made in a round and was there when it returned, in the round that has most of it.
    pub(super) fn rise(self, kind: Kind) -> At {
        self.between(kind.name(), kind.name())
    }

    /// The highest amount in a round, above what was there before it, in the round that has most of it.
    pub(super) fn peak(self, kind: Kind) -> At {
        self.between(kind.name(), &format!("{kind}.peak"))
    }

    fn between(self, gauge: &str, peak: &str) -> At {
        let (before, returned) = (self.at(gauge, Moment::Before), self.at(peak, Moment::Return));
        let rounds = before.iter().zip(&returned).map(|(before, returned)| difference(returned, before));
        rounds.max_by_key(|round| round.values().filter(|amount| **amount > 0).sum::<i64>()).unwrap_or_default()
    }

    fn at(self, column: &str, wanted: Moment) -> Vec<At> {
        // What has settled after the warm-up is where the measured rounds begin.
        let first = i64::from(wanted != Moment::Settled);
        let read = |entry: &Entry| match entry {
            Entry::Sites { round, moment, amounts } if *moment == wanted && *round >= first => {
                Some(amounts.get(column).into_iter().flatten().copied().collect())
            }
            _ => None,
        };
        self.0.entries.iter().filter_map(read).collect()
    }

    fn at_the_end(self, column: &str) -> At {
        let of = |(site, stack): (&u32, &crate::run::Stack)| Some((*site, *stack.amounts.get(column)?));
        self.0.sites.0.iter().filter_map(of).collect()
    }
}

fn difference(more: &At, less: &At) -> At {
    more.iter().map(|(site, amount)| (*site, *amount - less.get(site).copied().unwrap_or_default())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::{Capture, End, Exit};
    use crate::run::Stacks;
    use std::time::Duration;

    fn recording(rounds: u64, settled: &[&[(u32, i64)]]) -> Recording {
        let entry = |(round, sites): (usize, &&[(u32, i64)])| Entry::Sites {
            round: round as i64,
            moment: Moment::Settled,
            amounts: BTreeMap::from([("blocks".to_owned(), sites.to_vec())]),
        };
        let exit = Exit {
            end: End::Exited(0),
            stdout: Capture::default(),
            stderr: Capture::default(),
            wall: Duration::ZERO,
            cpu: Duration::ZERO,
            idle: Duration::ZERO,
            peak_rss: 0,
            swept: 0,
        };
        let entries = settled.iter().enumerate().map(entry).collect();
        let (sites, held) = (Stacks::default(), Default::default());
        Recording { entries, exit, counters: None, sites, images: Vec::new(), guard: None, held, size: 1, rounds }
    }

    #[test]
    fn only_what_grows_in_every_round_is_a_leak() {
        let recording = recording(2, &[&[(1, 5), (2, 1)], &[(1, 10), (2, 2)], &[(1, 15), (2, 2)]]);
        assert_eq!(Amounts(&recording).grown_in_every_round(Kind::Blocks), At::from([(1, 10)]));
    }

    #[test]
    fn what_is_left_is_what_the_measured_rounds_have_made() {
        let recording = recording(2, &[&[(1, 5)], &[(1, 6)], &[(1, 8)]]);
        assert_eq!(Amounts(&recording).left(Kind::Blocks), At::from([(1, 3)]));
    }

    #[test]
    fn a_process_that_died_has_left_what_its_file_says() {
        let mut recording = recording(2, &[&[(1, 5)], &[(1, 6)]]);
        let amounts = BTreeMap::from([("blocks".to_owned(), 9)]);
        recording.sites.0.insert(1, crate::run::Stack { amounts, ..Default::default() });
        assert_eq!(Amounts(&recording).left(Kind::Blocks), At::from([(1, 4)]));
        assert_eq!(Amounts(&recording).grown_in_every_round(Kind::Blocks), At::from([(1, 1)]));
    }

    #[test]
    fn what_the_warm_up_has_opened_is_open_at_the_end() {
        let mut recording = recording(1, &[&[(1, 2), (2, 3)], &[(1, 2), (2, 3)]]);
        let amounts = BTreeMap::from([("blocks".to_owned(), vec![(2, 3)])]);
        recording.entries.insert(0, Entry::Sites { round: 0, moment: Moment::Before, amounts });
        for (site, amount) in [(1, 2), (2, 3)] {
            let amounts = BTreeMap::from([("blocks".to_owned(), amount)]);
            recording.sites.0.insert(site, crate::run::Stack { amounts, ..Default::default() });
        }
        assert_eq!(Amounts(&recording).open_at_the_end(Kind::Blocks), At::from([(1, 2), (2, 0)]));
        assert_eq!(Amounts(&recording).left(Kind::Blocks), At::from([(1, 0), (2, 0)]));
    }
}

//! A part of a list, so that several machines share it.

use std::str::FromStr;

/// The `index`-th of `count` parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Partition {
    index: usize,
    count: usize,
}

impl Partition {
    /// All of it.
    pub const ALL: Partition = Partition { index: 1, count: 1 };

    /// What of `list` is in this part: every so many, since neighbours take equally long.
    pub fn of<T>(self, list: impl IntoIterator<Item = T>) -> Vec<T> {
        list.into_iter().skip(self.index - 1).step_by(self.count).collect()
    }
}

impl FromStr for Partition {
    type Err = String;

    fn from_str(text: &str) -> Result<Partition, String> {
        let numbers = text.split_once('/').and_then(|(index, count)| Some((index.parse().ok()?, count.parse().ok()?)));
        match numbers {
            Some((index, count)) if (1..=count).contains(&index) => Ok(Partition { index, count }),
            _ => Err("a part is i/n, the i-th of n parts: 1/3, 2/3, 3/3".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn the_parts_together_are_all_and_none_is_twice() {
        for length in 0..20 {
            for count in 1..=25 {
                let parts = (1..=count).map(|index| format!("{index}/{count}").parse::<Partition>().unwrap().of(0..length));
                let mut all: Vec<usize> = parts.flatten().collect();
                all.sort_unstable();
                assert_eq!(all, (0..length).collect::<Vec<_>>(), "{length} in {count} parts");
            }
        }
        assert_eq!(Partition::ALL.of(0..3), [0, 1, 2]);
        assert_eq!("2/3".parse::<Partition>().unwrap().of("abcdefgh".chars()), ['b', 'e', 'h']);
    }

    #[test]
    fn what_is_no_part_is_refused() {
        for text in
            ["", "1", "0/3", "4/3", "1/0", "0/0", "-1/3", "1/3/5", "a/b", "1 / 3", "99999999999999999999/99999999999999999999"]
        {
            assert!(text.parse::<Partition>().is_err(), "{text}");
        }
    }
}

//! Who holds what is left.

use crate::holders::{self, Native};
use crate::number::count;
use crate::outcome::Holder;
use crate::report::width::columns;
use crate::sites::Line;

/// Columns of a way.
const COLUMNS: usize = 100;
/// Words at the beginning of a way that are shown in any case.
const FIRST: usize = 2;
/// What stands for words that are left out.
const MORE: &str = "…";
const ARROW: &str = " → ";

/// Holders with a sentence for each.
pub fn holders(holders: Vec<holders::Holder>) -> Vec<Holder> {
    holders.into_iter().map(holder).collect()
}

fn holder(holder: holders::Holder) -> Holder {
    let text = text(&holder);
    let holders::Holder { count, path, native } = holder;
    Holder { count, path, native, text }
}

fn text(holder: &holders::Holder) -> String {
    let times = format!("{} × ", count(holder.count as f64));
    if let [class] = &holder.path[..] {
        return format!("{times}{class}, to which only weak references lead, or the stack");
    }
    let way = times + &way(&holder.path, COLUMNS);
    let Some(Native { created }) = &holder.native else { return way };
    let places: Vec<String> = created
        .iter()
        .map(|Line { file, line, function }| {
            let file = file.rsplit('/').next().unwrap_or(file);
            format!("{file}:{line} in `{function}`")
        })
        .collect();
    match places.is_empty() {
        true => format!("{way}: a native strong reference"),
        false => format!("{way}: a native strong reference, created at {}", places.join(" and at ")),
    }
}

/// The words of a way in one line of at most `most` columns. What is in the middle is left out first: who holds it
/// in the end, and what it is held by at once, say the most.
fn way(words: &[String], most: usize) -> String {
    let length = |words: &[String]| words.iter().map(|word| columns(word) + columns(ARROW)).sum::<usize>();
    let head = words.len().min(FIRST);
    if length(words) <= most + columns(ARROW) || words.len() <= head + 1 {
        return words.join(ARROW);
    }
    let fits = |from: &usize| length(&words[..head]) + length(&words[*from..]) < most;
    let tail = (head + 1..words.len()).find(fits).unwrap_or(words.len() - 1);
    [&words[..head], &[MORE.to_owned()], &words[tail..]].concat().join(ARROW)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_way_loses_its_middle() {
        let words = ["(Global handles)", "one", "two", "three", "Socket"].map(str::to_owned);
        assert_eq!(way(&words, 100), "(Global handles) → one → two → three → Socket");
        assert_eq!(way(&words, 43), "(Global handles) → one → … → three → Socket");
        assert_eq!(way(&words, 10), "(Global handles) → one → … → Socket");
        assert_eq!(way(&words[..1], 3), "(Global handles)");
    }
}

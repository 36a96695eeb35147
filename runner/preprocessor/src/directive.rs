//! What a directive asks for.

use runner::catalog::{Gauge, Variant};
use runner::measure::Row;

/// A directive, read.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Directive {
    /// The lesson that it is about.
    pub(crate) id: String,
    pub(crate) wish: Wish,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Wish {
    /// All that a reader needs to do the exercise.
    Lesson,
    /// The memory of both programs, with these gauges beside the one that tells the story.
    Memory(Vec<Gauge>),
    /// A verdict.
    Verdict(Variant),
    /// The wrong fixes, with what the checks of these ids measured.
    Fixes(Vec<String>),
    /// What was measured with.
    Versions,
    /// How much work a run does.
    Work(Amount),
    /// What the check of an id measured.
    Check(Variant, String),
    /// A number of the memory table.
    Gauge(Variant, Gauge, Reading),
    /// Collections during the work of the memory table.
    Collections(Variant),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Amount {
    Run,
    Check,
    Rounds,
}

/// A moment, or the way from one to another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Reading {
    pub(crate) at: Moment,
    pub(crate) less: Option<Moment>,
    /// Divided by the number of rounds.
    pub(crate) per_round: bool,
}

/// A column of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment(usize);

/// The columns, as a directive names them.
const MOMENTS: [&str; 5] = ["before", "inside", "return", "gc", "settled"];

impl Moment {
    pub(crate) fn of(self, row: &Row) -> Option<f64> {
        crate::memory::values(row)[self.0]
    }

    fn parse(word: &str) -> Result<Moment, String> {
        let place = MOMENTS.iter().position(|moment| *moment == word);
        place.map(Moment).ok_or_else(|| format!("`{word}` is not a moment: use one of {}", MOMENTS.join(", ")))
    }
}

impl Directive {
    /// Reads what is between the brackets.
    pub(crate) fn parse(text: &str) -> Result<Directive, String> {
        let mut words = text.split_whitespace();
        let name = words.next().unwrap_or_default();
        let known = ["lesson", "memory", "verdict", "fixes", "measured", "work", "versions"];
        if !known.contains(&name) {
            return Err(format!("there is no directive `{name}`; there are {}", known.join(", ")));
        }
        let id = words.next().ok_or_else(|| format!("`{name}` needs the id of a lesson"))?.to_owned();
        let rest: Vec<&str> = words.collect();
        let wish = match (name, &rest[..]) {
            ("lesson", []) => Wish::Lesson,
            ("memory", gauges) => Wish::Memory(gauges.iter().map(|word| gauge(word)).collect::<Result<_, _>>()?),
            ("versions", []) => Wish::Versions,
            ("verdict", [which]) => Wish::Verdict(variant(which)?),
            ("fixes", checks) => Wish::Fixes(checks.iter().map(|check| (*check).to_owned()).collect()),
            ("work", ["run"]) => Wish::Work(Amount::Run),
            ("work", ["check"]) => Wish::Work(Amount::Check),
            ("work", ["rounds"]) => Wish::Work(Amount::Rounds),
            ("measured", [which, "collections"]) => Wish::Collections(variant(which)?),
            ("measured", [which, check]) => Wish::Check(variant(which)?, (*check).to_owned()),
            ("measured", [which, gauge, moment]) => Wish::Gauge(variant(which)?, self::gauge(gauge)?, reading(moment, false)?),
            ("measured", [which, gauge, moment, "per-round"]) => {
                Wish::Gauge(variant(which)?, self::gauge(gauge)?, reading(moment, true)?)
            }
            _ => return Err(format!("write {}", usage(name))),
        };
        Ok(Directive { id, wish })
    }

    /// Whether it becomes more than words in a sentence.
    pub(crate) fn is_block(&self) -> bool {
        matches!(self.wish, Wish::Lesson | Wish::Memory(_) | Wish::Verdict(_) | Wish::Fixes(_))
    }
}

fn usage(name: &str) -> &'static str {
    match name {
        "verdict" => "`verdict ID VARIANT`",
        "measured" => "`measured ID VARIANT GAUGE MOMENT [per-round]`, `… VARIANT CHECK` or `… VARIANT collections`",
        "work" => "`work ID run`, `check` or `rounds`",
        "versions" => "`versions ID`",
        _ => "`lesson ID`",
    }
}

fn variant(word: &str) -> Result<Variant, String> {
    match word.parse() {
        Ok(Variant::Exercise) => Err("the exercise is the learner's and is not recorded: use wrong:shipped".into()),
        Ok(variant) => Ok(variant),
        Err(error) => Err(error.to_string()),
    }
}

fn gauge(word: &str) -> Result<Gauge, String> {
    let names: Vec<&str> = Gauge::ALL.iter().map(|gauge| gauge.name()).collect();
    let gauge = Gauge::ALL.iter().find(|gauge| gauge.name() == word);
    gauge.copied().ok_or_else(|| format!("`{word}` is not a gauge: use one of {}", names.join(", ")))
}

/// `settled`, or `settled-before`.
fn reading(word: &str, per_round: bool) -> Result<Reading, String> {
    let (at, less) = match word.split_once('-') {
        Some((at, less)) => (at, Some(Moment::parse(less)?)),
        None => (word, None),
    };
    Ok(Reading { at: Moment::parse(at)?, less, per_round })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn all_forms_are_read() {
        let wish = |text: &str| Directive::parse(text).unwrap().wish;
        assert_eq!(wish("lesson a/b"), Wish::Lesson);
        assert_eq!(wish("verdict a/b wrong:x"), Wish::Verdict(Variant::Wrong("x".into())));
        assert_eq!(wish("fixes a/b one-check\nanother"), Wish::Fixes(vec!["one-check".into(), "another".into()]));
        assert_eq!(wish("measured a/b\n solution all-freed"), Wish::Check(Variant::Solution, "all-freed".into()));
        let reading = Reading { at: Moment(4), less: Some(Moment(0)), per_round: true };
        assert_eq!(
            wish("measured a/b solution blocks settled-before per-round"),
            Wish::Gauge(Variant::Solution, Gauge::Blocks, reading)
        );
    }

    #[test]
    fn what_is_wrong_is_named() {
        let error = |text: &str| Directive::parse(text).unwrap_err();
        assert!(error("lessn a/b").contains("no directive `lessn`"));
        assert!(error("lesson").contains("needs the id"));
        assert!(error("verdict a/b").contains("write `verdict ID VARIANT`"));
        assert!(error("verdict a/b exercise").contains("the learner's"));
        assert!(error("measured a/b solution blcks settled").contains("`blcks` is not a gauge"));
        assert!(error("measured a/b solution blocks later").contains("`later` is not a moment"));
        assert!(error("measured a/b solution").contains("write `measured ID VARIANT GAUGE MOMENT"));
    }
}

//! `lesson.toml`: what a lesson says of itself, how much work its runs do, and what is checked.

use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::Path;

use serde::Deserialize;
use toml::Spanned;
use toml::de::DeTable;

use super::CatalogError;
use super::metric::{Gauge, Metric};

/// The tables that a run depends on. What else there is are words about the lesson.
const OF_A_RUN: [&str; 3] = ["gauge", "work", "check"];

/// The whole of `lesson.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Manifest {
    /// The lesson's title, as in the book.
    pub title: String,
    /// How long a person needs.
    pub minutes: u32,
    /// What to reach, in one sentence.
    pub goal: String,
    /// Where the bug was met: `owner/repository#number`.
    #[serde(default)]
    pub wild: Vec<String>,
    /// Three hints, each saying more than the one before.
    pub hints: [String; 3],
    /// The file that a learner edits.
    #[serde(default)]
    pub edits: Edits,
    /// The row of the table that tells this lesson's story.
    pub gauge: Gauge,
    /// How much work a run does.
    pub work: Work,
    /// What is graded, in this order.
    #[serde(rename = "check")]
    pub checks: Vec<Check>,
    /// The programs of `wrong/`, by file name without the ending.
    pub wrong: BTreeMap<String, Wrong>,
    /// What a run depends on, as it is written, with all that is known of a check but its name and its reason.
    #[serde(skip)]
    pub(crate) of_a_run: String,
}

/// What a learner edits, and what all variants of the lesson are written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum Edits {
    /// The add-on.
    #[default]
    #[serde(rename = "exercise.rs")]
    Rust,
    /// What JavaScript does with an add-on that is right and stays as it is.
    #[serde(rename = "exercise.mjs")]
    JavaScript,
}

impl Edits {
    /// How the names of the variants' files end.
    pub const fn ending(self) -> &'static str {
        match self {
            Edits::Rust => "rs",
            Edits::JavaScript => "mjs",
        }
    }
}

/// How much work a run does, and what it may use.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Work {
    /// What one piece of work is, as a plural noun.
    pub unit: String,
    /// Pieces of work in one round of `lesson run`.
    pub run: u64,
    /// Pieces of work in one round of `lesson check`: the smallest number that decides.
    pub check: u64,
    /// Measured rounds.
    #[serde(default = "five")]
    pub rounds: u64,
    /// Rounds before them that are not measured.
    #[serde(default = "two")]
    pub warmup: u64,
    /// Seconds of wall clock after which a run is stopped.
    #[serde(default = "thirty")]
    pub deadline_s: u64,
    /// Seconds of processor time after which a run is stopped.
    #[serde(default = "ten")]
    pub cpu_s: u64,
    /// Resident memory of the whole process tree, in MiB, at which a run is stopped.
    #[serde(default = "one_gib")]
    pub memory_mib: u64,
    /// Whether each block of the add-on has pages of its own, so that a bad access is found.
    #[serde(default)]
    pub guard: bool,
}

fn five() -> u64 {
    5
}
fn two() -> u64 {
    2
}
fn thirty() -> u64 {
    30
}
fn ten() -> u64 {
    10
}
fn one_gib() -> u64 {
    1024
}

/// A program that must fail.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wrong {
    /// What it tries, as a heading.
    pub title: String,
    /// The id of the check that it fails.
    pub fails: Spanned<String>,
    /// Why it does not fix the bug.
    pub why: String,
}

/// One thing that is graded.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "RawCheck")]
pub struct Check {
    /// What it is called by: a few words in lower case with hyphens between them.
    pub id: String,
    /// What must hold, as a short sentence.
    pub name: String,
    /// What it is read from.
    pub evidence: Evidence,
    /// Why it matters, for a person who has just failed it.
    pub because: String,
}

/// What a check is read from.
#[derive(Clone, Debug, PartialEq)]
pub enum Evidence {
    /// An answer that `drive.mjs` records beside the right one; it must be right in every round.
    Answer(String),
    /// A number that was counted.
    Metric(Metric, Bound),
}

/// What a metric is compared with.
#[derive(Clone, Debug, PartialEq)]
pub enum Bound {
    /// Exactly this.
    Equals(f64),
    /// Exactly the number of pieces of work in all measured rounds.
    EqualsWork,
    /// At most this.
    AtMost(f64),
    /// At least this.
    AtLeast(f64),
    /// At least one for each piece of work.
    AtLeastWork,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCheck {
    id: Option<String>,
    name: String,
    answer: Option<String>,
    metric: Option<Metric>,
    equals: Option<Number>,
    at_most: Option<f64>,
    at_least: Option<Number>,
    broken: Option<f64>,
    solution: Option<f64>,
    because: String,
}

/// A number, or the word `"work"`.
#[derive(Deserialize)]
#[serde(untagged)]
enum Number {
    Number(f64),
    Word(String),
}

/// How far a bound must be from what was measured on each side of it.
const FACTOR: f64 = 3.0;

impl TryFrom<RawCheck> for Check {
    type Error = String;

    fn try_from(raw: RawCheck) -> Result<Check, String> {
        let id = raw.id.ok_or("a check needs an `id` that says what must hold, as `handles-bounded` does")?;
        if !is_id(&id) {
            return Err(format!(
                "`{id}` is not a check's id: an id is up to four words in lower case with hyphens, as `handles-bounded`"
            ));
        }
        if BUILT_IN.contains(&id.as_str()) {
            return Err(format!("`{id}` is the id of a check that every lesson has: give this one another"));
        }
        let evidence = match (raw.answer, raw.metric) {
            (Some(answer), None) => Evidence::Answer(answer),
            (None, Some(metric)) => {
                let bound = match (raw.equals, raw.at_most, raw.at_least) {
                    (Some(Number::Number(number)), None, None) => Bound::Equals(number),
                    (Some(Number::Word(word)), None, None) if word == "work" => Bound::EqualsWork,
                    (None, Some(most), None) => {
                        apart(raw.solution, most, raw.broken)?;
                        Bound::AtMost(most)
                    }
                    (None, None, Some(Number::Word(word))) if word == "work" => Bound::AtLeastWork,
                    (None, None, Some(Number::Number(least))) => {
                        apart(raw.broken, least, raw.solution)?;
                        Bound::AtLeast(least)
                    }
                    _ => return Err("a metric needs one of `equals`, `at_most` or `at_least`: a number, or \"work\" for the first and the last".into()),
                };
                Evidence::Metric(metric, bound)
            }
            _ => return Err("a check needs either `answer` or `metric`".into()),
        };
        Ok(Check { id, name: raw.name, evidence, because: raw.because })
    }
}

/// A bound is a judgement, so the manifest carries what was measured on both sides of it.
fn apart(low: Option<f64>, bound: f64, high: Option<f64>) -> Result<(), String> {
    let (Some(low), Some(high)) = (low, high) else {
        return Err("a bound needs both measured sides, `broken` and `solution`".into());
    };
    if low * FACTOR > bound || bound * FACTOR > high {
        return Err(format!("the bound {bound} is not a factor of {FACTOR} from both measured sides, {low} and {high}"));
    }
    Ok(())
}

/// The id of the check that every run has: see [`crate::grade`].
pub const ENDS: &str = "run-ends";
/// The id of the check that a source fails when it does not compile.
pub const COMPILES: &str = "compiles";
/// The checks that every lesson has, and no manifest.
const BUILT_IN: [&str; 2] = [ENDS, COMPILES];

/// Words of an id, at most.
const WORDS: usize = 4;

fn is_id(id: &str) -> bool {
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    id.split('-').all(is_word) && id.split('-').count() <= WORDS
}

pub(super) fn read(folder: &Path) -> Result<Manifest, CatalogError> {
    let path = folder.join("lesson.toml");
    let text = fs::read_to_string(&path).map_err(|source| CatalogError::Read { path: path.clone(), source })?;
    let at = |span: Option<Range<usize>>, message: String| CatalogError::Manifest {
        path: path.clone(),
        line: span.map_or(1, |span| 1 + text[..span.start.min(text.len())].matches('\n').count()),
        message,
    };
    let manifest = parse(&text).map_err(|error| at(error.span(), error.message().to_owned()))?;
    let work = &manifest.work;
    if [work.run, work.check, work.rounds, work.warmup].contains(&0) {
        return Err(at(None, "`run`, `check`, `rounds` and `warmup` of [work] are at least 1".into()));
    }
    if !manifest.wrong.contains_key("shipped") {
        return Err(at(None, "`wrong.shipped`, the bug as it was shipped, is missing".into()));
    }
    for (name, wrong) in &manifest.wrong {
        let fails = wrong.fails.get_ref();
        if fails != ENDS && !manifest.checks.iter().any(|check| check.id == *fails) {
            let known: Vec<&str> = manifest.checks.iter().map(|check| check.id.as_str()).chain([ENDS]).collect();
            let message = format!("`wrong.{name}` names a check that is not there: `{fails}`; there are {}", known.join(", "));
            return Err(at(Some(wrong.fails.span()), message));
        }
    }
    for (index, check) in manifest.checks.iter().enumerate() {
        if manifest.checks[..index].iter().any(|other| other.id == check.id) {
            return Err(at(None, format!("two checks have the id `{}`", check.id)));
        }
        if manifest.checks[..index].iter().any(|other| other.name == check.name) {
            return Err(at(None, format!("two checks have the name \"{}\"", check.name)));
        }
    }
    let is_guarded = |check: &Check| matches!(check.evidence, Evidence::Metric(Metric::GuardFaults, _));
    if !work.guard && manifest.checks.iter().any(is_guarded) {
        // Read once more, for the line.
        let used: Used = toml::from_str(&text).map_err(|error| at(error.span(), error.message().to_owned()))?;
        let mut metrics = used.check.into_iter().filter_map(|check| check.metric);
        let span = metrics.find(|metric| *metric.get_ref() == Metric::GuardFaults).map(|metric| metric.span());
        return Err(at(span, "`guard.faults` needs `guard = true` in [work]".into()));
    }
    Ok(manifest)
}

fn parse(text: &str) -> Result<Manifest, toml::de::Error> {
    let document = DeTable::parse(text)?;
    let of_a_run = of_a_run(document.get_ref())?;
    Ok(Manifest { of_a_run, ..Manifest::deserialize(toml::Deserializer::from(document))? })
}

/// The parts of a manifest that a run depends on, without comments, layout, names and reasons.
fn of_a_run(document: &DeTable) -> Result<String, toml::de::Error> {
    let parts = document.iter().filter(|(key, _)| OF_A_RUN.contains(&&**key.get_ref()));
    let parts: DeTable = parts.map(|(key, part)| (key.clone(), part.clone())).collect();
    let mut table = toml::Table::deserialize(toml::Deserializer::from(Spanned::new(0..0, parts)))?;
    let checks = table.get_mut("check").and_then(toml::Value::as_array_mut);
    for check in checks.into_iter().flatten().filter_map(toml::Value::as_table_mut) {
        check.remove("name");
        check.remove("because");
    }
    Ok(table.to_string())
}

/// The metrics of a manifest, and where they stand in it.
#[derive(Deserialize)]
struct Used {
    check: Vec<UsedMetric>,
}

#[derive(Deserialize)]
struct UsedMetric {
    metric: Option<Spanned<Metric>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_about_a_lesson_are_no_part_of_a_run() {
        let of_a_run = |text: &str| of_a_run(DeTable::parse(text).expect("it is TOML").get_ref()).expect("it is plain");
        let manifest =
            "title = \"A\"\ngauge = \"handles\"\n[work]\nrun = 2\n[[check]]\nid = \"i\"\nname = \"n\"\nbecause = \"a\"\n";
        let other = "title = \"B\" # better\ngauge = \"handles\"\n[work]\n# Twice.\nrun    = 2\n[[check]]\nid = \"i\"\nname = \"m\"\nbecause = \"b\"\n";
        assert_eq!(of_a_run(manifest), of_a_run(other));
        assert_ne!(of_a_run(manifest), of_a_run(&manifest.replace('2', "3")));
    }

    #[test]
    fn an_id_is_a_few_words() {
        assert!(["handles-bounded", "freed", "a-b-c-4"].into_iter().all(is_id));
        assert!(!["", "Handles", "a b", "-a", "a-", "a--b", "a_b", "a-b-c-d-e", "größe"].into_iter().any(is_id));
    }
}

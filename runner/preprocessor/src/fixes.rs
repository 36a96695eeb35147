//! The table of fixes that only look right, with what each of them measured.

use runner::catalog::{ENDS, Variant, Wrong};
use runner::grade::Verdict;
use runner::outcome::{CheckResult, Outcome};

use crate::markup::{Format, literal, table, value, words};
use crate::shelf::Shelved;

/// The table. Without checks it has the one that each fix fails; with the ids of some, a column for each of these.
pub(crate) fn text(shelved: &Shelved, checks: &[String], format: Format) -> Result<String, String> {
    let mut names = Vec::new();
    for id in checks {
        let check = shelved.verdict(&Variant::Solution)?.checks.iter().find(|check| check.id == *id);
        let check = check.ok_or_else(|| format!("{} has no check `{id}`", shelved.lesson.id))?;
        names.push(check.name.as_str());
    }
    let mut rows = Vec::new();
    for (variant, title) in programs(shelved) {
        let outcome = shelved.verdict(&variant)?;
        let mut row = vec![title];
        match checks {
            [] => row.extend(failed(shelved, &variant, outcome, format)),
            checks => row.extend(cells(outcome, checks, format)),
        }
        rows.push(row);
    }
    let named = [&["fix"][..], &names].concat();
    let head: &[&str] = if checks.is_empty() { &["fix", "fails", "measured"] } else { &named };
    Ok(table(head, !checks.is_empty(), &rows))
}

/// The bug first, then the fixes, then the solution.
fn programs(shelved: &Shelved) -> Vec<(Variant, String)> {
    let title = |name: &str, wrong: &Wrong| if name == "shipped" { "None: as shipped".into() } else { words(&wrong.title) };
    let wrong = shelved.wrong().into_iter().map(|(name, wrong)| (Variant::Wrong(name.clone()), title(name, wrong)));
    wrong.chain([(Variant::Solution, "The solution".to_owned())]).collect()
}

fn failed(shelved: &Shelved, variant: &Variant, outcome: &Outcome, format: Format) -> [String; 2] {
    let Variant::Wrong(name) = variant else { return ["nothing".into(), String::new()] };
    let fails = shelved.lesson.manifest.wrong[name].fails.get_ref();
    match outcome.checks.iter().find(|check| check.id == *fails) {
        Some(check) => [words(&check.name), value(format, &check.measured)],
        None => [words(fails), String::new()],
    }
}

/// What these checks measured. A check is marked where it failed. After a crash the others have nothing to
/// say; then the first of them says how the run ended, unless one of these has failed for the crash.
fn cells(outcome: &Outcome, ids: &[String], format: Format) -> Vec<String> {
    let find = |id: &str| outcome.checks.iter().find(|check| check.id == id);
    let failed = |check: &&CheckResult| check.verdict == Verdict::Failed;
    let mut end = find(ENDS).filter(failed).filter(|_| !ids.iter().filter_map(|id| find(id)).any(|check| failed(&check)));
    let cell = |id: &String| match find(id) {
        // The mark and what is marked are on one line.
        Some(check) if check.verdict == Verdict::Failed => format!("✗\u{a0}**{}**", value(format, &check.measured)),
        Some(check) if check.verdict == Verdict::Passed => value(format, &check.measured),
        _ => match end.take() {
            Some(end) => format!("✗\u{a0}**{}**", literal(end.measured.split(',').next().unwrap_or_default())),
            None => "–".into(),
        },
    };
    ids.iter().map(cell).collect()
}

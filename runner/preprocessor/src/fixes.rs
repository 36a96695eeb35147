//! The table of fixes that only look right, with what each of them measured.

use runner::catalog::{ENDS, Variant, Wrong};
use runner::grade::{CheckResult, Outcome, Verdict};

use crate::markup::{Format, literal, table, value, words};
use crate::shelf::Shelved;

/// The table. Without names it has the check that each fix fails; with names, a column for each of these.
pub(crate) fn text(shelved: &Shelved, checks: &[String], format: Format) -> Result<String, String> {
    for name in checks {
        if !shelved.verdict(&Variant::Solution)?.checks.iter().any(|check| check.name == *name) {
            return Err(format!("{} has no check \"{name}\"", shelved.lesson.id));
        }
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
    let named = [&["fix"][..], &checks.iter().map(String::as_str).collect::<Vec<_>>()].concat();
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
    let measured = outcome.checks.iter().find(|check| check.name == *fails).map(|check| value(format, &check.measured));
    [words(fails), measured.unwrap_or_default()]
}

/// What these checks measured. A check is marked where it failed. After a crash the others have nothing to
/// say; then the first of them says how the run ended, unless one of these has failed for the crash.
fn cells(outcome: &Outcome, names: &[String], format: Format) -> Vec<String> {
    let find = |name: &str| outcome.checks.iter().find(|check| check.name == name);
    let failed = |check: &&CheckResult| check.verdict == Verdict::Failed;
    let mut end = find(ENDS).filter(failed).filter(|_| !names.iter().filter_map(|name| find(name)).any(|check| failed(&check)));
    let cell = |name: &String| match find(name) {
        // The mark and what is marked are on one line.
        Some(check) if check.verdict == Verdict::Failed => format!("✗\u{a0}**{}**", value(format, &check.measured)),
        Some(check) if check.verdict == Verdict::Passed => value(format, &check.measured),
        _ => match end.take() {
            Some(end) => format!("✗\u{a0}**{}**", literal(end.measured.split(',').next().unwrap_or_default())),
            None => "–".into(),
        },
    };
    names.iter().map(cell).collect()
}

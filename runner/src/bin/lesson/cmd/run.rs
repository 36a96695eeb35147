//! `lesson run`: the table of moments.

use anyhow::Result;
use runner::catalog::{ENDS, Variant};
use runner::check;
use runner::grade::Verdict;
use runner::measure::Measured;
use runner::report::verdict::{self, Detail};
use runner::report::width::wrap;
use runner::report::{fault, held, memory, printed};
use runner::run::{Options, Scale};

use crate::progress::Progress;
use crate::session::Session;
use crate::{FAILED, UNABLE};

pub(super) fn execute(session: &Session, id: &str, variant: &Variant, guard: bool, why: bool) -> Result<u8> {
    let lesson = session.catalog.lesson(id)?;
    let source = lesson.source(variant)?;
    if *variant == Variant::Exercise {
        session.remember(|progress| progress.set_current(&lesson.id));
    }
    session.ready_to_run()?;
    let mut progress = Progress::new(session.live(), true);
    let mut events = |event| progress.event(&event);
    // A guarded block takes a hundred times as long as another, and a bug does not need many of them.
    let scale = if guard { Scale::Check } else { Scale::Run };
    let options = Options { scale, guard, why };
    let checked = match check::check(&session.tools, &lesson, variant, options, &mut events, &session.cancel) {
        Ok(checked) => checked,
        Err(error) => return super::check::unable(error),
    };
    drop(progress);

    eprintln!();
    let link = |text: String| session.links.in_text(&text);
    let print_verdict = || print!("{}", link(verdict::text(&lesson.id, variant, &checked, Detail::Full, session.paint)));
    let Some((recording, table)) = &checked.ran else {
        print_verdict();
        return Ok(FAILED);
    };
    // How the run ended is the first thing to know, unless it ended well.
    let ended = checked.outcome.checks.iter().find(|check| check.id == ENDS);
    let ended_well = ended.is_none_or(|check| check.verdict == Verdict::Passed);
    // Who listens does not see the end of it while it begins.
    let verdict_first = !ended_well && session.plain;
    if verdict_first {
        print_verdict();
        println!();
    }
    // A run that did not come to its first measured round has nothing to show.
    if table.rows.iter().any(|row| row.before.is_some()) {
        print!("{}", memory::text(table, session.paint));
    }
    if why {
        println!();
        let tracked = Measured(recording).tracked();
        print!("{}", held::text(tracked, &recording.held, &checked.holders, session.paint));
    }
    print!("{}", printed::text(&recording.exit, session.paint));
    if !ended_well && !verdict_first {
        println!();
        print_verdict();
    }
    if let Some(guard) = &recording.guard {
        println!();
        // A check of the lesson may have shown it.
        let shown = !ended_well && checked.outcome.checks.iter().any(|check| check.fault.is_some());
        match &checked.fault {
            Some(incident) if !shown => fault::lines(incident).iter().for_each(|line| println!("{}", link(line.clone()))),
            Some(_) => {}
            None => println!("{}", wrap(&fault::clean(guard), 80)),
        }
        println!("{}", session.paint.dim(wrap(fault::LIMITS, 80)));
    }
    println!();
    let next = |word: &str, rest: String| println!("{}  {}", session.paint.bold(word), link(rest));
    next("Edit  ", lesson.relative(&source).display().to_string());
    let which = if *variant == Variant::Exercise { String::new() } else { format!(" --variant {variant}") };
    next("Check ", format!("cargo lesson check {id}{which}"));
    next("Read  ", format!("book/{id}.md"));
    Ok(match ended.map(|check| check.verdict) {
        Some(Verdict::Failed) => FAILED,
        Some(Verdict::Undecided) => UNABLE,
        Some(Verdict::Passed) | None => 0,
    })
}

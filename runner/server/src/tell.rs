//! What a page is told of a run: its events, and with the verdict what `lesson run` prints beside it.

use runner::check::Checked;
use runner::event::Event;
use runner::measure::{Measured, Story};
use runner::number::gauge_value;
use runner::report::paint::Paint;
use runner::report::{self, fault, held, printed};
use runner::run::Recording;
use serde_json::{Value, json};

use crate::log::Action;

/// An event; nothing of those that say what it knows.
pub(crate) fn told(event: &Event, story: &mut Story) -> Option<Value> {
    match event {
        Event::Start { .. } | Event::HandIn { .. } | Event::Outcome { .. } => None,
        // The gauge that tells the story is enough; there are dozens of others, many times a second.
        Event::Sample { round, moment, gauges } => {
            let value = story.value(*round, *moment, gauges);
            let text = value.map(|value| gauge_value(story.gauge, value));
            Some(json!({ "event": "sample", "round": round, "moment": moment, "value": value, "text": text }))
        }
        _ => Some(report::told::json(event)),
    }
}

/// A verdict, and what only the result of all has: what the add-on has `printed`, if it has, and what was asked for, of
/// the `guard` or of what is `held`.
pub(crate) fn with_words(mut verdict: Value, action: Action, checked: &Checked) -> Value {
    let Some((recording, _)) = &checked.ran else { return verdict };
    let printed = printed::text(&recording.exit, Paint::plain());
    if !printed.is_empty() {
        verdict["printed"] = printed.into();
    }
    match action {
        Action::Run | Action::Check => {}
        Action::Guard => verdict["guard"] = guarded(checked, recording).into(),
        Action::Why => verdict["held"] = held(checked, recording).into(),
    }
    verdict
}

fn guarded(checked: &Checked, recording: &Recording) -> String {
    let is_shown = checked.outcome.checks.iter().any(|check| check.fault.is_some());
    let seen = match &checked.fault {
        Some(_) if is_shown => Vec::new(),
        Some(incident) => fault::lines(incident),
        None => recording.guard.iter().map(fault::clean).collect(),
    };
    [seen, vec![fault::LIMITS.into()]].concat().join("\n")
}

fn held(checked: &Checked, recording: &Recording) -> String {
    held::text(Measured(recording).tracked(), &recording.held, &checked.holders, Paint::plain())
}

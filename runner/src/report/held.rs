//! Who holds what is left.

use std::fmt::Write as _;

use super::paint::Paint;
use super::width::wrap;
use crate::heap::Held;
use crate::number::{count, plural};
use crate::outcome::Holder;

/// Ways that are shown; the rest are counted.
const MOST: usize = 5;

/// One line for each way in which objects are held, and one for those that are not shown.
pub fn lines(holders: &[Holder], width: usize) -> Vec<String> {
    let mut lines: Vec<String> = holders.iter().take(MOST).map(|holder| wrap(&holder.text, width)).collect();
    let more = holders.iter().skip(MOST);
    if let (ways @ 1.., objects) = more.fold((0, 0), |(ways, objects), holder| (ways + 1, objects + holder.count)) {
        lines.push(format!("{} × in {}", count(objects as f64), plural(f64::from(ways), "other way")));
    }
    lines
}

/// What `lesson run --why` says. `tracked` is how many objects were tracked, and how many of them are left,
/// if that is known.
pub fn text(tracked: Option<(f64, Option<f64>)>, held: &Held, holders: &[Holder], paint: Paint) -> String {
    let sentence = match tracked {
        None => "The run did not come to its end, so nobody knows what is left.".into(),
        Some((0.0, _)) => "This lesson tracks no objects.".into(),
        Some((_, None)) => "This Node does not show how many tracked objects are left.".into(),
        Some((1.0, Some(0.0))) => "The tracked object is gone.".into(),
        Some((tracked, Some(0.0))) => format!("None of the {} tracked objects is left.", count(tracked)),
        Some((tracked, Some(alive))) => match &held.missing {
            Some(reason) => {
                format!("{} of {} tracked objects are left. Who holds them is not known: {reason}.", count(alive), count(tracked))
            }
            None => {
                let heading = format!("Who holds what is left, {} of {} tracked objects:", count(alive), count(tracked));
                let mut text = format!("{}\n", paint.bold(heading));
                for line in lines(holders, 76) {
                    let _ = writeln!(text, "  {}", line.replace('\n', "\n      "));
                }
                return text;
            }
        },
    };
    wrap(&sentence, 80) + "\n"
}

//! The table of a class: a row for each folder, a letter for each lesson.

use std::fmt::Write as _;

use runner::catalog::LessonId;
use runner::grade::Verdict;
use runner::report::paint::Paint;
use runner::report::width::{columns, pad, wrap};

const WIDTH: usize = 80;

/// What came of one exercise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    Passed,
    Failed,
    Undecided,
    Missing,
    Refused,
    /// It belongs to another part.
    Elsewhere,
}

impl From<Verdict> for Mark {
    fn from(verdict: Verdict) -> Mark {
        match verdict {
            Verdict::Passed => Mark::Passed,
            Verdict::Failed => Mark::Failed,
            Verdict::Undecided => Mark::Undecided,
        }
    }
}

impl Mark {
    fn letter(self) -> char {
        match self {
            Mark::Passed => 'P',
            Mark::Failed => 'F',
            Mark::Undecided => '?',
            Mark::Missing => '-',
            Mark::Refused => 'R',
            Mark::Elsewhere => '.',
        }
    }

    fn word(self) -> &'static str {
        match self {
            Mark::Passed => "passed",
            Mark::Failed => "failed",
            Mark::Undecided => "undecided",
            Mark::Missing => "not handed in",
            Mark::Refused => "refused",
            Mark::Elsewhere => "in another part",
        }
    }
}

/// One exercise in a line, as soon as it is graded.
pub(super) fn line(mark: Mark, lesson: &LessonId, reason: &str, paint: Paint) -> String {
    let word = format!("{:<13}", mark.word());
    let word = match mark {
        Mark::Passed => paint.green(word),
        Mark::Undecided => paint.yellow(word),
        _ => paint.red(word),
    };
    match mark {
        Mark::Passed | Mark::Missing => format!("  {word}  {lesson}"),
        _ => {
            let reason = wrap(reason.strip_prefix("refused: ").unwrap_or(reason), WIDTH - 17);
            format!("  {word}  {lesson}\n                 {}", reason.replace('\n', "\n                 "))
        }
    }
}

/// The table: counts, and the letters as far as there is room for them.
pub(super) fn text(rows: &[(String, Vec<Mark>)], lessons: &[LessonId]) -> String {
    let letters = |marks: &[Mark]| {
        let mut letters = String::new();
        for (index, mark) in marks.iter().enumerate() {
            // A gap between topics makes a letter easier to find.
            if index > 0 && lessons[index].topic() != lessons[index - 1].topic() {
                letters.push(' ');
            }
            letters.push(mark.letter());
        }
        letters
    };
    let gaps = lessons.windows(2).filter(|pair| pair[0].topic() != pair[1].topic()).count();
    let counts = |marks: &[Mark]| {
        let of = |wanted: &[Mark]| marks.iter().filter(|mark| wanted.contains(mark)).count();
        (of(&[Mark::Passed]), of(&[Mark::Failed, Mark::Refused]), of(&[Mark::Undecided]), of(&[Mark::Missing]))
    };
    let longest = rows.iter().map(|(name, _)| columns(name)).max().unwrap_or(0);
    let name_width = longest.clamp("folder".len(), 30);
    let head = format!("{:name_width$}  passed  failed  undecided  missing", "folder");
    let with_letters = head.len() + 2 + lessons.len() + gaps <= WIDTH;
    let mut text = if with_letters { format!("{head}  lessons\n") } else { format!("{head}\n") };
    for (name, marks) in rows {
        let (passed, failed, undecided, missing) = counts(marks);
        let name = shorten(name, name_width);
        let _ = write!(text, "{}  {passed:>6}  {failed:>6}  {undecided:>9}  {missing:>7}", pad(&name, name_width));
        text += &if with_letters { format!("  {}\n", letters(marks)) } else { "\n".into() };
    }
    if with_letters {
        let all = [Mark::Passed, Mark::Failed, Mark::Undecided, Mark::Missing, Mark::Refused, Mark::Elsewhere];
        let used = all.into_iter().filter(|mark| rows.iter().any(|(_, marks)| marks.contains(mark)));
        let key: Vec<String> = used.map(|mark| format!("{} {}", mark.letter(), mark.word())).collect();
        let key = format!("{}; in the order of `cargo lesson list`", key.join(", "));
        let _ = writeln!(text, "\n{}", wrap(&key, WIDTH));
    }
    text
}

/// The end of a path says more than its beginning.
fn shorten(name: &str, width: usize) -> String {
    if columns(name) <= width {
        return name.to_owned();
    }
    let rests = name.char_indices().map(|(at, _)| &name[at..]);
    format!("…{}", rests.into_iter().find(|rest| columns(rest) < width).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn ids(count: usize) -> Vec<LessonId> {
        (0..count).map(|index| format!("t{}/s{index}", index / 2).parse().unwrap()).collect()
    }

    #[test]
    fn a_class_fits_a_terminal() {
        use Mark::{Elsewhere, Failed, Missing, Passed, Refused, Undecided};
        let rows = [
            ("class/alice".into(), vec![Passed, Passed, Failed, Passed]),
            ("/srv/teaching/2026/autumn/group-b/bob".into(), vec![Undecided, Missing, Refused, Elsewhere]),
        ];
        let expected = "\
folder                          passed  failed  undecided  missing  lessons
class/alice                          3       1          0        0  PP FP
…ching/2026/autumn/group-b/bob       0       1          1        1  ?- R.

P passed, F failed, ? undecided, - not handed in, R refused, . in another part;
in the order of `cargo lesson list`
";
        assert_eq!(text(&rows, &ids(4)), expected);
    }

    #[test]
    fn letters_without_room_are_left_out() {
        let rows = [("a".into(), vec![Mark::Passed; 60])];
        let text = text(&rows, &ids(60));
        assert_eq!(text, "folder  passed  failed  undecided  missing\na           60       0          0        0\n");
    }
}

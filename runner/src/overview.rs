//! All lessons and where the learner stands in each: what lists show.
//!
//! The fields of what is serialised here are documented in `runner/events.md`.

use serde::Serialize;

use crate::catalog::{Catalog, CatalogError, Lesson, LessonId};
use crate::progress::{Progress, State};

/// The lessons, by topic.
#[derive(Debug)]
pub struct Overview {
    /// The topics, in the book's order.
    pub topics: Vec<Topic>,
    /// The lesson where the learner was last, if the book still has it.
    pub current: Option<LessonId>,
}

/// A part of the book.
#[derive(Debug)]
pub struct Topic {
    /// Its heading.
    pub title: String,
    /// Its lessons.
    pub rows: Vec<Row>,
    /// The lessons that can't be read, and why.
    pub broken: Vec<(LessonId, CatalogError)>,
}

/// One lesson, and what is known of the learner's work in it.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// Its id.
    pub lesson: LessonId,
    /// Its title.
    pub title: String,
    /// The heading of its topic.
    pub topic: String,
    /// How long a person needs.
    pub minutes: u32,
    /// What to reach.
    pub goal: String,
    /// Where the bug was met.
    pub wild: Vec<String>,
    /// Where the exercise stands.
    pub state: State,
    /// How many versions were graded.
    pub attempts: u32,
    /// The highest level of the hints that were shown; 0 is none.
    pub hints: u8,
    /// The day on which it passed.
    pub passed_on: Option<String>,
}

/// How many lessons are in which state, and how long they take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// All.
    pub lessons: usize,
    /// Their version of now passed.
    pub done: usize,
    /// A version passed, and they were edited since.
    pub changed: usize,
    /// Edited, and never passed.
    pub edited: usize,
    /// As they were shipped.
    pub pending: usize,
    /// Minutes for all.
    pub minutes: u32,
    /// Minutes for those that are not done.
    pub minutes_left: u32,
    /// Versions that were graded.
    pub attempts: u32,
}

impl Overview {
    /// Reads all lessons and looks at the state of each.
    pub fn new(catalog: &Catalog, progress: &Progress) -> Overview {
        let topics = catalog.topics().iter().map(|topic| {
            let mut all = Topic { title: topic.title.clone(), rows: Vec::new(), broken: Vec::new() };
            for id in &topic.ids {
                match catalog.lesson(id.as_str()) {
                    Ok(lesson) => all.rows.push(Row::new(&topic.title, &lesson, progress)),
                    Err(error) => all.broken.push((id.clone(), error)),
                }
            }
            all
        });
        let current = progress.current().filter(|current| catalog.ids().contains(current));
        Overview { topics: topics.collect(), current }
    }

    /// Leaves the lessons in which each word occurs, in any case of its letters: in the id, the title, the
    /// topic, the goal, or a report.
    pub fn retain(&mut self, words: &[String]) {
        let words: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
        for topic in &mut self.topics {
            topic.rows.retain(|row| row.has(&words));
            // What can't be read has nothing but its name.
            topic.broken.retain(|(id, _)| words.iter().all(|word| id.as_str().contains(word)));
        }
        self.topics.retain(|topic| !topic.rows.is_empty() || !topic.broken.is_empty());
    }

    /// All lessons that can be read.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.topics.iter().flat_map(|topic| &topic.rows)
    }

    /// The counts of all lessons.
    pub fn counts(&self) -> Counts {
        Counts::of(self.rows())
    }

    /// The first lesson that is not done.
    pub fn next(&self) -> Option<&Row> {
        self.rows().find(|row| row.state != State::Done)
    }
}

impl Row {
    /// What is known of a lesson in the topic with this heading.
    pub fn new(topic: &str, lesson: &Lesson, progress: &Progress) -> Row {
        let entry = progress.entry(&lesson.id).cloned().unwrap_or_default();
        Row {
            lesson: lesson.id.clone(),
            title: lesson.manifest.title.clone(),
            topic: topic.to_owned(),
            minutes: lesson.manifest.minutes,
            goal: lesson.manifest.goal.clone(),
            wild: lesson.manifest.wild.clone(),
            state: progress.state(lesson),
            attempts: entry.attempts,
            hints: entry.hints,
            passed_on: entry.passed_on,
        }
    }

    /// Whether each of these words, in lower case, occurs in it.
    pub fn has(&self, words: &[String]) -> bool {
        let texts =
            [self.lesson.as_str(), &self.title, &self.topic, &self.goal].into_iter().chain(self.wild.iter().map(String::as_str));
        let texts: Vec<String> = texts.map(str::to_lowercase).collect();
        words.iter().all(|word| texts.iter().any(|text| text.contains(word)))
    }
}

impl Counts {
    /// The counts of some lessons.
    pub fn of<'a>(rows: impl IntoIterator<Item = &'a Row>) -> Counts {
        let mut counts = Counts::default();
        for row in rows {
            counts.lessons += 1;
            counts.minutes += row.minutes;
            counts.attempts += row.attempts;
            if row.state != State::Done {
                counts.minutes_left += row.minutes;
            }
            *match row.state {
                State::Done => &mut counts.done,
                State::Changed => &mut counts.changed,
                State::Edited => &mut counts.edited,
                State::Untouched => &mut counts.pending,
            } += 1;
        }
        counts
    }
}

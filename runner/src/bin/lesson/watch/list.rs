//! The list of lessons: what is shown of it, and which one is chosen.

use ratatui::crossterm::event::{KeyCode, KeyEvent};
use runner::catalog::{Lesson, LessonId};
use runner::progress::{Progress, State};

use crate::session::Session;

/// A lesson as the list shows it.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) id: LessonId,
    /// None when its manifest can't be read.
    pub(crate) state: Option<State>,
    pub(crate) attempts: u32,
    pub(crate) minutes: u32,
    pub(crate) title: String,
    /// Where a search looks, in lower case.
    text: String,
}

/// Which lessons are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Filter {
    All,
    Pending,
    Done,
    Changed,
}

/// What is to happen after a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    Nothing,
    Close,
    Go(LessonId),
    Reset(LessonId),
}

#[derive(Clone, Debug)]
pub(crate) struct List {
    rows: Vec<Row>,
    pub(crate) filter: Filter,
    pub(crate) query: String,
    /// Whether keys are letters of the query.
    pub(crate) typing: bool,
    /// The chosen lesson's place among those that are shown.
    selected: usize,
}

/// How far Page Up and Page Down go.
const PAGE: usize = 10;

/// All lessons, in the book's order.
pub(crate) fn rows(session: &Session, progress: &Progress) -> Vec<Row> {
    let row = |id: &LessonId| match session.catalog.lesson(id.as_str()) {
        Ok(lesson) => {
            let manifest = &lesson.manifest;
            let text = format!("{id} {} {} {}", manifest.title, manifest.goal, manifest.wild.join(" ")).to_lowercase();
            let (attempts, title) = (progress.attempts(id), manifest.title.clone());
            Row { id: id.clone(), state: Some(progress.state(&lesson)), attempts, minutes: manifest.minutes, title, text }
        }
        Err(error) => {
            Row { id: id.clone(), state: None, attempts: 0, minutes: 0, title: error.to_string(), text: id.to_string() }
        }
    };
    session.catalog.ids().iter().map(row).collect()
}

impl Row {
    /// Takes over where the lesson stands.
    pub(crate) fn update(&mut self, lesson: &Lesson, progress: &Progress) {
        self.state = Some(progress.state(lesson));
        self.attempts = progress.attempts(&lesson.id);
    }
}

/// A state in one word.
pub(crate) fn word(state: Option<State>) -> &'static str {
    match state {
        None => "broken",
        Some(State::Done) => "done",
        Some(State::Changed) => "changed",
        Some(State::Edited | State::Untouched) => "pending",
    }
}

impl List {
    pub(crate) fn new(rows: Vec<Row>, current: &LessonId) -> List {
        let selected = rows.iter().position(|row| row.id == *current).unwrap_or(0);
        List { rows, filter: Filter::All, query: String::new(), typing: false, selected }
    }

    /// The rows are as they are now; the chosen lesson stays chosen.
    pub(crate) fn refresh(&mut self, rows: Vec<Row>) {
        let chosen = self.chosen().cloned();
        self.rows = rows;
        self.choose(chosen);
    }

    pub(crate) fn shown(&self) -> Vec<&Row> {
        let words: Vec<String> = self.query.split_whitespace().map(str::to_lowercase).collect();
        let is_shown = |row: &&Row| self.filter.has(row.state) && words.iter().all(|word| row.text.contains(word));
        self.rows.iter().filter(is_shown).collect()
    }

    /// The chosen lesson's place among those that are shown.
    pub(crate) fn place(&self) -> usize {
        self.selected.min(self.shown().len().saturating_sub(1))
    }

    fn chosen(&self) -> Option<&LessonId> {
        self.shown().get(self.place()).map(|row| &row.id)
    }

    fn choose(&mut self, id: Option<LessonId>) {
        self.selected = id.and_then(|id| self.shown().iter().position(|row| row.id == id)).unwrap_or(0);
    }

    pub(crate) fn search(&mut self, query: &str) {
        let chosen = self.chosen().cloned();
        query.clone_into(&mut self.query);
        self.choose(chosen);
    }

    pub(crate) fn key(&mut self, key: KeyEvent) -> Wish {
        if self.typing {
            return self.letter(key);
        }
        let last = self.shown().len().saturating_sub(1);
        let place = self.place();
        match key.code {
            KeyCode::Up | KeyCode::Char('k') => self.selected = place.saturating_sub(1),
            KeyCode::Down | KeyCode::Char('j') => self.selected = (place + 1).min(last),
            KeyCode::PageUp => self.selected = place.saturating_sub(PAGE),
            KeyCode::PageDown | KeyCode::Char(' ') => self.selected = (place + PAGE).min(last),
            KeyCode::Home | KeyCode::Char('g') => self.selected = 0,
            KeyCode::End | KeyCode::Char('G') => self.selected = last,
            KeyCode::Char('/') => self.typing = true,
            KeyCode::Char('p') => self.toggle(Filter::Pending),
            KeyCode::Char('d') => self.toggle(Filter::Done),
            KeyCode::Char('c') => self.toggle(Filter::Changed),
            KeyCode::Enter => return self.chosen().cloned().map_or(Wish::Nothing, Wish::Go),
            KeyCode::Char('x') => return self.chosen().cloned().map_or(Wish::Nothing, Wish::Reset),
            KeyCode::Esc if !self.query.is_empty() => self.search(""),
            KeyCode::Esc | KeyCode::Char('l' | 'q') => return Wish::Close,
            _ => {}
        }
        Wish::Nothing
    }

    fn letter(&mut self, key: KeyEvent) -> Wish {
        let mut query = self.query.clone();
        match key.code {
            KeyCode::Char(letter) => query.push(letter),
            KeyCode::Backspace => drop(query.pop()),
            KeyCode::Enter => self.typing = false,
            KeyCode::Esc => {
                self.typing = false;
                query.clear();
            }
            _ => {}
        }
        self.search(&query);
        Wish::Nothing
    }

    fn toggle(&mut self, filter: Filter) {
        let chosen = self.chosen().cloned();
        self.filter = if self.filter == filter { Filter::All } else { filter };
        self.choose(chosen);
    }
}

impl Filter {
    fn has(self, state: Option<State>) -> bool {
        match self {
            Filter::All => true,
            Filter::Pending => word(state) == "pending",
            Filter::Done => word(state) == "done",
            Filter::Changed => word(state) == "changed",
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use ratatui::crossterm::event::KeyModifiers;

    use super::*;

    fn list() -> List {
        let row = |(id, state): (&str, State)| Row {
            id: id.parse().unwrap(),
            state: Some(state),
            attempts: 0,
            minutes: 10,
            title: id.to_uppercase(),
            text: id.to_owned(),
        };
        let rows = [("a/one", State::Done), ("a/two", State::Untouched), ("b/three", State::Edited), ("b/four", State::Changed)];
        List::new(rows.map(row).to_vec(), &"a/two".parse().unwrap())
    }

    fn press(list: &mut List, keys: &str) -> Wish {
        let code = |key| match key {
            '\n' => KeyCode::Enter,
            '\x1b' => KeyCode::Esc,
            letter => KeyCode::Char(letter),
        };
        keys.chars().map(|key| list.key(KeyEvent::new(code(key), KeyModifiers::NONE))).last().unwrap()
    }

    fn ids(list: &List) -> Vec<&str> {
        list.shown().iter().map(|row| row.id.as_str()).collect()
    }

    #[test]
    fn it_begins_at_the_current_lesson_and_stays_in_its_bounds() {
        let mut list = list();
        assert_eq!(press(&mut list, "\n"), Wish::Go("a/two".parse().unwrap()));
        assert_eq!(press(&mut list, "kkkk\n"), Wish::Go("a/one".parse().unwrap()));
        assert_eq!(press(&mut list, "jjjjjj\n"), Wish::Go("b/four".parse().unwrap()));
    }

    #[test]
    fn a_filter_keeps_the_chosen_lesson_where_it_can() {
        let mut list = list();
        press(&mut list, "p");
        assert_eq!(ids(&list), ["a/two", "b/three"]);
        assert_eq!(press(&mut list, "\n"), Wish::Go("a/two".parse().unwrap()));
        press(&mut list, "c");
        assert_eq!(ids(&list), ["b/four"]);
        press(&mut list, "c");
        assert_eq!(ids(&list).len(), 4);
    }

    #[test]
    fn a_search_takes_letters_until_enter() {
        let mut list = list();
        press(&mut list, "/two");
        assert_eq!(ids(&list), ["a/two"]);
        assert!(list.typing);
        assert_eq!(press(&mut list, "\n\n"), Wish::Go("a/two".parse().unwrap()));
        press(&mut list, "/x");
        assert!(ids(&list).is_empty());
        assert_eq!(press(&mut list, "\n\n"), Wish::Nothing);
        press(&mut list, "\x1b");
        assert_eq!(ids(&list).len(), 4);
    }
}

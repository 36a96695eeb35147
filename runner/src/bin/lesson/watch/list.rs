//! The list of lessons: what is shown of it, and which one is chosen.

use ratatui::crossterm::event::{KeyCode, KeyEvent};
use runner::catalog::LessonId;
use runner::overview::Row;
use runner::progress::State;

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

impl List {
    pub(crate) fn new(rows: Vec<Row>, current: &LessonId) -> List {
        let selected = rows.iter().position(|row| row.lesson == *current).unwrap_or(0);
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
        let is_shown = |row: &&Row| self.filter.has(row.state) && row.has(&words);
        self.rows.iter().filter(is_shown).collect()
    }

    /// The chosen lesson's place among those that are shown.
    pub(crate) fn place(&self) -> usize {
        self.selected.min(self.shown().len().saturating_sub(1))
    }

    fn chosen(&self) -> Option<&LessonId> {
        self.shown().get(self.place()).map(|row| &row.lesson)
    }

    fn choose(&mut self, id: Option<LessonId>) {
        self.selected = id.and_then(|id| self.shown().iter().position(|row| row.lesson == id)).unwrap_or(0);
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
    fn has(self, state: State) -> bool {
        match self {
            Filter::All => true,
            Filter::Pending => matches!(state, State::Untouched | State::Edited),
            Filter::Done => state == State::Done,
            Filter::Changed => state == State::Changed,
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
            lesson: id.parse().unwrap(),
            title: id.to_uppercase(),
            topic: "Topic".into(),
            minutes: 10,
            goal: String::new(),
            wild: Vec::new(),
            state,
            attempts: 0,
            hints: 0,
            passed_on: None,
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
        list.shown().iter().map(|row| row.lesson.as_str()).collect()
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

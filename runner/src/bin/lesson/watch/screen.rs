//! Draws what the learner looks at on a whole screen: the lesson and its verdict above, the memory and the
//! keys below, and in between as much of the text as there is room for.

use ansi_to_tui::IntoText;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span, Text};
use ratatui::widgets::{Paragraph, Wrap};

use super::command::COMMANDS;
use super::list::{Filter, List};
use super::state::{Watch, Work};
use super::view;

/// Draws all. Takes back scrolling that went beyond the text.
pub(super) fn draw(frame: &mut Frame, watch: &mut Watch) {
    let area = frame.area();
    if watch.list.is_some() {
        draw_list(frame, watch);
        return;
    }
    let paint = watch.session.paint;
    let bars = view::bars(watch, area.width.into(), paint);
    let bars_height = if bars.is_empty() { 0 } else { bars.len() as u16 + 1 };
    let keys = keys(watch);
    let keys_height = height(&keys, area.width);
    let [head, body, _, strip, said, foot] = Layout::vertical([
        Constraint::Length(3),
        Constraint::Min(1),
        Constraint::Length(bars_height.min(1)),
        Constraint::Length(bars_height.saturating_sub(1)),
        Constraint::Length(1),
        Constraint::Length(keys_height),
    ])
    .areas(area);

    let title = spread(&view::title(watch, paint), &view::done(watch), area.width);
    frame.render_widget(Paragraph::new(vec![title, status(watch)]), head);
    let lines = fold(text(&view::body(watch, paint)), area.width);
    let below = draw_from(frame, body, lines, &mut watch.scroll);
    frame.render_widget(Paragraph::new(text(&bars.join("\n"))), strip);
    frame.render_widget(Paragraph::new(said_line(watch, below, area.width)), said);
    frame.render_widget(Paragraph::new(keys).wrap(Wrap { trim: true }), foot);
}

/// Draws the lines from `scroll` on, and answers how many are below.
fn draw_from(frame: &mut Frame, area: Rect, lines: Vec<Line>, scroll: &mut u16) -> usize {
    let most = lines.len().saturating_sub(area.height.into());
    *scroll = (*scroll).min(most as u16);
    let from = usize::from(*scroll);
    let shown: Vec<Line> = lines.into_iter().skip(from).take(area.height.into()).collect();
    frame.render_widget(Paragraph::new(shown), area);
    most - from
}

fn status(watch: &Watch) -> Line<'static> {
    let mut status = view::status(watch, watch.session.paint);
    if let Work::Checking(checking) = &watch.work {
        status += &format!(" … {:.1} s", checking.since.elapsed().as_secs_f64());
    }
    text(&status).lines.into_iter().next().unwrap_or_default()
}

/// A question, else a message, else what is not to be overlooked; and how much is below the screen.
fn said_line(watch: &Watch, below: usize, width: u16) -> Line<'static> {
    let paint = watch.session.paint;
    let said = if let Some(question) = &watch.question {
        paint.bold(view::question(question))
    } else if let Some(message) = &watch.message {
        message.clone()
    } else if watch.polling.is_some() {
        paint.dim("No events come from this folder: it is looked at five times a second.")
    } else {
        let exercise = watch.exercise();
        paint.dim(format!("edit {}", watch.lesson.relative(&exercise).display()))
    };
    let below = if below > 0 { format!("↓ {below} more") } else { String::new() };
    spread(&said, &below, width)
}

/// Two texts at both ends of a line. The right one has precedence.
fn spread(left: &str, right: &str, width: u16) -> Line<'static> {
    let mut line = text(left).lines.into_iter().next().unwrap_or_default();
    let right = Span::raw(right.to_owned());
    let room = usize::from(width).saturating_sub(right.width() + 1);
    let mut lines = fold(Text::from(line.clone()), room as u16);
    if lines.len() > 1 {
        line = lines.swap_remove(0);
    }
    let gap = usize::from(width).saturating_sub(line.width() + right.width());
    line.spans.push(Span::raw(" ".repeat(gap)));
    line.spans.push(right);
    line
}

fn keys(watch: &Watch) -> Line<'static> {
    if watch.question.is_some() {
        return Line::raw("y yes  any other key: no");
    }
    // The blank inside a key's words does not break.
    let all = COMMANDS.iter().map(|(key, word, _)| (key.to_string(), *word));
    hints_of_keys(all.chain([("?".to_owned(), "help")]))
}

fn hints_of_keys<'a>(keys: impl Iterator<Item = (String, &'a str)>) -> Line<'static> {
    let bold = Style::new().add_modifier(Modifier::BOLD);
    let spans =
        keys.flat_map(|(key, word)| [Span::styled(key, bold), Span::raw(format!("\u{a0}{}  ", word.replace(' ', "\u{a0}")))]);
    Line::from_iter(spans)
}

fn height(line: &Line, width: u16) -> u16 {
    // A line that is broken between two keys leaves some room unused.
    let longest = 12;
    (line.width() as u16).div_ceil(width.saturating_sub(longest).max(1)).clamp(1, 4)
}

/// Escape sequences for colour become styles.
fn text(ansi: &str) -> Text<'static> {
    ansi.into_text().unwrap_or_else(|_| Text::raw(ansi.to_owned()))
}

/// Breaks lines that are too long, anywhere: code has no better place.
fn fold(text: Text<'static>, width: u16) -> Vec<Line<'static>> {
    let width = usize::from(width.max(1));
    let mut folded = Vec::new();
    for line in text.lines {
        if line.width() <= width {
            folded.push(line);
            continue;
        }
        let mut part = Line::default();
        for span in line.spans {
            let mut piece = String::new();
            for letter in span.content.chars() {
                let room = width - part.width().min(width);
                if Span::raw(piece.as_str()).width() + Span::raw(letter.to_string()).width() > room {
                    part.spans.push(Span::styled(std::mem::take(&mut piece), span.style));
                    folded.push(std::mem::take(&mut part));
                }
                piece.push(letter);
            }
            part.spans.push(Span::styled(piece, span.style));
        }
        folded.push(part);
    }
    folded
}

fn draw_list(frame: &mut Frame, watch: &mut Watch) {
    let area = frame.area();
    let paint = watch.session.paint;
    let Some(list) = &watch.list else { return };
    let keys = match &watch.question {
        Some(_) => keys(watch),
        None if list.typing => {
            hints_of_keys([("Enter", "done"), ("Esc", "no search")].map(|(key, word)| (key.to_owned(), word)).into_iter())
        }
        None => {
            let keys = [
                ("↑↓", "choose"),
                ("Enter", "go"),
                ("/", "search"),
                ("p", "pending"),
                ("d", "done"),
                ("c", "changed"),
                ("x", "reset"),
                ("Esc", "back"),
            ];
            hints_of_keys(keys.map(|(key, word)| (key.to_owned(), word)).into_iter())
        }
    };
    let [head, body, said, foot] = Layout::vertical([
        Constraint::Length(2),
        Constraint::Min(1),
        Constraint::Length(1),
        Constraint::Length(height(&keys, area.width)),
    ])
    .areas(area);
    let title = format!("{}  {}", paint.bold("Lessons"), what_is_shown(list));
    let title = spread(&title, &view::done(watch), area.width);
    let columns = text(&paint.dim(view::COLUMNS)).lines.swap_remove(0);
    frame.render_widget(Paragraph::new(vec![title, columns]), head);

    let mut lines: Vec<Line> = Vec::new();
    let mut chosen = 0;
    let mut topic = "";
    for (place, row) in list.shown().into_iter().enumerate() {
        if row.topic != topic {
            topic = &row.topic;
            lines.push(text(&paint.dim(topic)).lines.swap_remove(0));
        }
        let is_chosen = place == list.place();
        let mark = if is_chosen { "> " } else { "  " };
        let mut line = text(&format!("{mark}{}", view::row(row, paint))).lines.swap_remove(0);
        if is_chosen {
            line = line.style(Style::new().add_modifier(Modifier::REVERSED));
            chosen = lines.len();
        }
        lines.push(line);
    }
    if lines.is_empty() {
        lines.push(Line::raw("  No lesson is like this."));
    }
    // The chosen lesson stays in the middle, as far as there are lines around it.
    let half = usize::from(body.height) / 2;
    let mut scroll = chosen.saturating_sub(half) as u16;
    let below = draw_from(frame, body, lines, &mut scroll);
    frame.render_widget(Paragraph::new(list_said(watch, below, area.width)), said);
    frame.render_widget(Paragraph::new(keys).wrap(Wrap { trim: true }), foot);
}

fn list_said(watch: &Watch, below: usize, width: u16) -> Line<'static> {
    let below = if below > 0 { format!("↓ {below} more") } else { String::new() };
    let said = match (&watch.question, &watch.message) {
        (Some(question), _) => watch.session.paint.bold(view::question(question)),
        (None, Some(message)) => message.clone(),
        (None, None) => String::new(),
    };
    spread(&said, &below, width)
}

fn what_is_shown(list: &List) -> String {
    let filter = match list.filter {
        Filter::All => "",
        Filter::Pending => "pending only",
        Filter::Done => "done only",
        Filter::Changed => "changed since done only",
    };
    match (list.typing, list.query.as_str()) {
        (true, query) => format!("{filter} /{query}▏"),
        (false, "") => filter.to_owned(),
        (false, query) => format!("{filter} /{query}"),
    }
}

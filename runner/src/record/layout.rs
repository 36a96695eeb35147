//! A record as a file that a person reviews: what fits into a line is in one.

use serde_json::Value;

use super::Record;

/// Columns of a line.
const WIDTH: usize = 180;

/// The record as JSON.
pub(super) fn text(record: &Record) -> String {
    let mut lines: Vec<String> =
        serde_json::to_string_pretty(record).expect("a record is plain data").lines().map(whole).collect();
    // Only a container without another one in it.
    let mut at = 0;
    while at < lines.len() {
        match end_of_flat(&lines, at) {
            Some(end) if fits(&lines[at..=end]) => {
                lines.splice(at..=end, [join(&lines[at..=end])]);
            }
            _ => at += 1,
        }
    }
    lines.join("\n") + "\n"
}

/// A line with its number written as a whole one, where it is: `8.0` is `8`.
fn whole(line: &str) -> String {
    let comma = if line.ends_with(',') { "," } else { "" };
    let rest = line.trim_end_matches(',');
    format!("{}{comma}", rest.strip_suffix(".0").unwrap_or(rest))
}

/// The last line of the container that begins at a line, when no other container begins in it.
fn end_of_flat(lines: &[String], at: usize) -> Option<usize> {
    let opens = |line: &str| line.ends_with('{') || line.ends_with('[');
    if !opens(&lines[at]) {
        return None;
    }
    let inside = lines[at + 1..].iter().take_while(|line| !opens(line) && !closes(line)).count();
    let end = at + 1 + inside;
    lines.get(end).filter(|line| closes(line)).map(|_| end)
}

fn closes(line: &str) -> bool {
    matches!(line.trim().trim_end_matches(','), "}" | "]")
}

/// Numbers are kept in one line however many they are.
fn fits(lines: &[String]) -> bool {
    let numbers = lines[1..lines.len() - 1]
        .iter()
        .all(|line| matches!(serde_json::from_str(line.trim().trim_end_matches(',')), Ok(Value::Number(_))));
    numbers || join(lines).chars().count() <= WIDTH
}

fn join(lines: &[String]) -> String {
    let [first, inside @ .., last] = lines else { return String::new() };
    let inside: Vec<&str> = inside.iter().map(|line| line.trim()).collect();
    let blank = if first.ends_with('{') && !inside.is_empty() { " " } else { "" };
    format!("{first}{blank}{}{blank}{}", inside.join(" "), last.trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(json: &str) -> String {
        let pretty = serde_json::to_string_pretty(&serde_json::from_str::<Value>(json).expect("it is JSON"));
        let lines: Vec<String> = pretty.expect("it is JSON").lines().map(whole).collect();
        join(&lines)
    }

    #[test]
    fn numbers_are_whole_where_they_are() {
        assert_eq!(whole("  \"a\": 8.0,"), "  \"a\": 8,");
        assert_eq!(whole("  8.5"), "  8.5");
        assert_eq!(whole("  \"version 1.0\","), "  \"version 1.0\",");
    }

    #[test]
    fn short_containers_are_one_line() {
        assert_eq!(layout("{\"a\": 1.0, \"b\": \"x\"}"), "{ \"a\": 1, \"b\": \"x\" }");
        assert_eq!(layout("[1, 2]"), "[1, 2]");
    }
}

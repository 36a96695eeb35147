//! Verdicts in the JUnit form of XML, which services that run tests read.
//!
//! A verdict that failed is a `failure`, one that is undecided or missing an `error`: the one is about the source,
//! the other about the machine.

use std::fmt::Write as _;

use super::paint::Paint;
use super::verdict::{self, Detail};
use crate::catalog::{LessonId, Variant};
use crate::check::Checked;
use crate::grade::Verdict;

/// Cases that stand together.
#[derive(Clone, Debug)]
pub struct Suite {
    /// Its name.
    pub name: String,
    /// Its cases.
    pub cases: Vec<Case>,
}

/// A verdict.
#[derive(Clone, Debug)]
pub struct Case {
    /// The lesson.
    pub lesson: LessonId,
    /// How long it took.
    pub seconds: f64,
    /// What came of it.
    pub result: CaseResult,
}

/// What came of a case.
#[derive(Clone, Debug)]
pub enum CaseResult {
    /// It passed.
    Passed,
    /// It failed.
    Failure(Reason),
    /// It is undecided, or could not be run.
    Error(Reason),
}

/// Why it did not pass.
#[derive(Clone, Debug)]
pub struct Reason {
    /// The id of the check that decided; none when it was not one.
    pub check: Option<String>,
    /// In one line.
    pub message: String,
    /// At length.
    pub text: String,
}

impl From<String> for Reason {
    fn from(text: String) -> Reason {
        Reason { check: None, message: text.lines().next().unwrap_or_default().to_owned(), text }
    }
}

impl CaseResult {
    /// What came of a check, with the first thing that did not hold as its message.
    pub fn of(lesson: &LessonId, variant: &Variant, checked: &Checked) -> CaseResult {
        let outcome = &checked.outcome;
        let decides = outcome.checks.iter().find(|check| check.verdict == outcome.verdict);
        let message = decides.map_or_else(String::new, |check| {
            format!("{}: expected {}, measured {}", check.name, check.expected, check.measured)
        });
        let check = decides.map(|check| check.id.clone());
        let reason = || Reason { check, message, text: verdict::text(lesson, variant, checked, Detail::Full, Paint::none()) };
        match outcome.verdict {
            Verdict::Passed => CaseResult::Passed,
            Verdict::Failed => CaseResult::Failure(reason()),
            Verdict::Undecided => CaseResult::Error(reason()),
        }
    }
}

/// The whole document.
pub fn text(suites: &[Suite]) -> String {
    let all = || suites.iter().flat_map(|suite| &suite.cases);
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(xml, "<testsuites name=\"After GC\" {}>", counts(all()));
    for suite in suites {
        let name = attribute(&suite.name);
        let _ = writeln!(xml, "  <testsuite name=\"{name}\" {}>", counts(&suite.cases));
        for case in &suite.cases {
            let (lesson, time) = (case.lesson.as_str(), case.seconds);
            let _ = write!(xml, "    <testcase classname=\"{name}\" name=\"{lesson}\" time=\"{time:.3}\"");
            let (element, Reason { check, message, text }) = match &case.result {
                CaseResult::Passed => {
                    xml += "/>\n";
                    continue;
                }
                CaseResult::Failure(reason) => ("failure", reason),
                CaseResult::Error(reason) => ("error", reason),
            };
            let (message, text) = (attribute(message), content(text));
            let kind = check.as_ref().map(|check| format!(" type=\"{}\"", attribute(check))).unwrap_or_default();
            let _ = writeln!(xml, ">\n      <{element} message=\"{message}\"{kind}>{text}</{element}>\n    </testcase>");
        }
        xml += "  </testsuite>\n";
    }
    xml + "</testsuites>\n"
}

fn counts<'a>(cases: impl IntoIterator<Item = &'a Case>) -> String {
    let (mut tests, mut failures, mut errors, mut time) = (0, 0, 0, 0.0);
    for case in cases {
        tests += 1;
        failures += u32::from(matches!(case.result, CaseResult::Failure(_)));
        errors += u32::from(matches!(case.result, CaseResult::Error(_)));
        time += case.seconds;
    }
    format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" time=\"{time:.3}\"")
}

fn attribute(text: &str) -> String {
    // A reader of XML makes blanks of these, unless they are written so.
    content(text).replace('\n', "&#10;").replace('\t', "&#9;")
}

/// What an add-on prints comes here: what XML can't hold, even escaped, is replaced.
fn content(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            // `]]>` may not be in a text.
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            // Readers make a line feed of it.
            '\r' => escaped += "&#13;",
            '\n' | '\t' => escaped.push(c),
            '\0'..='\x1f' | '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            _ => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn a_document_of_all_results() {
        let case = |lesson: &str, result| Case { lesson: lesson.parse().unwrap(), seconds: 0.25, result };
        let reason = Reason {
            check: Some("a-check".into()),
            message: "a \"b\"\n<c>".into(),
            text: "x < y && z ]]> \u{1b}[31m\0\u{ffff}é\r\n\tend".into(),
        };
        let suites = [
            Suite {
                name: "A & B".into(),
                cases: vec![case("a/one", CaseResult::Passed), case("a/two", CaseResult::Failure(reason))],
            },
            Suite { name: "C".into(), cases: vec![case("c/three", CaseResult::Error("no node\nat all".to_owned().into()))] },
        ];
        let expected = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<testsuites name=\"After GC\" tests=\"3\" failures=\"1\" errors=\"1\" time=\"0.750\">
  <testsuite name=\"A &amp; B\" tests=\"2\" failures=\"1\" errors=\"0\" time=\"0.500\">
    <testcase classname=\"A &amp; B\" name=\"a/one\" time=\"0.250\"/>
    <testcase classname=\"A &amp; B\" name=\"a/two\" time=\"0.250\">
      <failure message=\"a &quot;b&quot;&#10;&lt;c&gt;\" type=\"a-check\">x &lt; y &amp;&amp; z ]]&gt; \u{fffd}[31m\u{fffd}\u{fffd}é&#13;
\tend</failure>
    </testcase>
  </testsuite>
  <testsuite name=\"C\" tests=\"1\" failures=\"0\" errors=\"1\" time=\"0.250\">
    <testcase classname=\"C\" name=\"c/three\" time=\"0.250\">
      <error message=\"no node\">no node
at all</error>
    </testcase>
  </testsuite>
</testsuites>
";
        assert_eq!(text(&suites), expected);
    }
}

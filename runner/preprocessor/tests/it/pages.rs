//! What a reader gets.

use serde_json::Value;

use crate::course::{BUILD, Call, Course, RECORDING};

#[test]
fn the_block_of_a_lesson() {
    let course = Course::new();
    let page = course.page("# A\n\n{{#lesson scopes/callback-loop}}\n\nAfter.\n");
    assert!(page.starts_with("# A\n\n<section class=\"lesson\" data-lesson=\"scopes/callback-loop\" aria-label=\"Exercise: The ten-million loop\">\n\n"), "{page}");
    assert!(page.ends_with("</section>\n\n\nAfter.\n"), "{page}");
    for part in [
        "**Goal.** Keep at most 100 handles",
        "data-lines=\"1&#10;2&#10;",
        &format!("```rust,ignore\n{}```", course.read("lessons/scopes/callback-loop/wrong/shipped.rs")),
        &format!("```rust,ignore\n{}```", course.read("solutions/scopes/callback-loop.rs")),
        "cargo lesson check scopes/callback-loop   # ",
        "cargo lesson serve                        # ",
        "<summary>Hint 3</summary>",
        "| handles stay bounded inside the call | at most 100 | 802 |",
        "**One scope around the loop.** The scope opens before",
    ] {
        assert!(page.contains(part), "{part:?} is not in\n{page}");
    }
}

#[test]
fn numbers_are_those_of_the_record() {
    let course = Course::new();
    let record: Value = serde_json::from_str(&course.read(RECORDING)).unwrap();
    let rows = record["memory"]["wrong:shipped"]["rows"].as_array().unwrap();
    let handles = rows.iter().find(|row| row["gauge"] == "handles").unwrap();
    assert_eq!(handles["inside"], 800_015);
    let page = course.page(concat!(
        "{{#measured scopes/callback-loop wrong:shipped handles inside}}, ",
        "{{#measured scopes/callback-loop wrong:shipped handles inside-before}}, ",
        "{{#measured scopes/callback-loop wrong:small-batch calls-arrive}} of ",
        "{{#work scopes/callback-loop check}}; {{#versions scopes/callback-loop}}"
    ));
    let node = record["versions"]["node"].as_str().unwrap();
    assert!(page.starts_with("800\u{a0}015, 800\u{a0}002, 20 of 200; Node\u{a0}"), "{page}");
    assert!(page.contains(node), "{page}");
}

#[test]
fn memory_is_a_chart_and_a_table() {
    let page = Course::new().page("{{#memory scopes/callback-loop}}\n\nAgain:\n\n{{#memory scopes/callback-loop}}\n");
    assert!(page.contains("<svg class=\"lesson-chart\" id=\"chart-scopes-callback-loop\""), "{page}");
    assert!(page.contains("id=\"chart-scopes-callback-loop-2\""), "two drawings have two ids:\n{page}");
    assert!(page.contains("| handles, as shipped | 13 | 800\u{a0}015 | 13 | 13 | 13 |"), "{page}");
    assert!(page.contains("| heapUsed, solution |"), "{page}");
    let page = Course::new().page("{{#memory scopes/callback-loop blocks}}");
    let (shown, folded) = page.split_once("<details>").unwrap();
    assert!(shown.contains("| native blocks, solution |") && folded.contains("| heapUsed, solution |"), "{page}");
}

#[test]
fn a_verdict_is_what_the_terminal_shows() {
    let page = Course::new().page("{{#verdict scopes/callback-loop wrong:small-batch}}");
    assert!(page.starts_with("```text\nfailed     scopes/callback-loop (wrong:small-batch)\n"), "{page}");
    assert!(page.contains("  FAIL every call arrives\n      expected  200\n      measured  20\n"), "{page}");
    assert!(page.contains("      why       `idle` promises one turn to each player"), "{page}");
}

#[test]
fn the_wrong_fixes_with_what_each_measured() {
    let course = Course::new();
    let page = course.page("{{#fixes scopes/callback-loop}}");
    assert!(page.contains("| A smaller batch | every call arrives | 20 |"), "{page}");
    let columns = "calls-arrive handles-bounded";
    let page = course.page(&format!("{{{{#fixes scopes/callback-loop {columns}}}}}"));
    assert!(page.contains("| A smaller batch | ✗\u{a0}**20** | 81 |"), "{page}");
    assert!(page.contains("| A scope that nobody closes | ✗\u{a0}**SIGABRT** | – |"), "{page}");
    assert!(page.contains("| The solution | 200 | 7 |"), "{page}");
}

#[test]
fn nothing_else_of_a_page_changes() {
    let page = "# Größe\r\n\r\n```text\r\n{{#lesson scopes/callback-loop}}\r\n```\r\n\r\n* `{{#memory x/y}}`\r\n\\{{#lesson a/b}}\r\n\
                <!-- {{#lesson a/b}} -->\r\n";
    assert_eq!(Course::new().page(page), page);
    let around = "\r\n\r\n~~~\r\n{{#work x y}}\r\n~~~\r\n\r\n-   odd   *spacing*  \r\n";
    let expanded = Course::new().page(&format!("ä {{{{#work scopes/callback-loop rounds}}}}{around}"));
    assert_eq!(expanded, format!("ä 2{around}"));
}

#[test]
fn other_renderers_get_markdown_alone() {
    let pages = ["{{#lesson scopes/callback-loop}}\n\n{{#memory scopes/callback-loop}}\n"];
    for renderer in ["test", "markdown"] {
        let done = Course::new().preprocess(&pages, Call { renderer, ..BUILD });
        assert_eq!(done.code, Some(0), "{}", done.stderr);
        for tag in ["<section", "<div", "<details", "<figure", "<svg"] {
            assert!(!done.pages[0].contains(tag), "{}", done.pages[0]);
        }
        assert!(done.pages[0].contains("**Hint 1**\n\nAfter the call"), "{}", done.pages[0]);
        // mdBook compiles what is `rust` and not `ignore`.
        assert!(done.pages[0].contains("```rust,ignore\n"));
        assert!(!done.pages[0].contains("```rust\n"));
    }
}

#[test]
fn nothing_is_written() {
    let course = Course::new();
    let before = course.files();
    course.page("{{#lesson scopes/callback-loop}}");
    assert_eq!(course.files(), before);
}

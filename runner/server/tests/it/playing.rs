//! A learner's way through a lesson, in a page.

use serde_json::{Value, json};

use crate::course::{Course, ID, OTHER, SCRIPT};
use crate::page::{events, is_event};
use crate::server::{Server, wait_until};

fn check(verdict: &Value, name: &str) -> Value {
    verdict["outcome"]["checks"].as_array().unwrap().iter().find(|check| check["name"] == name).unwrap().clone()
}

#[test]
fn a_page_gets_what_makes_it_alive() {
    let course = Course::to_run();
    let server = Server::play(&course);
    for path in ["/", "/scopes/callback-loop.html", "/no-such-page"] {
        let page = server.get(path).text();
        let (head, body) = page.split_once("</head>").unwrap();
        assert_eq!(head.matches("<link rel=\"stylesheet\" href=\"/__play/play.css\">").count(), 1, "{path}");
        assert!(body.contains("<script type=\"module\" src=\"/__play/main.js\"></script>\n</body>"), "{path}");
    }
    for (file, media_type) in [("main.js", "text/javascript; charset=utf-8"), ("play.css", "text/css; charset=utf-8")] {
        let answer = server.get(&format!("/__play/{file}"));
        assert_eq!((answer.status, answer.header("content-type")), (200, Some(media_type)));
    }
    assert_eq!(server.get("/__play/none.js").status, 404);
}

#[test]
fn edit_run_fail_fix_pass() {
    let course = Course::to_run();
    let server = Server::play(&course);
    let mut page = server.listen(ID);
    let begin = page.until(|line| line["type"] == "idle");
    let hello = json!({
        "type": "hello", "edition": 1, "lesson": ID, "title": "The ten-million loop",
        "file": format!("lessons/{ID}/exercise.rs"), "language": "rust",
        "gauge": { "name": "handles", "label": "handles", "bytes": false }, "hints": 3,
    });
    assert_eq!(begin[0], hello);
    let sha256 = runner::saves::look(&course.exercise()).unwrap();
    let shipped = course.read(&format!("lessons/{ID}/exercise.rs"));
    assert_eq!(begin[1], json!({ "type": "file", "sha256": sha256, "text": shipped, "state": "pending" }));
    assert_eq!(begin.len(), 3);

    // As shipped, it fails.
    assert_eq!(server.does("check"), json!({ "run": 1 }));
    let run = page.until_ended();
    assert_eq!((&run[0]["type"], &run[0]["run"], &run[0]["action"]), (&json!("run"), &json!(1), &json!("check")));
    let verdict = events(&run, "verdict").pop().unwrap();
    assert_eq!((&verdict["source_sha256"], &verdict["outcome"]["verdict"]), (&json!(sha256), &json!("failed")));
    let failed = check(&verdict, "handles stay bounded inside the call");
    assert_eq!((&failed["verdict"], &failed["places"][0]["at"]["line"]), (&json!("failed"), &json!(9)));
    assert_eq!(run.last().unwrap()["how"], "graded");

    // A first fix does not compile.
    let broken = course.solution().replacen("let mut moved = 0;", "let mut moved: u32 = \"ü\";", 1);
    server.saves(&course, &broken);
    assert_eq!(
        (page.file()["text"].as_str(), course.read(&format!("lessons/{ID}/exercise.rs"))),
        (Some(&*broken), broken.clone())
    );
    server.does("check");
    let verdict = events(&page.until_ended(), "verdict").pop().unwrap();
    assert!(verdict["compile_error"].as_str().unwrap().contains("mismatched types"), "{verdict}");
    let place = &verdict["diagnostics"][0];
    assert_eq!((&place["line"], &place["column"], &place["end_column"]), (&json!(7), &json!(26), &json!(29)), "{verdict}");

    // The next one passes. Where the lesson stands is known when the run ends.
    let fixed = course.doing("println!(\"hello\");");
    server.saves(&course, &fixed);
    assert_eq!(page.file()["state"], "edited");
    assert_eq!(server.ask(&json!({ "lesson": ID, "action": "diff" })).0, 403);
    server.does("check");
    let run = page.until_ended();
    let verdict = events(&run, "verdict").pop().unwrap();
    assert_eq!(verdict["outcome"]["verdict"], "passed", "{verdict}");
    assert!(verdict["printed"].as_str().unwrap().contains("  hello\n"), "{verdict}");
    let file = run.iter().find(|line| line["type"] == "file").unwrap();
    assert_eq!((&file["state"], &file["text"]), (&json!("done"), &json!(fixed)));

    // It is remembered as `lesson check` does, and may be compared with the solution.
    let remembered = course.read(".lesson/progress.toml");
    assert!(remembered.contains(&format!("current = \"{ID}\"")) && remembered.contains("attempts = 2"), "{remembered}");
    let diff = server.does("diff")["diff"].as_str().unwrap().to_owned();
    assert!(diff.starts_with(&format!("--- lessons/{ID}/exercise.rs\n+++ solutions/{ID}.rs\n@@ ")), "{diff}");
    assert!(diff.contains("\n-    println!(\"hello\");\n"), "{diff}");
    assert_eq!(server.listen(ID).file()["state"], "done", "in a page that is loaded now");
}

#[test]
fn the_story_is_told_while_it_happens() {
    let course = Course::to_run();
    let server = Server::play(&course);
    let mut page = server.listen(ID);
    server.does("run");
    let run = page.until_ended();
    let (samples, memory) = (events(&run, "sample"), events(&run, "memory").pop().unwrap());
    let measured = samples.iter().filter(|sample| sample["round"].as_i64().unwrap() >= 1);
    let values: Vec<Value> = measured.map(|sample| sample["value"].clone()).filter(|value| !value.is_null()).collect();
    assert!(values.len() > 10, "{values:?}");
    assert_eq!(memory["line"], json!(values), "as in the table");
    assert!(samples.iter().all(|sample| sample.get("gauges").is_none()), "the others are not sent");
    // When each thing happened; the line of the run itself says how old it was when this page heard of it.
    let happened = run.iter().filter(|line| line["type"] != "run");
    let elapsed: Vec<u64> = happened.filter_map(|line| line["elapsed_ms"].as_u64()).collect();
    assert!(elapsed.is_sorted() && elapsed.len() > values.len(), "{elapsed:?}");
    assert!(course.read(".lesson/progress.toml").contains(&format!("current = \"{ID}\"")));
    assert!(!course.read(".lesson/progress.toml").contains("verdict"), "a run is not graded");
}

#[test]
fn guard_and_why_say_more() {
    let course = Course::to_run();
    let server = Server::play(&course);
    let mut page = server.listen(ID);
    server.saves(&course, &course.doing("let block = Box::into_raw(Box::new([1_u8; 64])); unsafe { drop(Box::from_raw(block)); std::ptr::read_volatile(block) };"));
    server.does("guard");
    let verdict = events(&page.until_ended(), "verdict").pop().unwrap();
    assert_eq!(verdict["outcome"]["verdict"], "failed", "{verdict}");
    let seen = verdict["guard"].as_str().unwrap();
    assert!(seen.contains("used after it was freed") && seen.contains("exercise.rs:8"), "{seen}");
    server.saves(&course, &course.solution());
    server.does("guard");
    let verdict = events(&page.until_ended(), "verdict").pop().unwrap();
    assert_eq!(verdict["outcome"]["verdict"], "passed");
    assert!(verdict["guard"].as_str().unwrap().contains("Only blocks of the add-on are guarded."), "{verdict}");
    server.does("why");
    let verdict = events(&page.until_ended(), "verdict").pop().unwrap();
    assert_eq!((&verdict["held"], &verdict["guard"]), (&json!("This lesson tracks no objects.\n"), &Value::Null));
    assert!(course.read(".lesson/progress.toml").contains("verdict = \"passed\""), "they are graded");
}

#[test]
fn a_lesson_in_javascript() {
    let course = Course::to_run();
    let server = Server::play(&course);
    let mut page = server.listen(SCRIPT);
    let begin = page.until(|line| line["type"] == "idle");
    assert_eq!((&begin[0]["language"], &begin[0]["gauge"]["bytes"]), (&json!("javascript"), &json!(true)));
    let text = course.read(&format!("solutions/{SCRIPT}.mjs"));
    let save = json!({ "lesson": SCRIPT, "action": "save", "text": text, "base": begin[1]["sha256"] });
    assert_eq!(server.ask(&save).0, 200);
    assert_eq!(course.read(&format!("lessons/{SCRIPT}/exercise.mjs")), text);
    assert_eq!(server.ask(&json!({ "lesson": SCRIPT, "action": "check" })).0, 202);
    let verdict = events(&page.until_ended(), "verdict").pop().unwrap();
    assert_eq!(verdict["outcome"]["verdict"], "passed", "{verdict}");
}

#[test]
fn hints_are_remembered() {
    let course = Course::to_run();
    let server = Server::play(&course);
    let hint = |level: i32| server.ask(&json!({ "lesson": ID, "action": "hint", "level": level }));
    assert_eq!(hint(2), (200, json!({ "level": 2 })));
    assert!(course.read(".lesson/progress.toml").contains("hints = 2"));
    assert_eq!((hint(0).0, hint(4).0, hint(-1).0), (422, 422, 422));
}

#[test]
fn what_another_program_does_is_told() {
    let course = Course::to_run();
    let server = Server::play(&course);
    let (mut page, mut other) = (server.listen(ID), server.listen(OTHER));
    page.until(|line| line["type"] == "idle");
    other.until(|line| line["type"] == "idle");
    // An editor.
    course.put(course.solution());
    let file = page.file();
    assert_eq!((&file["text"], &file["state"]), (&json!(course.solution()), &json!("edited")));
    // `lesson check`.
    let sha256 = file["sha256"].as_str().unwrap();
    std::fs::create_dir(course.path(".lesson")).unwrap();
    course.write(".lesson/progress.toml", format!("format = 1\n[lessons.\"{ID}\"]\npassed = \"{sha256}\"\n"));
    assert_eq!(page.file()["state"], "done");
    // An author.
    course.append("book/scopes/callback-loop.md", "\nA new sentence.\n");
    assert_eq!(page.next().unwrap(), json!({ "type": "edition", "edition": 2 }));
    assert_eq!(other.next().unwrap(), json!({ "type": "edition", "edition": 2 }), "and nothing of the other lesson");
}

#[test]
fn nobody_watches_what_nobody_looks_at() {
    let course = Course::to_run();
    let server = Server::play(&course);
    // inotify's own list has a line for each folder that is watched.
    let watched = || {
        let infos = std::fs::read_dir(format!("/proc/{}/fdinfo", server.pid())).unwrap().flatten();
        infos.map(|info| std::fs::read_to_string(info.path()).unwrap_or_default().matches("inotify wd:").count()).sum::<usize>()
    };
    // Without it, the file of what is remembered is looked at now and then.
    std::fs::create_dir(course.path(".lesson")).unwrap();
    let before = watched();
    let pages: Vec<_> = (0..3).map(|_| server.listen(ID)).collect();
    wait_until(|| watched() == before + 2, || format!("{} of {before}", watched()));
    drop(pages);
    wait_until(|| watched() == before, || format!("{} of {before}", watched()));
}

#[test]
fn a_page_that_is_loaded_later_hears_the_same() {
    let course = Course::to_run();
    let server = Server::play(&course);
    let mut page = server.listen(ID);
    page.until(|line| line["type"] == "idle");
    server.saves(&course, &course.doing("std::thread::sleep(std::time::Duration::from_millis(300));"));
    page.file();
    server.does("check");
    let begin = page.until(|line| is_event(line, "node"));
    // In the middle of it, and when it is over.
    let mut second = server.listen(ID);
    let rest = page.until_ended();
    let mut third = server.listen(ID);
    let of_run = |lines: Vec<Value>| -> Vec<Value> {
        let mut lines: Vec<Value> = lines.into_iter().filter(|line| line.get("run").is_some()).collect();
        lines[0].as_object_mut().unwrap().remove("elapsed_ms");
        lines
    };
    let all = of_run([begin, rest].concat());
    assert!(all.len() > 10 && all[0]["type"] == "run");
    assert_eq!(of_run(second.until_ended()), all);
    assert_eq!(of_run(third.until_ended()), all);
}

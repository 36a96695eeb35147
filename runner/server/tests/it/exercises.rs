//! The learner's file: no text is lost, and what is wrong with it is said.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use runner::compile::hash;
use serde_json::{Value, json};

use crate::course::{Course, ID};
use crate::server::Server;

fn save(action: &str, text: &str, base: Option<&str>) -> Value {
    json!({ "lesson": ID, "action": action, "text": text, "base": base })
}

/// All that is beside the exercise.
fn beside(course: &Course) -> Vec<String> {
    let entries = fs::read_dir(course.path(&format!("lessons/{ID}"))).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_conflict_loses_neither_text() {
    let course = Course::to_run();
    let server = Server::play(&course);
    let (exercise, files) = (format!("lessons/{ID}/exercise.rs"), beside(&course));
    let seen = hash(course.read(&exercise).as_bytes());
    let (mine, theirs) = ("// mine\n", "// theirs\n");
    course.put(theirs);
    let (status, there) = server.ask(&save("save", mine, Some(&seen)));
    assert_eq!((status, &there["sha256"], &there["text"]), (409, &json!(hash(theirs.as_bytes())), &json!(theirs)));
    assert!(there["error"].as_str().unwrap().contains("was changed meanwhile"), "{there}");
    assert_eq!(course.read(&exercise), theirs);
    assert_eq!(server.ask(&save("save", mine, None)).0, 409, "there is a file");
    assert_eq!(server.ask(&save("replace", mine, Some(&seen))).0, 409, "what nobody has seen is not replaced either");

    // Keep mine.
    let (status, answer) = server.ask(&save("replace", mine, there["sha256"].as_str()));
    assert_eq!((status, &answer["sha256"]), (200, &json!(hash(mine.as_bytes()))));
    assert_eq!((course.read(&exercise), course.read(answer["backup"].as_str().unwrap())), (mine.into(), theirs.into()));
    // Take the one on disk.
    let (status, answer) = server.ask(&json!({ "lesson": ID, "action": "back_up", "text": "// another\n" }));
    assert_eq!((status, course.read(answer["backup"].as_str().unwrap())), (200, "// another\n".into()));
    assert_eq!(course.read(&exercise), mine);

    // Both have the same: there is nothing to choose.
    assert_eq!(server.ask(&save("save", mine, Some(&seen))), (200, json!({ "sha256": hash(mine.as_bytes()) })));
    let (status, answer) = server.ask(&save("replace", mine, None));
    assert_eq!((status, &answer["backup"]), (200, &Value::Null));
    assert_eq!(beside(&course), files);
}

#[test]
fn a_save_keeps_what_a_file_is() {
    let course = Course::to_run();
    let server = Server::play(&course);
    fs::set_permissions(course.exercise(), fs::Permissions::from_mode(0o640)).unwrap();
    server.saves(&course, "// one\n");
    assert_eq!(fs::metadata(course.exercise()).unwrap().permissions().mode() & 0o777, 0o640);
    // A link stays one.
    fs::rename(course.exercise(), course.path("elsewhere.rs")).unwrap();
    std::os::unix::fs::symlink(course.path("elsewhere.rs"), course.exercise()).unwrap();
    server.saves(&course, "// two\r\n\u{fc}");
    assert!(fs::symlink_metadata(course.exercise()).unwrap().is_symlink());
    assert_eq!(course.read("elsewhere.rs"), "// two\r\n\u{fc}");
}

#[test]
fn a_reset_keeps_what_was_written() {
    let course = Course::to_run();
    let server = Server::play(&course);
    let mut page = server.listen(ID);
    page.until(|line| line["type"] == "idle");
    assert_eq!(server.does("reset"), json!({ "backup": null }));
    server.saves(&course, "// mine\n");
    assert_eq!(page.file()["state"], "edited");
    let backup = server.does("reset")["backup"].as_str().unwrap().to_owned();
    assert_eq!((backup.as_str(), course.read(&backup)), ("backups/scopes/callback-loop/exercise.1.rs", "// mine\n".into()));
    assert_eq!(page.file()["state"], "pending");
    assert_eq!(course.read(&format!("lessons/{ID}/exercise.rs")), course.read(&format!("lessons/{ID}/wrong/shipped.rs")));
}

#[test]
fn a_file_that_a_page_can_not_have() {
    let course = Course::to_run();
    let server = Server::play(&course);
    let mut page = server.listen(ID);
    page.file();
    let mut problem = |content: Option<&[u8]>| {
        match content {
            Some(content) => course.put(content),
            None => fs::remove_file(course.exercise()).unwrap(),
        }
        let file = page.file();
        assert_eq!((&file["sha256"], &file["text"]), (&Value::Null, &Value::Null));
        file["problem"].as_str().unwrap().to_owned()
    };
    assert!(problem(Some(b"// \xff\n")).contains("is not UTF-8 text"));
    // It is not overwritten by who has not seen it.
    assert_eq!(server.ask(&save("save", "", None)).0, 409);
    assert!(problem(Some(&[b'\n'; (64 << 10) + 1])).contains("is longer than 64 KiB"));
    let missing = problem(None);
    assert!(missing.starts_with("lessons/scopes/callback-loop/exercise.rs is missing: reset it"), "{missing}");
    // A page that comes now is told the same, and a check says it too.
    assert_eq!(server.listen(ID).file()["problem"], json!(missing));
    server.does("check");
    let run = page.until_ended();
    let message = run[run.len() - 2]["event"]["message"].as_str().unwrap();
    assert!(message.contains("exercise.rs is missing"), "{message}");
    assert_eq!(server.does("reset"), json!({ "backup": null }));
    assert_eq!(page.file()["state"], "pending");
    // The longest that a page can have.
    course.put([b'\n'; 64 << 10]);
    assert_eq!(page.file()["text"].as_str().unwrap().len(), 64 << 10);
}

#[test]
fn a_lesson_that_can_not_be_read() {
    let course = Course::to_run();
    let server = Server::play(&course);
    let mut page = server.listen(ID);
    page.file();
    server.saves(&course, &course.waiting());
    let run = server.does("check")["run"].clone();
    page.until(|line| line["type"] == "run" && line["run"] == run);
    let manifest = format!("lessons/{ID}/lesson.toml");
    let old = course.append(&manifest, "\nnonsense\n");
    let lines = old.lines().count() + 2;
    for action in ["check", "reset", "diff"] {
        let (status, answer) = server.ask(&json!({ "lesson": ID, "action": action }));
        let error = answer["error"].as_str().unwrap();
        assert!(status == 500 && error.contains(&format!("lesson.toml:{lines}: ")), "{action}: {status} {error}");
    }
    // A run of it can be stopped all the same.
    assert_eq!(server.ask(&json!({ "lesson": ID, "action": "stop", "run": run })), (200, json!({ "stopped": true })));
    assert_eq!(page.until_ended().last().unwrap()["how"], "stopped");
    course.write(&manifest, &old);
    assert_eq!(server.ask(&json!({ "lesson": ID, "action": "reset" })).0, 200);
}

#[test]
fn a_file_that_can_not_be_written() {
    let course = Course::to_run();
    let server = Server::play(&course);
    // A folder in its place: a superuser may write everywhere else.
    fs::remove_file(course.exercise()).unwrap();
    fs::create_dir(course.exercise()).unwrap();
    let (status, answer) = server.ask(&save("save", "// mine\n", None));
    assert_eq!(status, 500);
    assert!(answer["error"].as_str().unwrap().contains("exercise.rs: Is a directory"), "{answer}");
    assert!(beside(&course).iter().all(|name| !name.ends_with(".new")), "{:?}", beside(&course));
}

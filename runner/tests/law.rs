//! The law of the lessons, one named line for each lesson and program: the solution passes, and each
//! program of `wrong/`, the shipped bug first, fails the check that `lesson.toml` names for it. What the
//! book shows of a lesson was measured with the code that is here.

use std::path::Path;
use std::sync::Arc;

use libtest_mimic::{Arguments, Trial};
use runner::ahead::Row;
use runner::catalog::{Catalog, Lesson, Variant};
use runner::law;
use runner::pack::Pack;
use runner::process::Cancel;
use runner::record;
use runner::report::words;
use runner::run::Options;
use runner::template;
use runner::toolkit::Toolkit;

fn main() {
    let pack = Pack::around(Path::new(env!("CARGO_MANIFEST_DIR"))).expect("the runner is in a pack");
    let root = &pack.root;
    let work = Path::new(env!("CARGO_TARGET_TMPDIR")).join("work");
    let tools = Arc::new(Toolkit::new(&pack, env!("CARGO_BIN_EXE_lesson")).work_in(&work));
    let catalog = Catalog::load(root).expect("the book has an order of lessons");

    let mut trials = vec![Trial::test("every_folder_is_in_the_book", {
        let (root, ids) = (root.clone(), catalog.ids().to_vec());
        move || every_folder_is_in_the_book(&root, &ids)
    })];
    for id in catalog.ids() {
        match catalog.lesson(id.as_str()) {
            Ok(lesson) => trials.extend(of_lesson(&tools, &Arc::new(lesson))),
            Err(error) => trials.push(Trial::test(id.to_string(), move || Err(error.into()))),
        }
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn of_lesson(tools: &Arc<Toolkit>, lesson: &Arc<Lesson>) -> Vec<Trial> {
    let files = Arc::clone(lesson);
    let mut trials = vec![Trial::test(format!("{}::files", lesson.id), move || match &template::faults(&files)?[..] {
        [] => Ok(()),
        faults => Err(faults.join("\n").into()),
    })];
    let recorded = Arc::clone(lesson);
    trials.push(Trial::test(format!("{}::recording is of this code", lesson.id), move || match record::fault(&recorded)? {
        None => Ok(()),
        Some(fault) => Err(fault.into()),
    }));
    trials.extend(lesson.law().into_iter().map(|variant| of_program(tools, lesson, variant)));
    trials
}

fn of_program(tools: &Arc<Toolkit>, lesson: &Arc<Lesson>, variant: Variant) -> Trial {
    let (tools, lesson) = (Arc::clone(tools), Arc::clone(lesson));
    let expectation = match &variant {
        Variant::Wrong(name) => {
            let fails = lesson.manifest.wrong[name].fails.get_ref();
            format!("fails '{}'", words::name(&lesson.manifest, fails))
        }
        Variant::Exercise | Variant::Solution => "passes".to_owned(),
    };
    Trial::test(format!("{}::{variant} {expectation}", lesson.id), move || {
        let mut row = Row::new((*tools).clone(), Options::CHECK, Cancel::default());
        law::hold(&mut row, (&lesson, &variant), &[], &mut |_| {})?;
        Ok(())
    })
}

fn every_folder_is_in_the_book(root: &Path, ids: &[runner::catalog::LessonId]) -> Result<(), libtest_mimic::Failed> {
    for topic in std::fs::read_dir(root.join("lessons"))?.flatten().filter(|entry| entry.path().is_dir()) {
        for slug in std::fs::read_dir(topic.path())?.flatten().filter(|entry| entry.path().is_dir()) {
            let id = format!("{}/{}", topic.file_name().to_string_lossy(), slug.file_name().to_string_lossy());
            if !ids.iter().any(|known| known.as_str() == id) {
                return Err(format!("lessons/{id} is not in book/SUMMARY.md").into());
            }
        }
    }
    Ok(())
}

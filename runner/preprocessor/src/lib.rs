//! Puts the lessons into the book: `mdbook-lesson`, a preprocessor of mdBook.
//!
//! A page says where a lesson's block, a table or a number belongs, by a *directive*:
//!
//! ```text
//! {{#lesson topic/slug}}                           the exercise, hints, checks, the solution
//! {{#memory topic/slug [GAUGE…]}}                  memory at five moments: a chart and a table
//! {{#verdict topic/slug VARIANT}}                  a verdict, as the terminal shows it
//! {{#fixes topic/slug ["CHECK"…]}}                 the wrong fixes, and what each measured
//! {{#measured topic/slug VARIANT GAUGE MOMENT}}    one number, inside of a sentence
//! {{#measured topic/slug VARIANT "CHECK"}}         what a check measured
//! {{#work topic/slug run|check|rounds}}            how much work a run does
//! {{#versions topic/slug}}                         what it was measured with
//! ```
//!
//! The first four are blocks and stand alone in their paragraph. What they show was measured by `lesson
//! record`; nothing is run here, and nothing is written.
//!
//! ```text
//! find       where the directives of a page are
//! directive  what one asks for
//! shelf      the lessons and their records
//! page       the steps, for one page
//! expand     the text of one directive: by block, memory, fixes, inline
//! chart      the drawing
//! ```

mod block;
mod chart;
mod cores;
mod directive;
mod expand;
mod fault;
mod find;
mod fixes;
mod inline;
mod markup;
mod memory;
mod page;
mod shelf;

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use mdbook_preprocessor::book::{Book, BookItem};
use mdbook_preprocessor::{Preprocessor, PreprocessorContext};

use expand::Order;
pub use fault::Fault;
use markup::Format;
use page::Page;
pub use shelf::Shelf;

/// The preprocessor, for a program that builds the book by itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Lessons;

impl Preprocessor for Lessons {
    fn name(&self) -> &str {
        "lesson"
    }

    fn run(&self, context: &PreprocessorContext, book: Book) -> Result<Book> {
        let Expanded { book, faults } = expand(context, book, None)?;
        if !faults.is_empty() && !is_served(context) {
            let lines: Vec<String> = faults.iter().map(Fault::to_string).collect();
            bail!("{}", lines.join("\n"));
        }
        Ok(book)
    }
}

/// A book with its directives replaced.
#[derive(Debug)]
pub struct Expanded {
    /// The book. Where there is a fault, its page says so.
    pub book: Book,
    /// All that is wrong, in the order of the pages.
    pub faults: Vec<Fault>,
}

/// Whether somebody is looking at the book while they write it: `mdbook serve` sets this.
pub fn is_served(context: &PreprocessorContext) -> bool {
    matches!(context.config.get::<String>("output.html.live-reload-endpoint"), Ok(Some(_)))
}

/// Replaces the directives of a book. `ahead` are lessons that were read already; those of another course
/// are of no use.
///
/// # Errors
/// When the course can't be read at all, or the book would be built over its own pages.
pub fn expand(context: &PreprocessorContext, mut book: Book, ahead: Option<&Shelf>) -> Result<Expanded> {
    let source = &context.config.book.src;
    let build = &context.config.build.build_dir;
    if is_inside(&context.root.join(build), &context.root.join(source)) {
        bail!("the build folder {} is the folder of the pages, {}: a build would erase them", build.display(), source.display());
    }
    let read;
    let shelf = match ahead.filter(|shelf| shelf.is_of(&context.root)) {
        Some(shelf) => shelf,
        None => {
            read = Shelf::read(&context.root)?;
            &read
        }
    };
    let format = Format::of(&context.renderer);
    let mut contents = Vec::new();
    in_order(&mut book.items, source, &mut contents);
    let mut pages = cores::map(contents, |(content, file)| Page::read(content, file));
    let mut order = Order::default();
    pages.iter_mut().for_each(|page| page.number(shelf, &mut order));
    let faults = cores::map(pages, |page| page.write(shelf, format)).into_iter().flatten().collect();
    Ok(Expanded { book, faults })
}

/// Without asking the disk: the build folder need not be there yet.
fn is_inside(folder: &Path, other: &Path) -> bool {
    let plain = |path: &Path| -> Vec<_> {
        let mut parts = Vec::new();
        for part in path.components() {
            match part {
                std::path::Component::CurDir => {}
                std::path::Component::ParentDir => drop(parts.pop()),
                other => parts.push(other.as_os_str().to_owned()),
            }
        }
        parts
    };
    plain(folder).starts_with(&plain(other))
}

/// The pages as a reader goes through them, and their files. Drafts have none.
fn in_order<'a>(items: &'a mut [BookItem], source: &Path, pages: &mut Vec<(&'a mut String, PathBuf)>) {
    for item in items {
        if let BookItem::Chapter(chapter) = item {
            if let Some(path) = &chapter.source_path {
                pages.push((&mut chapter.content, source.join(path)));
            }
            in_order(&mut chapter.sub_items, source, pages);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_folder_inside_of_the_pages_is_seen() {
        assert!(is_inside(Path::new("/a/book"), Path::new("/a/book")));
        assert!(is_inside(Path::new("/a/./book/x/../out"), Path::new("/a/book")));
        assert!(!is_inside(Path::new("/a/book/../target/book"), Path::new("/a/book")));
        assert!(!is_inside(Path::new("/a/books"), Path::new("/a/book")));
    }
}

//! From a bad access that the guard has seen to three places: where the block was allocated, where it was
//! freed, and where it was touched.

use serde::{Deserialize, Serialize};

use super::{Line, Source};
use crate::run::{Access, Deed, FaultKind, Recording};

/// A bad access, with its places.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Incident {
    /// What is wrong with it.
    pub kind: FaultKind,
    /// How memory was touched.
    pub access: Access,
    /// The size of the block, in bytes.
    pub size: u64,
    /// Where the access was, in bytes from the block's first.
    pub offset: i64,
    /// Whether the add-on touched the block. If not, JavaScript, Node or a library did, and the line of
    /// `touched`, if there is one, is a call that the add-on had made.
    pub by_addon: bool,
    /// Where the block was allocated.
    pub allocated: Scene,
    /// Where it was freed, if it was.
    pub freed: Option<Scene>,
    /// Where it was touched.
    pub touched: Scene,
}

/// A place in a lesson's source, and a thread.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scene {
    /// The line; none when no frame of the stack is in the lesson's source.
    pub at: Option<Line>,
    /// Its text.
    pub source: String,
    /// The calls inside the file that led to this line, the innermost first.
    pub called_from: Vec<Line>,
    /// The number of the thread.
    pub thread: u32,
    /// Whether it is the main thread.
    pub main_thread: bool,
    /// Its name, if it has one of its own. It is known only of the thread that touched the block.
    pub thread_name: Option<String>,
}

/// The bad access of a run, if the guard has seen one.
pub fn incident(recording: &Recording, source: &Source) -> Option<Incident> {
    let fault = recording.guard.as_ref()?.fault.as_ref()?;
    let stack_of = |deed: &Deed| {
        let stack = deed.site.and_then(|site| recording.sites.0.get(&site));
        stack.map_or(&[][..], |stack| stack.frames.as_slice())
    };
    // Without debug information it is known all the same what happened, but not where.
    let scene = |stack: &[u64], thread: u32, thread_name: Option<String>| {
        let mut lines = source.lines(stack).into_iter();
        let at = lines.next();
        let text = at.as_ref().and_then(|at| source.program.text.lines().nth(at.line as usize - 1)).unwrap_or_default();
        let main_thread = thread == fault.main_thread;
        Scene { at, source: text.to_owned(), called_from: lines.collect(), thread, main_thread, thread_name }
    };
    // A value that is dropped a second time is often read by its drop glue before it is freed again.
    let again = matches!(fault.kind, FaultKind::UsedAfterFree | FaultKind::FreedTwice)
        && fault.freed.as_ref().is_some_and(|freed| source.drops(stack_of(freed)))
        && fault.ours
        && source.drops(&fault.frames);
    Some(Incident {
        kind: if again { FaultKind::DroppedTwice } else { fault.kind },
        access: fault.access,
        size: fault.size,
        offset: fault.offset,
        by_addon: fault.ours,
        allocated: scene(stack_of(&fault.allocated), fault.allocated.thread, None),
        freed: fault.freed.as_ref().map(|freed| scene(stack_of(freed), freed.thread, None)),
        touched: scene(&fault.frames, fault.thread, fault.thread_name.clone()),
    })
}

impl Source<'_> {
    /// Whether the source drops a value here: what its innermost line has called is drop glue.
    fn drops(&self, stack: &[u64]) -> bool {
        let inside = stack.iter().take_while(|address| self.lines(&[**address]).is_empty());
        let functions = inside.filter_map(|address| self.symbols.as_ref()?.function(*address));
        functions.into_iter().any(|function| function.contains("drop_in_place") || function.contains("drop_glue"))
    }
}

//! Where in the add-ons something was asked for, in runs that want to know.

use crate::call;
use crate::table::{self, NOWHERE};
use crate::unwind::origin;

/// The caller of a look at a stack that nothing is counted for.
const NOBODY: u32 = u32::MAX;

/// The site of the place that the probe was called from, or [`NOWHERE`].
#[inline(never)]
pub(crate) fn here() -> u32 {
    if !table::wants_sites() {
        return NOWHERE;
    }
    let caller = call::caller();
    origin(caller, |stack| table::site(stack.frames(), caller)).map_or(NOWHERE, |origin| origin.site)
}

/// Whether that place is an add-on's, runtime libraries passed over.
#[inline(never)]
pub(crate) fn is_of_addon() -> bool {
    origin(NOBODY, |_| NOWHERE).is_some_and(|origin| origin.is_of_addon)
}

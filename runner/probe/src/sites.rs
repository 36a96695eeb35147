//! Where in the add-ons something was asked for, in runs that want to know.

use crate::call;
use crate::table::{self, NOWHERE};
use crate::unwind::{Stack, walk};

/// The site of the place that the probe was called from, or [`NOWHERE`].
#[inline(never)]
pub(crate) fn here() -> u32 {
    if !table::wants_sites() {
        return NOWHERE;
    }
    of(&walk())
}

/// The site of a stack.
pub(crate) fn of(stack: &Stack) -> u32 {
    table::site(stack.frames(), call::caller())
}

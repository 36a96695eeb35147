//! The Node-API functions that the probe observes: an add-on calls those of this module in their place.

use evidence::Counter;
use napi_sys::*;

use crate::loader::Replacement;
use crate::table::add;

const OK: napi_status = Status::napi_ok;

/// Functions of which only the fact of the call and the handles that it leaves matter.
macro_rules! note_handles {
    ($(fn $name:ident($env:ident: napi_env $(, $arg:ident: $type:ty)* $(,)?);)*) => {
        observe! { $(fn $name($env: napi_env $(, $arg: $type)*) |real| {
            crate::handles::around(|| real($env $(, $arg)*))
        })* }
    };
}

/// Functions with a body, in which the real function has the name between the bars, and the list of them.
macro_rules! observe {
    ($(fn $name:ident($first:ident: $first_type:ty $(, $arg:ident: $type:ty)* $(,)?) |$real:ident| $body:block)*) => {
        $(
            /// # Safety
            /// That of the function of this name in Node-API.
            unsafe extern "C" fn $name($first: $first_type $(, $arg: $type)*) -> napi_status {
                let found = crate::node::find!(
                    crate::node::cstr!($name),
                    unsafe extern "C" fn($first_type $(, $type)*) -> napi_status
                );
                crate::table::add(evidence::Counter::Calls, 1);
                // SAFETY: the arguments are the caller's own, under the caller's contract.
                unsafe {
                    let $real = |$first: $first_type $(, $arg: $type)*| {
                        crate::call::in_node(|| found($first $(, $arg)*))
                    };
                    $body
                }
            }
        )*

        pub(super) const OBSERVED: &[crate::loader::Replacement] =
            &[$(crate::loader::replacement(crate::node::cstr!($name), $name as *const ()),)*];
    };
}

mod functions;
mod hooks;
mod objects;
mod queues;
mod values;

/// All of them.
pub(crate) fn all() -> Vec<&'static [Replacement]> {
    vec![values::OBSERVED, functions::OBSERVED, hooks::OBSERVED, objects::OBSERVED, queues::OBSERVED]
}

fn count(status: napi_status, counter: Counter) -> napi_status {
    if status == OK {
        add(counter, 1);
    }
    status
}

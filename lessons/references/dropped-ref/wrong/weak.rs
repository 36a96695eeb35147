use std::collections::HashMap;
use std::ptr::null_mut;

use napi::bindgen_prelude::*;
use napi::{JsValue, check_status, sys};
use napi_derive::napi;

/// A conference: who has the floor in which room. A room keeps its speaker until there is another.
#[napi]
#[derive(Default)]
pub struct Conference {
    speakers: HashMap<String, Speaker>,
}

/// A weak reference to a guest.
struct Speaker(Env, sys::napi_ref);

impl Drop for Speaker {
    fn drop(&mut self) {
        // SAFETY: `give_floor` made the reference in this environment, and nobody else has it.
        unsafe { sys::napi_delete_reference(self.0.raw(), self.1) };
    }
}

#[napi]
impl Conference {
    #[napi(constructor)]
    pub fn new() -> Conference {
        Conference::default()
    }

    /// Gives the floor of `room` to `guest`.
    #[napi]
    pub fn give_floor(&mut self, env: Env, room: String, guest: Object) -> Result<()> {
        let mut weak = null_mut();
        // SAFETY: `guest` is a value of this call.
        check_status!(unsafe { sys::napi_create_reference(env.raw(), guest.raw(), 0, &mut weak) })?;
        self.speakers.insert(room, Speaker(env, weak));
        Ok(())
    }

    /// Who has the floor of `room`, the very object.
    #[napi]
    pub fn speaker<'env>(&self, env: &'env Env, room: String) -> Result<Option<Object<'env>>> {
        let Some(speaker) = self.speakers.get(&room) else {
            return Ok(None);
        };
        let mut guest = null_mut();
        // SAFETY: the reference is deleted when it leaves the map, and not before.
        check_status!(unsafe { sys::napi_get_reference_value(env.raw(), speaker.1, &mut guest) })?;
        Ok((!guest.is_null()).then(|| Object::from_raw(env.raw(), guest)))
    }

    /// Closes `room`. Returns whether somebody had the floor there.
    #[napi]
    pub fn close(&mut self, room: String) -> bool {
        self.speakers.remove(&room).is_some()
    }
}

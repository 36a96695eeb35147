use std::collections::HashMap;

use napi::bindgen_prelude::*;
use napi_derive::napi;

/// A conference: who has the floor in which room. A room keeps its speaker until there is another.
#[napi]
#[derive(Default)]
pub struct Conference {
    speakers: HashMap<String, Speaker>,
}

/// A guest who is kept for as long as this lives.
struct Speaker {
    guest: Option<ObjectRef<false>>,
    env: Env,
}

impl Drop for Speaker {
    fn drop(&mut self) {
        if let Some(guest) = self.guest.take() {
            // There is nobody to tell of an error, and nothing else to try.
            let _ = guest.unref(&self.env);
        }
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
        let guest = Some(guest.create_ref()?);
        self.speakers.insert(room, Speaker { guest, env });
        Ok(())
    }

    /// Who has the floor of `room`, the very object.
    #[napi]
    pub fn speaker<'env>(&self, env: &'env Env, room: String) -> Result<Option<Object<'env>>> {
        let speaker = self.speakers.get(&room);
        let guest = speaker.and_then(|speaker| speaker.guest.as_ref());
        guest.map(|guest| guest.get_value(env)).transpose()
    }

    /// Closes `room`. Returns whether somebody had the floor there.
    #[napi]
    pub fn close(&mut self, room: String) -> bool {
        self.speakers.remove(&room).is_some()
    }
}

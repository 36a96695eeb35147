use std::collections::HashMap;

use napi::bindgen_prelude::*;
use napi_derive::napi;

/// A conference: who has the floor in which room. A room keeps its speaker until there is another.
#[napi(custom_finalize)]
#[derive(Default)]
pub struct Conference {
    speakers: HashMap<String, ObjectRef<false>>,
}

#[napi]
impl Conference {
    #[napi(constructor)]
    pub fn new() -> Conference {
        Conference::default()
    }

    /// Gives the floor of `room` to `guest`.
    #[napi]
    pub fn give_floor(&mut self, room: String, guest: Object) -> Result<()> {
        let speaker = guest.create_ref()?;
        self.speakers.insert(room, speaker);
        Ok(())
    }

    /// Who has the floor of `room`, the very object.
    #[napi]
    pub fn speaker<'env>(&self, env: &'env Env, room: String) -> Result<Option<Object<'env>>> {
        let speaker = self.speakers.get(&room);
        speaker.map(|speaker| speaker.get_value(env)).transpose()
    }

    /// Closes `room`. Returns whether somebody had the floor there.
    #[napi]
    pub fn close(&mut self, room: String) -> bool {
        self.speakers.remove(&room).is_some()
    }
}

impl ObjectFinalize for Conference {
    /// Lets go of all speakers when the conference is over.
    fn finalize(self, env: Env) -> Result<()> {
        for (_, speaker) in self.speakers {
            speaker.unref(&env)?;
        }
        Ok(())
    }
}

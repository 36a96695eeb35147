use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use napi::bindgen_prelude::*;
use napi_derive::napi;

/// A calendar. It counts the native halves of its events.
#[napi]
#[derive(Default)]
pub struct Calendar {
    alive: Arc<AtomicU32>,
}

#[napi]
impl Calendar {
    #[napi(constructor)]
    pub fn new() -> Calendar {
        Calendar::default()
    }

    /// A new event.
    #[napi]
    pub fn add(&self) -> Event {
        Event::new(&self.alive, None)
    }

    /// How many native halves of events there are.
    #[napi]
    pub fn alive(&self) -> u32 {
        self.alive.load(Ordering::Relaxed)
    }
}

/// An event. One of a series keeps the one before it.
#[napi]
pub struct Event {
    alive: Arc<AtomicU32>,
    before: Option<Reference<Event>>,
}

#[napi]
impl Event {
    fn new(alive: &Arc<AtomicU32>, before: Option<Reference<Event>>) -> Event {
        alive.fetch_add(1, Ordering::Relaxed);
        let alive = alive.clone();
        Event { alive, before }
    }

    /// The next event of the series.
    #[napi]
    pub fn next(&self, this: Reference<Event>) -> Event {
        Event::new(&self.alive, Some(this))
    }

    /// Whether it is the first of its series.
    #[napi(getter)]
    pub fn is_first(&self) -> bool {
        self.before.is_none()
    }
}

impl Drop for Event {
    fn drop(&mut self) {
        self.alive.fetch_sub(1, Ordering::Relaxed);
    }
}

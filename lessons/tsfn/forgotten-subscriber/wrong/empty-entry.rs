use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use napi::bindgen_prelude::*;
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi_derive::napi;

/// Tells a subscriber of a price, from any thread. It keeps no process running.
type Listener = ThreadsafeFunction<u32, (), u32, Status, false, true>;

struct Subscriber {
    id: u32,
    /// None when it has unsubscribed.
    listener: Option<Listener>,
}

/// A stock exchange, with those who want to hear of its prices.
#[napi]
#[derive(Default)]
pub struct Exchange {
    subscribers: Arc<Mutex<Vec<Subscriber>>>,
    last: u32,
}

#[napi]
impl Exchange {
    #[napi(constructor)]
    pub fn new() -> Self {
        Exchange::default()
    }

    /// Tells `listener` of each price from now on. Returns what to give to `unsubscribe`.
    #[napi]
    pub fn subscribe(&mut self, listener: Function<u32, ()>) -> Result<u32> {
        let listener = listener.build_threadsafe_function().weak().build()?;
        let mut subscribers = lock(&self.subscribers);
        self.last += 1;
        subscribers.push(Subscriber {
            id: self.last,
            listener: Some(listener),
        });
        Ok(self.last)
    }

    /// Tells the subscriber `id` of no price any more.
    #[napi]
    pub fn unsubscribe(&self, id: u32) {
        let mut subscribers = lock(&self.subscribers);
        if let Some(subscriber) = subscribers.iter_mut().find(|one| one.id == id) {
            subscriber.listener = None;
        }
    }

    /// Trades at `price`, and returns when all subscribers will be told of it.
    #[napi]
    pub fn trade(&self, price: u32) -> Result<()> {
        let subscribers = Arc::clone(&self.subscribers);
        // Each trade comes from a thread of the exchange's own.
        let trade = thread::spawn(move || {
            let subscribers = lock(&subscribers);
            for listener in subscribers.iter().filter_map(|one| one.listener.as_ref()) {
                let mode = ThreadsafeFunctionCallMode::NonBlocking;
                listener.call(price, mode);
            }
        });
        trade
            .join()
            .map_err(|_| Error::from_reason("the trade has panicked"))
    }
}

fn lock(subscribers: &Mutex<Vec<Subscriber>>) -> MutexGuard<'_, Vec<Subscriber>> {
    subscribers.lock().unwrap_or_else(PoisonError::into_inner)
}

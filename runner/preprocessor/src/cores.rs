//! The same work for many things, on all cores.

use std::num::NonZero;
use std::thread;

/// What `work` makes of each, in their order. Each core gets a part of them.
pub(crate) fn map<T: Send, R: Send>(things: impl IntoIterator<Item = T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    let mut things: Vec<T> = things.into_iter().collect();
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let part = things.len().div_ceil(cores).max(1);
    thread::scope(|scope| {
        let work = &work;
        let mut parts = Vec::new();
        while things.len() > part {
            let last = things.split_off((things.len() - 1) / part * part);
            parts.push(scope.spawn(move || last.into_iter().map(work).collect::<Vec<R>>()));
        }
        let mut done: Vec<R> = things.into_iter().map(work).collect();
        for part in parts.into_iter().rev() {
            done.extend(part.join().expect("a part that panics has said why"));
        }
        done
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_stays() {
        for length in 0..20 {
            assert_eq!(map(0..length, |number| number + 1), (1..=length).collect::<Vec<_>>());
        }
    }
}

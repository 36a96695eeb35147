use std::collections::{HashMap, HashSet};
use std::sync::{LazyLock, Mutex, MutexGuard};

use napi::bindgen_prelude::*;
use napi_derive::napi;

/// The words that users have added. Each environment is one user's, and has a dictionary of its
/// own; the status line counts the words of all of them.
type Dictionaries = HashMap<usize, HashSet<String>>;

fn dictionaries() -> MutexGuard<'static, Dictionaries> {
    static ALL: LazyLock<Mutex<Dictionaries>> = LazyLock::new(Default::default);
    ALL.lock().unwrap()
}

/// What an environment is found by.
fn key(env: &Env) -> usize {
    env.raw() as usize
}

/// Adds a word to this user's dictionary.
#[napi]
pub fn learn(env: Env, word: String) {
    dictionaries().entry(key(&env)).or_default().insert(word);
}

/// Whether this user has added the word.
#[napi]
pub fn knows(env: Env, word: String) -> bool {
    let all = dictionaries();
    all.get(&key(&env))
        .is_some_and(|words| words.contains(&word))
}

/// How many words the users have added who are there.
#[napi]
pub fn words() -> u32 {
    dictionaries()
        .values()
        .map(|words| words.len() as u32)
        .sum()
}

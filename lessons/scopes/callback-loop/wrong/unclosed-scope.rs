use napi::bindgen_prelude::*;
use napi_derive::napi;

/// Lets every player of a game take a turn: calls `turn(i)` for each `i` below `players`.
#[napi]
pub fn idle(env: Env, players: u32, turn: Function<u32, Object>) -> Result<u32> {
    let mut moved = 0;
    for player in 0..players {
        let _scope = HandleScope::create(&env)?;
        let result = turn.call(player)?;
        moved += result.get::<u32>("moved")?.unwrap_or(0);
    }
    Ok(moved)
}

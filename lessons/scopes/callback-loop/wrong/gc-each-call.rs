use napi::bindgen_prelude::*;
use napi_derive::napi;

/// Lets every player of a game take a turn: calls `turn(i)` for each `i` below `players`.
#[napi]
pub fn idle(env: Env, players: u32, turn: Function<u32, Object>) -> Result<u32> {
    // There with `node --expose-gc`, which is how we run in production.
    let gc = env
        .get_global()?
        .get_named_property::<Option<Function<(), Unknown>>>("gc")?;
    let mut moved = 0;
    for player in 0..players {
        let result = turn.call(player)?;
        moved += result.get::<u32>("moved")?.unwrap_or(0);
        if let Some(gc) = &gc {
            gc.call(())?;
        }
    }
    Ok(moved)
}

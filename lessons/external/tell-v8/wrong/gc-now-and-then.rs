use std::sync::atomic::{AtomicU32, Ordering};

use napi::bindgen_prelude::*;
use napi_derive::napi;

static DRAWN: AtomicU32 = AtomicU32::new(0);

/// Collects garbage, where Node lets us: `gc` is there when it was started with `--expose-gc`.
fn collect(env: &Env) -> Result<()> {
    let gc: Option<Function<(), ()>> = env.get_global()?.get_named_property("gc")?;
    gc.map_or(Ok(()), |gc| gc.call(()))
}

/// A picture with four bytes a pixel, its rows from top to bottom.
pub struct Bitmap {
    row: usize,
    pixels: Vec<u8>,
}

/// Draws a level meter: a transparent square whose lowest `level` rows have the given shade.
#[napi]
pub fn draw_meter(env: Env, side: u32, level: u32, shade: u8) -> Result<External<Bitmap>> {
    if DRAWN.fetch_add(1, Ordering::Relaxed) % 25 == 24 {
        collect(&env)?;
    }
    let row = side as usize * 4;
    let mut pixels = vec![0; row * side as usize];
    let transparent = row * side.saturating_sub(level) as usize;
    pixels[transparent..].fill(shade);
    Ok(External::new(Bitmap { row, pixels }))
}

/// The shade of the pixel at column `x` of row `y`, or null below the picture.
#[napi]
pub fn shade_at(bitmap: &External<Bitmap>, x: u32, y: u32) -> Option<u8> {
    let at = bitmap.row * y as usize + x as usize * 4;
    bitmap.pixels.get(at).copied()
}

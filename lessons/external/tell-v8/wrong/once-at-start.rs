use napi::bindgen_prelude::*;
use napi_derive::napi;

/// Tells V8 that pictures take memory.
#[napi(module_exports)]
pub fn init(_exports: Object, env: Env) -> Result<()> {
    env.adjust_external_memory(1024 * 1024 * 1024)?;
    Ok(())
}

/// A picture with four bytes a pixel, its rows from top to bottom.
pub struct Bitmap {
    row: usize,
    pixels: Vec<u8>,
}

/// Draws a level meter: a transparent square whose lowest `level` rows have the given shade.
#[napi]
pub fn draw_meter(side: u32, level: u32, shade: u8) -> External<Bitmap> {
    let row = side as usize * 4;
    let mut pixels = vec![0; row * side as usize];
    let transparent = row * side.saturating_sub(level) as usize;
    pixels[transparent..].fill(shade);
    External::new(Bitmap { row, pixels })
}

/// The shade of the pixel at column `x` of row `y`, or null below the picture.
#[napi]
pub fn shade_at(bitmap: &External<Bitmap>, x: u32, y: u32) -> Option<u8> {
    let at = bitmap.row * y as usize + x as usize * 4;
    bitmap.pixels.get(at).copied()
}

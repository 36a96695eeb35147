use napi::bindgen_prelude::*;
use napi_derive::napi;

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
    let bytes = pixels.len();
    External::new_with_size_hint(Bitmap { row, pixels }, bytes)
}

/// The shade of the pixel at column `x` of row `y`, or null below the picture.
#[napi]
pub fn shade_at(bitmap: &External<Bitmap>, x: u32, y: u32) -> Option<u8> {
    let at = bitmap.row * y as usize + x as usize * 4;
    bitmap.pixels.get(at).copied()
}

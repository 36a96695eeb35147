use napi::bindgen_prelude::*;
use napi_derive::napi;

/// How many pixels a frame has from left to right, and from top to bottom.
const SIDE: usize = 256;

/// A frame of an old film.
#[napi]
pub struct Frame {
    number: u32,
    pixels: Vec<u8>,
}

#[napi]
impl Frame {
    /// Which frame of the reel this is.
    #[napi(getter)]
    pub fn number(&self) -> u32 {
        self.number
    }

    /// The shade at column `x` of row `y`, or null where there is no picture.
    #[napi]
    pub fn shade_at(&self, x: u32, y: u32) -> Option<u8> {
        let at = y as usize * SIDE + x as usize;
        self.pixels.get(at).copied()
    }
}

/// Shows `count` frames from number `first` on to `look`, one after the other.
/// A frame has its picture until `look` returns, and its number for good.
#[napi]
pub fn project(
    env: Env,
    first: u32,
    count: u32,
    look: Function<Reference<Frame>, ()>,
) -> Result<()> {
    for number in first..first + count {
        // With a scope of its own the handles of a frame go when it has been looked at.
        env.run_in_scope(|| {
            let frame = scan(number).into_reference(env)?;
            look.call(frame.clone(env)?)?;
            // Nobody here needs it any more.
            drop(frame);
            Ok(())
        })?;
    }
    Ok(())
}

/// Scans a frame. The film is grey, and each frame is a little lighter than the one before.
fn scan(number: u32) -> Frame {
    let pixels = vec![number as u8; SIDE * SIDE];
    Frame { number, pixels }
}

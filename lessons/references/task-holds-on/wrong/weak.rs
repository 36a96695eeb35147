use std::ptr::null_mut;

use napi::bindgen_prelude::*;
use napi::{JsValue, check_status, sys};
use napi_derive::napi;

/// A weak reference to a tile.
struct Weak(sys::napi_ref);

// SAFETY: the other thread does not use it.
unsafe impl Send for Weak {}

/// Reads the heights of a map's tile on another thread.
pub struct Survey {
    tile: Weak,
    data: Buffer,
}

/// Has `tile` draw the heights that are in `data`, two bytes each. The tile is kept until then.
#[napi]
pub fn survey(env: Env, tile: Object, data: Buffer) -> Result<AsyncTask<Survey>> {
    let mut weak = null_mut();
    // SAFETY: `tile` is a value of this call.
    check_status!(unsafe { sys::napi_create_reference(env.raw(), tile.raw(), 0, &mut weak) })?;
    let tile = Weak(weak);
    Ok(AsyncTask::new(Survey { tile, data }))
}

impl Task for Survey {
    type Output = Vec<u32>;
    type JsValue = ();

    fn compute(&mut self) -> Result<Vec<u32>> {
        let (heights, rest) = self.data.as_chunks();
        if !rest.is_empty() {
            return Err(Error::from_reason("half a height is missing"));
        }
        let heights = heights.iter().map(|bytes| u16::from_le_bytes(*bytes));
        Ok(heights.map(u32::from).collect())
    }

    fn resolve(&mut self, env: Env, heights: Vec<u32>) -> Result<()> {
        let mut tile = null_mut();
        // SAFETY: the reference is deleted in `finally`.
        check_status!(unsafe { sys::napi_get_reference_value(env.raw(), self.tile.0, &mut tile) })?;
        if tile.is_null() {
            return Ok(());
        }
        let object = Object::from_raw(env.raw(), tile);
        let draw: Function<Vec<u32>, ()> = object.get_named_property("draw")?;
        draw.call(heights)
    }

    fn finally(self, env: Env) -> Result<()> {
        // SAFETY: nobody uses the reference after this.
        check_status!(unsafe { sys::napi_delete_reference(env.raw(), self.tile.0) })
    }
}

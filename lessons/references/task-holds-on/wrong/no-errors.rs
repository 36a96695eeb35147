use napi::bindgen_prelude::*;
use napi_derive::napi;

/// Reads the heights of a map's tile on another thread.
pub struct Survey {
    tile: Option<ObjectRef<false>>,
    data: Buffer,
}

/// Has `tile` draw the heights that are in `data`, two bytes each. The tile is kept until then.
#[napi]
pub fn survey(tile: Object, data: Buffer) -> Result<AsyncTask<Survey>> {
    let tile = Some(tile.create_ref()?);
    Ok(AsyncTask::new(Survey { tile, data }))
}

impl Task for Survey {
    type Output = Vec<u32>;
    type JsValue = ();

    fn compute(&mut self) -> Result<Vec<u32>> {
        let (heights, rest) = self.data.as_chunks();
        if !rest.is_empty() {
            // A tile without heights is flat.
            return Ok(Vec::new());
        }
        let heights = heights.iter().map(|bytes| u16::from_le_bytes(*bytes));
        Ok(heights.map(u32::from).collect())
    }

    fn resolve(&mut self, env: Env, heights: Vec<u32>) -> Result<()> {
        if let Some(tile) = self.tile.take() {
            let object = tile.get_value(&env)?;
            let draw: Function<Vec<u32>, ()> = object.get_named_property("draw")?;
            // A tile that can't be drawn leaves a hole.
            let _ = draw.call(heights);
            tile.unref(&env)?;
        }
        Ok(())
    }
}

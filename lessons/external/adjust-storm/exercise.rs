use napi::bindgen_prelude::*;
use napi_derive::napi;

/// A whiteboard. It has no pixels until somebody draws on it.
#[napi(custom_finalize)]
pub struct Board {
    side: usize,
    pixels: Vec<u8>,
    /// What V8 was told of, and has to be taken back.
    told: i64,
}

#[napi]
impl Board {
    /// An empty board.
    #[napi(constructor)]
    pub fn new(side: u32) -> Self {
        Board {
            side: side as usize,
            pixels: Vec::new(),
            told: 0,
        }
    }

    /// Draws a line from the left to the right.
    #[napi]
    pub fn stroke(&mut self, env: Env, row: u32, shade: u8) -> Result<()> {
        let first = row as usize * self.side;
        let last = first + self.side;
        if let Some(row) = self.pixels(env)?.get_mut(first..last) {
            row.fill(shade);
        }
        Ok(())
    }

    /// The shade of a pixel, or null where nothing was drawn yet.
    #[napi]
    pub fn shade_at(&self, row: u32, column: u32) -> Option<u8> {
        let at = row as usize * self.side + column as usize;
        self.pixels.get(at).copied()
    }

    /// The pixels. V8 cannot see them, and is told.
    fn pixels(&mut self, env: Env) -> Result<&mut [u8]> {
        if self.pixels.is_empty() {
            self.pixels = vec![0; self.side * self.side];
        }
        let bytes = self.pixels.len() as i64;
        env.adjust_external_memory(bytes)?;
        self.told += bytes;
        Ok(&mut self.pixels)
    }
}

impl ObjectFinalize for Board {
    fn finalize(self, env: Env) -> Result<()> {
        env.adjust_external_memory(-self.told)?;
        Ok(())
    }
}

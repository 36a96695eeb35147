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
    pub fn new(env: Env, side: u32) -> Result<Self> {
        let side = side as usize;
        let told = (side * side) as i64;
        env.adjust_external_memory(told)?;
        Ok(Board {
            side,
            pixels: Vec::new(),
            told,
        })
    }

    /// Draws a line from the left to the right.
    #[napi]
    pub fn stroke(&mut self, row: u32, shade: u8) {
        let first = row as usize * self.side;
        let last = first + self.side;
        if let Some(row) = self.pixels().get_mut(first..last) {
            row.fill(shade);
        }
    }

    /// The shade of a pixel, or null where nothing was drawn yet.
    #[napi]
    pub fn shade_at(&self, row: u32, column: u32) -> Option<u8> {
        let at = row as usize * self.side + column as usize;
        self.pixels.get(at).copied()
    }

    /// The pixels.
    fn pixels(&mut self) -> &mut [u8] {
        if self.pixels.is_empty() {
            self.pixels = vec![0; self.side * self.side];
        }
        &mut self.pixels
    }
}

impl ObjectFinalize for Board {
    fn finalize(self, env: Env) -> Result<()> {
        env.adjust_external_memory(-self.told)?;
        Ok(())
    }
}

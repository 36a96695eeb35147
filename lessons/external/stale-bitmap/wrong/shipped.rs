use std::iter::repeat_n;

use napi_derive::napi;

/// A screen on a wall, and the picture that it shows.
#[napi]
#[derive(Default)]
pub struct Screen {
    source: Vec<u8>,
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

#[napi]
impl Screen {
    /// A screen that is off.
    #[napi(constructor)]
    pub fn new() -> Self {
        Screen::default()
    }

    /// Shows a sunset: its width, and then the shade of each row. Without any bytes the screen is off.
    #[napi]
    pub fn show(&mut self, source: &[u8]) {
        self.source = source.to_vec();
        let Some((width, shades)) = source.split_first() else {
            return;
        };
        self.width = usize::from(*width);
        self.height = shades.len();
        let row = |shade: &u8| repeat_n(*shade, self.width);
        self.pixels = shades.iter().flat_map(row).collect();
    }

    /// Whether it shows a picture.
    #[napi(getter)]
    pub fn is_on(&self) -> bool {
        !self.source.is_empty()
    }

    /// The size of the picture: its width and its height.
    #[napi(getter)]
    pub fn size(&self) -> Vec<u32> {
        vec![self.width as u32, self.height as u32]
    }

    /// The shade at column `x` of row `y`, or null where there is no picture.
    #[napi]
    pub fn shade_at(&self, x: u32, y: u32) -> Option<u8> {
        let (x, y) = (x as usize, y as usize);
        let inside = x < self.width && y < self.height;
        inside.then(|| self.pixels[y * self.width + x])
    }
}

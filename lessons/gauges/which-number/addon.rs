use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use napi::bindgen_prelude::*;
use napi_derive::napi;

/// Bytes of tiles that are there.
static BYTES: AtomicU32 = AtomicU32::new(0);
/// Tiles that somebody has forgotten.
static FORGOTTEN: Mutex<Vec<Pixels>> = Mutex::new(Vec::new());
/// Tiles that are kept to be used again.
static CACHE: Mutex<Option<HashMap<u32, Pixels>>> = Mutex::new(None);

/// Memory of an add-on, which counts it.
pub struct Pixels(Vec<u8>);

impl Pixels {
    fn new(bytes: u32) -> Pixels {
        BYTES.fetch_add(bytes, Ordering::Relaxed);
        Pixels(vec![1; bytes as usize])
    }
}

impl Drop for Pixels {
    fn drop(&mut self) {
        BYTES.fetch_sub(self.0.len() as u32, Ordering::Relaxed);
    }
}

/// How many bytes the add-on has.
#[napi]
pub fn native_bytes() -> u32 {
    BYTES.load(Ordering::Relaxed)
}

/// Draws into tiles of its own, all at once, and frees them.
#[napi]
pub fn draw(tiles: u32, bytes: u32) -> u32 {
    let tiles: Vec<Pixels> = (0..tiles).map(|_| Pixels::new(bytes)).collect();
    tiles.iter().map(|tile| u32::from(tile.0[0])).sum()
}

/// Draws into many tiles at once and frees them, and keeps a small one of every 4 000.
#[napi]
pub fn survey(tiles: u32, bytes: u32) -> u32 {
    let mut drawn = Vec::new();
    for tile in 1..=tiles {
        drawn.push(Pixels::new(bytes));
        if tile % 4_000 == 0 {
            cached(tile, bytes);
        }
    }
    drawn.len() as u32
}

/// Draws one tile and forgets it.
#[napi]
pub fn forget(bytes: u32) {
    FORGOTTEN.lock().unwrap().push(Pixels::new(bytes));
}

/// Draws a tile, or has it in the cache.
#[napi]
pub fn cached(tile: u32, bytes: u32) {
    let mut cache = CACHE.lock().unwrap();
    let tiles = cache.get_or_insert_default();
    tiles.entry(tile).or_insert_with(|| Pixels::new(bytes));
}

/// Asks JavaScript for each tile of a map, in one call.
#[napi]
pub fn each(tiles: u32, ask: Function<u32, Object>) -> Result<()> {
    (0..tiles).try_for_each(|tile| ask.call(tile).map(drop))
}

/// A tile that belongs to an object of JavaScript, of which V8 does not know how large it is.
#[napi]
pub fn tile(bytes: u32) -> External<Pixels> {
    External::new(Pixels::new(bytes))
}

use std::ffi::c_void;
use std::ptr::{null, null_mut};

use napi::bindgen_prelude::*;
use napi::sys::{self, napi_callback_info, napi_env, napi_value};
use napi::{JsValue, check_status};
use napi_derive::napi;

/// A picture that was decoded: four bytes a pixel, its rows from top to bottom.
#[derive(Default)]
pub struct Picture {
    row: usize,
    pixels: Vec<u8>,
}

/// Decodes a flag: its width, the height of a stripe, how many stripes there are, and their shades.
fn decode(source: &[u8]) -> Result<Picture> {
    match source {
        [width, height, stripes, shades @ ..] if shades.len() == usize::from(*stripes) => {
            let row = 4 * usize::from(*width);
            let stripe = row * usize::from(*height);
            let mut pixels = vec![0; stripe * shades.len()];
            for (number, shade) in shades.iter().enumerate() {
                pixels[number * stripe..][..stripe].fill(*shade);
            }
            Ok(Picture { row, pixels })
        }
        _ => Err(Error::from_reason("the picture is cut off")),
    }
}

/// An image: the bytes that it was given, and the picture that they are.
#[napi(custom_finalize)]
#[derive(Default)]
pub struct Image {
    source: Vec<u8>,
    picture: Picture,
    /// The bytes that V8 was told of, and not yet of their end.
    told: i64,
}

#[napi]
impl Image {
    /// An image that shows nothing.
    #[napi(constructor)]
    pub fn new() -> Self {
        Image::default()
    }

    /// Shows another picture. Without any bytes it shows nothing.
    #[napi]
    pub fn set_source(&mut self, env: Env, source: &[u8]) -> Result<()> {
        let picture = match source {
            [] => Picture::default(),
            _ => decode(source)?,
        };
        self.show(env, source, picture)
    }

    /// Whether it shows a picture.
    #[napi(getter)]
    pub fn is_shown(&self) -> bool {
        !self.source.is_empty()
    }

    /// How many pixels a row has.
    #[napi(getter)]
    pub fn width(&self) -> u32 {
        self.picture.row as u32 / 4
    }

    /// The shade at column `x` of row `y`, or null below the picture.
    #[napi]
    pub fn shade_at(&self, x: u32, y: u32) -> Option<u8> {
        let at = self.picture.row * y as usize + 4 * x as usize;
        self.picture.pixels.get(at).copied()
    }

    fn show(&mut self, env: Env, source: &[u8], picture: Picture) -> Result<()> {
        self.source = source.to_vec();
        self.picture = picture;
        env.adjust_external_memory(self.bytes() - self.told)?;
        self.told = self.bytes();
        Ok(())
    }

    /// What V8 is told of.
    fn bytes(&self) -> i64 {
        (self.source.len() + self.picture.pixels.len()) as i64
    }
}

impl ObjectFinalize for Image {
    /// V8 has collected the image, and its memory is freed.
    fn finalize(self, env: Env) -> Result<()> {
        env.adjust_external_memory(-self.told)?;
        Ok(())
    }
}

/// Decodes a picture on another thread.
pub struct Load {
    image: Option<ObjectRef<false>>,
    source: Buffer,
}

/// Shows another picture as soon as it is decoded. The image is kept until then.
#[napi]
pub fn load(env: &Env, image: ClassInstance<Image>, source: Buffer) -> Result<AsyncTask<Load>> {
    let image = Some(image.as_object(env).create_ref()?);
    Ok(AsyncTask::new(Load { image, source }))
}

impl Task for Load {
    type Output = Picture;
    type JsValue = ();

    fn compute(&mut self) -> Result<Picture> {
        decode(&self.source)
    }

    fn resolve(&mut self, env: Env, picture: Picture) -> Result<()> {
        if let Some(image) = self.image.take() {
            let object = image.get_value(&env)?.raw();
            // SAFETY: it is an object of this environment; whether it is an image is checked.
            let mut shown = unsafe { ClassInstance::<Image>::from_napi_value(env.raw(), object)? };
            shown.show(env, &self.source, picture)?;
            image.unref(&env)?;
        }
        Ok(())
    }
}

impl Drop for Load {
    /// The load is over, one way or the other: lets go of its image.
    fn drop(&mut self) {
        self.image = None;
    }
}

/// Says of which picture it is that a load has failed.
type Report = Box<dyn FnOnce(&str) -> String>;

/// The function for the `catch` of a load.
#[napi]
pub fn on_error(env: &Env, name: String) -> Result<Function<'_, Object<'_>, String>> {
    let report: Report = Box::new(move |reason| name + ": " + reason);
    let report = Box::into_raw(Box::new(Some(report)));
    let mut function = null_mut();
    // SAFETY: `failed` and `forget` take such a box.
    unsafe {
        check_status!(sys::napi_create_function(
            env.raw(),
            null(),
            0,
            Some(failed),
            report.cast(),
            &mut function,
        ))?;
        check_status!(sys::napi_add_finalizer(
            env.raw(),
            function,
            report.cast(),
            Some(forget),
            null_mut(),
            null_mut(),
        ))?;
        Function::from_napi_value(env.raw(), function)
    }
}

/// Frees what a function had, when nobody can call it any more.
unsafe extern "C" fn forget(_: napi_env, report: *mut c_void, _: *mut c_void) {
    // SAFETY: `on_error` has made this box, and a finalizer runs once.
    drop(unsafe { Box::from_raw(report.cast::<Option<Report>>()) });
}

/// Is called when a load has failed.
unsafe extern "C" fn failed(env: napi_env, info: napi_callback_info) -> napi_value {
    let (mut count, mut error, mut data) = (1, null_mut(), null_mut::<c_void>());
    // SAFETY: `on_error` has given the box to this function, and `forget` frees it after the last call.
    let report = unsafe {
        sys::napi_get_cb_info(env, info, &mut count, &mut error, null_mut(), &mut data);
        (*data.cast::<Option<Report>>()).take()
    };
    let reason: Result<String> = Object::from_raw(env, error).get_named_property("message");
    let said = reason.ok().and_then(|reason| Some(report?(&reason)));
    // SAFETY: `env` is that of a call which goes on.
    unsafe { Option::to_napi_value(env, said) }.unwrap_or(null_mut())
}

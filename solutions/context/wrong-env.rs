use napi::bindgen_prelude::*;
use napi_derive::napi;

/// What belongs to one environment.
#[derive(Default)]
struct Local {
    /// The function that hears of warnings.
    listener: Option<FunctionRef<String, ()>>,
}

impl Local {
    fn of(env: &Env) -> Result<&mut Local> {
        env.get_instance_data()?
            .ok_or_else(|| Error::from_reason("this environment was not set up"))
    }
}

#[napi(module_exports)]
pub fn init(_exports: Object, env: Env) -> Result<()> {
    env.set_instance_data(Local::default(), (), |_| {})
}

/// Has `listener` called with each warning from now on.
#[napi]
pub fn on_warning(env: Env, listener: FunctionRef<String, ()>) -> Result<()> {
    Local::of(&env)?.listener = Some(listener);
    Ok(())
}

/// Adds up the numbers of a line. What is not a number counts as 0, with a warning.
#[napi]
pub fn sum(env: Env, line: String) -> Result<f64> {
    let mut sum = 0.0;
    for word in line.split_whitespace() {
        match word.parse::<f64>() {
            Ok(number) => sum += number,
            Err(_) => warn(&env, format!("{word} is not a number"))?,
        }
    }
    Ok(sum)
}

/// Tells the listener, if there is one.
fn warn(env: &Env, warning: String) -> Result<()> {
    match &Local::of(env)?.listener {
        Some(listener) => listener.borrow_back(env)?.call(warning),
        None => Ok(()),
    }
}

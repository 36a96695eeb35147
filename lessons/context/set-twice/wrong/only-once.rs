use napi::bindgen_prelude::*;
use napi_derive::napi;

struct Rates {
    /// What one unit of each currency is in euros.
    euros: Vec<f64>,
    /// Conversions since the add-on was loaded.
    conversions: u32,
}

impl Rates {
    fn of(env: &Env) -> Result<&mut Rates> {
        env.get_instance_data()?
            .ok_or_else(|| Error::from_reason("no rates yet"))
    }
}

/// Takes the rates of a new day.
#[napi]
pub fn load(env: Env, euros: Vec<f64>) -> Result<()> {
    if env.get_instance_data::<Rates>()?.is_some() {
        return Ok(());
    }
    let rates = Rates {
        euros,
        conversions: 0,
    };
    env.set_instance_data(rates, (), |_| {})
}

/// An amount of a currency in euros.
#[napi]
pub fn convert(env: Env, amount: f64, currency: u32) -> Result<f64> {
    let rates = Rates::of(&env)?;
    rates.conversions += 1;
    match rates.euros.get(currency as usize) {
        Some(rate) => Ok(amount * rate),
        None => Err(Error::from_reason("no such currency")),
    }
}

/// How many conversions there were.
#[napi]
pub fn conversions(env: Env) -> Result<u32> {
    Ok(Rates::of(&env)?.conversions)
}

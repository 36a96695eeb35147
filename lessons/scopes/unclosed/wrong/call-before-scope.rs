use napi::bindgen_prelude::*;
use napi_derive::napi;

/// What `orders` orders cost together. `price(i)` gives back `{ cents }` for each `i` below
/// `orders`, or throws where an order has no price: then there is no total.
#[napi]
pub fn total(env: Env, orders: u32, price: Function<u32, Object>) -> Result<i64> {
    let mut total = 0;
    for order in 0..orders {
        let priced = price.call(order)?;
        let scope = HandleScope::create(&env)?;
        // SAFETY: only a number comes out of the scope.
        total += unsafe {
            scope.close(priced, |priced| {
                Ok(priced.get::<i64>("cents")?.unwrap_or(0))
            })?
        };
    }
    Ok(total)
}

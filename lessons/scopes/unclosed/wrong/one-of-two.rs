use napi::bindgen_prelude::*;
use napi_derive::napi;

/// What `orders` orders cost together. `price(i)` gives back `{ cents }` for each `i` below
/// `orders`, or throws where an order has no price: then there is no total.
#[napi]
pub fn total(env: Env, orders: u32, price: Function<u32, Object>) -> Result<i64> {
    let mut total = 0;
    for order in 0..orders {
        let scope = HandleScope::create(&env)?;
        let priced = match price.call(order) {
            Ok(priced) => priced,
            Err(error) => {
                // SAFETY: no handle of the scope is used after it.
                unsafe { scope.close(price, |_| Ok(())) }?;
                return Err(error);
            }
        };
        total += priced.get::<i64>("cents")?.unwrap_or(0);
        // SAFETY: only a number comes out of the scope.
        unsafe { scope.close(price, |_| Ok(())) }?;
    }
    Ok(total)
}

use napi::bindgen_prelude::*;
use napi_derive::napi;

/// Asks all airlines for one route. The answer is an array of offers, `{ price, .. }`.
type Ask<'env> = Function<'env, u32, Array<'env>>;

/// The cheapest offer for each of `routes` routes, as JavaScript made it.
#[napi]
pub fn cheapest<'env>(env: &'env Env, routes: u32, ask: Ask<'env>) -> Result<Vec<Object<'env>>> {
    (0..routes)
        .map(|route| env.run_in_scope(|| cheapest_of(route, ask)))
        .collect()
}

fn cheapest_of<'env>(route: u32, ask: Ask<'env>) -> Result<Object<'env>> {
    let offers = ask.call(route)?;
    let mut best: Option<(f64, Object)> = None;
    for i in 0..offers.len() {
        let Some(offer) = offers.get::<Object>(i)? else {
            continue;
        };
        let price = offer.get("price")?.unwrap_or(f64::INFINITY);
        if best.is_none_or(|(lowest, _)| price < lowest) {
            best = Some((price, offer));
        }
    }
    let (_, offer) = best.ok_or_else(|| Error::from_reason("no airline flies there"))?;
    Ok(offer)
}

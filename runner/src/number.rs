//! Numbers for people.

use crate::catalog::{Gauge, Metric};

/// A count, in groups of three digits: `400 001`.
pub fn count(value: f64) -> String {
    let digits = (value.abs().round_ties_even() as u64).to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if value <= -0.5 {
        grouped.push('-');
    }
    for (index, digit) in digits.char_indices() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(' ');
        }
        grouped.push(digit);
    }
    grouped
}

/// A count with its noun: `1 turn`, `2 turns`.
pub fn plural(value: f64, noun: &str) -> String {
    if value == 1.0 { format!("1 {noun}") } else { format!("{} {noun}s", count(value)) }
}

/// A number of bytes: `232 B`, `4.1 MiB`, `1.25 GiB`.
pub fn bytes(value: f64) -> String {
    const UNITS: [&str; 4] = ["B", "KiB", "MiB", "GiB"];
    let mut size = value;
    let mut unit = 0;
    while size.abs() >= 1024.0 && unit + 1 < UNITS.len() {
        size /= 1024.0;
        unit += 1;
    }
    match UNITS[unit] {
        "B" => count(size) + " B",
        // A tenth of it would be more than a hundred of the unit below.
        "GiB" => format!("{size:.2} GiB"),
        unit => format!("{size:.1} {unit}"),
    }
}

/// The value of a gauge.
pub fn gauge_value(gauge: Gauge, value: f64) -> String {
    if is_of_bytes(gauge) { bytes(value) } else { count(value) }
}

/// Whether a gauge is a number of bytes; the others count things.
pub fn is_of_bytes(gauge: Gauge) -> bool {
    matches!(gauge, Gauge::HeapUsed | Gauge::NodeExternal | Gauge::Bytes | Gauge::External | Gauge::Rss)
}

/// The value of a metric.
pub fn metric_value(metric: Metric, value: f64) -> String {
    match metric {
        Metric::BytesKept | Metric::BytesPeak | Metric::ExternalKept | Metric::ExternalPeak => bytes(value),
        _ => count(value),
    }
}

/// A JSON value as a person writes it: numbers in groups, strings as they are.
pub fn plain(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Number(number) => match number.as_f64() {
            Some(value) if value.fract() == 0.0 => count(value),
            _ => number.to_string(),
        },
        other => {
            let text = other.to_string();
            if text.chars().count() <= 100 { text } else { text.chars().take(100).chain(['…']).collect() }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_grouped() {
        assert_eq!(count(0.0), "0");
        assert_eq!(count(999.0), "999");
        assert_eq!(count(400_001.0), "400 001");
        assert_eq!(count(-1_234.0), "-1 234");
    }

    #[test]
    fn bytes_have_a_unit() {
        assert_eq!(bytes(232.0), "232 B");
        assert_eq!(bytes(4.1 * 1024.0 * 1024.0), "4.1 MiB");
        assert_eq!(bytes(-2048.0), "-2.0 KiB");
        assert_eq!(bytes(1280.0 * 1024.0 * 1024.0), "1.25 GiB");
    }

    #[test]
    fn answers_read_as_written() {
        assert_eq!(plain(&serde_json::json!(2000)), "2 000");
        assert_eq!(plain(&serde_json::json!([1, "a"])), "[1,\"a\"]");
    }
}

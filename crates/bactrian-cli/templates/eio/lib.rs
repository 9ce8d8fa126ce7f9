//! The Rust half of @name@.

use bactrian::export;
use std::time::Duration;

/// Greets someone, after a while.
#[export]
async fn greet(name: String, seconds: f64) -> String {
    tokio::time::sleep(Duration::from_secs_f64(seconds.max(0.0))).await;
    format!("Hello, {name}!")
}

//! Logs: one line per event, readable alone. Types that hold secrets or personal data do not print.

use tracing_subscriber::{EnvFilter, fmt, prelude::*};

/// Starts logging: JSON in production, text for people in development. `RUST_LOG` narrows it.
pub fn start(as_json: bool) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let registry = tracing_subscriber::registry().with(filter);
    if as_json {
        registry
            .with(
                fmt::layer()
                    .json()
                    .flatten_event(true)
                    .with_writer(std::io::stderr),
            )
            .init();
    } else {
        registry
            .with(fmt::layer().with_target(false).with_writer(std::io::stderr))
            .init();
    }
}

//! Integrators' programs, and the keys that they call with.

text_enum! {
    /// Whether a client does business or tries things out.
    ApiClientMode: ApiClientMode, "api_client_mode" { Live = "live", Test = "test" }
}

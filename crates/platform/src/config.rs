//! The configuration from the environment. All missing and invalid variables are reported together.

mod files;

pub use files::{Bucket, Files};

use base64::{Engine, engine::general_purpose::STANDARD};
use std::{collections::BTreeMap, str::FromStr, time::Duration};
use zeroize::Zeroizing;

/// A value that must not be printed.
pub type Secret = Zeroizing<String>;

/// The whole configuration; the table in the README explains each variable.
pub struct Config {
    /// `APP_ENV`: development or production.
    pub environment: Environment,
    /// `LISTEN`: address and port.
    pub listen: String,
    /// `PUBLIC_URL`: the public address, for links in emails and for the `Secure` attribute of cookies.
    pub public_url: String,
    /// `DATABASE_URL`: a libpq address.
    pub database_url: Secret,
    /// `DATABASE_POOL`: the number of connections.
    pub database_pool: u32,
    /// `PANEL_DIR`: the built panel.
    pub panel_dir: Option<String>,
    /// `METRICS_TOKEN`: the bearer token of `/metrics`.
    pub metrics_token: Option<Secret>,
    /// `TRUSTED_PROXY`: trust the last address of `X-Forwarded-For`, which a proxy in front of the server has added.
    pub trusted_proxy: bool,
    /// `JWT_SECRET`: signs access tokens.
    pub jwt_secret: Zeroizing<Vec<u8>>,
    /// The keys that personal data and secrets are sealed with.
    pub sealing: Sealing,
    /// The payment gateway.
    pub payments: Payments,
    /// The mail server.
    pub mail: Mail,
    /// `PROVIDER_SIMULATOR_JOURNAL`: the file in which the provider simulator records its sales.
    pub provider_journal: Option<String>,
    /// The file store.
    pub files: Files,
    /// The rate limits.
    pub rates: Rates,
    /// How long a client may take to send or to receive.
    pub timeouts: Timeouts,
    /// `WORKER_LISTEN`: address and port of the health checks and metrics of `esim-admin work`.
    pub worker_listen: String,
    /// The first administrator.
    pub bootstrap: Bootstrap,
}

/// The environment of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Environment {
    /// Simulators are allowed.
    Development,
    /// Simulators are refused.
    Production,
}

/// Keys for sealing, each with an id so that they can be rotated.
pub struct Sealing {
    /// `SEALING_KEYS`: `id:base64`, separated by commas; 32 bytes each.
    pub keys: BTreeMap<u32, Zeroizing<[u8; 32]>>,
    /// `SEALING_KEY_CURRENT`: the id that new values are sealed with.
    pub current: u32,
    /// `BLIND_INDEX_KEY`: the key of the blind indexes, which make sealed values searchable.
    pub index: Zeroizing<[u8; 32]>,
}

/// The payment gateway: Stripe with keys, else the simulator.
pub struct Payments {
    /// `STRIPE_SECRET_KEY`
    pub stripe_secret_key: Option<Secret>,
    /// `STRIPE_WEBHOOK_SECRET`
    pub stripe_webhook_secret: Option<Secret>,
    /// `STRIPE_API_BASE`: an address that replaces that of Stripe, for tests.
    pub stripe_api_base: Option<String>,
    /// `PAYMENT_SIMULATOR`: succeed, decline or silent.
    pub simulator: Simulated,
    /// `PAYMENT_SIMULATOR_JOURNAL`: the file in which the simulator records its charges and refunds.
    pub simulator_journal: Option<String>,
}

/// The default behaviour of the payment simulator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Simulated {
    /// Payments succeed.
    Succeed,
    /// Payments are declined.
    Decline,
    /// Payments wait for an event.
    Silent,
}

/// The mail server.
pub struct Mail {
    /// `SMTP_URL`: such as `smtps://user:password@mail.example.com`; without it, mail stays in the outbox.
    pub smtp_url: Option<Secret>,
    /// `MAIL_FROM`
    pub from: String,
    /// `INBOUND_EMAIL_ADDRESS`: the address to which customers answer, such as `support@example.com`. The mail server
    /// must deliver `support+...@example.com` to the same mailbox.
    pub inbound_address: Option<String>,
    /// `INBOUND_EMAIL_SECRET`: with it, the relay signs the emails that it posts.
    pub inbound_secret: Option<Secret>,
}

/// The limits of requests per minute and caller, by class; 0 is unlimited.
pub struct Rates {
    /// `RATE_LIMIT_READS`
    pub reads: u32,
    /// `RATE_LIMIT_WRITES`
    pub writes: u32,
    /// `RATE_LIMIT_FILES`: exports and imports.
    pub files: u32,
    /// `RATE_LIMIT_CODES`: attempts at promotion codes.
    pub codes: u32,
    /// `RATE_LIMIT_PUBLIC`: requests without a credential, by address.
    pub public: u32,
}

/// How long a client may take to send or to receive.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    /// `BODY_TIMEOUT`, in seconds: the time for a JSON body to arrive and for an upload to reach its minimum rate.
    pub body: Duration,
    /// `UPLOAD_MIN_RATE`, in bytes per second: the minimum average rate of an upload after [`Timeouts::body`].
    pub upload_rate: u32,
    /// `RESPONSE_TIMEOUT`, in seconds: a client that accepts no data for so long is disconnected.
    pub response: Duration,
}

impl Timeouts {
    /// Returns how long an upload may take that has brought so many bytes.
    pub fn upload(&self, received: usize) -> Duration {
        let received = u64::try_from(received).unwrap_or(u64::MAX);
        let earned = received.saturating_mul(1000) / u64::from(self.upload_rate.max(1));
        self.body.saturating_add(Duration::from_millis(earned))
    }
}

/// The first administrator.
pub struct Bootstrap {
    /// `BOOTSTRAP_ADMIN_EMAIL`
    pub email: String,
    /// `BOOTSTRAP_ADMIN_PASSWORD`; generated and printed once when absent.
    pub password: Option<Secret>,
}

impl Config {
    /// Reads the environment.
    pub fn from_env() -> Result<Self, ConfigErrors> {
        Self::read(&|key| std::env::var(key).ok().filter(|value| !value.is_empty()))
    }

    /// Reads the configuration from any source, for tests.
    pub fn read(source: &dyn Fn(&str) -> Option<String>) -> Result<Self, ConfigErrors> {
        let mut vars = Vars {
            source,
            errors: Vec::new(),
        };
        let environment = vars.choice(
            "APP_ENV",
            Environment::Production,
            &[
                ("development", Environment::Development),
                ("production", Environment::Production),
            ],
        );
        let listen = vars.text("LISTEN", "127.0.0.1:8080");
        let config = Self {
            environment,
            public_url: vars.text("PUBLIC_URL", &format!("http://{listen}")),
            listen,
            database_url: Zeroizing::new(
                vars.required("DATABASE_URL", "the address of the PostgreSQL database"),
            ),
            database_pool: vars.number("DATABASE_POOL", default_pool()),
            panel_dir: vars.optional("PANEL_DIR"),
            metrics_token: vars.secret("METRICS_TOKEN"),
            trusted_proxy: vars.choice("TRUSTED_PROXY", false, &[("true", true), ("false", false)]),
            jwt_secret: vars.key("JWT_SECRET").to_vec().into(),
            sealing: Sealing {
                keys: vars.keys("SEALING_KEYS"),
                current: vars.number("SEALING_KEY_CURRENT", 1),
                index: vars.key("BLIND_INDEX_KEY"),
            },
            payments: Payments {
                stripe_secret_key: vars.secret("STRIPE_SECRET_KEY"),
                stripe_webhook_secret: vars.secret("STRIPE_WEBHOOK_SECRET"),
                stripe_api_base: vars.optional("STRIPE_API_BASE"),
                simulator: vars.choice(
                    "PAYMENT_SIMULATOR",
                    Simulated::Silent,
                    &[
                        ("succeed", Simulated::Succeed),
                        ("decline", Simulated::Decline),
                        ("silent", Simulated::Silent),
                    ],
                ),
                simulator_journal: vars.optional("PAYMENT_SIMULATOR_JOURNAL"),
            },
            mail: Mail {
                smtp_url: vars.secret("SMTP_URL"),
                from: vars.text("MAIL_FROM", "eSIM Admin <no-reply@localhost.localdomain>"),
                inbound_address: vars.optional("INBOUND_EMAIL_ADDRESS"),
                inbound_secret: vars.secret("INBOUND_EMAIL_SECRET"),
            },
            provider_journal: vars.optional("PROVIDER_SIMULATOR_JOURNAL"),
            files: Files::read(&mut vars, environment),
            rates: Rates {
                reads: vars.number("RATE_LIMIT_READS", 1200),
                writes: vars.number("RATE_LIMIT_WRITES", 300),
                files: vars.number("RATE_LIMIT_FILES", 30),
                codes: vars.number("RATE_LIMIT_CODES", 30),
                public: vars.number("RATE_LIMIT_PUBLIC", 300),
            },
            timeouts: Timeouts {
                body: vars.seconds("BODY_TIMEOUT", 30),
                upload_rate: vars.number("UPLOAD_MIN_RATE", 16 * 1024),
                response: vars.seconds("RESPONSE_TIMEOUT", 30),
            },
            worker_listen: vars.text("WORKER_LISTEN", "127.0.0.1:8081"),
            bootstrap: Bootstrap {
                email: vars.text("BOOTSTRAP_ADMIN_EMAIL", "admin@example.com"),
                password: vars.secret("BOOTSTRAP_ADMIN_PASSWORD"),
            },
        };
        config.check(&mut vars.errors);
        if vars.errors.is_empty() {
            Ok(config)
        } else {
            Err(ConfigErrors(vars.errors))
        }
    }

    fn check(&self, errors: &mut Vec<String>) {
        self.files.check(self.panel_dir.as_deref(), errors);
        if !self.sealing.keys.is_empty() && !self.sealing.keys.contains_key(&self.sealing.current) {
            errors.push("SEALING_KEY_CURRENT: there is no such key in SEALING_KEYS".into());
        }
        if self.payments.stripe_secret_key.is_some()
            != self.payments.stripe_webhook_secret.is_some()
        {
            errors.push("STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET: give both or neither".into());
        }
        if self.environment == Environment::Production && self.payments.stripe_secret_key.is_none()
        {
            errors.push("STRIPE_SECRET_KEY: required in production; the payment simulator serves development only (APP_ENV=development)".into());
        }
        if self.environment == Environment::Production && !self.public_url.starts_with("https://") {
            errors.push("PUBLIC_URL: required in production, beginning with https://".into());
        }
        if self.mail.inbound_address.is_some() != self.mail.inbound_secret.is_some() {
            errors.push(
                "INBOUND_EMAIL_ADDRESS and INBOUND_EMAIL_SECRET: give both or neither".into(),
            );
        }
        let is_address = |address: &String| {
            let parts = address.split_once('@');
            parts.is_some_and(|(name, domain)| {
                (1..=15).contains(&name.len()) && !name.contains('+') && domain.contains('.')
            })
        };
        if !self.mail.inbound_address.iter().all(is_address) {
            errors.push("INBOUND_EMAIL_ADDRESS: an address such as support@example.com, with 15 characters or less before the @".into());
        }
    }

    /// Returns whether the public address is https, so that cookies are `Secure`.
    pub fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}

/// All missing and invalid variables.
#[derive(Debug)]
pub struct ConfigErrors(Vec<String>);

impl std::fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "the configuration is incomplete:")?;
        self.0.iter().try_for_each(|error| writeln!(f, "  {error}"))
    }
}
impl std::error::Error for ConfigErrors {}

/// Returns the default pool size: twice the number of cores, because few busy connections perform better than many.
fn default_pool() -> u32 {
    std::thread::available_parallelism()
        .ok()
        .and_then(|cores| u32::try_from(cores.get()).ok())
        .unwrap_or(2)
        .saturating_mul(2)
        .max(4)
}

struct Vars<'a> {
    source: &'a dyn Fn(&str) -> Option<String>,
    errors: Vec<String>,
}

impl Vars<'_> {
    fn optional(&self, key: &str) -> Option<String> {
        (self.source)(key)
    }
    fn secret(&self, key: &str) -> Option<Secret> {
        self.optional(key).map(Zeroizing::new)
    }
    fn text(&self, key: &str, default: &str) -> String {
        self.optional(key).unwrap_or_else(|| default.to_owned())
    }
    fn required(&mut self, key: &str, what: &str) -> String {
        self.optional(key).unwrap_or_else(|| {
            self.errors.push(format!("{key}: missing; {what}"));
            String::new()
        })
    }
    fn number<N: FromStr>(&mut self, key: &str, default: N) -> N {
        match self.optional(key).map(|text| text.parse()) {
            None => default,
            Some(Ok(number)) => number,
            Some(Err(_)) => {
                self.errors.push(format!("{key}: must be a whole number"));
                default
            }
        }
    }
    /// Reads a time-out in whole seconds, from 1 to 3600.
    fn seconds(&mut self, key: &str, default: u64) -> Duration {
        let seconds = self.number(key, default);
        if !(1..=3600).contains(&seconds) {
            self.errors
                .push(format!("{key}: must be from 1 to 3600 seconds"));
        }
        Duration::from_secs(seconds)
    }
    fn choice<T: Copy>(&mut self, key: &str, default: T, choices: &[(&str, T)]) -> T {
        let Some(text) = self.optional(key) else {
            return default;
        };
        choices
            .iter()
            .find(|(word, _)| *word == text)
            .map(|(_, value)| *value)
            .unwrap_or_else(|| {
                let words = choices
                    .iter()
                    .map(|(word, _)| *word)
                    .collect::<Vec<_>>()
                    .join(", ");
                self.errors.push(format!("{key}: must be one of {words}"));
                default
            })
    }
    fn key(&mut self, name: &str) -> Zeroizing<[u8; 32]> {
        let text = self.required(
            name,
            "32 random bytes as base64, such as `openssl rand -base64 32` prints",
        );
        self.decode(name, &text)
    }
    fn keys(&mut self, name: &str) -> BTreeMap<u32, Zeroizing<[u8; 32]>> {
        let text = self.required(name, "`1:` and 32 random bytes as base64");
        text.split(',')
            .filter(|part| !part.is_empty())
            .filter_map(|part| {
                let parsed = part
                    .split_once(':')
                    .and_then(|(id, key)| Some((id.trim().parse().ok()?, key)));
                if parsed.is_none() {
                    self.errors
                        .push(format!("{name}: must be `id:base64`, separated by commas"));
                }
                parsed.map(|(id, key)| (id, self.decode(name, key)))
            })
            .collect()
    }
    fn decode(&mut self, name: &str, text: &str) -> Zeroizing<[u8; 32]> {
        let bytes = Zeroizing::new(STANDARD.decode(text.trim()).unwrap_or_default());
        <[u8; 32]>::try_from(bytes.as_slice())
            .map(Zeroizing::new)
            .unwrap_or_else(|_| {
                if !text.is_empty() {
                    self.errors
                        .push(format!("{name}: must be 32 bytes as base64"));
                }
                Zeroizing::new([0; 32])
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_missing_variables_are_reported() {
        let errors = Config::read(&|_| None)
            .err()
            .map(|errors| errors.to_string())
            .unwrap_or_default();
        for key in [
            "DATABASE_URL",
            "JWT_SECRET",
            "SEALING_KEYS",
            "BLIND_INDEX_KEY",
            "STRIPE_SECRET_KEY",
            "PUBLIC_URL",
        ] {
            assert!(errors.contains(key), "{key} in {errors}");
        }
    }
}

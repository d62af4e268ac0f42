//! Describes why the database cannot be reached, without secrets.
//!
//! libpq quotes an address that it cannot parse, with its password. An `@` or `/` in a password that is not encoded makes
//! libpq take a part of the password for the host. So this module repeats only messages that are known to be harmless.

use diesel::{Connection, ConnectionError, PgConnection};

/// Opens a connection; the error describes why that failed.
pub(crate) fn connect(url: &str) -> Result<PgConnection, String> {
    // Initializes OpenSSL without its exit handler, which frees memory that connections of other threads still use and so
    // crashes the process while it ends.
    openssl_sys::init();
    PgConnection::establish(url).map_err(|error| match error {
        ConnectionError::BadConnection(text) => reason(&text),
        ConnectionError::CouldntSetupConfiguration(error) => {
            format!("the connection could not be set up: {error}")
        }
        _ => MISREAD.to_owned(),
    })
}

const MISREAD: &str = "DATABASE_URL cannot be read; characters such as @ / : # % in the password must be percent-encoded";
const NO_HOST: &str = "the host in DATABASE_URL has no address; characters such as @ / : # % in the password must be percent-encoded";

/// Returns the message of libpq if it is harmless, else a general one.
fn reason(text: &str) -> String {
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let is_known = |line: &&str| {
        line.starts_with("connection to server ") || line.starts_with("sslmode value ")
    };
    if lines.first().is_some_and(is_known) {
        return lines.join(" ");
    }
    if text.contains("could not translate host name") {
        return NO_HOST.to_owned();
    }
    MISREAD.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reason_repeats_message_of_server() {
        let text = "connection to server at \"127.0.0.1\", port 5432 failed: Connection refused\n\tIs the server running on that host and accepting TCP/IP connections?\n";
        assert_eq!(
            reason(text),
            "connection to server at \"127.0.0.1\", port 5432 failed: Connection refused Is the server running on that host and accepting TCP/IP connections?"
        );
    }

    #[test]
    fn reason_never_quotes_the_address() {
        for url in [
            "postgres://app:hunter2@",
            "postgres://app:hun@ter2@127.0.0.1:1/esim",
            "postgres://app:hun/ter2@127.0.0.1:1/esim",
            "postgres://app:hun%zzter2@127.0.0.1:1/esim",
            "host=127.0.0.1 port=1 password=hun ter2",
            "host=127.0.0.1 port=hunter2",
            "hunter2",
        ] {
            let reason = connect(url).err().unwrap_or_default();
            assert!(!reason.is_empty(), "{url}");
            assert!(
                !reason.contains("hun") && !reason.contains("ter2"),
                "{reason}"
            );
        }
    }
}

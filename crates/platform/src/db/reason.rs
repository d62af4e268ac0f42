//! Why the database cannot be reached, in words that carry no secret.
//!
//! libpq quotes the address where it cannot read it, and with it the password; and a password with an `@` or a `/` in it
//! that was not encoded becomes a part of what libpq takes for the host. So only what is known to be harmless is
//! repeated.

use diesel::{Connection, ConnectionError, PgConnection};

/// Opens a connection; an error says why there is none.
pub(crate) fn connect(url: &str) -> Result<PgConnection, String> {
    // Initialises OpenSSL without a handler at exit: it would free what connections of other threads still use, and the
    // process would crash while it ends.
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

/// What libpq said, as far as it may be repeated.
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
    fn what_a_server_said_is_repeated() {
        let text = "connection to server at \"127.0.0.1\", port 5432 failed: Connection refused\n\tIs the server running on that host and accepting TCP/IP connections?\n";
        assert_eq!(
            reason(text),
            "connection to server at \"127.0.0.1\", port 5432 failed: Connection refused Is the server running on that host and accepting TCP/IP connections?"
        );
    }

    #[test]
    fn what_quotes_the_address_is_not_repeated() {
        for url in [
            "postgres://app:hunter2@",
            "postgres://app:hun@ter2@127.0.0.1:1/esim",
            "postgres://app:hun/ter2@127.0.0.1:1/esim",
            "postgres://app:hun%zzter2@127.0.0.1:1/esim",
            "host=127.0.0.1 port=1 password=hun ter2",
            "host=127.0.0.1 port=hunter2",
            "hunter2",
        ] {
            let said = connect(url).err().unwrap_or_default();
            assert!(!said.is_empty(), "{url}");
            assert!(!said.contains("hun") && !said.contains("ter2"), "{said}");
        }
    }
}

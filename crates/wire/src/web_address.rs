//! Validation of URLs that the server calls: https and a public host only.
//!
//! This module checks the spelling. A name can resolve to any address, so a client also checks the resolved address
//! with [`is_public`] each time it connects.

use crate::check::FieldErrors;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

impl FieldErrors {
    /// Requires the base URL of another system's API: `https`, with a public host and without credentials, query or
    /// fragment.
    pub fn web_address(&mut self, field: &str, text: &str) {
        if let Err((code, message)) = check(text) {
            self.add(field, code, message);
        }
    }

    /// Requires the base URL of another system's API, or a loopback address with a port. The server accepts loopback in
    /// development only, for programs that stand in for the other system.
    pub fn api_endpoint(&mut self, field: &str, text: &str) {
        if !is_loopback(text) {
            self.web_address(field, text);
        }
    }
}

/// Returns whether a text is `http://127.0.0.1:<port>` or `http://[::1]:<port>`, with or without a plain path.
pub fn is_loopback(text: &str) -> bool {
    let Some(rest) = text
        .strip_prefix("http://127.0.0.1:")
        .or_else(|| text.strip_prefix("http://[::1]:"))
    else {
        return false;
    };
    let (port, path) = rest.split_once('/').unwrap_or((rest, ""));
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    port.bytes().all(|byte| byte.is_ascii_digit())
        && port.parse::<u16>().is_ok_and(|port| port > 0)
        && path.chars().all(is_plain)
}

type Violation = (&'static str, &'static str);

const NOT_HTTPS: Violation = ("https", "Must begin with https://.");

/// The panel checks the scheme only, so that it needs no URL parser; the server checks the rest.
#[cfg(not(feature = "server"))]
fn check(text: &str) -> Result<(), Violation> {
    if text.starts_with("https://") {
        Ok(())
    } else {
        Err(NOT_HTTPS)
    }
}

#[cfg(feature = "server")]
fn check(text: &str) -> Result<(), Violation> {
    const MALFORMED: Violation = (
        "url",
        "Enter a complete address, such as https://api.example.com/v2.",
    );
    const CREDENTIALS: Violation = (
        "credentials",
        "Leave out the user name and password: enter the key in its own field.",
    );
    const NOT_PUBLIC: Violation = (
        "not_public",
        "Must be a host on the public internet; loopback, private and reserved addresses are not allowed.",
    );
    let rest = text.strip_prefix("https://").ok_or(NOT_HTTPS)?;
    // A URL parser accepts texts that a person would not read as the same address: it skips tabs and line breaks,
    // and treats a backslash or a third slash as the end of the scheme.
    let is_forgiven = |c: char| c.is_whitespace() || c.is_control() || c == '\\';
    if rest.starts_with('/') || rest.contains(is_forgiven) {
        return Err(MALFORMED);
    }
    if rest
        .split(['/', '?', '#'])
        .next()
        .is_some_and(|authority| authority.contains('@'))
    {
        return Err(CREDENTIALS);
    }
    let url = url::Url::parse(text).map_err(|_| MALFORMED)?;
    if url.query().is_some() || url.fragment().is_some() || url.port() == Some(0) {
        return Err(MALFORMED);
    }
    let is_public = match url.host().ok_or(MALFORMED)? {
        url::Host::Ipv4(address) => is_public(address.into()),
        url::Host::Ipv6(address) => is_public(address.into()),
        url::Host::Domain(name) => is_public_name(name),
    };
    if is_public { Ok(()) } else { Err(NOT_PUBLIC) }
}

/// Returns whether a name can be in the public DNS: at least two labels, and no suffix that local networks use.
pub fn is_public_name(name: &str) -> bool {
    const LOCAL: [&str; 9] = [
        "localhost",
        "localdomain",
        "local",
        "internal",
        "intranet",
        "lan",
        "home",
        "corp",
        "arpa",
    ];
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    let labels: Vec<&str> = name.split('.').collect();
    labels.len() > 1
        && labels.iter().all(|label| !label.is_empty())
        && labels.last().is_some_and(|last| !LOCAL.contains(last))
}

/// Returns whether an address is on the public internet: not loopback, private, link-local (where clouds serve their
/// metadata), multicast, documentation or otherwise reserved. For an IPv6 address that carries an IPv4 address, the
/// IPv4 address decides.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// Applies IANA's registry of special-purpose IPv4 addresses.
fn is_public_v4(address: Ipv4Addr) -> bool {
    let is_reserved = match address.octets() {
        [0 | 10 | 127, ..] | [224..=255, ..] => true,
        [100, second, ..] => (64..128).contains(&second),
        [169, 254, ..] | [192, 168, ..] => true,
        [172, second, ..] => (16..32).contains(&second),
        [192, 0, 0 | 2, _] | [192, 88, 99, _] | [198, 51, 100, _] | [203, 0, 113, _] => true,
        [198, 18 | 19, ..] => true,
        _ => false,
    };
    !is_reserved
}

/// Accepts global unicast, `2000::/3`, except the protocol assignments (Teredo among them), documentation and 6to4.
fn is_public_v6(address: Ipv6Addr) -> bool {
    if let Some(mapped) = address.to_ipv4_mapped() {
        return is_public_v4(mapped);
    }
    match address.segments() {
        [0x2001, second, ..] => second >= 0x200 && second != 0xdb8,
        [0x2002, ..] => false,
        [0x3fff, second, ..] => second >= 0x1000,
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::{is_loopback, is_public};

    #[test]
    fn is_loopback_accepts_only_plain_loopback_addresses() {
        for text in [
            "http://127.0.0.1:8080",
            "http://127.0.0.1:1/v2",
            "http://[::1]:9000/api/v1",
        ] {
            assert!(is_loopback(text), "{text}");
        }
        for text in [
            "http://127.0.0.1",
            "http://127.0.0.1:",
            "http://127.0.0.1:0",
            "http://127.0.0.1:70000",
            "http://127.0.0.1:80@169.254.169.254/",
            "http://127.0.0.1:+80",
            "http://127.0.0.1:80/a?b=c",
            "http://127.0.0.1:80/a#b",
            "http://127.0.0.1:80\\@example.com",
            "http://127.0.0.2:80",
            "http://localhost:80",
            "https://127.0.0.1:80",
            "HTTP://127.0.0.1:80",
            "http://[::1]x:80",
            "http://[::ffff:127.0.0.1]:80",
            " http://127.0.0.1:80",
        ] {
            assert!(!is_loopback(text), "{text}");
        }
    }

    #[test]
    fn is_public_rejects_special_purpose_addresses() {
        let special = [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.8.8.8",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.1.1.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::7f00:1",
            "64:ff9b::a00:1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "3fff::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ];
        for text in special {
            assert_eq!(text.parse().map(is_public), Ok(false), "{text}");
        }
    }

    #[test]
    fn is_public_accepts_public_addresses() {
        let public = [
            "1.1.1.1",
            "8.8.8.8",
            "100.63.0.1",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "198.20.0.1",
            "223.255.255.255",
            "::ffff:8.8.8.8",
            "2001:4860:4860::8888",
            "2606:4700::1111",
            "2a00:1450::1",
        ];
        for text in public {
            assert_eq!(text.parse().map(is_public), Ok(true), "{text}");
        }
    }
}

//! Validation of the addresses that the client calls.
//!
//! [`check_endpoint`] validates the spelling when an address is saved. A name can resolve to any address later, so the client
//! validates the addresses at each connection.

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::net::IpAddr;
use url::{Host, Url};
use wire::web_address::{is_public, is_public_name};

/// The hosts that may be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Network {
    /// Hosts on the public internet, by https.
    Public,
    /// Any host, also without encryption: for development.
    Any,
}

/// Why an address cannot be the base URL of an API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidEndpoint {
    /// It is not a URL.
    #[error("Enter a complete address, such as https://api.example.com/v2.")]
    Malformed,
    /// It is not encrypted.
    #[error("Must begin with https://.")]
    NotHttps,
    /// It contains a user name or a password.
    #[error("Leave out the user name and password: enter the key in its own field.")]
    Credentials,
    /// It contains a query or a fragment.
    #[error("Leave out everything after the path, such as ?key=value.")]
    Query,
    /// The host is not on the public internet.
    #[error(
        "Must be a host on the public internet; loopback, private and reserved addresses are not allowed."
    )]
    NotPublic,
}

impl InvalidEndpoint {
    /// Returns the code for the field error.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Malformed => "url",
            Self::NotHttps => "https",
            Self::Credentials => "credentials",
            Self::Query => "query",
            Self::NotPublic => "not_public",
        }
    }
}

/// Validates the base URL of an API.
pub fn check_endpoint(text: &str, network: Network) -> Result<(), InvalidEndpoint> {
    let rest = match (text.split_once("://"), network) {
        (Some(("https", rest)), _) | (Some(("http", rest)), Network::Any) => rest,
        (Some(_), _) | (None, Network::Public) => return Err(InvalidEndpoint::NotHttps),
        (None, Network::Any) => return Err(InvalidEndpoint::Malformed),
    };
    // A URL parser accepts texts that a person would not read as the same address: it skips tabs and line breaks, and
    // treats a backslash or a third slash as the end of the scheme.
    let is_forgiven = |c: char| c.is_whitespace() || c.is_control() || c == '\\';
    if rest.starts_with('/') || rest.contains(is_forgiven) {
        return Err(InvalidEndpoint::Malformed);
    }
    let url = Url::parse(text).map_err(|_| InvalidEndpoint::Malformed)?;
    if !url.username().is_empty()
        || url.password().is_some()
        || rest
            .split(['/', '?', '#'])
            .next()
            .is_some_and(|authority| authority.contains('@'))
    {
        return Err(InvalidEndpoint::Credentials);
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(InvalidEndpoint::Query);
    }
    if url.port() == Some(0) {
        return Err(InvalidEndpoint::Malformed);
    }
    check_host(&url, network)
}

/// Validates the host of a URL before it is called. A client does not resolve an address that is written as a number.
pub(super) fn check_host(url: &Url, network: Network) -> Result<(), InvalidEndpoint> {
    let host = url.host().ok_or(InvalidEndpoint::Malformed)?;
    let is_allowed = match (network, host) {
        (Network::Any, _) => true,
        (Network::Public, Host::Ipv4(address)) => is_public(IpAddr::V4(address)),
        (Network::Public, Host::Ipv6(address)) => is_public(IpAddr::V6(address)),
        (Network::Public, Host::Domain(name)) => is_public_name(name),
    };
    is_allowed.then_some(()).ok_or(InvalidEndpoint::NotPublic)
}

/// Resolves names to addresses on the public internet only.
pub(super) struct PublicResolver;

impl Resolve for PublicResolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let public: Vec<_> = tokio::net::lookup_host((name.as_str(), 0))
                .await?
                .filter(|address| is_public(address.ip()))
                .collect();
            if public.is_empty() {
                return Err("the host has no address on the public internet".into());
            }
            let addresses: Addrs = Box::new(public.into_iter());
            Ok(addresses)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_endpoint_accepts_public_https_addresses() {
        for text in [
            "https://partners-api.example.com",
            "https://api.example.com/v2.5",
            "https://api.example.com:8443/v1/",
            "https://8.8.8.8",
            "https://[2606:4700::1111]/api",
        ] {
            assert_eq!(check_endpoint(text, Network::Public), Ok(()), "{text}");
        }
        for text in [
            "http://127.0.0.1:8080",
            "http://localhost/v2",
            "https://[::1]",
        ] {
            assert_eq!(check_endpoint(text, Network::Any), Ok(()), "{text}");
        }
    }

    #[test]
    fn check_endpoint_rejects_other_addresses() {
        use InvalidEndpoint::{Credentials, Malformed, NotHttps, NotPublic, Query};
        for (text, reason) in [
            ("", NotHttps),
            ("api.example.com", NotHttps),
            ("http://api.example.com", NotHttps),
            ("HTTPS://api.example.com", NotHttps),
            ("ftp://api.example.com", NotHttps),
            ("file:///etc/passwd", NotHttps),
            ("https://", Malformed),
            ("https:///api.example.com", Malformed),
            ("https://\\api.example.com", Malformed),
            ("https://api.example.com\t", Malformed),
            ("https://api.exa\nmple.com", Malformed),
            ("https://api.example.com:0", Malformed),
            ("https://api.example.com:99999", Malformed),
            ("https://user@api.example.com", Credentials),
            ("https://user:pass@api.example.com", Credentials),
            ("https://:@api.example.com", Credentials),
            ("https://api.example.com@10.0.0.1/", Credentials),
            ("https://api.example.com?key=1", Query),
            ("https://api.example.com#x", Query),
            ("https://localhost", NotPublic),
            ("https://localhost.", NotPublic),
            ("https://printer", NotPublic),
            ("https://db.internal", NotPublic),
            ("https://127.0.0.1", NotPublic),
            ("https://127.1", NotPublic),
            ("https://2130706433", NotPublic),
            ("https://0x7f.0.0.1", NotPublic),
            ("https://0177.0.0.1", NotPublic),
            ("https://0.0.0.0", NotPublic),
            ("https://10.1.2.3", NotPublic),
            ("https://172.16.0.1", NotPublic),
            ("https://192.168.0.1", NotPublic),
            ("https://169.254.169.254/latest/meta-data", NotPublic),
            ("https://100.64.0.1", NotPublic),
            ("https://[::1]", NotPublic),
            ("https://[::ffff:10.0.0.1]", NotPublic),
            ("https://[fe80::1]", NotPublic),
            ("https://[fd00:ec2::254]", NotPublic),
            ("https://１２７.0.0.1", NotPublic),
        ] {
            assert_eq!(check_endpoint(text, Network::Public), Err(reason), "{text}");
        }
    }
}

//! Limits on failed sign-ins. An attempt is counted before the password is checked, so simultaneous guesses all count.
//!
//! Three counters bound the guesses at one account, and none of them lets an attacker lock the owner out:
//!
//! * **Origin.** The account together with the origin of the attempt: a device or a network that has signed in to it
//!   before, or else the network (IPv4 /24, IPv6 /48). 10 failures, then a pause of 1 minute that doubles up to an hour.
//! * **Account.** All origins that have never signed in, together: 100 failures a day, then the same pauses. Ten thousand
//!   networks together get about 130 guesses a day. This counter neither counts nor blocks known origins.
//! * **Address.** 30 failures of one client address (IPv6 /64), for all accounts together. It does not block a known
//!   device.
//!
//! Setting a password by a link resets the counters of the account and of the network that the link is used from, and
//! makes that network a known origin.

use super::RequestContext;
use crate::sessions::query::{attempts, origins};
use chrono::{DateTime, TimeDelta, Utc};
use platform::{Conn, Error, Result, Tx, http};
use std::net::IpAddr;
use wire::{SessionId, UserId};

/// Failures of an account from one origin.
const PER_ORIGIN: i32 = 10;
/// Failures of an account in a day from all origins that have never signed in to it.
const PER_ACCOUNT: i32 = 100;
/// Failures of an address; more, because an office shares one.
const PER_ADDRESS: i32 = 30;
/// Emails about a forgotten password that one account gets without a pause.
const PASSWORD_EMAILS: i32 = 3;
/// The longest pause, in minutes. No pause is permanent: an attacker who guesses must not lock the owner out.
const MAX_PAUSE: i64 = 60;

/// A counted attempt: the keys of the counters that count it.
#[derive(Clone)]
pub struct Attempt {
    origin: Vec<u8>,
    account: Option<Vec<u8>>,
    address: Option<Vec<u8>>,
}

/// The keys of every counter that may count an attempt: keyed hashes of the account and the origin.
struct CounterKeys {
    device: Option<Vec<u8>>,
    network: Vec<u8>,
    /// The counter of this day for all origins that have never signed in.
    unknown_origins: Vec<u8>,
    address: Vec<u8>,
}

impl CounterKeys {
    fn derive(context: &RequestContext, email_hash: &[u8]) -> Self {
        let ip = context.request.ip.as_deref().unwrap_or_default();
        let account = hex(email_hash);
        let key =
            |name: &str, origin: &str| context.ctx.keys.blind(name, &format!("{account} {origin}"));
        Self {
            device: context
                .device
                .as_deref()
                .map(|device| key("login.device", device)),
            network: key("login.network", &wide_network(ip)),
            unknown_origins: key("login.elsewhere", &context.now.date_naive().to_string()),
            address: address_key(context, "login.address"),
        }
    }

    /// Selects the counters of an attempt: those of a known device, of a known network, or of an unknown origin.
    fn select(self, conn: &mut Conn) -> Result<Attempt> {
        if let Some(device) = self.device
            && origins::is_known(conn, &device)?
        {
            return Ok(Attempt {
                origin: device,
                account: None,
                address: None,
            });
        }
        let is_known = origins::is_known(conn, &self.network)?;
        Ok(Attempt {
            origin: self.network,
            account: (!is_known).then_some(self.unknown_origins),
            address: Some(self.address),
        })
    }
}

impl Attempt {
    /// Counts an attempt to sign in with this email address, whether an account has it or not. Fails while earlier failures
    /// block it.
    pub fn count(tx: &mut Tx<'_>, context: &RequestContext, email_hash: &[u8]) -> Result<Self> {
        let attempt = CounterKeys::derive(context, email_hash).select(tx.conn())?;
        attempt.count_all(tx, context)?;
        Ok(attempt)
    }

    /// Counts an attempt of a signed-in user to authenticate again. The session is the origin: guesses from other places do not
    /// block the user, and guesses from a stolen session do not block the account.
    pub fn count_proof(
        tx: &mut Tx<'_>,
        context: &RequestContext,
        email_hash: &[u8],
        session: SessionId,
    ) -> Result<Self> {
        let origin = format!("{} {session}", hex(email_hash));
        let attempt = Self {
            origin: context.ctx.keys.blind("login.session", &origin),
            account: None,
            address: Some(address_key(context, "login.address")),
        };
        attempt.count_all(tx, context)?;
        Ok(attempt)
    }

    /// Counts an email about a forgotten password, and returns whether to send it. Fails for a client address with too many
    /// requests. For an account with too many emails it returns false: an error would reveal that the account exists.
    pub fn count_password_email(
        tx: &mut Tx<'_>,
        context: &RequestContext,
        email_hash: &[u8],
    ) -> Result<bool> {
        let address = address_key(context, "letter.address");
        let account = context.ctx.keys.blind("letter.account", &hex(email_hash));
        count(tx, context, &address, PER_ADDRESS)?;
        match count(tx, context, &account, PASSWORD_EMAILS) {
            Ok(()) => Ok(true),
            Err(Error::Throttled(_)) => Ok(false),
            Err(other) => Err(other),
        }
    }

    fn count_all(&self, tx: &mut Tx<'_>, context: &RequestContext) -> Result<()> {
        count(tx, context, &self.origin, PER_ORIGIN)?;
        if let Some(account) = &self.account {
            count(tx, context, account, PER_ACCOUNT)?;
        }
        match &self.address {
            Some(address) => count(tx, context, address, PER_ADDRESS),
            None => Ok(()),
        }
    }

    /// Records a success: resets the counter of the origin, and subtracts this attempt from those of the account and the
    /// address. Resetting these too would let an attacker who has an account guess without limit.
    pub fn reset_after_success(&self, tx: &mut Tx<'_>) -> Result<()> {
        attempts::reset(tx, &self.origin)?;
        self.others()
            .try_for_each(|key| attempts::subtract(tx, key))
    }

    /// Subtracts an attempt that is neither a failure nor a success. Earlier failures stay counted.
    pub fn subtract(&self, tx: &mut Tx<'_>) -> Result<()> {
        attempts::subtract(tx, &self.origin)?;
        self.others()
            .try_for_each(|key| attempts::subtract(tx, key))
    }

    fn others(&self) -> impl Iterator<Item = &[u8]> {
        [&self.account, &self.address]
            .into_iter()
            .flatten()
            .map(Vec::as_slice)
    }
}

/// Resets the counters of an account whose owner has set a new password by a link. The network of the request becomes the
/// only known origin; every other one must sign in again to be known.
pub fn reset_account(
    tx: &mut Tx<'_>,
    context: &RequestContext,
    user: UserId,
    email_hash: &[u8],
) -> Result<()> {
    let keys = CounterKeys::derive(context, email_hash);
    origins::delete_all(tx, user)?;
    for key in [&keys.network, &keys.unknown_origins] {
        attempts::reset(tx, key)?;
    }
    if let Some(device) = &keys.device {
        attempts::reset(tx, device)?;
    }
    // A password that is set at the terminal comes from no network.
    if context.request.ip.is_some() {
        origins::remember(tx, user, &keys.network, context.now)?;
    }
    Ok(())
}

/// Makes the device and the network of a successful sign-in known origins of the account.
pub fn remember_origin(
    tx: &mut Tx<'_>,
    context: &RequestContext,
    user: UserId,
    email_hash: &[u8],
) -> Result<()> {
    let keys = CounterKeys::derive(context, email_hash);
    for key in keys.device.iter().chain([&keys.network]) {
        origins::remember(tx, user, key, context.now)?;
    }
    Ok(())
}

fn count(tx: &mut Tx<'_>, context: &RequestContext, key: &[u8], limit: i32) -> Result<()> {
    let Some(failures) = attempts::count(tx, key, context.now)? else {
        let until = attempts::blocked_until(tx.conn(), key)?.unwrap_or(context.now);
        return Err(Error::Throttled(seconds_until(until, context.now)));
    };
    let until = pause_after(failures, limit).map(|time| context.now + time);
    attempts::block(tx, key, until)
}

fn seconds_until(until: DateTime<Utc>, now: DateTime<Utc>) -> u64 {
    u64::try_from((until - now).num_seconds())
        .unwrap_or(0)
        .max(1)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Returns the pause after so many failures: a minute at the limit, twice as long with each further one.
fn pause_after(failures: i32, limit: i32) -> Option<TimeDelta> {
    let beyond = u32::try_from(failures - limit).ok()?;
    Some(TimeDelta::minutes(
        1_i64
            .checked_shl(beyond.min(32))
            .unwrap_or(MAX_PAUSE)
            .min(MAX_PAUSE),
    ))
}

/// Returns the part of an address that is counted: for IPv6 the first 64 bits, because one subscriber has all addresses behind
/// them.
fn network(ip: &str) -> String {
    match ip.parse() {
        Ok(IpAddr::V6(v6)) if v6.to_ipv4_mapped().is_none() => v6
            .segments()
            .iter()
            .take(4)
            .map(|part| format!("{part:x}:"))
            .collect(),
        Ok(other) => other.to_canonical().to_string(),
        Err(_) => ip.to_owned(),
    }
}

/// Returns the network of an address, as [`http::wide_network`] cuts it.
fn wide_network(ip: &str) -> String {
    match ip.parse::<IpAddr>() {
        Ok(address) => http::wide_network(address),
        Err(_) => ip.to_owned(),
    }
}

/// Returns the key of the counter of the client address.
fn address_key(context: &RequestContext, counter: &str) -> Vec<u8> {
    let ip = context.request.ip.as_deref().unwrap_or_default();
    context.ctx.keys.blind(counter, &network(ip))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pause_doubles_with_each_failure_up_to_an_hour() {
        let minutes = |failures| pause_after(failures, 10).map(|time| time.num_minutes());
        assert_eq!([0, 1, 9].map(minutes), [None; 3]);
        assert_eq!(
            [10, 11, 12, 15, 16, 40, 1000, i32::MAX].map(minutes),
            [1, 2, 4, 32, 60, 60, 60, 60].map(Some)
        );
    }

    #[test]
    fn ipv6_network_counts_as_one_address() {
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), network("2001:db8:1:2::1"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_eq!(network("::ffff:192.0.2.1"), network("192.0.2.1"));
    }

    #[test]
    fn neighbouring_addresses_share_a_network() {
        assert_eq!(wide_network("192.0.2.1"), wide_network("192.0.2.254"));
        assert_eq!(wide_network("::ffff:192.0.2.1"), wide_network("192.0.2.9"));
        assert_ne!(wide_network("192.0.2.1"), wide_network("192.0.3.1"));
        assert_eq!(
            wide_network("2001:db8:1:2::1"),
            wide_network("2001:db8:1:9::1")
        );
        assert_ne!(wide_network("2001:db8:1::1"), wide_network("2001:db8:2::1"));
    }
}

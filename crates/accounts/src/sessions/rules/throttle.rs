//! How often somebody may try: counted before the password is looked at, so that a storm of guesses arriving at
//! once is counted as a storm.
//!
//! Three counters bound the guesses at one account, and none of them lets a stranger lock the owner out:
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

use super::Visit;
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
const LETTERS: i32 = 3;
/// The longest pause, in minutes. No pause is permanent: an attacker who guesses must not lock the owner out.
const LONGEST: i64 = 60;

/// A counted attempt: the keys of the counters that count it.
#[derive(Clone)]
pub struct Attempt {
    origin: Vec<u8>,
    account: Option<Vec<u8>>,
    address: Option<Vec<u8>>,
}

/// The keys of every counter that may count an attempt: keyed hashes of the account and the origin.
struct Places {
    device: Option<Vec<u8>>,
    network: Vec<u8>,
    /// The counter of this day for all origins that have never signed in.
    elsewhere: Vec<u8>,
    address: Vec<u8>,
}

impl Places {
    fn of(visit: &Visit, email_hash: &[u8]) -> Self {
        let ip = visit.request.ip.as_deref().unwrap_or_default();
        let account = hex(email_hash);
        let key =
            |name: &str, place: &str| visit.ctx.keys.blind(name, &format!("{account} {place}"));
        Self {
            device: visit
                .device
                .as_deref()
                .map(|device| key("login.device", device)),
            network: key("login.network", &wide_network(ip)),
            elsewhere: key("login.elsewhere", &visit.now.date_naive().to_string()),
            address: address_key(visit, "login.address"),
        }
    }

    /// Selects the counters of an attempt: those of a known device, of a known network, or of an unknown origin.
    fn counters(self, conn: &mut Conn) -> Result<Attempt> {
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
            account: (!is_known).then_some(self.elsewhere),
            address: Some(self.address),
        })
    }
}

impl Attempt {
    /// Counts an attempt to sign in with this email address, whether an account has it or not. Refuses the attempt while
    /// earlier failures block it.
    pub fn count(tx: &mut Tx<'_>, visit: &Visit, email_hash: &[u8]) -> Result<Self> {
        let attempt = Places::of(visit, email_hash).counters(tx.conn())?;
        attempt.add(tx, visit)?;
        Ok(attempt)
    }

    /// Counts an attempt of a signed-in user to confirm who they are. The session is the origin: guesses from elsewhere do
    /// not block the user, and guesses from a stolen session do not block the account.
    pub fn count_proof(
        tx: &mut Tx<'_>,
        visit: &Visit,
        (email_hash, session): (&[u8], SessionId),
    ) -> Result<Self> {
        let place = format!("{} {session}", hex(email_hash));
        let attempt = Self {
            origin: visit.ctx.keys.blind("login.session", &place),
            account: None,
            address: Some(address_key(visit, "login.address")),
        };
        attempt.add(tx, visit)?;
        Ok(attempt)
    }

    /// Counts an email about a forgotten password, and returns whether to send it. Refuses a client address with too many
    /// requests. Of too many emails to one account it returns false: a refusal would reveal that the account exists.
    pub fn count_letter(tx: &mut Tx<'_>, visit: &Visit, email_hash: &[u8]) -> Result<bool> {
        let address = address_key(visit, "letter.address");
        let account = visit.ctx.keys.blind("letter.account", &hex(email_hash));
        count(tx, visit, (&address, PER_ADDRESS))?;
        match count(tx, visit, (&account, LETTERS)) {
            Ok(()) => Ok(true),
            Err(Error::Throttled(_)) => Ok(false),
            Err(other) => Err(other),
        }
    }

    fn add(&self, tx: &mut Tx<'_>, visit: &Visit) -> Result<()> {
        count(tx, visit, (&self.origin, PER_ORIGIN))?;
        if let Some(account) = &self.account {
            count(tx, visit, (account, PER_ACCOUNT))?;
        }
        match &self.address {
            Some(address) => count(tx, visit, (address, PER_ADDRESS)),
            None => Ok(()),
        }
    }

    /// Turns the attempt into a success: resets the counter of the origin, and takes this attempt off those of the account
    /// and the address. Resetting these too would let an attacker with an account of their own guess without end.
    pub fn forgive(&self, tx: &mut Tx<'_>) -> Result<()> {
        attempts::forget(tx, &self.origin)?;
        self.others()
            .try_for_each(|key| attempts::take_back(tx, key))
    }

    /// It was neither a failure nor a success: it is as if it had not been. Those before it stay.
    pub fn take_back(&self, tx: &mut Tx<'_>) -> Result<()> {
        attempts::take_back(tx, &self.origin)?;
        self.others()
            .try_for_each(|key| attempts::take_back(tx, key))
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
pub fn forgive_account(
    tx: &mut Tx<'_>,
    visit: &Visit,
    (user, email_hash): (UserId, &[u8]),
) -> Result<()> {
    let places = Places::of(visit, email_hash);
    origins::forget(tx, user)?;
    for key in [&places.network, &places.elsewhere] {
        attempts::forget(tx, key)?;
    }
    if let Some(device) = &places.device {
        attempts::forget(tx, device)?;
    }
    // A password that is set at the terminal comes from no network.
    if visit.request.ip.is_some() {
        origins::remember(tx, (user, &places.network), visit.now)?;
    }
    Ok(())
}

/// Makes the device and the network of a successful sign-in known origins of the account.
pub fn remember(tx: &mut Tx<'_>, visit: &Visit, (user, email_hash): (UserId, &[u8])) -> Result<()> {
    let places = Places::of(visit, email_hash);
    for key in places.device.iter().chain([&places.network]) {
        origins::remember(tx, (user, key), visit.now)?;
    }
    Ok(())
}

fn count(tx: &mut Tx<'_>, visit: &Visit, (key, limit): (&[u8], i32)) -> Result<()> {
    let Some(failures) = attempts::count(tx, key, visit.now)? else {
        let until = attempts::blocked_until(tx.conn(), key)?.unwrap_or(visit.now);
        return Err(Error::Throttled(seconds_until(until, visit.now)));
    };
    let until = closed_for(failures, limit).map(|time| visit.now + time);
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

/// How long something is closed after so many failures: a minute at the limit, twice as long with each further one.
fn closed_for(failures: i32, limit: i32) -> Option<TimeDelta> {
    let beyond = u32::try_from(failures - limit).ok()?;
    Some(TimeDelta::minutes(
        1_i64
            .checked_shl(beyond.min(32))
            .unwrap_or(LONGEST)
            .min(LONGEST),
    ))
}

/// What counts as one address: of IPv6, the 64 bits that name a network, since anybody has all of the rest.
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
fn address_key(visit: &Visit, counter: &str) -> Vec<u8> {
    let ip = visit.request.ip.as_deref().unwrap_or_default();
    visit.ctx.keys.blind(counter, &network(ip))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_grows_with_the_failures_and_ends() {
        let minutes = |failures| closed_for(failures, 10).map(|time| time.num_minutes());
        assert_eq!([0, 1, 9].map(minutes), [None; 3]);
        assert_eq!(
            [10, 11, 12, 15, 16, 40, 1000, i32::MAX].map(minutes),
            [1, 2, 4, 32, 60, 60, 60, 60].map(Some)
        );
    }

    #[test]
    fn an_ipv6_network_is_one_address() {
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), network("2001:db8:1:2::1"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_eq!(network("::ffff:192.0.2.1"), network("192.0.2.1"));
    }

    #[test]
    fn neighbouring_addresses_are_one_network() {
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

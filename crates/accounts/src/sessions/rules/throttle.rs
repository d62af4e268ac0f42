//! How often somebody may try: counted before the password is looked at, so that a storm of guesses arriving at
//! once is counted as a storm.

use super::Visit;
use crate::sessions::query::attempts;
use chrono::TimeDelta;
use platform::{Error, Result, Tx};
use std::net::IpAddr;

/// Failures that an account bears before it is closed for a while.
const PER_ACCOUNT: i32 = 10;
/// Failures that an address bears; more, because an office shares one.
const PER_ADDRESS: i32 = 30;
/// Letters about a forgotten password that one account may be sent without a pause.
const LETTERS: i32 = 3;
/// The longest that anything is closed. Never for good: whoever guesses must not lock out whoever knows.
const LONGEST: i64 = 60;

/// One try, under the names that it is counted by.
#[derive(Clone)]
pub struct Attempt {
    account: Vec<u8>,
    address: Vec<u8>,
}

impl Attempt {
    /// To prove who one is, with the address of this account, whether there is such an account or not.
    pub fn of(visit: &Visit, email_hash: &[u8]) -> Self {
        Self::named(visit, ("login.account", "login.address"), email_hash)
    }

    /// To be sent a letter about a forgotten password.
    pub fn to_be_written_to(visit: &Visit, email_hash: &[u8]) -> Self {
        Self::named(visit, ("letter.account", "letter.address"), email_hash)
    }

    fn named(visit: &Visit, (account, address): (&str, &str), email_hash: &[u8]) -> Self {
        let ip = visit.request.ip.as_deref().unwrap_or_default();
        Self {
            account: visit.ctx.keys.blind(account, &hex(email_hash)),
            address: visit.ctx.keys.blind(address, &network(ip)),
        }
    }

    /// Counts it, or refuses it because of those before.
    pub fn count(&self, tx: &mut Tx<'_>, visit: &Visit) -> Result<()> {
        count(tx, visit, (&self.account, PER_ACCOUNT))?;
        count(tx, visit, (&self.address, PER_ADDRESS))
    }

    /// Counts a letter. Too many from one address are refused; too many to one account are said to be on their way
    /// like any other, because a refusal would tell of the account.
    pub fn count_letter(&self, tx: &mut Tx<'_>, visit: &Visit) -> Result<bool> {
        count(tx, visit, (&self.address, PER_ADDRESS))?;
        match count(tx, visit, (&self.account, LETTERS)) {
            Ok(()) => Ok(true),
            Err(Error::Throttled(_)) => Ok(false),
            Err(other) => Err(other),
        }
    }

    /// It was no failure after all: the account's are forgotten, and the address is one lighter. Forgetting the
    /// address's others too would let a guesser who has an account of their own go on for ever.
    pub fn forgive(&self, tx: &mut Tx<'_>) -> Result<()> {
        attempts::forget(tx, &self.account)?;
        attempts::take_back(tx, &self.address)
    }

    /// Failures of the account are forgotten: its password is another one.
    pub fn forgive_account(&self, tx: &mut Tx<'_>) -> Result<()> {
        attempts::forget(tx, &self.account)
    }

    /// It was neither a failure nor a success: it is as if it had not been. Those before it stay.
    pub fn take_back(&self, tx: &mut Tx<'_>) -> Result<()> {
        attempts::take_back(tx, &self.account)?;
        attempts::take_back(tx, &self.address)
    }
}

fn count(tx: &mut Tx<'_>, visit: &Visit, (key, limit): (&[u8], i32)) -> Result<()> {
    let Some(failures) = attempts::count(tx, key, visit.now)? else {
        let until = attempts::blocked_until(tx.conn(), key)?.unwrap_or(visit.now);
        let seconds = u64::try_from((until - visit.now).num_seconds()).unwrap_or(0);
        return Err(Error::Throttled(seconds.max(1)));
    };
    let until = closed_for(failures, limit).map(|time| visit.now + time);
    attempts::block(tx, key, until)
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
}

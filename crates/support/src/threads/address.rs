//! The address for answers: it names the ticket, and only this server can create a valid one.

use platform::crypto::Keyring;
use uuid::Uuid;
use wire::TicketId;

/// The name under which addresses are signed.
const PURPOSE: &str = "ticket.reply_address";
/// Bytes of the signature in an address.
const SIGNATURE: usize = 8;

/// Returns the address for answers to a ticket: `support+<ticket><signature>@example.com`.
pub fn reply_address(keys: &Keyring, inbound: &str, ticket: TicketId) -> String {
    let (name, domain) = inbound.split_once('@').unwrap_or((inbound, "localhost"));
    format!("{name}+{}@{domain}", token(keys, ticket))
}

fn token(keys: &Keyring, ticket: TicketId) -> String {
    let signature = keys.blind(PURPOSE, &ticket.to_string());
    let hex: String = signature
        .iter()
        .take(SIGNATURE)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("{}{hex}", ticket.0.simple())
}

/// Returns the ticket of an address for answers; nothing when the address is not one of ours.
pub fn ticket_of(keys: &Keyring, inbound: &str, address: &str) -> Option<TicketId> {
    let (name, domain) = inbound.split_once('@')?;
    let (given, given_domain) = address.rsplit_once('@')?;
    let (given_name, given_token) = given.split_once('+')?;
    if !given_name.eq_ignore_ascii_case(name) || !given_domain.eq_ignore_ascii_case(domain) {
        return None;
    }
    let given_token = given_token.to_ascii_lowercase();
    let ticket = TicketId(Uuid::try_parse(given_token.get(..32)?).ok()?);
    // Compared as keyed hashes, so that the time of the comparison tells nothing.
    let expected = token(keys, ticket);
    (keys.blind(PURPOSE, &expected) == keys.blind(PURPOSE, &given_token)).then_some(ticket)
}

#[cfg(test)]
mod tests {
    use super::*;
    use platform::{Result, config::Sealing};
    use std::collections::BTreeMap;

    fn keys(byte: u8) -> Result<Keyring> {
        Keyring::new(&Sealing {
            keys: BTreeMap::new(),
            current: 1,
            index: [byte; 32].into(),
        })
    }

    #[test]
    fn address_names_its_ticket_in_any_case() -> Result<()> {
        let (keys, ticket) = (keys(1)?, TicketId(Uuid::now_v7()));
        let address = reply_address(&keys, "support@example.com", ticket);
        assert!(
            address
                .split('@')
                .next()
                .is_some_and(|name| name.len() <= 64)
        );
        for given in [address.clone(), address.to_uppercase()] {
            assert_eq!(
                ticket_of(&keys, "support@example.com", &given),
                Some(ticket)
            );
        }
        Ok(())
    }

    #[test]
    fn tampered_address_names_no_ticket() -> Result<()> {
        let (keys, other) = (keys(1)?, keys(2)?);
        let inbound = "support@example.com";
        let address = reply_address(&keys, inbound, TicketId(Uuid::now_v7()));
        assert_eq!(ticket_of(&other, inbound, &address), None);
        for (at, _) in address
            .char_indices()
            .filter(|(_, c)| c.is_ascii_hexdigit())
        {
            let mut bytes = address.clone().into_bytes();
            if let Some(byte) = bytes.get_mut(at) {
                *byte = if *byte == b'0' { b'1' } else { b'0' };
            }
            let tampered = String::from_utf8(bytes).unwrap_or_default();
            assert_eq!(ticket_of(&keys, inbound, &tampered), None, "{tampered}");
        }
        for given in ["", "support@example.com", "support+@example.com", "a+b"] {
            assert_eq!(ticket_of(&keys, inbound, given), None, "{given}");
        }
        Ok(())
    }
}

//! SQL that finds what a webhook of a provider is about.

use diesel::prelude::*;
use platform::{Conn, Result};
use schema::{esims, provisioning_attempts as attempts, provisioning_jobs as units};
use wire::{
    EsimId, OrderId, ProviderId,
    integrations::allocations::{ProvisioningAttemptStatus, ProvisioningStatus},
};

/// The keys of an eSIM at its provider.
pub struct EsimKeys<'a> {
    /// The ICCID. It is empty, or a hint, where the provider sends it as a number.
    pub iccid: &'a str,
    /// The id of the profile.
    pub profile_ref: Option<&'a str>,
    /// The id of the SIM.
    pub sim_ref: Option<&'a str>,
}

/// Returns the eSIM of a provider with any of these keys.
pub fn find_esim(
    conn: &mut Conn,
    provider: ProviderId,
    keys: &EsimKeys<'_>,
) -> Result<Option<EsimId>> {
    let has_key = esims::iccid
        .nullable()
        .eq(Some(keys.iccid).filter(|iccid| !iccid.is_empty()))
        .or(esims::profile_ref.eq(keys.profile_ref))
        .or(esims::twilio_sid.eq(keys.sim_ref));
    Ok(esims::table
        .filter(esims::provider_id.eq(provider))
        .filter(esims::deleted_at.is_null())
        .filter(has_key)
        .order(esims::id)
        .select(esims::id)
        .first(conn)
        .optional()?)
}

/// Returns the unit that waits for an order at a provider, by our reference or the id of the order there.
pub fn find_open_unit(
    conn: &mut Conn,
    provider: ProviderId,
    order_ref: Option<&str>,
    reference: Option<&str>,
) -> Result<Option<(OrderId, i32)>> {
    let open = [
        ProvisioningAttemptStatus::Sent,
        ProvisioningAttemptStatus::Unknown,
    ];
    let is_named = attempts::provider_order_ref
        .eq(order_ref)
        .or(attempts::reference.nullable().eq(reference));
    Ok(attempts::table
        .inner_join(units::table)
        .filter(attempts::provider_id.eq(provider))
        .filter(attempts::status.eq_any(open))
        .filter(units::status.ne(ProvisioningStatus::Succeeded))
        .filter(is_named)
        .order(attempts::sent_at.desc())
        .select((units::order_id, units::unit_no))
        .first(conn)
        .optional()?)
}

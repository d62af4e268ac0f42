//! SQL of the comparison of a provider's list with the inventory.

use super::*;
use platform::{Conn, Result, Tx};
use schema::provisioning_attempts;
use suppliers::EsimRef;

/// An eSIM here that has one of the keys of a listed eSIM.
#[derive(Debug, Clone)]
pub struct KnownEsim {
    /// The id.
    pub id: EsimId,
    /// The ICCID.
    pub iccid: String,
    /// The provider.
    pub provider_id: Option<ProviderId>,
    /// The id of the profile at the provider.
    pub profile_ref: Option<String>,
    /// The id of the SIM at the provider.
    pub sim_ref: Option<String>,
    /// The status.
    pub status: EsimStatus,
    /// The state of the profile.
    pub profile_state: ProfileState,
    /// Whether a customer owns it.
    pub has_owner: bool,
    /// Whether it was withdrawn from the stock.
    pub is_deleted: bool,
}

/// Returns the eSIMs with the ICCID or the SID of a listed eSIM, locked until the end of the transaction.
pub fn lock_by_keys(tx: &mut Tx<'_>, iccid: &str, listed: &EsimRef) -> Result<Vec<KnownEsim>> {
    type Row = (
        EsimId,
        String,
        Option<ProviderId>,
        Option<String>,
        Option<String>,
        EsimStatus,
        ProfileState,
        Option<UserId>,
        Option<DateTime<Utc>>,
    );
    let has_key = esims::iccid
        .nullable()
        .eq(Some(iccid))
        .or(esims::twilio_sid.eq(listed.sim_ref.as_deref()));
    let rows: Vec<Row> = esims::table
        .filter(has_key)
        .order(esims::id)
        .select((
            esims::id,
            esims::iccid,
            esims::provider_id,
            esims::profile_ref,
            esims::twilio_sid,
            esims::status,
            esims::profile_state,
            esims::user_id,
            esims::deleted_at,
        ))
        .for_update()
        .load(tx.conn())?;
    let known = rows.into_iter().map(
        |(id, iccid, provider_id, profile_ref, sim_ref, status, profile_state, user, deleted)| {
            KnownEsim {
                id,
                iccid,
                provider_id,
                profile_ref,
                sim_ref,
                status,
                profile_state,
                has_owner: user.is_some(),
                is_deleted: deleted.is_some(),
            }
        },
    );
    Ok(known.collect())
}

/// Stores the ids of a locked eSIM at its provider, where they are missing.
pub fn set_provider_refs(
    tx: &mut Tx<'_>,
    id: EsimId,
    provider: ProviderId,
    listed: &EsimRef,
) -> Result<()> {
    diesel::update(esims::table.find(id))
        .set((
            esims::provider_id.eq(provider),
            listed
                .provider_ref
                .as_ref()
                .map(|profile| esims::profile_ref.eq(profile)),
            listed.sim_ref.as_ref().map(|sim| esims::twilio_sid.eq(sim)),
            esims::version.eq(esims::version + 1),
        ))
        .execute(tx.conn())
        .map_err(constraint_error)?;
    Ok(())
}

/// Returns whether a text is the reference of a request to a provider.
pub fn is_our_reference(conn: &mut Conn, reference: &str) -> Result<bool> {
    let ours = provisioning_attempts::table.filter(provisioning_attempts::reference.eq(reference));
    Ok(diesel::select(diesel::dsl::exists(ours)).get_result(conn)?)
}

//! SQL of the diagnosis.

use chrono::{DateTime, Utc};
use diesel::{prelude::*, sql_types};
use platform::{Conn, Result};
use wire::{
    EsimId,
    accounts::users::KycStatus,
    esims::{
        inventory::{EsimStatus, ProfileState},
        usage::BundleStatus,
    },
};

/// What is known of an eSIM.
#[derive(Debug, Clone, PartialEq, QueryableByName)]
pub struct Facts {
    #[diesel(sql_type = schema::sql_types::EsimStatus)]
    pub status: EsimStatus,
    #[diesel(sql_type = schema::sql_types::ProfileState)]
    pub profile_state: ProfileState,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Timestamptz>)]
    pub expires_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = sql_types::Nullable<schema::sql_types::KycStatus>)]
    pub kyc_status: Option<KycStatus>,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Text>)]
    pub provider_name: Option<String>,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Bool>)]
    pub is_provider_active: Option<bool>,
    /// The requests to the provider in the last hour.
    #[diesel(sql_type = sql_types::BigInt)]
    pub requests: i64,
    /// The requests of the last hour without a known outcome.
    #[diesel(sql_type = sql_types::BigInt)]
    pub unknown_requests: i64,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Timestamptz>)]
    pub reported_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Timestamptz>)]
    pub read_at: Option<DateTime<Utc>>,
}

const FACTS: &str = "SELECT e.status, e.profile_state, e.expires_at, u.kyc_status, d.name AS provider_name, d.is_active AS is_provider_active, \
    coalesce(a.requests, 0) AS requests, coalesce(a.unknown_requests, 0) AS unknown_requests, e.provider_state_at AS reported_at, \
    (SELECT max(r.recorded_at) FROM esim_data_usage r WHERE r.esim_id = e.id) AS read_at \
    FROM esims e LEFT JOIN users u ON u.id = e.user_id LEFT JOIN data_providers d ON d.id = e.provider_id \
    LEFT JOIN LATERAL (SELECT count(*) AS requests, count(*) FILTER (WHERE t.status = 'unknown') AS unknown_requests \
        FROM provisioning_attempts t WHERE t.provider_id = e.provider_id AND t.sent_at > now() - interval '1 hour') a ON true \
    WHERE e.id = $1 AND e.deleted_at IS NULL";

/// Returns what is known of an eSIM.
pub fn facts(conn: &mut Conn, id: EsimId) -> Result<Facts> {
    Ok(diesel::sql_query(FACTS)
        .bind::<sql_types::Uuid, _>(id)
        .get_result(conn)?)
}

/// A bundle of an eSIM.
#[derive(Debug, Clone, PartialEq, QueryableByName)]
pub struct BundleFacts {
    #[diesel(sql_type = schema::sql_types::BundleStatus)]
    pub status: BundleStatus,
    #[diesel(sql_type = sql_types::Nullable<sql_types::BigInt>)]
    pub total_bytes: Option<i64>,
    #[diesel(sql_type = sql_types::BigInt)]
    pub used_bytes: i64,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Text>)]
    pub apn: Option<String>,
    #[diesel(sql_type = sql_types::Bool)]
    pub requires_kyc: bool,
}

const BUNDLES: &str = "SELECT b.status, b.total_bytes, o.terms->>'apn' AS apn, coalesce((o.terms->>'kyc_required')::boolean, false) AS requires_kyc, \
    greatest(b.used_bytes, coalesce((SELECT max(u.used_bytes) FROM esim_data_usage u \
        WHERE u.esim_id = b.esim_id AND u.period_end > b.created_at AND (o.kind = 'new' OR u.period_start >= b.starts_at)), 0)) AS used_bytes \
    FROM esim_bundles b JOIN orders o ON o.id = b.order_id WHERE b.esim_id = $1 ORDER BY b.created_at DESC, b.id DESC";

/// Returns the bundles of an eSIM, the newest first.
pub fn bundles(conn: &mut Conn, id: EsimId) -> Result<Vec<BundleFacts>> {
    Ok(diesel::sql_query(BUNDLES)
        .bind::<sql_types::Uuid, _>(id)
        .load(conn)?)
}

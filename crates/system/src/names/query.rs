//! SQL of the names of API clients.

use diesel::prelude::*;
use platform::{Conn, Result};
use schema::api_clients as clients;
use std::collections::HashMap;
use wire::ApiClientId;

/// Returns the names of clients, including revoked ones.
pub fn clients(conn: &mut Conn, ids: &[ApiClientId]) -> Result<HashMap<ApiClientId, String>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(ApiClientId, String)> = clients::table
        .filter(clients::id.eq_any(ids))
        .select((clients::id, clients::name))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}
